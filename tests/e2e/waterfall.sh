# SPDX-License-Identifier: Apache-2.0
# Where datagrams are lost, provoked place by place: two hosts in network namespaces, and a router
# between them that can drop.
. tests/e2e/lib.sh
. tests/e2e/lib_sshd.sh

for program in ip tc iptables nsenter sshd ssh-keygen ss; do
    command -v $program >/dev/null || [ -x /usr/sbin/$program ] || { skip "no $program"; exit 0; }
done
[ "$(id -u)" -eq 0 ] || { skip "not root: no namespaces for hosts"; exit 0; }
PATH=$PATH:/usr/sbin:/sbin
at_exit() { hosts_down; ip netns delete "$room-r" 2>/dev/null; }
hosts_up 2 || exit 1

# The data plane: 10.78.1.1 - router - 10.78.2.1, and the same in fd78:1:: and fd78:2::.
at_router() { nsenter --net="/run/netns/$room-r" "$@"; }
ip netns add "$room-r"
for number in 1 2; do
    ip -n "$room-r" link add "d$number" type veth peer name d0 netns "$room-$number"
    ip -n "$room-r" address add "10.78.$number.254/24" dev "d$number"
    ip -n "$room-r" address add "fd78:$number::254/64" dev "d$number" nodad
    ip -n "$room-r" link set "d$number" up
    ip -n "$room-$number" address add "10.78.$number.1/24" dev d0
    ip -n "$room-$number" address add "fd78:$number::1/64" dev d0 nodad
    ip -n "$room-$number" link set d0 up
    ip -n "$room-$number" route add 10.78.0.0/16 via "10.78.$number.254"
    ip -n "$room-$number" route add fd78::/16 via "fd78:$number::254"
done
at_router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'

# flow NAME FLOW-OPTIONS TOOL-OPTIONS: runs it once, its document is $dir/NAME.json.
flow() {
    cat >"$dir/$1.yaml" <<YAML
vmtp: 1
cloud: { hosts: { user: root } }
endpoints:
  a: { ssh: 10.77.0.1, address: 10.78.1.1 }
  b: { ssh: 10.77.0.2, address: 10.78.2.1 }
flows:
  - { name: bulk, from: a, to: b, $2, repeat: 1, tool: { native: { protocol: udp, $3 } } }
sinks: [ { json: { path: $dir/$1.json } } ]
YAML
    at_controller "$vmtp" run --no-progress "$dir/$1.yaml" >"$dir/out" 2>"$dir/err"
    got=$?
    [ $got -eq 0 ] || [ $got -eq 4 ] || { tail -n 5 "$dir/err"; return 1; }
}

# Of the datagrams of $1: `lost`, and by place `sender`, `nic_sender`, `nic_receiver`, `softnet`,
# `reassembly`, `socket` and (the rest) `network`.
where() { # NAME EXPRESSION
    /usr/bin/python3 - "$dir/$1.json" "$2" <<'PY'
import json, sys
result = json.load(open(sys.argv[1]))["results"][0]
figures = {name: m.get("value", m.get("total")) for name, m in result["metrics"].items()}
sent, received = figures["sent"], figures["received"]
place = {name[5:]: v for name, v in figures.items() if name.startswith("lost_")}
lost = sent - received
network = lost - sum(place.values())
notes = [e["text"] for t in result["trials"] for e in t.get("events", [])]
scope = dict(place, sent=sent, lost=lost, network=network, notes=notes, figures=figures)
if not eval(sys.argv[2], scope) or network < 0:
    print("not so:", sys.argv[2], figures, notes)
    sys.exit(1)
PY
}
all_at() { # NAME PLACE: nearly all that was lost, and there was enough of it
    where "$1" "lost > 20 and $2 >= lost - 2"
}

check "a flow without loss" flow clean 'warmup: 200ms, duration: 500ms' 'rate: 20M'
check "no place has lost anything" where clean \
    'lost == 0 and sender == nic_sender == nic_receiver == softnet == reassembly == socket == 0'
check "on one machine one-way delay is known, with its error" where clean \
    '0 < figures["owd"] < 0.1 and 0 < figures["owd_error"] <= figures["owd"] / 4 or any("one-way delay is not given" in n for n in notes)'

at_host 1 tc qdisc add dev d0 root tbf rate 10mbit burst 5kb limit 20kb
check "a flow that its own queue is too small for" flow queue 'warmup: 200ms, duration: 500ms' 'rate: 30M'
check "all of its loss is the sender's" all_at queue sender
check "the same of datagrams in fragments" flow fragments \
    'warmup: 200ms, duration: 500ms' 'rate: 30M, length: 4000'
check "all of that loss is the sender's too" where fragments 'lost > 20 and sender >= lost - 2'
check "the same over IPv6" flow queue6 'family: ipv6, warmup: 200ms, duration: 500ms' 'rate: 30M'
check "all of its loss is the sender's" all_at queue6 sender
check "super-packets into that queue" flow super 'warmup: 100ms, duration: 300ms' 'rate: 0, offload: on'
check "how many datagrams were dropped there is unknown, and said so" where super \
    'lost == 0 or "sender" not in globals() and any("a super-packet is many" in n for n in notes)'

# The router drops one in twenty, and knows how many.
drops() { at_router iptables -w -nvxL FORWARD | awk '/statistic/ { print $1 }'; }
at_router iptables -w -A FORWARD -m statistic --mode random --probability 0.05 -j DROP
check "a flow that loses at both places" flow both 'warmup: 0s, duration: 500ms' 'rate: 30M'
check "each gets its own" where both "sender > 100 and abs(network - $(drops)) <= 2"
at_host 1 tc qdisc delete dev d0 root

at_router iptables -w -F
at_router iptables -w -A FORWARD -m statistic --mode random --probability 0.01 -j DROP
check "a router that drops one in a hundred" flow router 'warmup: 200ms, duration: 1s' 'rate: 60M'
check "all of it is the network's" where router 'network == lost'
check "and as many as are to be expected" where router \
    'abs(lost - 0.01 * sent) < 4.5 * (0.0099 * sent) ** 0.5'
check "a router that drops fragments" flow pieces 'warmup: 200ms, duration: 1s' 'rate: 60M, length: 4000'
check "those datagrams did not become whole" all_at pieces reassembly
at_router iptables -w -F

at_host 1 iptables -w -A OUTPUT -o d0 -p udp -m statistic --mode random --probability 0.05 -j DROP
check "a packet filter at the sender" flow filter 'warmup: 200ms, duration: 500ms' 'rate: 30M'
check "its drops are the sender's" where filter 'lost > 20 and sender == lost'
at_host 1 iptables -w -F

# A receiver that stands still while more comes than its buffer holds.
receiver() { # its process, once it is connected
    at_host 2 ss -Huanp state established | sed -n 's/.*"vmtp-probe",pid=\([0-9]*\).*/\1/p' | head -n 1
}
freeze() {
    until_true 20 sh -c "[ -n \"\$(nsenter --net=/run/netns/$room-2 ss -Huan state established)\" ]"
    probe=$(receiver)
    for _ in 1 2 3; do
        sleep 0.5
        kill -STOP "$probe"
        sleep 0.3
        kill -CONT "$probe"
    done
}
freeze &
frozen=$!
check "a receiver that stands still for a moment" flow slow \
    'warmup: 200ms, duration: 3s' 'rate: 60M, receive-buffer: 256K'
wait $frozen
check "all of that loss is the socket's" where slow 'lost > 100 and socket == lost'

exit $failed
