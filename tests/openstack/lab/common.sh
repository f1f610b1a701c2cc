# SPDX-License-Identifier: Apache-2.0
# For all scripts of the lab: where things are, and how daemons are started and waited for.
#
# State is in $VMTP_LAB.  `cache` is what takes long to make (packages, guest image, empty databases);
# all else, `etc`, `log`, `run` and `var`, belongs to the lab that is up, and each one starts afresh.
set -u
lab=$(cd "$(dirname "$0")" && pwd)
case $lab in */lab) ;; *) lab=$lab/lab ;; esac
VMTP_LAB=${VMTP_LAB:-/var/tmp/vmtp-lab}
etc=$VMTP_LAB/etc log=$VMTP_LAB/log run=$VMTP_LAB/run var=$VMTP_LAB/var
export VMTP_LAB LC_ALL=C.UTF-8 LANG=C.UTF-8 HOME=/root
# Debian's own programs and Python modules, and nothing that stands in front of them.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset PYTHONPATH PYTHONDONTWRITEBYTECODE TMPDIR http_proxy https_proxy HTTP_PROXY HTTPS_PROXY

address=10.77.0.1           # of the controller: APIs, messages, tunnels; hypervisor N has 10.77.0.(10+N)
external_address=172.24.4.1 # of the host on the external network, gateway of floating addresses
provider_address=172.24.5.1 # and on the provider network
password=oslab-secret       # of everybody
database_socket=$run/mysql.sock

fail() {
    echo "lab: $*" >&2
    exit 1
}

# until_true SECONDS COMMAND...
until_true() {
    end=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.1
    done
}

not() { ! "$@"; }

# step NAME COMMAND...: how long it took is kept in log/steps.
step() {
    step=$1 began=$(date +%s%3N)
    shift
    "$@" || fail "$step failed"
    took=$(($(date +%s%3N) - began))
    printf '%-20s %3d.%03d s\n' "$step" $((took / 1000)) $((took % 1000)) >>"$log/steps"
}

alive() { # NAME
    pid=$(cat "$run/$1.pid" 2>/dev/null) && grep -qs '^State:.[^Z]' "/proc/$pid/status"
}

# daemon NAME COMMAND...: in a session of its own; starts nothing that is there already.
daemon() {
    name=$1
    shift
    alive "$name" && return
    setsid "$@" >>"$log/$name.log" 2>&1 </dev/null &
    echo $! >"$run/$name.pid"
}

# ready NAME SECONDS COMMAND...: waits until the command says so; if the daemon dies, its log tells why.
ready() {
    daemon_name=$1 limit=$2
    shift 2
    until_true "$limit" settled "$daemon_name" "$@" && alive "$daemon_name" && return
    died "$daemon_name"
}
settled() {
    alive "$1" || return 0
    shift
    "$@" >/dev/null 2>&1
}
died() {
    if alive "$1"; then echo "lab: $1 does not get ready:"; else echo "lab: $1 died:"; fi >&2
    tail -n 15 "$log/$1"*.log | sed 's/^/  /' >&2
    exit 1
}
answers() { curl -sk -o /dev/null --max-time 20 "$1"; }
