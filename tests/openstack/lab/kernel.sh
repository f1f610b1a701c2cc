# SPDX-License-Identifier: Apache-2.0
# Whether this kernel has what hypervisors and routers need.  Sourced, run inside of the lab.

kernel_tries() { # WHAT COMMAND...: says what is missing, if the command fails
    what=$1
    shift
    "$@" >/dev/null 2>&1 && return
    echo "lab: this kernel has no $what (tried: $*)" >&2
    missing=1
}

bridge_filter_on() { [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; }

# Bridges and veth are needed even where hypervisors are fake.
kernel_check_api() {
    missing=0
    kernel_tries "bridges" ip link add try0 type bridge
    ip link delete try0 2>/dev/null
    [ "$missing" -eq 0 ] || exit 1
}

kernel_check_full() {
    missing=0
    kernel_tries "veth pairs" ip link add try0 type veth peer name try1
    kernel_tries "VXLAN" ip link add try2 type vxlan id 1 dstport 4789 dev try0
    kernel_tries "network namespaces" ip netns add try
    kernel_tries "TUN/TAP" ip tuntap add try3 mode tap
    kernel_tries "iptables" iptables -t nat -N try
    kernel_tries "connection tracking" iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
    kernel_tries "iptables on bridges (module br_netfilter)" bridge_filter_on
    kernel_tries "matches on bridge ports (xt_physdev)" \
        iptables -A FORWARD -m physdev --physdev-is-bridged -j ACCEPT
    kernel_tries "IP sets" ipset create try hash:net family inet
    kernel_tries "matches on IP sets (xt_set)" iptables -A INPUT -m set --match-set try src -j ACCEPT
    kernel_tries "notrack and connection zones (xt_CT)" iptables -t raw -A PREROUTING -j CT --zone 1
    kernel_tries "connection marks" iptables -t mangle -A PREROUTING -j CONNMARK --save-mark
    kernel_tries "address translation" iptables -t nat -A POSTROUTING -j MASQUERADE
    kernel_clear
    [ "$missing" -eq 0 ] || exit 1
}

kernel_clear() {
    for table in filter raw mangle nat; do
        iptables -t "$table" -F
        iptables -t "$table" -X
    done
    ipset destroy try
    ip netns delete try
    for link in try2 try0 try3; do ip link delete "$link"; done
} 2>/dev/null
