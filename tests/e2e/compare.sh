# SPDX-License-Identifier: Apache-2.0
# Has the network become worse?  Real runs over links of a known rate, compared; with wide gates and
# clear losses, so that a machine with other work on it does not decide.
. tests/e2e/lib.sh

# scenario NAME RATE REPEAT
scenario() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
cloud: { fabric: { topology: pair, rate: $2 } }
flows:
  - { name: bulk, path: direct, tool: { native: { protocol: tcp } }, duration: 300ms, repeat: { min: $3, max: $3 } }
sinks: [ { json: { path: $dir/$1.json } } ]
END
}
# run NAME...: each measured anew.
run() { for name; do "$vmtp" run --no-progress "$dir/$name.yaml" >/dev/null 2>&1 || return 1; done; }
# verdict WANTED ARGUMENTS: of compare, with what it compares measured again if it is not so.
verdict() {
    [ -z "${SANITIZED:-}" ] || return 0
    wanted=$1
    shift
    status "$wanted" "$vmtp" compare "$@" && return 0
    run old same slow few && status "$wanted" "$vmtp" compare "$@"
}

scenario old 20M 6
scenario same 20M 6
scenario slow 10M 6
scenario few 20M 3
check 'four runs to compare' run old same slow few
check 'a link that lost half of its rate fails' verdict 1 "$dir/old.json" "$dir/slow.json"
check 'the same link passes' verdict 0 --gate 20% "$dir/old.json" "$dir/same.json"
check 'a link that got faster passes' verdict 0 "$dir/slow.json" "$dir/old.json"
check 'that is within a gate that allows it' verdict 0 --gate goodput=80% "$dir/old.json" "$dir/slow.json"
check 'three trials against three decide nothing' status 4 "$vmtp" compare "$dir/few.json" "$dir/few.json"
check 'and it says what they lack' says '3 and 3 trials are too few for an interval; 1 more a side would give one'
check 'two against four have an interval of all trials' verdict 0 --gate 20% "$dir/few.json" "$dir/few.json" --to "$dir/old.json" "$dir/same.json"

"$vmtp" compare --json "$dir/old.json" "$dir/slow.json" >"$dir/compare.json"
check 'the comparison is JSON that its schema describes' /usr/bin/python3 -c 'import json, sys
from jsonschema import Draft202012Validator
Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))' \
    share/vmtp/comparison-1.schema.json "$dir/compare.json"
"$vmtp" compare --markdown "$dir/old.json" "$dir/slow.json" >"$dir/compare.md"
check 'or Markdown' grep -qE '^\| flow=bulk, path=direct \| goodput \| ' "$dir/compare.md"

mkdir "$dir/cut"
journal=$(ls -t "$VMTP_STATE_DIR"/runs/*/journal.ndjson | head -n 1)
cp "$journal" "$dir/cut/journal.ndjson"
check 'a journal without a document compares too' status 4 "$vmtp" compare "$dir/cut" "$dir/few.json"

# ---- run --baseline ----
newest() { ls -td "$VMTP_STATE_DIR"/runs/* | head -n 1; }
baseline() { status "$1" "$vmtp" run --no-progress --gate 20% --baseline "$dir/old.json" "$dir/$2.yaml"; }
check 'a run that is worse than its baseline ends with 1' once_or_twice baseline 1 slow
check 'one that is not ends with 0' once_or_twice baseline 0 same
check 'the comparison is in its folder' [ "$(json "$(newest)/compare.json" 'd["schema"]')" = vmtp.comparison/1 ]
check 'a baseline that is none is told before anything is touched' sh -c '
    before=$(ls "$VMTP_STATE_DIR/runs" | wc -l)
    "$1" run --baseline "$2/old.yaml" "$2/old.yaml" 2>"$2/err"
    [ $? -eq 2 ] && [ "$(ls "$VMTP_STATE_DIR/runs" | wc -l)" -eq "$before" ]' - "$vmtp" "$dir"

# ---- usage ----
check 'compare needs two' status 2 "$vmtp" compare "$dir/old.json"
check 'three need --to' status 2 "$vmtp" compare "$dir/old.json" "$dir/same.json" "$dir/few.json"
check 'a gate is a share' status 2 "$vmtp" compare --gate goodput=fast "$dir/old.json" "$dir/same.json"
check 'which the error says' says "gate 'goodput=fast': 'fast' is no share of 0 to 1; write 5% or 0.05"
check 'what is no result is refused' status 2 "$vmtp" compare "$dir/old.json" "$dir/compare.json"

# ---- noise ----
check 'noise measures what runs differ by' sh -c '"$1" noise --no-progress --runs 3 --json "$2/few.yaml" >"$2/noise.json"' - "$vmtp" "$dir"
check 'for each figure' holds "$dir/noise.json" \
    'len(d["runs"]) == 3 and all(0 <= r["spread"] < r["floor"] < r["detectable"][0]["change"] for r in d["rows"] if r["metric"] == "goodput")'
check 'as its schema describes' /usr/bin/python3 -c 'import json, sys
from jsonschema import Draft202012Validator
Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))' \
    share/vmtp/noise-1.schema.json "$dir/noise.json"
sed 's/"spread":[^,]*/"spread":0.5/g' "$dir/noise.json" >"$dir/loud.json"
check 'a loss that noise can hide is no failure' status 4 "$vmtp" compare --noise "$dir/loud.json" "$dir/old.json" "$dir/slow.json"
check 'two runs tell no noise' status 2 "$vmtp" noise --runs 2 "$dir/few.yaml"
check 'noise is known by its form' status 2 "$vmtp" compare --noise "$dir/old.json" "$dir/old.json" "$dir/same.json"

"$vmtp" noise --no-progress --runs 50 "$dir/few.yaml" >"$dir/out" 2>"$dir/err" &
pid=$!
until_true 20 grep -q '^vmtp: run 2 of 50' "$dir/err"
kill -INT "$pid"
wait "$pid"
check 'a noise that is interrupted ends with 130' [ $? -eq 130 ]
check 'and leaves nothing behind' until_true 5 no_probes
exit "$failed"
