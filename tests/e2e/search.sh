# SPDX-License-Identifier: Apache-2.0
# Rate searches on networks whose capacity is known.
. tests/e2e/lib.sh

# search NAME CLOUD-OPTIONS TOOL-OPTIONS SEARCH REST: runs it; the result is in NAME.json.
search() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
cloud: { fabric: { topology: pair, $2 } }
flows:
  - { name: udp, path: direct, tool: { native: { protocol: udp, $3 } }, search: { $4 }, $5 }
sinks: [ { json: { path: $dir/$1.json } }, { csv: { results: '', samples: $dir/$1.csv } } ]
END
    status 0 "$vmtp" run --no-progress "$dir/$1.yaml"
}

# What is lost at an answer of 5 % is what does not fit the path: its goodput is the ceiling.
near() { # NAME: the bounds hold the path's ceiling over 95 %, or are within 2 % of it
    holds "$dir/$1.json" '(lambda r: (lambda g, truth: g["state"] == "found"
        and truth * 0.97 < g["lower"] < truth * 1.005 and truth * 0.995 < g["upper"] < truth * 1.03)
        (r["search"]["goals"][0], r["metrics"]["goodput"]["ceiling"] / 0.95))(d["results"][0])'
}
# Twice where the machine is so busy that the tool can't keep its rate.
found() { # RATE
    search "$1" "rate: $1, queue: 20ms" 'length: 1400' 'loss: 5%, trial: 1s, sum: 7s, time: 45s' \
        'duration: 2s' && near "$1"
}
slow=20M fast=100M
[ -z "${SANITIZED:-}" ] || slow=10M fast=50M # what an instrumented sender keeps up with
for rate in $slow $fast; do
    check "the rate that a path of $rate carries is found within 2 %" once_or_twice found "$rate"
    check "the answer was verified and is what the flow's figures are of" figures "$rate" '(lambda r, g: g["verified"]["loss"] <= 0.05 and r["metrics"]["loss"]["ratio"] <= 0.05
         and r["trials"][0]["number"] == g["verified"]["number"] and len(r["trials"]) == 1
         and "no_ci95" in r["metrics"]["goodput"])(d["results"][0], d["results"][0]["search"]["goals"][0])'
done
check "the table tells its bounds" judged grep -Eq '^  search 5 %: [0-9.]+ Mb/s to [0-9.]+ Mb/s, [0-9]+ trials' "$dir/out"
check "samples of the search are marked as its own" sh -c '
    grep -q ",goodput,.*,1,[0-9.]*,0,1,.$" "$0" && grep -q ",goodput,.*,1,[0-9.]*,0,0,.$" "$0"' "$dir/$fast.csv"

# Twice, for a receiver that a busy machine keeps from its work loses what the path carries.
unlimited() {
    search free 'mtu: 1500' 'length: 64' \
        'loss: 5%, trial: 300ms, sum: 900ms, max: 100G, time: 40s' 'duration: 300ms' &&
        holds "$dir/free.json" '(lambda s: s["generator_limited"] == (s["goals"][0]["state"] == "irregular")
            and any(t["generator_limited"] for t in s["trials"])
            and ("upper" in s["goals"][0]) != s["generator_limited"])(d["results"][0]["search"])'
}
check "where nothing limits the path, what the tool can send is the end, and no answer of the path" once_or_twice unlimited

search_documents=$(ls "$dir"/*.json)
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    check "the documents are valid" /usr/bin/python3 tests/validate_schema.py share/vmtp/result-1.schema.json $search_documents
else
    skip "the documents are valid: needs python3-jsonschema"
fi
check "nothing is left" until_true 5 no_probes
exit $failed
