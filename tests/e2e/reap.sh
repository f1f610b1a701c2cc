# SPDX-License-Identifier: Apache-2.0
# What a run makes is in its ledger before it is used, and is taken back whatever happens.
. tests/e2e/lib.sh
export VMTP_PLUGIN_PATH="$B/tests/plugins"
mkdir "$dir/made"
touch "$dir/made/not-ours"
left() { [ "$(ls "$dir/made")" = not-ours ]; }
made() { [ "$(ls "$dir/made" | wc -l)" -gt 1 ]; }
newest() { ls "$VMTP_STATE_DIR"/runs | tail -n 1; }

# scenario NAME CLOUD-OPTIONS TOOL-OPTIONS
scenario() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
cloud: { files: { folder: $dir/made, $2 } }
endpoints: { a: {}, b: {} }
flows:
  - { name: made-up, from: a, to: b, tool: { "null": { $3 } }, duration: 10ms, warmup: 0s, repeat: 2 }
END
}
scenario good '' ''
check "a run takes back what it made" status 0 "$vmtp" run --no-progress "$dir/good.yaml"
check "and leaves what is not its own" left

scenario quota 'fail-at: 2' ''
check "a deployment that fails is exit 3" status 3 "$vmtp" run --no-progress "$dir/quota.yaml"
check "with the cloud's own words" says "cloud files: endpoint b: the quota is used up"
check "what it had made is taken back" left

scenario killed '' 'hang: true'
"$vmtp" run --no-progress "$dir/killed.yaml" >"$dir/out" 2>"$dir/err" &
pid=$!
until_true 10 made
kill -KILL $pid
wait $pid 2>/dev/null
check "what a killed run made is still there" made
check "vmtp reap removes it" status 0 "$vmtp" reap "$(newest)"
check "and nothing else" left
check "vmtp reap says the same again" status 0 "$vmtp" reap "$(newest)"

scenario slow 'pause: 1s' ''
"$vmtp" run --no-progress "$dir/slow.yaml" >"$dir/out" 2>"$dir/err" &
pid=$!
until_true 10 made
kill -INT $pid
wait $pid
got=$?
check "Ctrl-C while deploying ends with 130" [ $got -eq 130 ]
check "and takes back what was made" left

scenario stuck 'stuck: true' ''
check "what can't be removed is exit 3" status 3 "$vmtp" run --no-progress "$dir/stuck.yaml"
check "and the message says how to try again" says "vmtp reap"
sed -i s/stuck:.true/stuck:\ false/ "$VMTP_STATE_DIR/runs/$(newest)/scenario.yaml"
check "vmtp reap --all removes it later" status 0 "$vmtp" reap --all
check "so that nothing is left" left

scenario hurry 'stuck: true' 'hang: true'
"$vmtp" run --no-progress "$dir/hurry.yaml" >"$dir/out" 2>"$dir/err" &
pid=$!
until_true 10 grep -qs endpoint "$VMTP_STATE_DIR/runs/$(newest)/journal.ndjson"
until_true 10 made
kill -INT $pid
until_true 5 says "cleaning up"
began=$(date +%s%N)
kill -INT $pid
wait $pid
got=$?
check "a second Ctrl-C ends clean-up that would try again" [ $(($(date +%s%N) - began)) -lt 1000000000 ]
check "what then is left behind makes it exit 3" [ $got -eq 3 ]
sed -i s/stuck:.true/stuck:\ false/ "$VMTP_STATE_DIR/runs/$(newest)/scenario.yaml"
"$vmtp" reap --all >/dev/null

sed -i '/^flows/i monitors: [ ticker, { ticker: { die-at: 2 } } ]' "$dir/good.yaml"
sed -i 's/"null": {  }/"null": { delay: 100ms }/' "$dir/good.yaml"
check "a run with monitors" status 0 "$vmtp" run --no-progress "$dir/good.yaml"
check "a monitor's figures are in the journal" grep -q '"subject":"a","metric":"beat"' "$VMTP_STATE_DIR/runs/$(newest)/journal.ndjson"
check "a monitor that dies is noted and the run goes on" says "monitor ticker#2: its heart has stopped"

sed -i '$a run: { keep: yes }' "$dir/good.yaml"
check "endpoints that are to be kept" status 0 "$vmtp" run --no-progress "$dir/good.yaml"
check "are there after the run, which says how they go" says "vmtp reap $(newest) removes them"
check "they are" made
check "vmtp reap removes them" status 0 "$vmtp" reap "$(newest)"
check "and no more" left

scenario broken '' 'fail-trial: 1'
sed -i '$a run: { on-error: stop }' "$dir/broken.yaml"
check "a run that stops on an error ends with 1" status 1 "$vmtp" run --no-progress "$dir/broken.yaml"
check "and says what failed" says "the run ends here, as on-error says: flow=made-up,from=a,to=b failed"
check "what was deployed stays" made
check "until vmtp reap" status 0 "$vmtp" reap --all
check "which leaves nothing of it" left

scenario secretive 'asks: true' ''
prompt() { /usr/bin/python3 tests/e2e/prompt.py "key of the folder" "$@"; }
fact() { holds "$VMTP_STATE_DIR/runs/$(newest)/result.json" 'd["cloud"]["facts"]["key"] == "right"'; }
check "a cloud asks on the terminal, and no progress comes between" status 0 prompt hunter2 "$vmtp" run "$dir/secretive.yaml"
check "and is told" fact
check "the answer is nowhere" sh -c '! grep -rqs hunter2 "$1" "$2"' - "$dir/out" "$VMTP_STATE_DIR"
check "^C for an answer stops the run" status 130 prompt "$(printf '\003')" "$vmtp" run "$dir/secretive.yaml"
check "so does SIGTERM while it is waited for" status 130 prompt '' "$vmtp" run "$dir/secretive.yaml"
check "and nothing is left" left
exit $failed
