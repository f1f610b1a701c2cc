# SPDX-License-Identifier: Apache-2.0
# The clock monitor, in namespaces of its own: with chronyd, with what plays one, and with nothing.
# Nobody sets this machine's clock: in a user namespace that is forbidden.
. tests/e2e/lib.sh
probe=$B/vmtp-probe
chronyd=$(command -v chronyd || command -v "${XDG_CACHE_HOME:-${HOME:-}/.cache}/vmtp-tests/chronyd") || chronyd=
export dir probe chronyd vmtp VMTP_STATE_DIR

# inside SCRIPT: alone with its own network, processes and /run, as root over no clock.
inside() {
    unshare -Urnmpf --mount-proc sh -c 'ip link set lo up && mount -t tmpfs none /run && . "$0"' "$1"
}
cat >"$dir/inside.sh" <<'END'
play() { # MODE
    rm -f "$dir/ready"
    /usr/bin/python3 tests/e2e/clock_server.py "$1" "$dir/ready" &
    until [ -e "$dir/ready" ]; do sleep 0.05; done
}
look() { # SECONDS NAME
    sleep "$1" | "$probe" clock 100 >"$dir/$2"
}
END
if ! inside /dev/null 2>"$dir/why"; then
    skip "clocks are watched: no namespaces of our own ($(tail -n 1 "$dir/why"))"
    exit $failed
fi
script() { cat "$dir/inside.sh" - >"$dir/script.sh" && inside "$dir/script.sh"; }

# lines NAME EXPRESSION: true of all of the probe's lines, a list of objects; last: the last of them.
lines() {
    /usr/bin/python3 -c 'import json,sys
told = [json.loads(line) for line in open(sys.argv[1])]
clocks = [line for line in told if line["ev"] == "clock"]
last = clocks[-1]
assert eval(sys.argv[2]), last' "$dir/$1" "$2"
}

script <<'END'
look 0.8 nobody
END
check "a machine without a daemon tells what its kernel knows" lines nobody \
    'len(clocks) > 2 and "keeper" not in last and "max_error_s" in last["kernel"] and last["source"]'
check "nobody's clock is as good as the kernel says" lines nobody \
    'last["synchronised"] == last["kernel"]["synchronised"]'
check "a clock that nobody sets has no steps and hardly drifts" lines nobody \
    'last["steps"] == 0 and all(abs(line.get("drift", 0)) < 1e-3 for line in clocks) and "drift" in str(clocks)'
check "lines come in the order of their times" lines nobody \
    '[line["t"] for line in told] == sorted(line["t"] for line in told)'

script <<'END'
play chrony
look 0.5 chrony
END
check "chronyd says what it follows, and how far off that can be" lines chrony \
    '(last["keeper"], last["from"], last["stratum"], last["synchronised"]) == ("chronyd", "127.0.0.1", 4, True) and abs(last["error_s"] - 2.002e-5) < 1e-7'
script <<'END'
play ntp
look 0.5 ntp
END
check "so does ntpd" lines ntp \
    '(last["keeper"], last["from"], last["stratum"], last["synchronised"]) == ("ntpd", "10.9.0.1", 4, True) and abs(last["error_s"] - 0.1875625) < 1e-6'
script <<'END'
play lost
look 0.5 lost
END
check "a chronyd without a source gives no bound" lines lost \
    'last["keeper"] == "chronyd" and not last["synchronised"] and "error_s" not in last'
for mode in silent rubbish stale; do
    script <<END
play $mode
look 1.5 $mode
END
    check "one that is $mode is nobody, and holds nothing up" lines $mode \
        'len(clocks) > 3 and "keeper" not in last and "error_s" not in last or last["kernel"]["synchronised"]'
done
script <<'END'
play dying
look 1.5 dying
END
check "one that dies is gone from then on" lines dying \
    'clocks[0]["keeper"] == "chronyd" and "keeper" not in last and len(clocks) > 5'
