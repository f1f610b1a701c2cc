# SPDX-License-Identifier: Apache-2.0
# vmtp replay: a run's results to sinks afterwards; and VMTP mode, whose sinks get VMTP's document.
. tests/e2e/lib.sh

cat >"$dir/run.yaml" <<EOF
vmtp: 1
cloud: local
endpoints: { a: {}, b: {} }
flows:
  - { name: bulk, from: a, to: b, tool: { native: { rate: 10M } }, duration: 200ms, warmup: 0s, repeat: 1 }
sinks:
  - json: { path: $dir/gone/result.json }
EOF
check "a run whose sink fails is exit 3" status 3 "$vmtp" run --no-progress "$dir/run.yaml"
run=$(basename "$dir"/state/runs/*)
check "and says how to send it again" says "(vmtp replay $run sends it again)"
mkdir "$dir/gone"
check "the sink that failed is fed" status 0 "$vmtp" replay "$run" --sink json
check "it has the results" holds "$dir/gone/result.json" 'd["results"][0]["status"] == "ok"'
check "another sink is fed, which the scenario does not have" status 0 "$vmtp" replay "$run" --sink "csv: { results: $dir/x.csv }"
check "it has them too" grep -q goodput "$dir/x.csv"
check "a sink that the scenario does not have is refused by name" status 2 "$vmtp" replay "$run" --sink csv
check "with the mend" says "has no sink named csv; give one as --sink 'NAME: {...}'"
check "one that is written wrongly is refused" status 2 "$vmtp" replay "$run" --sink "csv: { result: x }"
check "where it is wrong" says "csv.result: there is no option 'result'; did you mean 'results'?"
rm "$dir/state/runs/$run/result.json"
check "a run that was killed is fed from its journal" status 0 "$vmtp" replay "$run" --sink "json: { path: $dir/recovered.json }"
check "which the document says" holds "$dir/recovered.json" '"recovered" in [e["kind"] for e in d["events"]]'

# ---- VMTP mode
printf 'vmtp_mongod_port: 1\nfluentd: { logging_tag: lab, port: 2 }\n' >"$dir/vmtp.yaml"
mode() { "$vmtp" --no-env -c "$dir/vmtp.yaml" --host ssh://root@127.0.0.1:1 --protocols I "$@"; }
before=$(date +%s)
check "servers that are away change no exit status" status 1 mode --mongod-server 127.0.0.1 --json "$dir/o.json"
check "and cost seconds at most" [ $(($(date +%s) - before)) -lt 15 ]
last=$(ls "$dir/state/runs" | tail -n 1)
if [ -e "$B/plugins/sinks/mongodb.so" ]; then
    check "the person is told of MongoDB" grep -q "sink mongodb: .*(vmtp replay $last sends it again)" "$dir/err"
else
    skip "the person is told of MongoDB: no mongodb plugin here"
fi
check "and of fluentd" grep -q "sink fluentd: .*(vmtp replay $last sends it again)" "$dir/err"
check "the results are written all the same" holds "$dir/o.json" 'd["vmtp_run"] == "'"$last"'"'
check "VMTP's document is kept" holds "$dir/state/runs/$last/classic.json" 'd["schema"] == "vmtp.classic/1"'
check "replay sends it, and not the result document" status 0 "$vmtp" replay "$last" --sink "json: { path: $dir/sent.json }"
check "with all that --json has" holds "$dir/sent.json" "d == json.load(open('$dir/o.json'))"
exit $failed
