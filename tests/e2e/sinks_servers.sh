# SPDX-License-Identifier: Apache-2.0
# Sinks that send results away: to a real InfluxDB and a real gmond, and to a receiver of Fluentd's
# protocol that decodes with another program's msgpack; and what becomes of a run whose server is
# away, slow or dies.
. tests/e2e/lib.sh
pids=
at_exit() {
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null
    wait
}
python=/usr/bin/python3

# scenario NAME SINK: writes $dir/NAME.yaml.
scenario() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
name: $1
cloud: local
monitors: []
flows:
  - { name: bulk, path: loopback, tool: { 'null': { goodput: 5M, spread: 0, samples: 0 } }, duration: 10ms, warmup: 0, repeat: 6 }
  - { name: fail, path: loopback, tool: { 'null': { fail-prepare: true } }, duration: 10ms, warmup: 0, repeat: 1 }
sinks: [ { json: { path: $dir/$1.json } }, { $2 } ]
END
}
# run NAME STATUS: the run ends so, and its id is in $id.
run() {
    status "$2" "$vmtp" run --no-progress "$dir/$1.yaml" || return 1
    id=$(json "$dir/$1.json" 'd["run"]["id"]')
}
replay() { status 0 "$vmtp" replay "$id" --sink "$1"; }
is() { [ "$1" = "$2" ] || { echo "'$1', not '$2'"; return 1; }; }
# within SECONDS COMMAND...
within() {
    began=$(date +%s) seconds=$1
    shift
    "$@" && [ $(($(date +%s) - began)) -le "$seconds" ]
}
free_port() { $python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
connected() { ss -Htn state established "dport = :$1" | grep -q .; }
listens() { $python -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$1" 2>/dev/null; }
# harm PYTHON: does this to d, the result document of the run as it is kept; name is a hostile name.
harm() {
    $python - "$VMTP_STATE_DIR/runs/$id/result.json" "$1" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
name = '</script>"\'& \u00e9\u202e\n,x=\\'
exec(sys.argv[2])
json.dump(d, open(sys.argv[1], "w"))
END
}
hostile='r = d["results"][0]; r["key"] = "flow=" + name + "x" * 100000; r["from"] = r["flow"] = name; r["metrics"][name] = {"unit": name, "value": 7, "stat": "median"}'
kept_and_said() { # WORDS: the error says so, the run is kept, and how to send it again is said
    says "$1" && says "vmtp replay $id" && [ -s "$VMTP_STATE_DIR/runs/$id/result.json" ]
}

# ---- influx: a file ----
scenario file "influx: { path: $dir/out.lp, samples: true }"
check "influx writes line protocol to a file" run file 1
check "one line for each metric and each sample" is "$(grep -c '^vmtp,' "$dir/out.lp") $(grep -c '^vmtp_sample,' "$dir/out.lp")" "2 6"
cp "$dir/out.lp" "$dir/before.lp"
check "a replay writes the same" sh -c '"$1" replay "$2" --sink influx && cmp "$3" "$4"' - "$vmtp" "$id" "$dir/out.lp" "$dir/before.lp"
scenario full "influx: { path: /dev/full }"
check "a full disk is said" run full 3
check "and how to write again" kept_and_said "sink influx: /dev/full: No space left on device"

# ---- influx: a real server ----
influx_port=$(free_port)
influx_start() {
    cat >"$dir/influxdb.conf" <<END
reporting-disabled = true
bind-address = "127.0.0.1:$(free_port)"
[meta]
  dir = "$dir/influx/meta"
[data]
  dir = "$dir/influx/data"
  wal-dir = "$dir/influx/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:$influx_port"
  auth-enabled = true
  log-enabled = false
END
    influxd -config "$dir/influxdb.conf" >"$dir/influxd.log" 2>&1 &
    influx_pid=$!
    pids="$pids $influx_pid"
    until_true 20 listens "$influx_port"
}
influx_ask() { # STATEMENT [EXPRESSION-OF-d]
    $python - "$influx_port" "$1" "${2:-True}" <<'END'
import base64, json, sys, urllib.parse, urllib.request
port, statement, expression = sys.argv[1:]
request = urllib.request.Request("http://127.0.0.1:%s/query" % port,
    urllib.parse.urlencode({"db": "net work", "q": statement}).encode(),
    {"Authorization": "Basic " + base64.b64encode(b"root:geheim").decode()})
d = json.load(urllib.request.urlopen(request, timeout=10))
print(eval(expression))
END
}
influx_count() { influx_ask "SELECT count(run) FROM $1" "d['results'][0]['series'][0]['values'][0][1]"; }

if command -v influxd >/dev/null; then
    scenario influx "influx: { url: 'http://127.0.0.1:$influx_port', database: net work, user: root,
        password: { env: INFLUX_PASSWORD }, samples: true, timeout: 3s, tags: { 'si te': 'l=a,b \"7\"' } }"
    export INFLUX_PASSWORD=geheim
    check "a server that is away costs no results" within 5 run influx 3
    check "and is said" kept_and_said "can't connect to http://127.0.0.1:$influx_port: Connection refused"
    check "InfluxDB starts" influx_start
    influx_ask "CREATE USER root WITH PASSWORD 'geheim' WITH ALL PRIVILEGES" >/dev/null
    check "a database that is not there is said" status 3 "$vmtp" replay "$id" --sink influx
    check "with what the server says" says "has no database 'net work' (404): make it there, or mend url: database not found"
    influx_ask 'CREATE DATABASE "net work"' >/dev/null
    check "replay sends the run to InfluxDB" replay influx
    check "which has a point for each metric, and one for the flow that failed" is "$(influx_count vmtp)" 2
    check "and one for each sample" is "$(influx_count vmtp_sample)" 6
    check "with the figure, its interval and tags that need quoting" is "$(influx_ask \
        "SELECT median, median_low, median_high, n, \"si te\", \"key\" FROM vmtp WHERE metric = 'goodput'" \
        "d['results'][0]['series'][0]['values'][0][1:]")" "[5000000, 5000000, 5000000, 6, 'l=a,b \"7\"', 'flow=bulk,path=loopback']"
    check "and why the flow failed" is "$(influx_ask "SELECT status, why FROM vmtp WHERE flow = 'fail'" \
        "d['results'][0]['series'][0]['values'][0][1]")" failed
    check "replay again" replay influx
    check "changes nothing" is "$(influx_count vmtp) $(influx_count vmtp_sample)" "2 6"
    check "another run is other points" run influx 1
    check "beside the first" is "$(influx_count vmtp) $(influx_count vmtp_sample)" "4 12"
    export INFLUX_PASSWORD=verraten
    check "a wrong password is said" run influx 3
    check "but not repeated" sh -c 'grep -q "does not let root write" "$1" && ! grep -rq -e verraten -e geheim "$1" "$2"' - "$dir/err" "$VMTP_STATE_DIR"
    export INFLUX_PASSWORD=geheim
    kill -STOP "$influx_pid"
    check "a server that does not answer costs its timeout" within 6 run influx 3
    check "and is said too" kept_and_said "no answer in time"
    kill -CONT "$influx_pid"
    harm "$hostile"
    check "hostile names are sent" replay influx
    check "and kept" is "$(influx_ask "SELECT run, median FROM vmtp WHERE unit =~ /script/" \
        "d['results'][0]['series'][0]['values'][0][1:]")" "['$id', 7]"
    kill -STOP "$influx_pid"
    "$vmtp" replay "$id" --sink influx >"$dir/out" 2>"$dir/err" &
    replay_pid=$!
    until_true 10 connected "$influx_port"
    kill -9 "$influx_pid"
    wait "$replay_pid"
    check "a server that dies while it is written to costs no results" is $? 3
    check "and is said" says "the connection was lost before the whole answer"
    check "InfluxDB starts again" influx_start
    check "replay after that" replay influx
    check "has each point once" is "$(influx_ask "SELECT count(run) FROM vmtp WHERE unit =~ /script/" \
        "d['results'][0]['series'][0]['values'][0][1]")" 1
    kill -9 "$influx_pid"
