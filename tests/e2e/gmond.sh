# SPDX-License-Identifier: Apache-2.0
# Monitor gmond: a real gmond that is asked and listened to, with more hosts by spoofing; servers that
# misbehave; and VMTP's -m between hosts.
. tests/e2e/lib.sh
. tests/e2e/lib_sshd.sh
for program in gmond gmetric sshd nuttcp ip; do
    PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || { skip "monitor gmond: no $program here"; exit 0; }
done
[ "$(id -u)" -eq 0 ] || { skip "monitor gmond in a network of its own: only root can make one"; exit 0; }
python=/usr/bin/python3
pids=
at_exit() {
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null
    hosts_down
}
# What gcc's and clang's checkers have in place of libtirpc's functions looks for these too early.
[ -z "${SANITIZED:-}" ] || export LD_PRELOAD=libtirpc.so.3 ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"

# gmond_conf FILE CHANNELS: a gmond that looks at CPU and load every 2 s.
gmond_conf() {
    cat >"$1" <<END
globals { daemonize = no setuid = no mute = no deaf = no host_dmax = 0 cleanup_threshold = 30
          send_metadata_interval = 5 module_dir = "/usr/lib/$(gcc -print-multiarch)/ganglia" }
cluster { name = "vmtp" }
$2
modules { module { name = "core_metrics" } module { name = "cpu_module" path = "modcpu.so" }
          module { name = "load_module" path = "modload.so" } }
collection_group { collect_once = yes time_threshold = 20 metric { name = "heartbeat" } }
collection_group { collect_once = yes time_threshold = 5 metric { name = "cpu_num" } }
collection_group { collect_every = 2 time_threshold = 2 metric { name = "cpu_user" } metric { name = "cpu_system" }
    metric { name = "cpu_idle" } metric { name = "cpu_nice" } metric { name = "cpu_wio" } metric { name = "cpu_intr" }
    metric { name = "cpu_sintr" } metric { name = "cpu_steal" } metric { name = "load_one" } }
END
}
# spoof ADDRESS:NAME USER IDLE: a host with 4 CPUs, the rest of whose time is the kernel's.
spoof() {
    set -- "$1" "cpu_user $2" "cpu_idle $3" "cpu_system $((100 - $2 - $3))" "cpu_nice 0" "cpu_wio 0" "cpu_intr 0" "cpu_sintr 0" "cpu_steal 0"
    host=$1
    shift
    at_host 1 gmetric -c "$dir/gmetric.conf" --spoof "$host" -n cpu_num -t uint16 -v 4
    for pair in "$@"; do
        at_host 1 gmetric -c "$dir/gmetric.conf" --spoof "$host" -n "${pair% *}" -t float -u % -v "${pair#* }"
    done
}
xml() { at_controller $python -c 'import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
sys.stdout.buffer.write(b"".join(iter(lambda: s.recv(65536), b"")))' "$@"; }
has_host() { xml 10.77.0.1 8649 | grep -q "NAME=\"$1\""; }
has_cpus() { [ "$(xml 10.77.0.1 8649 | grep -a -c 'NAME="cpu_num"')" -ge 4 ] && xml 10.77.0.1 8649 | grep -a -q 'NAME="cpu_idle"'; }

# start NAME OPTIONS [SECONDS]: a run between two endpoints that are in the tester's namespace, beside
# the others that were started; its document is $dir/NAME.json, its messages are $dir/NAME.err.
started=
start() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
name: $1
cloud: local
monitors: [ { gmond: { $2 } } ]
flows: [ { name: f, path: loopback, tool: { 'null': { delay: ${3:-3}s } }, duration: ${3:-3}s, warmup: 0, repeat: 1 } ]
sinks: [ { json: { path: $dir/$1.json } } ]
END
    nsenter --net="/run/netns/$room-c" "$vmtp" run --no-progress "$dir/$1.yaml" >/dev/null 2>"$dir/$1.err" &
    started="$started $!"
}
finish() {
    for pid in $started; do wait "$pid"; done
    started=
}
# A series of what was watched, and how the monitor ended.
watched() { holds "$dir/$1.json" "(lambda w, m: $2)(d['watched'], d['monitors'][0])"; }
measured() { holds "$dir/$1.json" "d['results'][0]['status'] == 'ok'"; }

