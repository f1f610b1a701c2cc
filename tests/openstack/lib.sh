# SPDX-License-Identifier: Apache-2.0
# For tests on a real OpenStack, inside of the lab: as tests/e2e/lib.sh, and
#
#   cloud ARGUMENTS          tests/openstack/cloud.py with the administrator's rights
#   as_demo COMMAND          credentials of a user without any
#   remember, unchanged      what the cloud had, and that it has it again
#   measure RESULT FLAGS     VMTP's command line with few and short measurements
#   scenario NAME OPTIONS    a scenario with the cloud's options, one flow
. tests/e2e/lib.sh
rc=${VMTP_LAB_RC:-$VMTP_LAB/etc/openrc}
authority=$VMTP_LAB/etc/tls/ca.crt
export HOME="$dir/home"
mkdir -p "$HOME/.ssh"
sed 's/=admin$/=demo/' "$rc" >"$dir/demo"
# Whatever a test left behind, the next one begins with a cloud as it was.
at_exit() {
    "$vmtp" reap --all >/dev/null 2>&1
    clear_up
}
clear_up() { :; }

cloud() (
    . "$rc"
    /usr/bin/python3 tests/openstack/cloud.py "$@"
)
as_demo() (
    rc=$dir/demo
    "$@"
)
remember() { cloud snapshot >"$dir/before"; }
unchanged() {
    cloud snapshot >"$dir/after"
    diff "$dir/before" "$dir/after"
}
made_something() { ! unchanged >/dev/null; }
runs() { ls "$VMTP_STATE_DIR/runs" 2>/dev/null; }
# The ledger of the newest run: nothing was made if it has no line.
nothing_made() { [ ! -s "$VMTP_STATE_DIR/runs/$(runs | tail -n 1)/ledger.ndjson" ]; }

cat >"$dir/few.yaml" <<'END_'
image_name: guest
ssh_vm_username: ubuntu
flavor_type: m1.tiny
tcp_tp_loop_count: 1
udp_pkt_sizes: [1024]
icmp_pkt_sizes: [64]
dns_nameservers: []
END_
measure() {
    result=$1
    shift
    rm -f "$result"
    "$vmtp" --no-env -r "$rc" -c "$dir/few.yaml" -t 1 --json "$result" "$@" >"$dir/out" 2>"$dir/err"
    got=$?
    [ $got -eq 0 ] || tail -n 15 "$dir/err"
    return $got
}
descriptions() { json "$1" '"; ".join(f["desc"] for f in d["flows"])'; }
# Each result has the figures that its protocol has, and none is an error.
plausible() {
    holds "$1" 'all(
        "error" not in r and (
            r["throughput_kbps"] > 50000 if r["protocol"] == "TCP" else
            r["throughput_kbps"] > 1000 and 0 <= r["loss_rate"] <= 5 if r["protocol"] == "UDP" else
            all(float(p["rtt_avg_ms"]) > 0 for p in r["results"]))
        for f in d["flows"] for r in f["results"]) and len(d["flows"]) > 0'
}

# scenario NAME CLOUD-OPTIONS [PATH]: a flow map of one TCP flow; options as in YAML's flow style.
scenario() {
    cat >"$dir/$1.yaml" <<END_
vmtp: 1
cloud: { openstack: { rc: $rc, image: guest, flavor: m1.tiny, $2 } }
flows:
  - name: tcp
    path: ${3:-same-network}
    placement: [intra-node, inter-node]
    tool: { native: { protocol: tcp } }
    duration: 1s
    repeat: 1
END_
}
run() { # NAME
    "$vmtp" run --no-progress "$dir/$1.yaml" >"$dir/out" 2>"$dir/err"
}
# Kills COUNT runs of a scenario, each within SECONDS of its start, and reaps what they left.
kills() { # NAME COUNT SECONDS
    for number in $(seq "$2"); do
        case $((number % 4)) in 0) signal=INT ;; 1) signal=TERM ;; *) signal=KILL ;; esac
        "$vmtp" run --no-progress "$dir/$1.yaml" >"$dir/out" 2>"$dir/err" &
        victim=$!
        moment=$(awk -v most="$3" -v seed="$$$number" 'BEGIN { srand(seed); print 0.3 + rand() * most }')
        sleep "$moment"
        kill -$signal $victim
        wait $victim 2>/dev/null
        echo "signal $signal after $moment s: $?"
        "$vmtp" reap --all 2>&1 || return
        unchanged || return
    done
}
