#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Speed beside the peers: run.sh BUILD.  One vmtp run per question, in which native and its peers
# take turns on the same path in shuffled rounds; then ratios of the same round, with intervals.
set -eu
B=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
sh share/setup.sh bench
dir=$(mktemp -d)
allowed=$(sysctl -n net.ipv4.tcp_allowed_congestion_control)
trap 'sysctl -qw net.ipv4.tcp_allowed_congestion_control="$allowed" 2>/dev/null || true; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export VMTP_STATE_DIR="$dir/state"
rounds=${ROUNDS:-9}

# All tools by the same congestion control, and one that does not pace: else it is what is measured.
if [ "$(id -u)" -eq 0 ]; then
    sysctl -qw net.ipv4.tcp_allowed_congestion_control="$allowed cubic"
    congestion='congestion: cubic'
else
    congestion=
    echo "not root: all tools run with the machine's own congestion control"
fi

# measure NAME TOOLS...: shuffled rounds of one trial each
measure() {
    name=$1
    cat >"$dir/$name.yaml"
    "$B/vmtp" run --no-progress "$dir/$name.yaml" >"$dir/$name.txt" 2>"$dir/$name.err" ||
        [ $? -eq 4 ] || { cat "$dir/$name.txt" "$dir/$name.err"; exit 1; }
}
flow() { # TOOL
    echo "  - { name: f, path: direct, tool: $1, duration: 1s, warmup: 300ms, repeat: { min: $rounds, max: $rounds } }"
}
head() { printf 'vmtp: 1\ncloud: { fabric: { topology: pair, %s } }\nsinks: [ { json: { path: %s } } ]\nflows:\n' "$congestion" "$dir/$1.json"; }

{ head tcp; flow '[ native, iperf3, iperf, nuttcp ]'; } | measure tcp
for length in 64 512 1400; do
    { head udp$length
      flow "[ { native: { protocol: udp, length: $length } }, { nuttcp: { protocol: udp, length: $length } }, { iperf3: { protocol: udp, length: $length } } ]"
    } | measure udp$length
done
{ head trial; echo "  - { name: f, path: direct, tool: { native: { protocol: udp, rate: 1M } }, duration: 1s, warmup: 0s, repeat: { min: $rounds, max: $rounds } }"; } >"$dir/cost.yaml"
/usr/bin/python3 bench/cost.py "$B/vmtp" "$dir/cost.yaml" "$rounds" >"$dir/cost.json"

{
    printf 'vmtp: 1\ncloud: { fabric: { topology: bridge } }\nrun: { parallel: true }\nendpoints:\n'
    seq 0 49 | sed 's/.*/  e&: {}/'
    echo 'flows:'
    seq 0 2 48 | while read -r i; do
        echo "  - { name: f$i, from: e$i, to: e$((i + 1)), tool: { native: { protocol: udp, rate: 1M } }, duration: 1s, warmup: 0s, repeat: 1 }"
    done
} >"$dir/fifty.yaml"
/usr/bin/python3 bench/cost.py "$B/vmtp" "$dir/fifty.yaml" 1 >"$dir/fifty.json"
/usr/bin/python3 bench/report.py "$dir"
