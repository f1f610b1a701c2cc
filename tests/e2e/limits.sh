#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What limits a flow is named: each cause is made on purpose, between two hosts in namespaces.
# LIMITS=10 makes each ten times and counts.
. tests/e2e/lib.sh
. tests/e2e/lib_sshd.sh

[ "$(id -u)" -eq 0 ] || { skip "limits are tried end to end: root"; exit 0; }
for plugin in clouds/hosts clouds/fabric monitors/host tools/native; do
    [ -f "$B/plugins/$plugin.so" ] || { skip "limits are tried end to end: $plugin"; exit 0; }
done
[ -z "${SANITIZED:-}" ] || { note "what limits a flow is a figure, and not asked of a sanitized build"; exit 0; }
[ -x /usr/sbin/sshd ] || { skip "limits are tried end to end: sshd"; exit 0; }

provoker=
at_exit() { calm; hosts_down; }
# shellcheck disable=SC2015
hosts_up 2 || { echo "FAIL two hosts come up"; exit 1; }

# ---- causes --------------------------------------------------------------------------------------

in_between() { nsenter --net="/run/netns/$room-b" "$@"; }
shape() { in_between tc qdisc replace dev p2 root tbf "$@"; }
drop() { at_host 2 iptables -A INPUT -p "$1" ! --dport 22 -m statistic --mode random --probability "$2" -j DROP; }
provoke() { /usr/bin/python3 tests/e2e/provoke.py "$@" & provoker="$!"; }
stopped() { provoke stop "$room-$1" 5 45; }
quota() { provoke quota "$room-$1" "$2"; }
offloads() { # on or off, so that frames are as they would be on a wire
    for number in 1 2 c; do at_host "$number" ethtool -K eth0 tso "$1" gso "$1" gro "$1" tx "$1" rx "$1"; done
    for port in p1 p2 p254; do in_between ethtool -K "$port" tso "$1" gso "$1" gro "$1" tx "$1"; done
} >/dev/null 2>&1
far() { # MS there, and back
    offloads off
    ip -n "$room-b" link set p2 nomaster
    ip -n "$room-b" link add q0 type veth peer name q1
    ip -n "$room-b" link set q0 master bridge up
    ip -n "$room-b" link set q1 up
    nsenter --net="/run/netns/$room-b" /usr/bin/python3 tests/e2e/provoke.py delay q1 p2 "$1" & provoker="$!"
    until_true 5 at_host 1 ping -q -c 1 -W 1 10.77.0.2 >/dev/null 2>&1
}
# shellcheck disable=SC2086
calm() {
    [ -z "$provoker" ] || { kill $provoker; wait $provoker; }
    provoker=
    in_between tc qdisc del dev p2 root
    at_host 2 iptables -F
    in_between ip link show q0 && {
        ip -n "$room-b" link del q0
        ip -n "$room-b" link set p2 master bridge
        offloads on
    }
    true
} >/dev/null 2>&1

# ---- what is said of them ------------------------------------------------------------------------

# scenario TOOL [DURATION [WARMUP]]
scenario() {
    cat >"$dir/limits.yaml" <<END
vmtp: 1
cloud: { hosts: {} }
endpoints: { a: { ssh: root@10.77.0.1 }, b: { ssh: root@10.77.0.2 } }
flows:
  - { name: bulk, from: a, to: b, tool: { $1 }, duration: ${2:-1s}, warmup: ${3:-300ms}, repeat: { min: 3, max: 3 } }
run: { explain: no }
sinks: [ { json: { path: $dir/limits.json } } ]
END
}
measure() { at_controller "$vmtp" run --no-progress "$dir/limits.yaml" >"$dir/run.out" 2>&1; }
cause() { json "$dir/limits.json" "d['results'][0].get('limit', {}).get('cause')"; }
told() { json "$dir/limits.json" "d['results'][0].get('limit')" | cut -c1-700; }

# named SENTENCE CAUSE[|CAUSE]: what was provoked is named so, now or one of the next times; with
# LIMITS, in 19 of 20.
named() {
    if [ -n "${LIMITS:-}" ]; then
        count "$@"
        return
    fi
    check "$1" soon right "$2"
}
soon() { once_or_twice once_or_twice "$@"; } # on a machine that others use, too
right() { measure && cause | grep -qxE "$1" || { cat "$dir/run.out"; told; return 1; }; }
count() {
    good=0 unknown=0
    for _ in $(seq "$LIMITS"); do
        right "$2" >"$dir/wrong" && good=$((good + 1)) || { cat "$dir/wrong" >>"${LIMITS_LOG:-/dev/null}"; [ "$(cause)" != unknown ] || unknown=$((unknown + 1)); }
    done
    note "$1: $good of $LIMITS, $unknown unknown"
    check "$1" [ $((good * 20)) -ge $((LIMITS * 19)) ]
}

