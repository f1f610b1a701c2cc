# SPDX-License-Identifier: Apache-2.0
# What is kept because somebody said so, and reaped when somebody says so.
. tests/openstack/lib.sh
remember
reap() { "$vmtp" reap "$@" >"$dir/out" 2>"$dir/err"; }
stopped() { # FLAG...: exit status 2
    measure "$dir/stop.json" "$@"
    [ "$got" -eq 2 ]
}

# Multicast does not pass a router: the search between two networks finds no rate that arrives.
check "--stop-on-error ends with 2 if a measurement fails" stopped --stop-on-error --protocols M
check "and writes down all flows, those that it left out as errors" holds "$dir/stop.json" \
    'len(d["flows"]) == 6 and "error" in d["flows"][-1]["results"][0]'
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