else
    skip "influx with a real server: no influxd"
fi

# ---- ganglia ----
gmond_port=$(free_port)
gmond_start() {
    cat >"$dir/gmond.conf" <<END
globals { daemonize = no setuid = no mute = no deaf = no host_dmax = 0 cleanup_threshold = 30
          send_metadata_interval = 5 module_dir = "/usr/lib/$(gcc -print-multiarch)/ganglia" }
cluster { name = "vmtp" }
udp_send_channel { host = 127.0.0.1 port = $gmond_port }
udp_recv_channel { port = $gmond_port bind = 127.0.0.1 }
tcp_accept_channel { port = $gmond_port bind = 127.0.0.1 }
modules { module { name = "core_metrics" } }
collection_group { collect_once = yes time_threshold = 20 metric { name = "heartbeat" } }
END
    gmond -f -c "$dir/gmond.conf" >"$dir/gmond.log" 2>&1 &
    gmond_pid=$!
    pids="$pids $gmond_pid"
    until_true 20 listens "$gmond_port"
}
# gmond_has EXPRESSION: of m, the metrics by name, each with its attributes, EXTRA and HOST.
gmond_has() {
    $python - "$gmond_port" "$1" <<'END'
import socket, sys, xml.etree.ElementTree
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) as s:
    text = b"".join(iter(lambda: s.recv(65536), b""))