hosts_up 2 || { echo "FAIL two hosts come up"; exit 1; }
ip -n "$room-b" link set bridge type bridge mcast_snooping 0
for number in c 1 2; do ip -n "$room-$number" route add 239.0.0.0/8 dev eth0; done
gmond_conf "$dir/one.conf" "udp_send_channel { host = 127.0.0.1 port = 8649 }
udp_recv_channel { port = 8649 }
tcp_accept_channel { port = 8649 }
tcp_accept_channel { port = 8650 gzip_output = yes }"
# The second host's gmond tells the first's, a group and the tester.
gmond_conf "$dir/two.conf" "udp_send_channel { host = 10.77.0.1 port = 8649 }
udp_send_channel { mcast_join = 239.2.11.71 port = 8651 ttl = 1 }
udp_send_channel { host = 10.77.0.254 port = 8652 }"
echo 'udp_send_channel { host = 127.0.0.1 port = 8649 }' >"$dir/gmetric.conf"
for number in 1 2; do
    config=$([ "$number" = 1 ] && echo one || echo two)
    nsenter --net="/run/netns/$room-$number" gmond -f -c "$dir/$config.conf" >"$dir/gmond-$number.log" 2>&1 &
    pids="$pids $!"
done
until_true 20 has_host 10.77.0.2
spoof_all() { # again from time to time: what is not heard of for 80 s is down
    spoof 10.1.1.1:alpha 20 70
    spoof 10.1.1.2:beta 50 25
    spoof 10.1.1.3:gamma 60 5
}
spoof_all
at_host 1 gmetric -c "$dir/gmetric.conf" --spoof 10.1.1.4:wrong -n cpu_user -t float -v 100
at_host 1 gmetric -c "$dir/gmetric.conf" --spoof 10.1.1.4:wrong -n cpu_system -t float -v 68
# gmond spoils its XML at a byte that is not ASCII, for each host behind it.
for host in 1 2 3 4 5 6 7 8; do
    at_host 1 gmetric -c "$dir/gmetric.conf" --spoof "10.1.2.$host:odd$host" -n "title$host" -t string -v "caf$(printf '\303\251') & <b>"
