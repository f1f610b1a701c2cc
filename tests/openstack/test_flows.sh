# SPDX-License-Identifier: Apache-2.0
# The six flows of VMTP between real machines, and fewer of them.
. tests/openstack/lib.sh
remember
six='VM to VM same network fixed IP (intra-node); VM to VM different network fixed IP (intra-node)'
six="$six; VM to VM different network floating IP (intra-node); VM to VM same network fixed IP (inter-node)"
six="$six; VM to VM different network fixed IP (inter-node); VM to VM different network floating IP (inter-node)"

result="$dir/six.json"
check "the six flows are measured" measure "$result"
check "they are VMTP's, in its order" [ "$(descriptions "$result")" = "$six" ]
check "all have figures" plausible "$result"
check "the two machines of a flow are on the hosts that it names" holds "$result" \
    'all((f["az_from"] == f["az_to"]) == ("intra" in f["desc"]) and f["az_to"].startswith("nova:hv") for f in d["flows"])'
check "flows of one network stay in it" holds "$result" \
    'all(f["ip_from"].startswith("192.168.1.") and f["ip_to"].startswith("192.168.1.") for f in d["flows"] if "same" in f["desc"])'
check "flows between networks leave theirs" holds "$result" \
    'all(f["ip_from"].startswith("192.168.2.") for f in d["flows"] if "different" in f["desc"])'
check "floating addresses are of the external network" holds "$result" \
    'all(f["ip_to"].startswith("172.24.4.") == ("floating" in f["desc"]) for f in d["flows"])'
check "the encapsulation is known" holds "$result" 'd["encapsulation"] == "vxlan"'
check "and so is the kind of agent" holds "$result" 'd["l2agent_type"] == "Linux bridge agent"'
check "the cloud is as it was" unchanged

result="$dir/same.json"
check "--same-network-only" measure "$result" --same-network-only --protocols TI
check "leaves two flows" [ "$(descriptions "$result")" = \
    "VM to VM same network fixed IP (intra-node); VM to VM same network fixed IP (inter-node)" ]
check "which have figures" plausible "$result"
check "and leaves nothing" unchanged

result="$dir/inter.json"
check "--inter-node-only" measure "$result" --inter-node-only --protocols I --hypervisor hv2 --hypervisor nova:hv1
check "leaves three flows" [ "$(descriptions "$result")" = "${six#*floating IP (intra-node); }" ]
check "from the second --hypervisor to the first" holds "$result" \
    '{(f["az_from"], f["az_to"]) for f in d["flows"]} == {("nova:hv1", "nova:hv2")}'
check "and leaves nothing again" unchanged
exit "$failed"
