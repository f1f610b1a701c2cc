# SPDX-License-Identifier: Apache-2.0
# Tools come first: a machine that takes so many connections and no more, each with one command, is
# measured as well with a monitor as without one.
. tests/e2e/lib.sh
. tests/e2e/lib_sshd.sh

[ "$(id -u)" -eq 0 ] || { skip "monitors give way to tools: root"; exit 0; }
[ -f "$B/plugins/clouds/hosts.so" ] || { skip "monitors give way to tools: libssh2"; exit 0; }
[ -x /usr/sbin/sshd ] || { skip "monitors give way to tools: sshd"; exit 0; }
command -v iptables >/dev/null || { skip "monitors give way to tools: iptables"; exit 0; }
at_exit() { hosts_down; }
unset SSH_AUTH_SOCK

narrow='MaxSessions 1'
hosts_up 0
printf '%s\n' "$narrow" >>"$dir/sshd_config"
for number in 1 2; do
    host_connect "$room-$number" "$number"
    sshd_start "$number"
    echo "10.77.0.$number $(cut -d' ' -f1,2 "$dir/host_key.pub")" >>"$HOME/.ssh/known_hosts"
done
hosts_count=2
for number in 1 2; do
    until_true 10 sh -c "nsenter --net=/run/netns/$room-$number ss -ltn | grep -q ':22 '" || exit 1
done
if ! at_host 1 iptables -A INPUT -p tcp --dport 22 --syn -m connlimit --connlimit-above 2 \
    -j REJECT --reject-with tcp-reset 2>/dev/null; then
    skip "monitors give way to tools: this kernel has no connlimit"
    exit 0
fi

# scenario NAME MONITORS
scenario() {
    cat >"$dir/$1.yaml" <<END2
vmtp: 1
cloud: hosts
endpoints: { a: { ssh: root@10.77.0.1 }, b: { ssh: root@10.77.0.2 } }
$2
flows: [ { name: bulk, from: a, to: b, tool: { native: {} }, duration: 200ms, warmup: 0s, repeat: 2 } ]
sinks: [ { json: { path: $dir/$1.json } } ]
END2
}
measured() { holds "$dir/$1.json" 'd["results"][0]["status"] == "ok" and d["results"][0]["metrics"]["goodput"]["n"] == 2'; }
run() { status 0 at_controller "$vmtp" run --no-progress "$dir/$1.yaml"; }

scenario without 'monitors: []'
check "a machine that takes two connections with one command each can be measured" run without
check "from the first trial to the last" measured without
scenario with ''
check "a monitor does not change that" run with
check "the flow has all of its trials" measured with
# A connection that is still closing takes room as well: then the monitor may not even come in.
came_in() { holds "$dir/with.json" 'not any("be started" in e["text"] for e in d["events"])' >"$dir/refused"; }
for _ in 1 2 3 4 5 6 7; do came_in || run with; done
check "the result says that the monitor left, where, and why" holds "$dir/with.json" \
    '["monitor host leaves endpoint a, where a tool found no room beside it: endpoint a: Connection refused"] == [e["text"] for e in d["events"] if e["kind"] == "monitor-yielded"]'
check "the other machine is watched to the end" holds "$dir/with.json" \
    'd["monitors"] == [{"name": "host", "status": "ok"}] and d["watched"]["b"]["cpu_busy"]["n"] > 0'
scenario two 'monitors: [host, clock]'
check "nor do two of them" run two
check "that is measured as well" measured two
exit $failed
