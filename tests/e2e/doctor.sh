# SPDX-License-Identifier: Apache-2.0
# What machines are good for: this one, hosts over SSH, the endpoints of a scenario.
. tests/e2e/lib.sh
. tests/e2e/lib_sshd.sh

doctor() { "$vmtp" doctor --no-progress --time 500ms "$@"; }
# The grades depend on the machine: it ends with what they say.
looked() { # COMMAND...: its standard output in $dir/out
    "$@" >"$dir/out" 2>"$dir/err"
    got=$?
    case $got in 0 | 1 | 4) return 0 ;; esac
    echo "ended with $got"
    tail -n 15 "$dir/err"
    return 1
}
# look NAME ARGUMENTS...: the document in $dir/NAME.json
look() {
    name=$1
    shift
    looked doctor --json "$@" && cp "$dir/out" "$dir/$name.json"
}
nothing_kept() { [ -z "$(find "$VMTP_STATE_DIR" -type f -o -mindepth 2 -type d)" ] || { find "$VMTP_STATE_DIR"; return 1; }; }
# check_of ENDPOINT CHECK: an expression
check_of() { echo "next(c for c in d['endpoints']['$1']['fitness']['checks'] if c['name'] == '$2')"; }
graded() { holds "$dir/$1.json" "$(check_of "$2" "$3")['grade'] == '$4'"; } # NAME ENDPOINT CHECK GRADE
uses='["throughput", "high-speed-throughput", "loss-jitter", "one-way-delay", "storage"]'
worst='(lambda g: 1 if "bad" in g else 4 if "unknown" in g else 0)([u for e in d["endpoints"].values() for u in e["fitness"]["uses"].values()])'

# ---- this machine --------------------------------------------------------------------------------

check 'this machine is graded for every use' look here
check 'and the document says so' holds "$dir/here.json" "sorted(d['endpoints']['localhost']['fitness']['uses']) == sorted($uses)"
check 'it ends as the worst grade says' holds "$dir/here.json" "$worst == $got"
check 'the document is valid' /usr/bin/python3 tests/validate_schema.py share/vmtp/result-1.schema.json "$dir/here.json"
check 'it was watched' holds "$dir/here.json" "'cpu_busy' in d['watched']['localhost'] and all(m['status'] == 'ok' for m in d['monitors'])"
check 'not the loopback is judged' holds "$dir/here.json" "not any(' on lo' in c['value'] for c in d['endpoints']['localhost']['fitness']['checks'])"
check 'nothing is kept of it' nothing_kept
check 'a person gets a table' looked doctor
check 'with the uses' says 'throughput of 10 Gb/s'
check 'what is said to be wrong has a reason and a mend' holds "$dir/here.json" \
    "all('why' in c and ('mend' in c or c['grade'] == 'unknown') for c in d['endpoints']['localhost']['fitness']['checks'] if c['grade'] != 'good')"

check 'a time that is none is refused' status 2 doctor --time soon
check 'and said' says "--time: 'soon' is no duration from 500ms to 1h"
printf 'vmtp: 1\ncloud: local\nflows: [ { name: bulk, path: loopback, tool: native, duration: 300ms, repeat: 1 } ]\nsinks: [ { json: { path: %s/sink.json } } ]\n' "$dir" >"$dir/local.yaml"
check 'a host and a scenario are too much' status 2 doctor --scenario "$dir/local.yaml" 127.0.0.1
check 'the endpoints of a scenario are graded' look scenario --scenario "$dir/local.yaml"
check 'its flows are not measured' holds "$dir/scenario.json" 'd["results"][0]["status"] == "skipped" and set(d["endpoints"]) == {"local-a", "local-b"}'
check 'its sinks get nothing' test ! -e "$dir/sink.json"
check 'nothing is kept of that either' nothing_kept

interrupted() {
    "$vmtp" doctor --no-progress --time 1h >"$dir/out" 2>"$dir/err" &
    pid=$!
    until_true 10 sh -c "pgrep -P $pid >/dev/null" && kill -INT "$pid"
    wait "$pid"
    [ $? -eq 130 ]
}
check 'interrupted it ends with 130' interrupted
check 'and leaves nothing' nothing_kept
check 'nor a process' until_true 5 no_probes

check 'a run has the fitness of its endpoints' status 0 "$vmtp" run --no-progress "$dir/local.yaml"
check 'which the document has' holds "$dir/sink.json" "sorted(d['endpoints']['local-b']['fitness']['uses']) == sorted($uses)"
rm -rf "$VMTP_STATE_DIR"

[ "$(id -u)" -eq 0 ] || { skip "hosts over SSH are graded: root"; exit $failed; }

mkdir -p "$dir/plain" "$dir/build"
chmod 755 "$dir"
chown nobody "$dir/plain"
cp -r "$B/vmtp" "$B/vmtp-probe" "$B/plugins" "$dir/build" # the checkout may be where a user can't look
check 'a plain user gets the same checks' looked setpriv --reuid nobody --regid nogroup --clear-groups \
    env HOME=/nonexistent VMTP_STATE_DIR="$dir/plain" "$dir/build/vmtp" doctor --no-progress --time 500ms --json
