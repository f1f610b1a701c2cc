# SPDX-License-Identifier: Apache-2.0
# Hypervisors.  A real one is a namespace of networks, mounts and host name with libvirtd, a Linux
# bridge agent and nova-compute; its guests run on an emulated CPU.  A fake one is nova-compute alone,
# whose servers exist on paper.  Sourced.

hypervisor_enter() { # NAME COMMAND...
    inside=$(cat "$run/$1.pid")
    shift
    nsenter -t "$inside" -m -u -n -- "$@"
}

hypervisor_connect() { # NAME LINK BRIDGE
    ip link add "$2-$1" type veth peer name "${2}0" netns "$(cat "$run/$1.pid")"
    ip link set "$2-$1" master "$3" up
    hypervisor_enter "$1" ip link set "${2}0" up
}

# The namespace is held by a process that sleeps.
hypervisor_make() { # NAME ADDRESS
    mkdir -p "$var/$1/lib" "$var/$1/cache"
    cp -a /etc/libvirt/. "$etc/$1/libvirt"
    rm -f "$etc/$1"/libvirt/qemu/networks/autostart/*
    cp "$etc/$1/libvirtd.conf" "$etc/$1/qemu.conf" "$etc/$1/libvirt/"
    printf '127.0.0.1 localhost\n%s %s\n%s controller\n' "$2" "$1" "$address" >"$etc/$1/hosts"
    daemon "$1" unshare --net --mount --uts sh "$lab/hypervisor_hold.sh" "$1"
    ready "$1" 10 test -e "$run/$1.made"
    hypervisor_connect "$1" mgmt br-mgmt
    hypervisor_connect "$1" data br-provider
    hypervisor_enter "$1" ip address add "$2/24" dev mgmt0
    hypervisor_enter "$1" ip link set lo up
}

hypervisor_start() { # NUMBER
    host=hv$1 host_address=10.77.0.$((10 + $1))
    if ! alive "$host"; then
        config_host "$host" "$1" "$host_address" libvirt.LibvirtDriver 120
        hypervisor_make "$host" "$host_address"
    fi
    daemon "libvirtd-$host" nsenter -t "$(cat "$run/$host.pid")" -m -u -n -- libvirtd -p /run/libvirtd.pid
    ready "libvirtd-$host" 60 hypervisor_enter "$host" test -S /run/libvirt/libvirt-sock
    daemon "bridge-agent-$host" nsenter -t "$(cat "$run/$host.pid")" -m -u -n -- neutron-linuxbridge-agent \
        --config-file "$etc/neutron.conf" --config-file "$etc/ml2.conf" --config-file "$etc/$host/agent.conf"
    daemon "nova-compute-$host" nsenter -t "$(cat "$run/$host.pid")" -m -u -n -- nova-compute \
        --config-file "$etc/nova.conf" --config-file "$etc/$host/compute.conf"
}

fakes_start() { # COUNT
    for number in $(seq "$1"); do
        config_host "fake$number" "$number" "$address" fake.MediumFakeDriver 0
        daemon "nova-compute-fake$number" nova-compute --config-file "$etc/nova.conf" \
            --config-file "$etc/fake$number/compute.conf"
    done
    daemon fake-agents /usr/bin/python3 "$lab/fake_agents.py" "$etc/neutron.conf" "$1"
}