done
check "gmond knows all hosts" until_true 30 has_cpus
xml 10.77.0.1 8649 >"$dir/real.xml"
not_well_formed() { ! $python -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$dir/real.xml"; }
check "and its XML is not well-formed" not_well_formed

# ---- asked ----
start asked "address: 10.77.0.1" 5
start packed "address: 10.77.0.1, port: 8650" 1
start config "config: $dir/one.conf" 1
echo 'tcp_accept_channel { port = 8649 bind = 10.77.0.1 }' >"$dir/bind.conf"
start bind "config: $dir/bind.conf" 1
echo 'nonsense { 7' >"$dir/torn.conf"
echo 'globals { daemonize = no }' >"$dir/empty.conf"
for bad in torn empty none; do start $bad "config: $dir/$bad.conf" 1; done
finish
check "a run ends well beside a gmond that is asked" measured asked
check "so does the monitor" watched asked 'm == {"name": "gmond", "status": "ok"}'
check "every host is watched, also those that were spoofed" watched asked '{"alpha", "beta", "gamma"} <= set(w) and len(w) >= 5'
check "with its CPU time by kinds" watched asked \
    '[w["alpha"]["cpu_" + k]["median"] for k in ("user", "system", "busy", "idle", "steal")] == [0.2, 0.1, 0.3, 0.7, 0]'
check "and with what VMTP tells" watched asked 'abs(w["beta"]["cpu_load"]["median"] - 3) < 1e-9 and abs(w["gamma"]["cpu_load"]["median"] - 3.8) < 1e-9'
check "a value that does not change is one reading" watched asked 'w["gamma"]["cpu_busy"]["n"] == 1'
news() { watched asked 'max(s["cpu_busy"]["n"] for s in w.values() if "cpu_busy" in s) >= 2'; }
news_again() { news || { start asked "address: 10.77.0.1" 8; finish; news; }; }
check "a real host has new readings meanwhile" judged news_again
check "there is a reading from before the first trial" watched asked 'w["alpha"]["cpu_load_first"]["parts"]["10.1.1.1"]["series"][0][0] < 0.5'
check "a reading that can't be is dropped" watched asked '"wrong" not in w'
check "and said" grep -q "wrong: its CPU time comes to 168.0 %" "$dir/asked.err"
check "an answer that gmond packed is unpacked" watched packed 'm["status"] == "ok" and "gamma" in w'
check "gmond.conf says where gmond is asked, where none is here" watched config 'm["status"] == "failed" and "can'\''t connect to 127.0.0.1 port 8649" in m["error"]'
check "and where one is" watched bind 'm["status"] == "ok" and "alpha" in w'
for bad in torn empty none; do
    check "a gmond.conf that is $bad costs no measurement" measured $bad
    check "and is said" watched $bad "m['status'] == 'failed' and '$bad.conf' in m['error']"
done

# ---- listened to ----
start group "mode: listen, address: 239.2.11.71, port: 8651" 6
echo 'udp_recv_channel { mcast_join = 239.2.11.71 port = 8651 }' >"$dir/listen.conf"
start channels "mode: listen, config: $dir/listen.conf" 4
start own "mode: listen, address: 10.77.0.254, port: 8652" 6
at_controller $python -c 'import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 8653)); time.sleep(600)' &
pids="$pids $!"
bound() { at_controller ss -lun | grep -q ":$1 "; }
until_true 10 bound 8653
start taken "mode: listen, address: 0.0.0.0, port: 8653" 1
start hostile "mode: listen, address: 10.77.0.254, port: 8654" 4
until_true 10 bound 8654
at_controller $python -c '
import os, socket, struct, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
text = lambda b: struct.pack(">I", len(b)) + b + b"\0" * (-len(b) % 4)
head, end = struct.pack(">I", 134), time.time() + 2
while time.time() < end:
    for bad in (b"", b"\0", head, head + b"\xff" * 40, head + text(b"h") + text(b"cpu_user") + struct.pack(">I", 0),
                os.urandom(200), struct.pack(">I", 128) + b"\xff" * 60, struct.pack(">I", 133) + b"\x7f" * 1400):
        s.sendto(bad, ("10.77.0.254", 8654))
    s.sendto(head + text(b"good") + text(b"cpu_idle") + struct.pack(">I", 0) + text(b"%.1f") + struct.pack(">f", 75), ("10.77.0.254", 8654))
    time.sleep(0.01)'
finish
check "a group that gmond sends to is listened to" watched group 'm["status"] == "ok" and len(w) == 1'
check "each reading comes by itself" watched group 'max(s["cpu_busy"]["n"] for s in w.values()) >= 2'
check "with all that it is made of" watched group 'all("cpu_user" in s and "cpu_idle" in s for s in w.values())'
check "so are the channels of a gmond.conf" watched channels 'm["status"] == "ok" and len(w) == 1'
check "and an own address" watched own 'm["status"] == "ok" and list(list(w.values())[0]["cpu_load_first"]["parts"]) == ["10.77.0.2"]'
check "a port that is taken is left to whoever has it" watched taken 'm["status"] == "failed" and "Address already in use" in m["error"]'
check "datagrams that are none of Ganglia's do no harm" watched hostile 'm["status"] == "ok" and w["good"]["cpu_busy"]["median"] == 0.25'

# ---- servers that misbehave ----
spoof_all
xml 10.77.0.1 8649 >"$dir/real.xml"
# server NAME ADDRESS MODE [COUNT]: $port is where it listens.
server() {
    mkfifo "$dir/port-$1"
    nsenter --net="/run/netns/$room-c" $python tests/e2e/gmond_server.py "$2" "$3" ${4:-} <"$dir/real.xml" >"$dir/port-$1" 2>/dev/null &
    pids="$pids $!"
    read -r port <"$dir/port-$1"
}
for bad in open cut slow endless blank reset hang html; do
    server $bad 10.77.0.254 $bad
    start $bad "address: 10.77.0.254, port: $port, timeout: 1s"
done
server dies 10.77.0.254 gone 2
start dies "address: 10.77.0.254, port: $port, timeout: 1s" 5
server hangs 10.77.0.254 hang 2
start hangs "address: 10.77.0.254, port: $port, timeout: 1s" 5
start away "address: 10.77.0.254, port: 9"
start nobody "address: 10.77.0.99" 1
server six fd77::254 gzip
port6=$port
start six "address: 'fd77::254', port: $port6" 1
finish
costs_nothing() { # NAME TEXT
    measured "$1" && watched "$1" "m['status'] == 'failed' and '''$2''' in m['error'] and 'for the last' in m['error']"
}
check "a server that never closes is read all the same" watched open 'm["status"] == "ok" and "gamma" in w'
check "an answer that is cut costs the last host alone" watched cut 'len({"alpha", "beta", "gamma"} & set(w)) >= 2'
check "and is said" costs_nothing cut "its answer ends in the middle"
check "a slow server costs nothing" costs_nothing slow "its answer is not over in time"
check "an endless one neither" costs_nothing endless "its answer is"
check "and its first hosts are there" watched endless '"gamma" in w'
check "nor one that sends blanks" costs_nothing blank "its answer is not over in time"
check "nor one that resets" costs_nothing reset "the connection was lost: Connection reset by peer"
check "nor one that hangs" costs_nothing hang "its answer is not over in time"
check "nor one that is no gmond" costs_nothing html "its answer"
check "nor one that is away" costs_nothing away "connect to 10.77.0.254 port 9: Connection refused"
once() { [ "$(grep -c "Connection refused" "$dir/away.err")" -le 2 ]; } # when it began, and at the end
check "which is said once" once
check "nor one that nobody knows" costs_nothing nobody "connect to 10.77.0.99 port 8649"
check "nor one that dies in mid-run" costs_nothing dies "Connection refused"
check "and what it said before is kept" watched dies '"gamma" in w'
check "nor one that hangs in mid-run" costs_nothing hangs "not over in time"
check "gmond may have an IPv6 address" watched six 'm["status"] == "ok" and "gamma" in w'
server cancel 10.77.0.254 hang
start cancel "address: 10.77.0.254, port: $port, timeout: 60s" 60
asked() { at_controller ss -Htn state established "dport = :$port" | grep -q .; }
until_true 20 asked
began=$(date +%s)
# shellcheck disable=SC2086
kill -INT $started
finish
check "a run is cancelled at once while gmond hangs" [ $(($(date +%s) - began)) -le 10 ]

# ---- VMTP's -m ----
printf 'tcp_tp_loop_count: 2\nudp_pkt_sizes: [1024]\nicmp_pkt_sizes: [64]\n' >"$dir/few.yaml"
classic() { at_controller "$vmtp" -c "$dir/few.yaml" --json "$dir/classic.json" --inter-node-only --host root@10.77.0.1 --host root@10.77.0.2 "$@" >"$dir/out" 2>"$dir/err"; }
loads='[r.get("cpu_load") for r in d["flows"][0]["results"] if r["protocol"] in ("TCP", "UDP")]'
spoof_all
check "VMTP's -m measures" classic -m 10.77.0.1 -t 5 --protocols TU --bandwidth 50M
check "each result has the CPU load of every host by its address" holds "$dir/classic.json" \
    "len($loads) == 3 and all({'10.77.0.1', '10.77.0.2', '10.1.1.1', '10.1.1.2', '10.1.1.3'} <= set(l) for l in $loads)"
check "a baseline first" holds "$dir/classic.json" "all(l['10.1.1.1'] == [1.2] and l['10.1.1.2'] == [3.0] for l in $loads)"
samples() { # how many a real host has, with the baseline
    holds "$dir/classic.json" "all(len(l['10.77.0.2']) >= 2 and all(isinstance(v, float) and v == round(v, 2) >= 0 for v in l['10.77.0.2']) for l in $loads)"
}
again() { samples || { classic -m 10.77.0.1 -t 8 --protocols TU --bandwidth 50M; samples; }; }
check "then the samples of the test" judged again
check "the time of a trial is what -t says" holds "$dir/classic.json" 'len([r for r in d["flows"][0]["results"] if r["protocol"] == "TCP"]) == 2'
check "the document is as the schema says" $python -c 'import json, sys, jsonschema
jsonschema.validate(*(json.load(open(name)) for name in sys.argv[1:]))' "$dir/classic.json" share/vmtp/vmtp-classic.schema.json
check "an -m that nobody answers is no failure" classic -m 10.77.0.99:8650 -t 1 --protocols T
check "but said" says "can't connect to 10.77.0.99 port 8650"
check "and nothing stands in its place" holds "$dir/classic.json" "all(l is None for l in $loads)"
check "an -m that is no address is exit 2" status 2 "$vmtp" --host root@10.77.0.1 -m 10.77.0.1:port
check "-m takes IPv6" classic -m "[fd77::254]:$port6" -t 1 --protocols T
check "with the same result" holds "$dir/classic.json" "all('10.1.1.3' in l for l in $loads)"
exit "$failed"
