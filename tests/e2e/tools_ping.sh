# SPDX-License-Identifier: Apache-2.0
# ping for real: of iputils and of BusyBox, over paths that answer, lose and refuse.
. tests/e2e/lib.sh
. tests/e2e/lib_tools.sh
command -v ping >/dev/null || { skip "ping measures: ping (apt install iputils-ping)"; exit 0; }

flow() { # NAME CLOUD FLOW: what follows the flow's name
    scenario "$1" "$2" "  - { name: f, repeat: 1, $3 }"
}

flow sizes '{ fabric: { topology: pair, rate: 100M } }' \
    'path: direct, family: [ipv4, ipv6], tool: { ping: { size: [56, 1400] } }'
began=$(date +%s)
check "ten requests of each size run" status 0 "$vmtp" run --no-progress "$dir/sizes.yaml"
check "in two seconds each" [ $(($(date +%s) - began)) -le 10 ]
check "each of them is a round trip" result sizes \
    'r["metrics"]["rtt"]["n"] == 10 and r["metrics"]["sent"]["value"] == 10 and r["metrics"]["loss"]["lost"] == 0'
check "the percentiles agree with what ping sums up" result sizes \
    'abs(r["metrics"]["rtt"]["min"] - r["metrics"]["rtt_min"]["value"]) < 1e-9 and abs(r["metrics"]["rtt"]["mean"] / r["metrics"]["rtt_avg"]["value"] - 1) < 0.05'
check "each reply stands in the series" result sizes 'len(r["trials"][0]["series"]["rtt"]) == 10'

flow delay '{ fabric: { topology: pair, delay: 10ms } }' \
    'path: direct, tool: { ping: { interval: 50ms } }'
if "$vmtp" run --no-progress "$dir/delay.yaml" >"$dir/out" 2>&1; then
    check "a delay of 10 ms in each direction is one of 20" result delay \
        '0.02 <= r["metrics"]["rtt"]["p50"] < 0.022'
else
    check "a delay that this kernel can't make is refused with the reason" grep -q netem "$dir/out"
fi

flow routed '{ fabric: { topology: routed } }' \
    'path: different-network, tool: { ping: { ttl: [1, 2], count: 3, interval: 20ms, timeout: 300ms } }'
check "the loss of all is a measured loss" status 0 "$vmtp" run --no-progress "$dir/routed.yaml"
check "by one router too many" result routed \
    'r["metrics"]["loss"]["lost"] == (3 if r["labels"]["ttl"] == "1" else 0)'
check "which says so" holds "$dir/routed.json" '"Time to live exceeded" in d["results"][0]["trials"][0]["events"][0]["text"]'

flow large '{ fabric: { topology: pair } }' \
    'path: direct, tool: { ping: { size: 2000, do-not-fragment: [true, false], count: 2, interval: 20ms } }'
"$vmtp" run --no-progress "$dir/large.yaml" >"$dir/out" 2>"$dir/err"
check "what ping would not send is no loss" says 'ping: local error: message too long, mtu=1500'
check "but may be sent in fragments" holds "$dir/large.json" \
    '[r["status"] for r in d["results"]] == ["failed", "ok"] and d["results"][1]["metrics"]["loss"]["lost"] == 0'

# ---- other pings ----
mkdir "$dir/bin"
flow local local 'path: loopback, tool: { ping: { count: 2, interval: 20ms } }'
flow dscp local 'path: loopback, tool: { ping: { dscp: 8, count: 2, interval: 20ms } }'
pretend() { # COMMAND-OF-A-SHELL [SCENARIO]
    printf '#!/bin/sh\n%s\n' "$1" >"$dir/bin/ping"
    chmod 755 "$dir/bin/ping"
    rm -f "$dir/${2:-local}.json"
    PATH="$dir/bin:$PATH" "$vmtp" run --no-progress "$dir/${2:-local}.yaml" >"$dir/out" 2>"$dir/err"
}
if command -v busybox >/dev/null; then
    pretend 'exec busybox ping "$@"'
    check "BusyBox is understood" result local 'r["metrics"]["rtt"]["n"] == 2 and "rtt_mdev" not in r["metrics"]'
    pretend 'exec busybox ping "$@"' dscp
    check "and not asked for what it can't" says "its ping (BusyBox) can't set dscp; iputils-ping can"
else
    skip "BusyBox is understood: busybox"
fi
pretend '[ "$LC_ALL" = C ] || exit 3; exec /usr/bin/ping "$@"'
check "ping speaks no language of its own" result local 'r["metrics"]["rtt"]["n"] == 2'
pretend 'echo "ping: connect: Network is unreachable" >&2; exit 2'
check "a ping that fails is told with its last words" \
    says 'ping ended with 2: ping: connect: Network is unreachable'
pretend 'echo "PING"; exit 1'
check "one that ends without a summary has failed" says 'ping ended with 1: PING'
check "nothing is left of all these" [ "$(probes)" -eq 0 -a "$(namespaces)" -eq 0 ]
exit $failed
