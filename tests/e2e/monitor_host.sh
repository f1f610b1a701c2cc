# SPDX-License-Identifier: Apache-2.0
# Monitor host: what it sees of both ends, what its probe sees of what is done on purpose, and what a
# run makes of a probe that dies or hangs.
. tests/e2e/lib.sh
probe=$B/vmtp-probe
watches() { pgrep -f "^$probe watch"; }
watches_get() { for pid in $(watches); do kill -"$1" "$pid" 2>/dev/null; done; }
no_watches() { ! watches >/dev/null; }
at_exit() { watches_get KILL; }

# scenario NAME DURATION TOOL-OPTIONS
scenario() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
cloud: { fabric: { topology: pair, rate: 100M } }
monitors: [ { host: { interval: 50ms } } ]
flows: [ { name: bulk, path: direct, tool: { native: { $3 } }, duration: $2, warmup: 0ms, repeat: 2 } ]
sinks: [ { json: { path: $dir/$1.json } } ]
END
}
# all_of NAME EXPRESSION: it is true of what was watched of each endpoint, w.
all_of() { holds "$dir/$1.json" "len(d['endpoints']) == 2 and all($2 for w in (d['watched'][e] for e in d['endpoints']))"; }

scenario both 1s 'protocol: tcp'
check "a run with monitor host is carried out" status 0 "$vmtp" run --no-progress "$dir/both.yaml"
check "each endpoint has its CPU shares, more than ten of them" all_of both \
    "w['cpu_busy']['n'] > 10 and 0 <= w['cpu_busy']['min'] <= w['cpu_busy']['median'] <= w['cpu_busy']['max'] <= 1"
check "each has its stalls and what watching it costs" all_of both "w['stall']['n'] > 10 and w['watch_cost']['n'] > 10"
check "what belongs to the machine is the same for both" holds "$dir/both.json" \
    'len({json.dumps(d["watched"][e]["stall"]) for e in d["endpoints"]}) == 1'
check "the traffic of each one's interface is seen" all_of both \
    "max(p['max'] for m in ('nic_sent', 'nic_received') for p in w[m]['parts'].values()) > 50e6"
check "the monitor is said to be well" holds "$dir/both.json" '[m["status"] for m in d["monitors"] if m["name"] == "host"] == ["ok"]'
check "no probe of it is left" until_true 10 no_watches

scenario socket 1s 'protocol: udp, rate: 80M, receive-buffer: 4K, offload: "off"'
check "a run whose receiver has next to no buffer" status 0 "$vmtp" run --no-progress "$dir/socket.yaml"
# But for what comes behind the monitor's last look, in the run's last 50 ms.
check "what a socket had no room for is seen at the server alone, and is what was lost there" holds "$dir/socket.json" \
    '(lambda r, errors: errors(r["from"]) == 0 and errors(r["to"]) >= 0.8 * r["metrics"]["lost_socket"]["value"])(
        d["results"][0], lambda e: d["watched"][e].get("udp_rcvbuf_errors", {}).get("total", 0))'

