#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A real OpenStack on this machine, for tests: Debian's keystone, glance, placement, nova and neutron.
#
#   lab.sh up [api|full]   starts it: with three fake hypervisors, or (full) with two real ones
#   lab.sh enter COMMAND   runs a command where its addresses are
#   lab.sh status          its daemons, and what they weigh
#   lab.sh down            ends it; what took long to make stays in $VMTP_LAB/cache
#   lab.sh purge           removes that too
#
# All of it lives in namespaces of its own (processes, network, mounts, host name), so it meets nothing
# else on the machine, and nothing of it is left when their first process has ended.  Each time it is
# up it is a new, empty cloud.  FAKES=N is another number of fake hypervisors.  Needs root and the
# packages of `share/setup.sh openstack`.
. "$(dirname "$0")/lab/common.sh"

holder() { # prints the lab's first process, if there is one
    pid=$(cat "$run/holder" 2>/dev/null) &&
        tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "lab/hold.sh $VMTP_LAB" &&
        echo "$pid"
}

enter() {
    first=$(holder) || fail "it is not up"
    # shellcheck disable=SC2016
    exec nsenter -t "$first" -m -u -n -p -- sh -c 'cd "$0" && exec "$@"' "$PWD" "$@"
}

# New namespaces, and folders without what the last lab left in them.
hold() {
    down
    mkdir -p "$VMTP_LAB/cache" "$log" "$run"
    setsid unshare --mount --uts --net --ipc --pid --fork sh "$lab/hold.sh" "$VMTP_LAB" \
        >"$log/hold.log" 2>&1 </dev/null &
    until_true 10 holder >/dev/null && return
    cat "$log/hold.log" >&2
    fail "no namespaces: it takes root and all capabilities"
}

# The guest's image is made again when what makes it changes.
guest_origin() { cat "$lab/guest.sh" "$lab"/guest/*; }
image_make() {
    sh "$lab/guest.sh" >"$log/image.log" 2>&1 || {
        tail -n 5 "$log/image.log" >&2
        fail "the guest's image can't be made"
    }
    guest_origin >"$VMTP_LAB/cache/guest.origin"
}

up() { # LEVEL
    [ "$(id -u)" -eq 0 ] || fail "only root can bring it up"
    [ "$(uname -m)" = x86_64 ] || fail "its guests are for x86_64"
    for program in nova-compute rabbitmq-server syslinux; do
        command -v "$program" >/dev/null || fail "no $program here: run share/setup.sh openstack"
    done
    holder >/dev/null || hold
    guest_origin | cmp -s - "$VMTP_LAB/cache/guest.origin" || image_make
    (enter sh "$lab/up.sh" "$1" "${FAKES:-$([ "$1" = full ] && echo 0 || echo 3)}")
}

down() {
    if first=$(holder); then
        kill -KILL "$first"
        until_true 30 gone "$first" || fail "process $first does not end"
    fi
    rm -rf "$etc" "$run" "$var" "$log"
}
gone() { ! grep -qs '^State:.[^Z]' "/proc/$1/status"; }

status() {
    first=$(holder) || fail "it is not up"
    (enter sh "$lab/status.sh")
}

case ${1:-} in
up) case ${2:-full} in api | full) up "${2:-full}" ;; *) fail "no level is called '$2' (api, full)" ;; esac ;;
down) down ;;
purge) down && rm -rf "$VMTP_LAB" ;;
status) status ;;
enter) shift && enter "$@" ;;
*) sed -n '3,16s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