scenario 'native: { rate: 50M }'
named 'the rate that was asked for limits TCP' pacing
scenario 'native: { protocol: udp, rate: 50M }'
named 'the rate that was asked for limits UDP' 'pacing|sender-scheduling' # on a crowded machine

shape rate 100mbit burst 20k latency 100ms
scenario 'native: { congestion: cubic }'
named 'a long queue is a queue' queueing
scenario 'native: { congestion: bbr }'
named 'a long queue is a queue with BBR too' queueing
calm

shape rate 100mbit burst 10k latency 1ms
scenario 'native: { congestion: cubic }'
named 'a line without a queue looks like a policer' loss
scenario 'native: { protocol: udp, rate: 150M }'
named 'datagrams that a policer drops are lost' loss
calm

drop tcp 0.03
scenario 'native: { congestion: cubic }'
named 'segments that are lost at random limit a flow' loss
calm
drop udp 0.02
scenario 'native: { protocol: udp, rate: 50M }'
named 'datagrams that are lost at random limit a flow' loss
check 'and all of them are the network'\''s' \
    judged holds "$dir/limits.json" "(lambda l: l['network'] >= 0.99 * l['lost'] > 0)(d['results'][0]['metrics']['loss'])"
calm

stopped 2
scenario 'native: { congestion: cubic }'
named 'a program that does not read is named' receiver-application
scenario 'native: { congestion: bbr }'
named 'a program that does not read is named with BBR too' receiver-application
scenario 'native: { protocol: udp, rate: 100M, receive-buffer: 256K }'
named 'a program that does not read datagrams is named' receiver-application
check 'and all that is lost is the socket'\''s' \
    judged holds "$dir/limits.json" "(lambda l: l['socket'] >= 0.99 * l['lost'] > 0)(d['results'][0]['metrics']['loss'])"
calm

stopped 1
scenario 'native: {}'
named 'a program that does not send is named' sender-application
calm

if (group=$(mktemp -d /sys/fs/cgroup/cpu/vmtp-test-XXXXXX || mktemp -d /sys/fs/cgroup/vmtp-test-XXXXXX) &&
    { [ -e "$group/cpu.cfs_quota_us" ] || [ -e "$group/cpu.max" ]; }; r=$?; rmdir "$group"; exit $r) 2>/dev/null; then
    quota 1 0.1
    scenario 'native: {}'
    named 'a sender that gets no CPU is named' 'sender-scheduling|sender-cpu'
    calm
    quota 2 0.05
    scenario 'native: {}'
    named 'a receiver that gets no CPU is named' receiver-cpu
    scenario 'native: { protocol: udp, rate: 300M, receive-buffer: 1M }'
    named 'a receiver of datagrams that gets no CPU is named' receiver-cpu
    calm
else
    skip 'a sender that gets no CPU is named: cgroups with a quota'
fi

scenario 'native: { rate: 500M }' 4s 0s
sed -i 's/min: 3, max: 3/min: 1, max: 1/' "$dir/limits.yaml"
# 64 MiB at 500 Mb/s, whose headers are 4.6 % more, while 100 Mb/s come in: 1.27 s
bucket() { # which is full anew each time
    calm
    shape rate 100mbit burst 64mb latency 20ms
    right token-bucket && holds "$dir/limits.json" \
        "(lambda l: abs(l['burst'] / 500e6 - 1) < 0.05 and abs(l['sustained'] / 95.6e6 - 1) < 0.05 and abs(l['burst_time'] / 1.27 - 1) < 0.05)(d['results'][0]['limit'])"
}
check 'a burst that ends is a token bucket, whose two rates and time are right within 5 %' soon bucket
calm

far 10
scenario 'native: { congestion: cubic, receive-buffer: 128K }'
named 'a small receive buffer is a small window' receive-window
scenario 'native: { congestion: bbr, receive-buffer: 128K }'
named 'a small receive buffer is a small window with BBR too' receive-window
scenario 'native: { congestion: cubic, send-buffer: 32K }'
named 'a small send buffer is named' send-buffer
calm

# ---- a path whose rate is known ------------------------------------------------------------------

cat >"$dir/limits.yaml" <<END
vmtp: 1
cloud: { fabric: { rate: 200M } }
flows:
  - { name: bulk, path: direct, tool: { native: {} }, duration: 1s, repeat: { min: 3, max: 3 } }
  - { name: udp, path: direct, tool: { native: { protocol: udp, rate: 300M } }, duration: 1s, repeat: { min: 3, max: 3 } }
sinks: [ { json: { path: $dir/limits.json } } ]
END
at_controller() { "$@"; }
full() { right line-rate && holds "$dir/limits.json" "d['results'][1]['limit']['cause'] == 'line-rate'"; }
check 'a line that is full is the line rate, also for datagrams' soon full
check 'the table says so' grep -q 'the line rate' "$dir/run.out"
exit $failed
