# SPDX-License-Identifier: Apache-2.0
# A run that is stopped, killed, or loses an end.
. tests/e2e/lib.sh

cat >"$dir/long.yaml" <<'END'
vmtp: 1
name: long
cloud: { fabric: { topology: pair, rate: 50M } }
flows:
  - { name: bulk, path: direct, tool: native, duration: 1s, warmup: 100ms, repeat: { min: 6, max: 20, until: 0.01% } }
END
clean() { no_probes && [ "$(namespaces)" -eq 0 ]; }
begun() { grep -qs '"type":"trial"' "$VMTP_STATE_DIR"/runs/*/journal.ndjson; }
newest() { ls -d "$VMTP_STATE_DIR"/runs/* | tail -n 1; }

for signal in INT TERM HUP; do
    "$vmtp" run --no-progress "$dir/long.yaml" >"$dir/out" 2>"$dir/err" &
    pid=$!
    check "a run begins that SIG$signal will stop" until_true 10 begun
    kill -$signal $pid
    wait $pid
    got=$?
    check "SIG$signal ends a run with 130" [ $got -eq 130 ]
    check "after SIG$signal nothing is left" clean
    check "after SIG$signal the document is there and says so" holds "$(newest)/result.json" \
        '"interrupted" in [e["kind"] for e in d["events"]]'
    rm -rf "$VMTP_STATE_DIR"
done

"$vmtp" run --no-progress "$dir/long.yaml" >"$dir/out" 2>"$dir/err" &
pid=$!
until_true 10 begun
check "a run that is alive is not reaped" status 3 "$vmtp" reap "$(basename "$(newest)")"
kill -KILL $pid
wait $pid 2>/dev/null
check "after kill -9 the probes end within 3 s and the namespaces are gone" until_true 3 clean
check "vmtp reap finds nothing left" status 0 "$vmtp" reap --all
check "vmtp reap may be said again" status 0 "$vmtp" reap "$(basename "$(newest)")"
check "the journal of a killed run is valid" /usr/bin/python3 -c '
import json, sys
lines = open(sys.argv[1]).read().split("\n")
[json.loads(l) for l in lines[:-1]]
assert len(lines) > 10' "$(newest)/journal.ndjson"
rm -rf "$VMTP_STATE_DIR"

"$vmtp" run --no-progress "$dir/long.yaml" >"$dir/out" 2>"$dir/err" &
pid=$!
until_true 10 begun
pkill -KILL -f "^$B/vmtp-probe"
wait $pid
got=$?
check "a run whose probes are killed goes on with new ones" [ $got -eq 0 ]
check "and names the endpoint" grep -q 'endpoint [ab]' "$dir/err"
check "the trial that they were killed in is counted as failed" grep -q '1 of .* trials failed' "$dir/out"
check "nothing is left of it" clean
exit $failed
