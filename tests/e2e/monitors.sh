# SPDX-License-Identifier: Apache-2.0
# What monitors see is in trials, document, journal and sinks; what they do wrong harms no run.
. tests/e2e/lib.sh
export VMTP_PLUGIN_PATH="$B/tests/plugins"
last_run() { ls -t "$VMTP_STATE_DIR/runs" | head -n 1; }
folder() { echo "$VMTP_STATE_DIR/runs/$(last_run)"; }

# scenario NAME MONITORS TOOL: three trials of 300 ms.
scenario() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
cloud: local
endpoints: { a: , b: }
flows:
  - { name: made-up, from: a, to: b, tool: $3, duration: 300ms, warmup: 100ms, repeat: 3 }
$2
sinks: [ { json: { path: $dir/$1.json } }, { csv: { results: "", samples: $dir/$1.csv } } ]
END
}
run() { status "$1" "$vmtp" run --no-progress "$dir/$2.yaml"; }
# status of monitor NUMBER is STATUS and its error ERROR.
did() { holds "$dir/$1.json" "d['monitors'][$2].get('status') == '$3' and d['monitors'][$2].get('error', '') == '$4'"; }

scenario plain "" '{ "null": { delay: 400ms } }'
check "without a word of monitors the host's watches" run 0 plain
check "and does so well" did plain 0 ok ""
check "its figures are of both endpoints" holds "$dir/plain.json" \
    'd["monitors"][0]["name"] == "host" and all(d["watched"][e]["cpu_busy"]["n"] > 0 for e in "ab")'
check "a plan tells of it" sh -c '"$1" plan "$2" | grep -q "^monitors: host$"' - "$vmtp" "$dir/plain.yaml"
scenario none "monitors: []" '{ "null": { delay: 400ms } }'
check "a list without monitors is none" run 0 none
check "nothing is watched then" holds "$dir/none.json" 'd["monitors"] == [] and d["watched"] == {}'

scenario parts "monitors: [ { sentinel: { disturbed: true } } ]" '{ "null": { delay: 400ms } }'
check "a monitor that tells of parts" run 0 parts
check "document and schema agree" /usr/bin/python3 tests/validate_schema.py share/vmtp/result-1.schema.json "$dir/parts.json"
check "parts stand beside the whole" holds "$dir/parts.json" \
    'd["watched"]["b"]["cpu_busy"]["median"] == 0.5 and d["watched"]["b"]["cpu_busy"]["parts"]["cpu1"]["max"] == 0.1'
check "what is no endpoint is a subject too" holds "$dir/parts.json" '"beat" in d["watched"]["hypervisor-1"]'
check "what disturbs an endpoint marks the trials there" holds "$dir/parts.json" \
    'all("disturbed" in t["marks"] for t in d["results"][0]["trials"])'
check "samples have their part" grep -q '^[^,]*,[^,]*,,b,cpu_busy,gauge,ratio,,0,0.1,0,0,cpu1' "$dir/parts.csv"
rm "$(folder)/result.json"
check "without its document the run is made of its journal" status 0 \
    "$vmtp" replay "$(last_run)" --sink "json: { path: $dir/again.json }"
figures_of() { json "$1" '{(s, m, p): (f["n"], f.get("max", f.get("total"))) for s, ms in d["watched"].items() for m, w in ms.items() for p, f in [("", w), *w.get("parts", {}).items()]}'; }
check "with all that was seen" [ "$(figures_of "$dir/parts.json")" = "$(figures_of "$dir/again.json")" ]
check "how the monitors did" [ "$(json "$dir/parts.json" 'd["monitors"]')" = "$(json "$dir/again.json" 'd["monitors"]')" ]
check "and the marks of the trials" holds "$dir/again.json" 'all("disturbed" in t["marks"] for t in d["results"][0]["trials"])'

scenario dies "monitors: [ sentinel, { sentinel: { ends: fail } }, { sentinel: { ends: early } }, { sentinel: { ends: closed } } ]" \
    '{ "null": { delay: 400ms } }'
check "monitors that die do not end the run" run 0 dies
check "one lives" did dies 0 ok ""
check "one says why it died" did dies 1 failed "it has seen enough"
check "one does not" did dies 2 failed "it ended before the run did, and does not say why"
check "one was never there" did dies 3 failed "monitor sentinel: its eyes are shut"
check "the person is told" says "monitor sentinel#2: it has seen enough"

for how in hang spin deaf; do
    scenario $how "monitors: [ { sentinel: { ends: $how } }, sentinel ]" '{ "null": { delay: 400ms } }'
    began=$(date +%s)
    check "a monitor that does not stop ($how) is left alone" run 0 $how
    check "and said to have failed" did $how 0 failed "it did not stop"
    check "in bounded time" [ $(($(date +%s) - began)) -lt 20 ]
    check "the other one is well" did $how 1 ok ""
done

scenario flood "monitors: [ { sentinel: { flood: 1000000, different: 30000, events: 5000 } } ]" '{ "null": { delay: 400ms } }'
check "a flood of a million figures is survived" sh -c '/usr/bin/python3 -c "
import os, subprocess, sys
p = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(p.pid, 0)
print(usage.ru_maxrss)
sys.exit(os.WEXITSTATUS(status))" "$@" >"$0"' "$dir/rss" "$vmtp" run --no-progress "$dir/flood.yaml"
check "the result says how much was dropped" judged holds "$dir/flood.json" 'd["monitors"][0]["dropped"] > 900000'
check "and lists no more than it can" holds "$dir/flood.json" 'len(d["events"]) < 250'
[ -n "${SANITIZED:-}" ] || check "memory is bounded" [ "$(cat "$dir/rss")" -le 102400 ]

scenario wider "monitors: []" crowd
check "a flow without a known limit is tried with twice the connections" run 0 wider
check "which is none of its trials" holds "$dir/wider.json" \
    'len(d["results"][0]["trials"]) == 3 and d["results"][0]["metrics"]["goodput"]["value"] == 1e8 and {"streams": 2, "goodput": 2e8} in d["results"][0]["limit"]["probes"]'
check "its figures are marked as no part of a metric" /usr/bin/python3 -c '
import csv, sys
marks = {r["search"] for r in csv.DictReader(open(sys.argv[1])) if float(r["value"]) == 2e8}
sys.exit(marks != {"1"})' "$dir/wider.csv"
check "a plan counts it" sh -c '"$1" plan "$2" | grep -q "^stage 1: 3 trials, and if it is not known what limits it up to 1.10 s more$"' - "$vmtp" "$dir/wider.yaml"
check "nothing is left" no_probes
exit $failed