script <<'END'
cp /bin/sleep /run/systemd-timesyncd && /run/systemd-timesyncd 5 &
until grep -q systemd-timesyn /proc/[0-9]*/comm; do sleep 0.05; done
look 0.3 timesyncd
END
check "a daemon that can't be asked is seen to run" lines timesyncd 'last["keeper"] == "systemd-timesyncd"'

# A whole run.
cat >"$dir/run.yaml" <<END
vmtp: 1
cloud: local
monitors: [ { clock: { interval: 100ms } } ]
flows: [ { name: a, path: loopback, tool: native, duration: 700ms, warmup: 0s, repeat: 1 } ]
sinks: [ { json: { path: $dir/run.json } } ]
END
cat >"$dir/scenario.sh" <<'END'
"$vmtp" run --no-progress "$dir/run.yaml"
END
{ echo 'play chrony'; cat "$dir/scenario.sh"; } | script >"$dir/out" 2>"$dir/err"
check "a run has the error of each clock" holds "$dir/run.json" \
    'all(abs(d["watched"][e]["clock_error"]["median"] - 2.002e-5) < 1e-7 for e in ("local-a", "local-b"))'
check "and that it was not set" holds "$dir/run.json" 'd["watched"]["local-a"]["clock_steps"]["total"] == 0'
check "and says once at each endpoint how it is kept" holds "$dir/run.json" \
    'len([e for e in d["events"] if "chronyd from 127.0.0.1 (stratum 4), within 20 us" in e["text"]]) == 2'
{ echo 'play dying'; cat "$dir/scenario.sh"; } | script >"$dir/out" 2>"$dir/err"
check "a chronyd that dies in mid-run is told, and the run goes on" holds "$dir/run.json" \
    'd["results"][0]["status"] == "ok" and any("nothing is seen to keep it" in e["text"] or "what can" in e["text"] for e in d["events"])'

# The real one: it measures this clock against its own other end and sets nothing (-x).
if [ -z "$chronyd" ]; then
    note "no chronyd: only what plays one was asked (share/chrony.sh fetches one)"
    exit $failed
fi
cat >>"$dir/inside.sh" <<'END'
real() { # COMMAND_PORT
    mkdir -m 750 /run/chrony /run/server
    printf '%s\n' 'port 1123' 'cmdport 0' 'local stratum 3' allow 'pidfile /run/server.pid' \
        'bindcmdaddress /run/server/chronyd.sock' >/run/server.conf
    printf '%s\n' 'server 127.0.0.1 port 1123 iburst minpoll -4 maxpoll -4' 'port 0' "cmdport $1" \
        'pidfile /run/client.pid' 'bindcmdaddress /run/chrony/chronyd.sock' >/run/client.conf
    for end in server client; do
        "$chronyd" -x -d -u root -f /run/$end.conf >"$dir/$end.log" 2>&1 &
    done
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        look 0.3 real
        ! grep -q '"synchronised":true,"offset_s"' "$dir/real" || return
    done
}
END
for port in 323 0; do
    { echo "real $port"; echo 'look 0.5 real; ls /run/chrony >"$dir/left"'; } | script
    [ $port = 323 ] && way="over the loopback interface" || way="by its socket"
    check "a real chronyd is asked $way" lines real \
        '(last["keeper"], last["from"], last["stratum"], last["synchronised"]) == ("chronyd", "127.0.0.1", 4, True)'
    check "its bound holds its offset, $way" lines real \
        'all(0 < line["error_s"] < 1 and abs(line["offset_s"]) <= line["error_s"] for line in clocks)'
    check "nothing is left behind, $way" test "$(cat "$dir/left")" = chronyd.sock
done
{ echo 'real 323'; cat "$dir/scenario.sh"; } | script >"$dir/out" 2>"$dir/err"
check "a run says that this chronyd sets nothing" holds "$dir/run.json" \
    'd["watched"]["local-b"]["clock_synchronised"]["min"] == 1 and any("watched, not set, by chronyd" in e["text"] for e in d["events"]) or d["watched"]["local-b"]["clock_max_error"]["max"] < 16'
exit $failed
