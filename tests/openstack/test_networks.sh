# SPDX-License-Identifier: Apache-2.0
# Other networks: one that exists, IPv6, and the way to a host outside.
. tests/openstack/lib.sh
remember
clear_up() { [ -z "${sshd:-}" ] || kill "$sshd"; }

if cloud names network | grep -qx provider; then
    result="$dir/provider.json"
    check "a network that exists is measured on, without floating addresses" \
        measure "$result" --reuse_network_name provider --no-floatingip --protocols TI
    check "in two flows" [ "$(descriptions "$result")" = \
        "VM to VM same network fixed IP (intra-node); VM to VM same network fixed IP (inter-node)" ]
    check "by its addresses" holds "$result" \
        'all(f[end].startswith("172.24.5.") for f in d["flows"] for end in ("ip_from", "ip_to"))'
    check "with figures" plausible "$result"
    check "and it stays, as all else does" unchanged
else
    skip "a network that exists: this lab has none called provider"
fi

result="$dir/six.json"
{ cat "$dir/few.yaml" && echo 'ipv6_mode: slaac'; } >"$dir/ipv6.yaml"
check "IPv6 is measured" measure "$result" -c "$dir/ipv6.yaml" --protocols TI
check "inside of a network and between two" holds "$result" \
    '{f["desc"].split(" (")[0] for f in d["flows"]} >= {"VM to VM same network fixed IP", "VM to VM different network fixed IP"}'
check "by IPv6 addresses" holds "$result" 'all(":" in f["ip_to"] for f in d["flows"] if "floating" not in f["desc"])'
check "with figures too" plausible "$result"
check "and leaves nothing" unchanged

ssh-keygen -q -t ed25519 -N '' -C test -f "$HOME/.ssh/id_ed25519"
ssh-keygen -q -t ed25519 -N '' -C host -f "$dir/host_key"
mkdir -p /run/sshd
printf 'HostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\n' \
    "$dir/host_key" "$HOME/.ssh/id_ed25519.pub" >"$dir/sshd_config"
/usr/sbin/sshd -D -e -f "$dir/sshd_config" -o ListenAddress=172.24.4.1 2>"$dir/sshd.log" &
sshd=$!
until_true 10 sh -c "ss -Hltn 'src 172.24.4.1:22' | grep -q ."
echo "172.24.4.1 $(cut -d' ' -f1,2 "$dir/host_key.pub")" >"$HOME/.ssh/known_hosts"

result="$dir/external.json"
# The same host is the controller.
check "a host outside is measured with" measure "$result" --external-host root@172.24.4.1 \
    --controller-node root@172.24.4.1 --same-network-only --protocols T
check "in a flow of its own" holds "$result" 'd["flows"][-1]["desc"] == "External-VM"'
check "up and down" holds "$result" \
    '{r.get("direction") for r in d["flows"][-1]["results"] if r["protocol"] == "TCP"} == {None, "reverse"}'
check "with figures as well" plausible "$result"
check "the controller says what the API does not" holds "$result" \
    'd["openstack_version"].startswith("Zed (") and d["l2agent_version"].startswith("Linux Bridge ") and "Debian" in d["distro"] and len(d["cpu_info"]) > 0'
check "and leaves nothing there either" unchanged

result="$dir/static.json"
check "machines that have their addresses from the config drive measure" \
    measure "$result" --no-dhcp --vnic-type normal --same-network-only --protocols T
check "with figures that are plausible, too" plausible "$result"
check "and are gone then" unchanged

cat >"$dir/many.yaml" <<END_
vmtp: 1
cloud: { openstack: { rc: $rc, image: guest, flavor: m1.tiny } }
sinks: [ { json: { path: $dir/many.json } } ]
flows:
  - { name: pairs, path: same-network, placement: inter-node, pairs: [1, 2], tool: native, duration: 1s, repeat: 1 }
  - { name: one, path: same-network, placement: intra-node, tool: native, duration: 1s, repeat: 1 }
END_
sed '/name: pairs/d; s/intra-node/single-room/; s/many.json/room.json/' "$dir/many.yaml" >"$dir/room.yaml"
check "pairs are measured one at a time and both at once" run many
check "each with its machines" holds "$dir/many.json" \
    'len(d["endpoints"]) == 5 and [a["pairs"] for a in d["aggregates"]] == [1, 2] and all(r["status"] == "ok" for r in d["results"])'
check "and machines that share their hosts with nobody" run room
check "which are two" holds "$dir/room.json" 'len(d["endpoints"]) == 2 and "placement=single-room" in d["results"][0]["key"]'
check "nothing of all this is left" unchanged
exit "$failed"
