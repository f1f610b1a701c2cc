# SPDX-License-Identifier: Apache-2.0
# Real hosts for end-to-end tests: network namespaces on one bridge, each with Debian's sshd, and one
# more for whoever tests.  Root is let in by the key in $HOME/.ssh; $HOME is a folder of the test.
# What vmtp puts on the hosts is below $dir/tmp.
#
#   hosts_up COUNT     hosts 10.77.0.1 to COUNT and fd77::1 to COUNT; the tester is 10.77.0.254
#   at_controller CMD  runs it in the tester's namespace
#   at_host N CMD      runs it in host N's
#   hosts_down         removes all of it
room=vmtp$$
hosts_count=0
sshd_pids=

at_controller() { nsenter --net="/run/netns/$room-c" "$@"; }
at_host() { number=$1; shift; nsenter --net="/run/netns/$room-$number" "$@"; }

host_connect() { # NAMESPACE NUMBER
    ip netns add "$1"
    ip -n "$1" link set lo up
    ip -n "$room-b" link add "p$2" type veth peer name eth0 netns "$1"
    ip -n "$room-b" link set "p$2" master bridge up
    ip -n "$1" address add "10.77.0.$2/24" dev eth0
    ip -n "$1" address add "fd77::$2/64" dev eth0 nodad
    ip -n "$1" link set eth0 up
}

sshd_start() { # NUMBER [OPTION...]
    number=$1
    shift
    nsenter --net="/run/netns/$room-$number" /usr/sbin/sshd -D -e -f "$dir/sshd_config" "$@" \
        2>>"$dir/sshd-$number.log" &
    sshd_pids="$sshd_pids $!"
}

hosts_up() {
    hosts_count=$1
    export HOME="$dir/home"
    mkdir -p "$HOME/.ssh" "$dir/tmp" /run/sshd
    ssh-keygen -q -t ed25519 -N '' -C test -f "$HOME/.ssh/id_ed25519"
    ssh-keygen -q -t ed25519 -N '' -C host -f "$dir/host_key"
    cp "$HOME/.ssh/id_ed25519.pub" "$dir/authorized_keys"
    cat >"$dir/sshd_config" <<END
HostKey $dir/host_key
AuthorizedKeysFile $dir/authorized_keys
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
PidFile none
Subsystem sftp internal-sftp
SetEnv TMPDIR=$dir/tmp
END
    ip netns add "$room-b"
    ip -n "$room-b" link add bridge type bridge
    ip -n "$room-b" link set bridge up
    host_connect "$room-c" 254
    for number in $(seq "$hosts_count"); do
        host_connect "$room-$number" "$number"
        sshd_start "$number"
        for address in "10.77.0.$number" "fd77::$number"; do
            echo "$address $(cut -d' ' -f1,2 "$dir/host_key.pub")"
        done >>"$HOME/.ssh/known_hosts"
    done
    for number in $(seq "$hosts_count"); do
        until_true 10 sh -c "nsenter --net=/run/netns/$room-$number ss -ltn | grep -q ':22 '" || return 1
    done
}

hosts_down() {
    # shellcheck disable=SC2086
    [ -z "$sshd_pids" ] || kill $sshd_pids 2>/dev/null
    for name in b c $(seq "$hosts_count"); do
        ip netns pids "$room-$name" 2>/dev/null | xargs -r kill 2>/dev/null
        ip netns delete "$room-$name" 2>/dev/null
    done
}
