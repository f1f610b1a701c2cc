# SPDX-License-Identifier: Apache-2.0
# Several tools take turns on one path in one run, and agree on what it carries.  The best trials are
# compared: a busy machine can hold a trial back, but nothing makes it faster than the path.
. tests/e2e/lib.sh
tools=native
for tool in iperf3 nuttcp; do
    if [ ! -f "$B/plugins/tools/$tool.so" ]; then
        skip "$tool agrees with the others: its plugin"
    elif ! command -v $tool >/dev/null; then
        skip "$tool agrees with the others: $tool (apt install $tool)"
    else
        tools="$tools, $tool"
    fi
done

# cross NAME RATE OPTIONS-OF-ALL
cross() {
    list=$(echo "$tools" | sed -E "s/[a-z0-9]+/{ &: { $3 } }/g")
    cat >"$dir/$1.yaml" <<END
vmtp: 1
cloud: { fabric: { topology: pair, rate: $2 } }
flows:
  - { name: f, path: direct, tool: [ $list ], duration: 1s, warmup: 0s, repeat: 4 }
sinks: [ { json: { path: $dir/$1.json } } ]
END
    "$vmtp" run --no-progress "$dir/$1.yaml" >"$dir/out" 2>"$dir/err"
    check "$tools take turns over $2 with $3" holds "$dir/$1.json" \
        'all(r["status"] == "ok" for r in d["results"]) and len(d["results"]) == '"$(echo "$tools" | wc -w)"
}
agree() { # NAME FIGURE-OF-r
    figures "$1" "(lambda v: max(v) / min(v) < 1.01)([$2 for r in d['results']])" || {
        json "$dir/$1.json" "[(r['tool'], $2) for r in d['results']]"
        return 1
    }
}

best='max(r["metrics"]["goodput"]["trials"])'
for rate in 100M 1G; do
    cross tcp-$rate $rate 'protocol: tcp'
    check "each of them fills $rate to within 1 %" figures tcp-$rate \
        "all(abs($best / r['metrics']['goodput']['value'] * r['metrics']['goodput']['of_ceiling'] - 1) < 0.01 for r in d['results'])"
    check "they agree on it to within 1 %" agree tcp-$rate "$best"
done
cross udp-100M 100M 'protocol: udp, rate: 20M, length: 1400'
check "they offer 20M to within 2 %" figures udp-100M \
    "all(abs($best / 20e6 - 1) < 0.02 for r in d['results'])"
check "and all of it comes through" figures udp-100M \
    'all(min(a - b for a, b in zip(*(r["metrics"][m]["trials"] for m in ("sent", "received")))) == 0 for r in d["results"])'
exit $failed
