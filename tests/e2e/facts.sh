#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an endpoint says of itself is so.
. "$(dirname "$0")/lib.sh"

"$B/vmtp-probe" facts 127.0.0.1 >"$dir/facts.json"
release() { (. /etc/os-release 2>/dev/null || . /usr/lib/os-release && eval "printf %s \"\$$1\""); }

check 'the address it was asked for is its own' holds "$dir/facts.json" 'd["address"] == "127.0.0.1"'
if [ -e /etc/os-release ] || [ -e /usr/lib/os-release ]; then
    for field in id:ID name:NAME version:VERSION_ID; do
        check "its system's ${field%:*} is that of os-release" holds "$dir/facts.json" \
            "d['os'].get('${field%:*}', '') == '$(release "${field#*:}")'"
    done
else
    skip "what os-release says: there is none"
fi
check 'its kernel is this one' holds "$dir/facts.json" "d['kernel'] == '$(uname -r)'"
check 'its CPUs are those that it may use' holds "$dir/facts.json" "d['cpus'] == $(nproc)"
check 'its memory is that of /proc' holds "$dir/facts.json" "abs(d['memory_bytes'] / 1024 - $(awk '/^MemTotal/ { print $2 }' /proc/meminfo)) < 1e6"
check 'its clock source is the current one' holds "$dir/facts.json" \
    "d['clock'].get('source', '') == '$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource 2>/dev/null)'"
for name in tcp_rmem tcp_wmem; do
    check "its $name is that of /proc" holds "$dir/facts.json" \
        "d['sysctl']['$name'].split() == '$(tr '\t' ' ' </proc/sys/net/ipv4/$name)'.split()"
done
check 'what is reached over the loopback is on it' holds "$dir/facts.json" "d['interface']['name'] == 'lo'"
check 'and what leaves the machine is told beside it' holds "$dir/facts.json" "'uplink' not in d or d['uplink']['name'] != 'lo'"
if [ "$(id -u)" -eq 0 ]; then
    # To an address of its own the route leads over the loopback.
    at_veth() {
        unshare -n sh -c 'ip link add vmtp-a mtu 1400 type veth peer name vmtp-b && ip link set lo up &&
            ip link set vmtp-a up && ip link set vmtp-b up && ip address add 10.9.8.7/24 dev vmtp-a &&
            ip address add fd98::7/64 dev vmtp-a nodad && exec "$0" facts "$1"' "$B/vmtp-probe" "$1" >"$dir/veth.json"
    }
    for address in 10.9.8.7 fd98::7; do
        check "the interface with $address is found" at_veth "$address"
        check "which is not the loopback" holds "$dir/veth.json" "d['interface']['name'] == 'vmtp-a'"
        check "with its MTU and driver" holds "$dir/veth.json" "d['interface']['mtu'] == 1400 and d['interface']['driver'] == 'veth'"
    done
else
    skip "the interface with an address is found: root"
fi
exit "$failed"
