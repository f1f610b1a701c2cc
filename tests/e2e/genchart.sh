# SPDX-License-Identifier: Apache-2.0
# vmtp chart on the command line, also by the name that VMTP's charts have.
. tests/e2e/lib.sh

cat >"$dir/one.json" <<'END'
{ "schema": "vmtp.result/1", "run": { "id": "r1", "name": "one", "started": "2026-11-21T02:40:00Z" },
  "endpoints": {}, "thresholds": [], "events": [], "results": [
  { "key": "a", "flow": "stream", "path": "direct", "status": "ok", "options": { "protocol": "tcp" },
    "metrics": { "goodput": { "unit": "bit/s", "kind": "gauge", "value": 9e8, "n": 1, "trials": [9e8] } } },
  { "key": "b", "flow": "burst", "path": "direct", "status": "ok", "options": { "protocol": "udp" },
    "metrics": { "goodput": { "unit": "bit/s", "kind": "gauge", "value": 8e8, "n": 1, "trials": [8e8] } } } ] }
END
is_page() { head -n 1 "$1" | grep -qi '^<!doctype html>' && tail -n 1 "$1" | grep -q '^</html>$'; }
shows() { grep -q "$2" "$1"; }
lacks() { ! grep -q "$2" "$1"; }

check "a page is made of a document" status 0 "$vmtp" chart "$dir/one.json" -o "$dir/page.html"
check "all of it" is_page "$dir/page.html"
check "it goes to stdout where no file is named" status 0 "$vmtp" chart "$dir/one.json"
check "the same page" cmp "$dir/out" "$dir/page.html"
check "but not to a terminal" sh -c 'script -qec "$0 chart $1/one.json" /dev/null </dev/null | grep -q "^usage: vmtp chart"' "$vmtp" "$dir"

ln -s "$vmtp" "$dir/vmtp_genchart"
check "VMTP's name is the same program" status 0 "$dir/vmtp_genchart" -c "$dir/other.html" "$dir/one.json"
check "and makes the same page" cmp "$dir/other.html" "$dir/page.html"
check "it has a version" status 0 "$dir/vmtp_genchart" -v
check "TCP can be shown alone" status 0 "$dir/vmtp_genchart" -p tcp -c "$dir/tcp.html" "$dir/one.json"
check "without UDP" lacks "$dir/tcp.html" burst
check "with TCP" shows "$dir/tcp.html" stream
check "no other protocol can" status 2 "$dir/vmtp_genchart" -p sctp -c "$dir/x.html" "$dir/one.json"
check "which it says" says "-p: 'sctp' is none of all, tcp, udp"
check "without a file there is nothing to show" status 2 "$dir/vmtp_genchart" -c "$dir/x.html"

printf '#!/bin/sh\nprintf "%%s\\n" "$@" >"%s/opened"\n' "$dir" >"$dir/browser"
chmod +x "$dir/browser"
check "a browser is opened" env BROWSER="$dir/browser" "$vmtp" chart -b -o "$dir/a page; \$(x).html" "$dir/one.json"
check "with the page and nothing else, and no shell" [ "$(cat "$dir/opened")" = "$(realpath "$dir")/a page; \$(x).html" ]
check "one that is missing" status 3 env BROWSER="$dir/missing" "$vmtp" chart -b -o "$dir/b.html" "$dir/one.json"
check "is named" says "open $dir/b.html yourself"

check "a full disk" status 3 "$vmtp" chart -o /dev/full "$dir/one.json"
check "is said" says "No space left on device"
check "also on stdout" sh -c '"$0" chart "$1" >/dev/full 2>/dev/null; [ $? -eq 3 ]' "$vmtp" "$dir/one.json"
check "what is no document" status 2 "$vmtp" chart -o "$dir/x.html" "$dir/page.html"
check "is named" says page.html
check "nothing was written for it" [ ! -e "$dir/x.html" ]
exit $failed