# disturbed NAME ACTION: the run's probes of the monitor get this once its first figures are there.
disturbed() {
    "$vmtp" run --no-progress "$dir/$1.yaml" >"$dir/run.out" 2>"$dir/run.err" &
    run=$!
    until_true 30 seen_figures && $2
    wait "$run"
}
newest() { ls -td "$VMTP_STATE_DIR"/runs/*/ | head -n 1; }
seen_figures() { [ "$(newest)" != "$before" ] && grep -qs '"metric":"cpu_busy"' "$(newest)journal.ndjson"; }
kill_first() { kill -KILL "$(watches | head -n 1)"; }
kill_all() { watches_get KILL; }
stop_all() { watches_get STOP; }
# told NAME TEXT COUNT: so many events say so.
told() { holds "$dir/$1.json" "sum('$2' in e['text'] for e in d.get('events', [])) == $3"; }
measured() { holds "$dir/$1.json" 'd["results"][0]["status"] == "ok" and d["results"][0]["metrics"]["goodput"]["n"] == 2'; }

before=$(newest)
scenario one 2s 'protocol: tcp'
check "a run goes on when one probe of its monitor is killed" disturbed one kill_first
check "it was measured to the end" measured one
check "the result says which endpoint is not watched any more" told one 'was killed by signal 9' 1
check "the other endpoint is watched to the end, and what belongs to the machine too" holds "$dir/one.json" \
    'max(w["cpu_busy"]["series"][-1][0] for w in d["watched"].values()) > 3.5'
check "the monitor is still said to be well" holds "$dir/one.json" '[m["status"] for m in d["monitors"]] == ["ok"]'

before=$(newest)
scenario none 2s 'protocol: tcp'
check "a run goes on when all probes of its monitor are killed" disturbed none kill_all
check "that was measured to the end too" measured none
check "the monitor is said to have failed, and why" holds "$dir/none.json" \
    '[(m["status"], "runs at no endpoint any more" in m["error"]) for m in d["monitors"]] == [("failed", True)]'

before=$(newest)
scenario hung 3s 'protocol: tcp'
check "a run goes on when all probes of its monitor hang" disturbed hung stop_all
check "that is measured to the end as well" measured hung
check "the result says that both are silent" told hung 'has said nothing for' 2
check "nothing that hung is left" until_true 10 no_watches

# ---- the probe alone, in namespaces of its own ----

if unshare -rn true 2>/dev/null; then
    cat >"$dir/drop.sh" <<'END'
ip link add d0 type veth peer name d1 && ip link set d1 up && ip link set d0 up &&
    ip address add 10.9.9.1/24 dev d0 && ip neighbor add 10.9.9.2 lladdr 02:00:00:00:00:02 dev d0 || exit 1
tc qdisc add dev d0 root tbf rate 80kbit burst 3000 limit 3000 || exit 77
mkfifo "$2/in"
"$1" watch 20 <"$2/in" >"$2/lines" &
exec 9>"$2/in"
# 100 datagrams of 1000 bytes at once, where five fit, once the watch has looked at the beginning.
/usr/bin/python3 - "$2/lines" <<'PY'
import socket, sys, time
def wait(done):
    end = time.monotonic() + 20
    while time.monotonic() < end and not done(open(sys.argv[1]).read()):
        time.sleep(0.01)
wait(lambda text: text.count("\n") > 3)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(100):
    try:
        s.sendto(b"x" * 1000, ("10.9.9.2", 9))
    except OSError:
        pass
wait(lambda text: "qdisc_dropped" in text)
PY
exec 9>&-
wait
END
    timeout 60 unshare -rn sh "$dir/drop.sh" "$probe" "$dir" >"$dir/out" 2>&1
    if [ $? -eq 77 ]; then
        skip "drops of a queueing discipline: this kernel has no tbf"
    else
        /usr/bin/python3 -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
json.dump({"lines": lines, "dropped": sum(l["network"].get("qdisc_dropped d0", 0) for l in lines if l["ev"] == "figures")},
          open(sys.argv[2], "w"))' "$dir/lines" "$dir/drop.json"
        check "packets that a queueing discipline dropped are seen, with their interface" holds "$dir/drop.json" '80 <= d["dropped"] <= 105'
        check "its first line says who it is" holds "$dir/drop.json" 'd["lines"][0]["ev"] == "hello" and len(d["lines"][0]["boot"]) == 36 and d["lines"][0]["net"] > 0'
    fi
else
    skip "drops of a queueing discipline: this user can have no namespaces"
fi
check "its first look, which the others are compared with, is at once" sh -c \
    "sleep 0.3 | '$probe' watch 60000 | grep -c '\"figures\"' | grep -qx 1"
check "it ends with its stdin" sh -c "printf '' | timeout 10 '$probe' watch 60000 >/dev/null"
check "it refuses an interval that is none" sh -c "! '$probe' watch 0 </dev/null 2>/dev/null && ! '$probe' watch 1x </dev/null 2>/dev/null && ! '$probe' watch </dev/null 2>/dev/null"
check "of a network alone it says nothing of the machine" sh -c \
    "sleep 0.3 | '$probe' watch 50 --network-only | tail -n 1 | grep -q '\"machine\":{}'"
exit $failed
