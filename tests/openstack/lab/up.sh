# SPDX-License-Identifier: Apache-2.0
# Starts everything inside of the lab, or what is not there of it: up.sh LEVEL FAKES
. "$(dirname "$0")/common.sh"
for part in config kernel database messages services hypervisor tls; do . "$lab/$part.sh"; done
level=$1 fakes=$2
real=2
[ "$level" = full ] || real=0

# in_cloud COMMAND...: with the administrator's credentials.
in_cloud() (
    . "$etc/openrc"
    "$@"
)

bridge_make() { # NAME ADDRESS
    [ -e "/sys/class/net/$1" ] && return
    ip link add "$1" type bridge forward_delay 0 &&
        ip address add "$2" dev "$1" &&
        ip link set "$1" up
}

network_start() {
    bridge_make br-mgmt "$address/24" && bridge_make br-ex "$external_address/24" &&
        bridge_make br-provider "$provider_address/24"
}

# together COMMAND...: all at once; each ends the lab's start if it fails.
together() {
    jobs=
    for command in "$@"; do
        $command &
        jobs="$jobs $!"
    done
    for job in $jobs; do wait "$job" || return; done
}

hypervisors_start() {
    [ "$fakes" -eq 0 ] || fakes_start "$fakes"
    [ "$real" -eq 0 ] && return
    agents_start
    together "hypervisor_start 1" "hypervisor_start 2"
}

hypervisors_known() {
    nova-manage --config-file "$etc/nova.conf" cell_v2 discover_hosts >/dev/null 2>&1
    in_cloud /usr/bin/python3 "$lab/seed.py" ready $((real + fakes)) "$level"
}

seed() { in_cloud /usr/bin/python3 "$lab/seed.py" cloud "$VMTP_LAB/cache/guest.qcow2"; }
wait_for_hypervisors() {
    until_true 120 hypervisors_known && return
    for file in "$run"/nova-compute-*.pid "$run"/*agent*.pid; do
        name=$(basename "$file" .pid)
        alive "$name" || died "$name"
    done
    return 1
}

mkdir -p "$etc" "$log" "$run" "$var"
step kernel "kernel_check_$level"
[ -f "$etc/openrc" ] || step config config_controller
step network network_start
step "database, messages" together database_start messages_start
step identity identity_start
step services services_start
step tls tls_start
step hypervisors hypervisors_start
step seed seed
step "hypervisors known" wait_for_hypervisors
: >"$run/up"
