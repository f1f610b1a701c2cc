# SPDX-License-Identifier: Apache-2.0
# Pages of charts, of real runs and of documents that mean no good, in a real browser without any
# network.  VMTP_TEST_SCREENSHOTS=FOLDER keeps a picture of every view.
. tests/e2e/lib.sh

cat >"$dir/cloud.yaml" <<END
vmtp: 1
name: cloud
cloud: { fabric: { topology: cloud, rate: 30M, queue: 20ms } }
flows:
  - { name: tcp, path: [same-network, floating-ip], placement: inter-node, tool: native, duration: 600ms, repeat: 3 }
  - { name: udp, path: same-network, placement: inter-node, tool: { native: { protocol: udp, rate: [20M, 150M], length: 1400 } }, duration: 300ms, repeat: 1 }
  - { name: idle, path: same-network, placement: inter-node, tool: { native: { measure: latency, wait: block } }, duration: 300ms, repeat: 1 }
  - { name: load, stage: loaded, path: same-network, placement: inter-node, tool: native, duration: 500ms, repeat: 1 }
  - { name: echo, stage: loaded, path: same-network, placement: inter-node, tool: { native: { measure: latency, wait: block } }, duration: 500ms, repeat: 1 }
  - { name: bulk, path: same-network, placement: inter-node, pairs: [1, 2, 4], tool: native, duration: 300ms, repeat: 1 }
  - { name: search, path: same-network, placement: inter-node, tool: { native: { protocol: udp, length: 1400 } }, search: { loss: 5%, trial: 200ms, sum: 800ms, time: 4s }, duration: 300ms }
thresholds: [ { flow: tcp, metric: goodput, expect: ">= 1M" } ]
sinks: [ { json: { path: $dir/cloud.json } } ]
END
sed "s|^run:|sinks: [ { json: { path: $dir/mesh.json } } ]\nrun:|" examples/scenarios/mesh.yaml >"$dir/mesh.yaml"
run() { # any status but that of a mistake: what the figures are does not matter here
    "$vmtp" run --no-progress "$dir/$1.yaml" >"$dir/out" 2>&1
    [ -s "$dir/$1.json" ] || { cat "$dir/out"; return 1; }
}
check "a run has something for each chart" run cloud
check "and a mesh" run mesh

page() { # NAME DOCUMENT...
    name=$1
    shift
    status 0 timeout 20 "$vmtp" chart -o "$dir/$name.html" "$@"
}
has() { # NAME SECTION...: the page has these sections
    name=$1
    shift
    for section in "$@"; do
        grep -q "<section id=\"$section\">" "$dir/$name.html" || { echo "no $section"; return 1; }
    done
}
check "there is a page of it" page cloud "$dir/cloud.json"
check "with all charts that it has something for" has cloud verdict dots timeline latency loss search scaling
check "and none that it has nothing for" sh -c '! grep -q "<section id=\"mesh\">" "$0"' "$dir/cloud.html"
check "a mesh has a table of who sent to whom" page mesh "$dir/mesh.json"
check "in its place" has mesh mesh

check "odd documents are made" /usr/bin/python3 tests/e2e/papers.py "$dir" "$dir/cloud.json" "$dir/mesh.json"
for name in hostile-0 hostile-1 odd-0 odd-1 empty; do
    check "a page is made of what is $name" page "$name" "$dir/$name.json"
done
for age in 2.0.1 2.5.0; do
    check "a page is made of what VMTP $age wrote" page "vmtp-$age" "tests/data/classic/vmtp-$age.json"
    check "with its flows and what was noted" has "vmtp-$age" verdict matrix dots notes
done
sed 's/same-network/same-\xff\xfenetwork/' "$dir/cloud.json" >"$dir/bytes.json"
check "a name of bytes that are no text" status 2 "$vmtp" chart -o "$dir/bytes.html" "$dir/bytes.json"
check "is said to be in that file" says "bytes.json: no JSON: line"
check "two runs stand side by side" page two "$dir/cloud.json" "$dir/many-1.json"
check "and fifty" page many "$dir"/many-*.json
check "on a page of less than 1 MB" [ "$(wc -c <"$dir/many.html")" -lt 1000000 ]
check "a page of one run is less than 300 kB" [ "$(wc -c <"$dir/cloud.html")" -lt 300000 ]

browse() { # without any network, whatever this machine has
    unshare -n true 2>/dev/null && set -- unshare -n "$@" || set -- unshare -rn "$@"
    timeout 200 "$@"
}
if command -v chromium >/dev/null && unshare -rn true 2>/dev/null; then
    browse /usr/bin/python3 tests/e2e/browser.py ${VMTP_TEST_SCREENSHOTS:+--shots "$VMTP_TEST_SCREENSHOTS"} \
        "$dir/cloud.html" "$dir/mesh.html" "$dir/two.html" "$dir/many.html" "$dir/hostile-0.html" \
        "$dir/hostile-1.html" "$dir/odd-0.html" "$dir/odd-1.html" "$dir/empty.html" \
        "$dir/vmtp-2.0.1.html" "$dir/vmtp-2.5.0.html" || failed=1
else
    skip "a browser shows the pages as they are meant: needs chromium and namespaces"
fi
exit $failed