cp "$dir/out" "$dir/plain.json"
names="sorted(c['name'] for c in d['endpoints']['localhost']['fitness']['checks'])"
check 'but for what only root may read' holds "$dir/plain.json" \
    "set(c['name'] for c in d['endpoints']['localhost']['fitness']['checks']) >= set($(json "$dir/here.json" "$names")) - {'interrupts', 'clock-keepers', 'clock-error'}"

# ---- hosts, each with faults of its own ---------------------------------------------------------

[ -f "$B/plugins/clouds/hosts.so" ] || { skip "hosts over SSH are graded: libssh2"; exit $failed; }
[ -x /usr/sbin/sshd ] || { skip "hosts over SSH are graded: sshd"; exit $failed; }
at_exit() { hosts_down; }
check 'two hosts are up' hosts_up 2
at_host 1 sh -c 'echo "4096 87380 1000000" >/proc/sys/net/ipv4/tcp_rmem; echo 0 >/proc/sys/net/ipv4/tcp_sack'
at_host 1 tc qdisc add dev eth0 root tbf rate 50mbit burst 32k latency 50ms
at_host 1 ip link set dev eth0 mtu 1200 # which takes its IPv6 away, too
at_host 2 sh -c 'echo "4096 131072 300000000" >/proc/sys/net/ipv4/tcp_rmem'

hosts() { at_controller "$vmtp" doctor --no-progress --time 500ms --json "$@"; }
look_at_hosts() { looked hosts root@10.77.0.1 'root@[fd77::2]:22' && cp "$dir/out" "$dir/hosts.json"; }
check 'hosts are graded over SSH' look_at_hosts
check 'under names of their own' holds "$dir/hosts.json" 'set(d["endpoints"]) == {"10.77.0.1", "fd77--2"}'
check 'by the interface that has the address' holds "$dir/hosts.json" 'all(e["interface"]["name"] == "eth0" for e in d["endpoints"].values())'
check 'the document of hosts is valid' /usr/bin/python3 tests/validate_schema.py share/vmtp/result-1.schema.json "$dir/hosts.json"
check 'a small receive buffer is found' graded hosts 10.77.0.1 tcp-receive-buffer bad
check 'of that host alone' graded hosts fd77--2 tcp-receive-buffer good
check 'what was switched off is found' graded hosts 10.77.0.1 tcp-features fair
check 'a shaper is found' graded hosts 10.77.0.1 shaper fair
check 'an MTU that is too small is found' graded hosts 10.77.0.1 mtu bad
check 'and that the other host sends larger packets' graded hosts fd77--2 path-mtu fair
check 'nothing is left on the hosts' until_true 10 sh -c "[ -z \"\$(ls -A '$dir/tmp')\" ]"
check 'and nothing kept here' nothing_kept

# What mends it is carried out there, but for what stands in parentheses.
mended() { # HOST-NUMBER ENDPOINT CHECK GRADE
    command=$(json "$dir/hosts.json" "$(check_of "$2" "$3")['mend'].split(' (')[0]")
    echo "$command"
    at_host "$1" sh -c "$command" && look_at_hosts && graded hosts "$2" "$3" "$4"
}
check 'the mend of the buffer mends it' mended 1 10.77.0.1 tcp-receive-buffer good
check 'the mend of the feature mends it' mended 1 10.77.0.1 tcp-features good
check 'the mend of the shaper mends it' mended 1 10.77.0.1 shaper good
check 'the mend of the MTU mends it' mended 1 10.77.0.1 mtu fair # 1500, and not 9000
check 'and both agree again' graded hosts fd77--2 path-mtu good

check 'a host that is not there is exit 3' status 3 hosts root@10.77.0.9
check 'and is named' says '10.77.0.9'
check 'a key that is not there is named' status 3 hosts --private-key "$dir/none" root@10.77.0.1
check 'with its file' says "$dir/none"
sed -i '/^10.77.0.1 /d' "$HOME/.ssh/known_hosts"
check 'a host that is not known is refused' status 3 hosts root@10.77.0.1
check 'unless its key is to be learnt' looked hosts --host-keys accept-new root@10.77.0.1

# ---- a quota -------------------------------------------------------------------------------------

quota_make() {
    group=
    for root in /sys/fs/cgroup /sys/fs/cgroup/cpu; do
        [ -e "$root/cgroup.procs" ] || continue
        mkdir "$root/vmtp-$$" 2>/dev/null || continue
        group=$root/vmtp-$$
        { echo '50000 100000' >"$group/cpu.max" || echo 50000 >"$group/cpu.cfs_quota_us"; } 2>/dev/null && return 0
        rmdir "$group"
    done
    return 1
}
at_exit() { hosts_down; [ -z "${group:-}" ] || rmdir "$group" 2>/dev/null; }
if quota_make; then
    # shellcheck disable=SC2016
    check 'a control group with a quota is looked from' looked sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" \
        "$vmtp" doctor --no-progress --time 500ms --json
    cp "$dir/out" "$dir/quota.json"
    check 'and the quota is found' graded quota localhost cpu-quota bad
else
    note 'a CPU quota could not be tried: control groups are read only here'
fi
exit $failed