m = {}
for host in xml.etree.ElementTree.fromstring(text).iter("HOST"):
    for metric in host.iter("METRIC"):
        extra = {e.get("NAME"): e.get("VAL") for e in metric.iter("EXTRA_ELEMENT")}
        m[metric.get("NAME")] = {**metric.attrib, "EXTRA": extra, "HOST": host.get("IP")}
if not eval("(%s)" % sys.argv[2]):
    sys.exit("not so: %s\n%s" % (sys.argv[2], m))
END
}
if command -v gmond >/dev/null && [ -f "$B/plugins/sinks/ganglia.so" ]; then
    # What gcc's and clang's checkers have in place of libtirpc's functions looks for these too early.
    [ -z "${SANITIZED:-}" ] || export LD_PRELOAD=libtirpc.so.3 ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"
    scenario ganglia "ganglia: { host: 127.0.0.1, port: $gmond_port, tmax: 60s, dmax: 5m }"
    check "a gmond that is away costs no results" run ganglia 3
    check "and is said" kept_and_said "sink ganglia: 127.0.0.1 port $gmond_port: no gmond listens there"
    check "gmond starts" gmond_start
    check "replay sends the run to gmond" replay ganglia
    name=vmtp.bulk.loopback.goodput.median
    check "whose XML has the figure" until_true 5 gmond_has "m['$name']['VAL'] == '5000000'"
    check "with type, unit, slope and how long it holds" gmond_has "(m['$name']['TYPE'], m['$name']['UNITS'],
        m['$name']['SLOPE'], m['$name']['TMAX'], m['$name']['DMAX']) == ('double', 'bit/s', 'both', '60', '300')"
    check "as a metric of the endpoint that sends" gmond_has "m['$name']['EXTRA'] == {'GROUP': 'vmtp',
        'SPOOF_HOST': '127.0.0.1:local-a', 'TITLE': 'goodput median, bulk', 'DESC': 'flow=bulk,path=loopback'}"
    harm "$hostile"
    check "hostile names are sent" replay ganglia
    check "and the XML is still whole" until_true 5 gmond_has "any(n.startswith('vmtp.__script') and len(n) == 100 and
        m[n]['VAL'] == '7' and m[n]['UNITS'].startswith('_/script') for n in m)"
    sed 's/host: 127.0.0.1, port: [0-9]*/config: gmond.conf, group: other/' "$dir/ganglia.yaml" >"$dir/config.yaml"
    check "where gmond.conf leads is where metrics go" sh -c 'cd "$1" && "$2" run --no-progress config.yaml 2>err; [ $? -eq 1 ]' - "$dir" "$vmtp"
    check "and they are there" until_true 5 gmond_has "m['$name']['EXTRA']['GROUP'] == 'other'"
    printf 'udp_send_channel { nonsense\n' >"$dir/gmond.conf"
    check "a gmond.conf with an error is said, and vmtp lives" sh -c 'cd "$1" && "$2" run --no-progress config.yaml 2>err; [ $? -eq 3 ]' - "$dir" "$vmtp"
    check "with libganglia's words" says "gmond.conf: libganglia gives up: "
    printf 'globals { mute = no }\n' >"$dir/gmond.conf"
    check "so is one that leads nowhere" sh -c 'cd "$1" && "$2" run --no-progress config.yaml 2>err; [ $? -eq 3 ]' - "$dir" "$vmtp"
    check "with the mend" says "gmond.conf has no udp_send_channel: give host instead"
    kill -9 "$gmond_pid"
    unset LD_PRELOAD
