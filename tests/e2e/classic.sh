# SPDX-License-Identifier: Apache-2.0
# VMTP's command line between real hosts: sshd, nuttcp and ping in namespaces.
. tests/e2e/lib.sh
. tests/e2e/lib_sshd.sh
for program in sshd ssh-keygen nuttcp ping; do
    PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || { skip "VMTP's command line: no $program here"; exit 0; }
done
[ "$(id -u)" -eq 0 ] || { skip "VMTP's command line between hosts: only root can make them"; exit 0; }
at_exit() { hosts_down; }

check "-sc prints the defaults as YAML" sh -c '"$1" -sc | /usr/bin/python3 -c "
import sys, yaml
d = yaml.safe_load(sys.stdin)
assert d[\"tcp_tp_loop_count\"] == 3 and d[\"udp_loss_rate_range\"] == [2, 5], d"' - "$vmtp"
check "an unknown flag is exit 2" status 2 "$vmtp" --protokols T
check "and the error names it" says "unrecognized arguments: --protokols"
nobody() { "$vmtp" --no-env --host ssh://root@127.0.0.1:1 --protocols I "$@"; }
check "nothing to measure is exit 2" status 2 "$vmtp" --no-env
check "a config file that is not there is exit 2" status 2 nobody -c "$dir/none.yaml" --log-file "$dir/log"
check "and the log file has it too" grep -q "ERROR $dir/none.yaml: No such file" "$dir/log"
check "a folder for --json is exit 2, before anything is measured" status 2 nobody --json "$dir"
mkfifo "$dir/pipe" && ln -s pipe "$dir/link"
timeout 30 cat "$dir/pipe" >"$dir/piped.json" &
check "a measurement that failed is exit 1" status 1 nobody --json "$dir/link"
wait $!
check "its document goes through a pipe as well" holds "$dir/piped.json" '"error" in d["flows"][0]["results"][0]'
check "with --stop-on-error it is exit 2" status 2 nobody --stop-on-error

hosts_up 3 || { echo "FAIL three hosts with sshd come up"; exit 1; }
run() { at_controller "$vmtp" "$@" >"$dir/out" 2>"$dir/err"; }
printf 'tcp_tp_loop_count: 1\nicmp_pkt_sizes: [64]\n' >"$dir/few.yaml"
few() { run -c "$dir/few.yaml" -t 1 "$@"; }

result="$dir/two.json"
few --host root@10.77.0.9 --host root@10.77.0.2 --json "$dir/none.json" --protocols I
check "a host that can't be reached is exit 1" [ $? -eq 1 ]

# Paths of a known rate: a search for what a busy CPU carries may end without an answer.
limit() { # add tbf | del
    for interface in lo eth0; do
        at_host 1 tc qdisc "$1" dev $interface root ${2:+"$2" rate 100mbit burst 64k latency 20ms}
        at_host 2 tc qdisc "$1" dev $interface root ${2:+"$2" rate 100mbit burst 64k latency 20ms}
    done
}
limit add tbf
both() { run --host root@10.77.0.1 --host root@10.77.0.2 -t 1 --udpbuf 1024 --json "$result"; }
check "two hosts are measured" once_or_twice both
limit del
check "nothing is on stdout" [ ! -s "$dir/out" ]
check "the first host is the server of both flows" holds "$result" \
    '[(f["desc"], f["ip_from"], f["ip_to"]) for f in d["flows"]] == [("Native intra-host", "10.77.0.1", "10.77.0.1"), ("Native inter-host", "10.77.0.2", "10.77.0.1")]'
check "TCP is measured three times with nuttcp" holds "$result" \
    'len([r for r in d["flows"][1]["results"] if r["protocol"] == "TCP" and r["tool"].startswith("nuttcp") and r["pkt_size"] == 65536 and 1000 < r["throughput_kbps"] < 105000 and r["rtt_ms"] > 0]) == 3'
check "UDP has a throughput and a loss rate" holds "$result" \
    '[(r["pkt_size"], r["loss_rate"] <= 5, r["throughput_kbps"] > 1000) for r in d["flows"][1]["results"] if r["protocol"] == "UDP"] == [(1024, True, True)]'
check "ICMP has its three sizes, as strings" holds "$result" \
    '[(p["packet_size"], p["tx_packets"], p["rx_packets"], float(p["rtt_avg_ms"]) > 0) for p in d["flows"][1]["results"][-1]["results"]] == [(64, "10", "10", True), (391, "10", "10", True), (1500, "10", "10", True)]'
check "the report counts them" says "Failed Scenarios:"
check "and has VMTP's rows" says "Native Throughput"

few --host root@10.77.0.1 --host root@10.77.0.2 --host root@10.77.0.3 --protocols i --json "$result"
check "every other host is a client, and so is the first" holds "$result" \
    '[f["ip_from"] for f in d["flows"]] == ["10.77.0.1", "10.77.0.2", "10.77.0.3"]'
few --host root@10.77.0.1 --host root@10.77.0.2 --inter-node-only --protocols I --json "$result"
check "--inter-node-only leaves the first host out" holds "$result" '[f["desc"] for f in d["flows"]] == ["Native inter-host"]'
few --host root@10.77.0.1 --protocols T --tp-tool native --json "$result"
check "one host is measured with itself" holds "$result" \
    'd["flows"][0]["desc"] == "Native intra-host" and d["flows"][0]["results"][0]["tool"].startswith("native")'
few --host 'root@[fd77::1]' --host 'root@[fd77::2]' --protocols TI --json "$result"
check "hosts may be IPv6 addresses" holds "$result" \
    'd["flows"][1]["ip_to"] == "fd77::1" and all("error" not in r for r in d["flows"][1]["results"])'
at_host 1 ip link add eth5 type veth peer name eth6
at_host 1 ip link set eth5 up
at_host 1 ip address add 10.77.1.1/24 dev eth5
at_host 2 ip route add 10.77.1.1 via 10.77.0.1
few --host root@10.77.0.1::eth5 --host root@10.77.0.2 --protocols I --inter-node-only --json "$result"
check "the server's interface can be chosen" holds "$result" 'd["flows"][0]["ip_to"] == "10.77.1.1"'
limited() {
    few --host root@10.77.0.1 --host root@10.77.0.2 --bandwidth 20M --protocols TU --udpbuf 1024 --inter-node-only --json "$result"
    holds "$result" 'all(r["bandwidth_limit_kbps"] == 20000 and 15000 < r["throughput_kbps"] < 21000 for r in d["flows"][0]["results"])'
}
check "--bandwidth holds for TCP and UDP" once_or_twice limited

at_controller "$vmtp" -c "$dir/few.yaml" --host root@10.77.0.1 --protocols I --json "$result" <&- >&- 2>&-
check "stdin, stdout and stderr may be closed" [ $? -eq 0 ]
check "and the report is not written into a file that stands in their place" \
    sh -c '! grep -rl "Total Scenarios" "$1"' - "$VMTP_STATE_DIR"

printf 'tcp_tp_loop_count: 1\ntcp_pkt_sizes: [8192, 65536]\n' >"$dir/sizes.yaml"
run -c "$dir/sizes.yaml" -t1 --host root@10.77.0.1 --protocol T --json "$result" --test-description "O'Neil <b>"
check "a config file changes what is measured, a flag may be cut short" holds "$result" \
    '[r["pkt_size"] for r in d["flows"][0]["results"]] == [8192, 65536] and d["test_description"] == "O'"'"'Neil <b>"'

: >"$HOME/.ssh/known_hosts"
few --host root@10.77.0.1 --protocols I --json "$dir/strange.json"
check "a host whose key is not known is refused" [ $? -eq 1 ]
check "and the error says what mends it" says "accept-new"
few --host root@10.77.0.1 --protocols I --host-keys accept-new --json "$result"
check "unless that was allowed" [ $? -eq 0 ]
check "then its key is kept" [ -s "$HOME/.ssh/known_hosts" ]

nsenter --net="/run/netns/$room-c" "$vmtp" --host root@10.77.0.1:s3cr3t --protocols T -t 30 \
    --json "$dir/cut.json" --log-file "$dir/log" >/dev/null 2>"$dir/err" &
pid=$!
running() { pgrep -f 'nuttcp.*-T' >/dev/null; }
until_true 20 running
check "a password is gone from the arguments" sh -c '! tr "\0" " " </proc/'"$pid"'/cmdline | grep s3cr3t'
kill -TERM "$pid"
wait "$pid"
check "an interrupted run has failed scenarios" [ $? -eq 1 ]
check "and a document with an error for what was not measured" holds "$dir/cut.json" '"error" in d["flows"][0]["results"][0]'
check "the password is in no file" sh -c '! grep -r s3cr3t "$1"' - "$dir"
check "--log-file has the log" grep -q INFO "$dir/log"

nothing_left() { [ -z "$(ls "$dir/tmp")" ]; }
check "nothing is left on the hosts" until_true 5 nothing_left
check "no probe runs any more" until_true 5 no_probes
exit "$failed"
