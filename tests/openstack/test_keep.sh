# SPDX-License-Identifier: Apache-2.0
# What is kept because somebody said so, and reaped when somebody says so.
. tests/openstack/lib.sh
remember
reap() { "$vmtp" reap "$@" >"$dir/out" 2>"$dir/err"; }
stopped() { # FLAG...: exit status 2
    measure "$dir/stop.json" "$@"
    [ "$got" -eq 2 ]
}

{ cat "$dir/few.yaml" && echo 'icmp_pkt_sizes: [65000000]'; } | sed '/^icmp_pkt_sizes: .64/d' >"$dir/wrong.yaml"
check "--stop-on-error ends with 2 if a measurement fails" \
    stopped -c "$dir/wrong.yaml" --stop-on-error --same-network-only --protocols I
check "and keeps the machines" made_something
check "and says how to remove them" says "vmtp reap"
check "which does so" reap last
check "and leaves the cloud as it was" unchanged
check "any number of times" reap last

check "--keep-first-flow-and-exit" measure "$dir/first.json" --keep-first-flow-and-exit --protocols I
check "measures the first flow" [ "$(descriptions "$dir/first.json")" = "VM to VM same network fixed IP (intra-node)" ]
check "and keeps its machines" made_something
check "until they are reaped" reap last
check "and nothing is left then" unchanged
exit "$failed"