else
    skip "ganglia: no gmond or no libganglia"
fi

# ---- fluentd ----
# fluentd_start MODE: a server on $port.
fluentd_start() {
    rm -f "$dir/port"
    $python tests/e2e/fluentd_server.py "$dir/port" "$dir/records" "$1" 2>"$dir/fluentd.log" &
    fluentd_pid=$!
    pids="$pids $fluentd_pid"
    until_true 20 test -s "$dir/port"
    port=$(cat "$dir/port")
    scenario fluentd "fluentd: { tag: vmtp.log, result-tag: vmtp.result, port: $port, timeout: 2s }"
}
fluentd_end() { kill -9 "$fluentd_pid"; }
# records EXPRESSION: of r, the records in their order.
records() {
    $python - "$dir/records" "$1" <<'END'
import json, sys
r = [json.loads(line) for line in open(sys.argv[1])]
if not eval("(%s)" % sys.argv[2]):
    sys.exit("not so: %s\n%s" % (sys.argv[2], r))
END
}
if $python -c 'import msgpack' 2>/dev/null; then
    port=$(free_port)
    scenario fluentd "fluentd: { tag: vmtp.log, port: $port }"
    check "a Fluentd that is away costs no results" run fluentd 3
    check "and is said" kept_and_said "can't connect to 127.0.0.1 port $port: Connection refused"
    fluentd_start ack
    check "records arrive" run fluentd 1
    check "a start, the results and the summary, and an end" records "[(x['tag'], x['record']['loglevel']) for x in r] == [
        ('vmtp.result', 'INFO'), ('vmtp.result', 'ERROR'), ('vmtp.result', 'INFO'), ('vmtp.log', 'START'), ('vmtp.log', 'RUN_SUMMARY')]"
    check "as VMTP says it" records "r[4]['record']['message'] == 'RUN WITH ERRORS' and r[4]['record']['numerrors'] == 1"
    check "with results as one line of JSON" records "json.loads(r[0]['record']['message'])['metrics']['goodput']['value'] == 5000000"
    check "each with an id" records "len({x['record']['id'] for x in r}) == 5"
    cp "$dir/records" "$dir/once"
    check "replay sends them again" replay fluentd
    check "as they were: who keeps them by their id or chunk has them once" records "r[:5] == r[5:]"
    harm "$hostile"
    check "hostile names are sent" replay fluentd
    check "and arrive whole" records "json.loads(r[10]['record']['message'])['from'].startswith('</script>\"') and
        len(json.loads(r[10]['record']['message'])['key']) > 100000"
    fluentd_end
    for mode in silent:"does not acknowledge what was sent" helo:"asks for a shared key" \
        cut:"the connection was lost" nonsense:"does not speak the forward protocol"; do
        fluentd_start "${mode%%:*}"
        check "a server that is ${mode%%:*} costs at most its timeout" within 5 run fluentd 3
        check "and is said" kept_and_said "${mode#*:}"
        fluentd_end
    done
    fluentd_start stall
    check "a server that takes little" within 5 run fluentd 3
    harm 'd["results"][0]["key"] = "x" * 8000000'
    check "and then no more costs at most its timeout" within 10 status 3 "$vmtp" replay "$id" --sink fluentd
    check "and is said" says "it does not read what is sent"
    fluentd_end
    rm -f "$dir/records"
    fluentd_start silent
    sed -i 's/timeout: 2s/timeout: 2s, ack: false/' "$dir/fluentd.yaml"
    check "ack: false does without an answer" run fluentd 1
    check "and all arrives" records "len(r) == 5 and r[0]['chunk'] is None"
    fluentd_end
else
    skip "fluentd: no python3-msgpack"
fi
exit $failed
