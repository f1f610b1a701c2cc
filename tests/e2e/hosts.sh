# SPDX-License-Identifier: Apache-2.0
# Existing machines over SSH: real servers, each in a network namespace of its own, at one bridge.
. tests/e2e/lib.sh

[ "$(id -u)" -eq 0 ] || { skip "cloud hosts is tried end to end: root"; exit 0; }
[ -f "$B/plugins/clouds/hosts.so" ] || { skip "cloud hosts is tried end to end: libssh2"; exit 0; }
command -v sshd >/dev/null || [ -x /usr/sbin/sshd ] || { skip "cloud hosts is tried end to end: sshd"; exit 0; }

net=vh$$
hosts=20
chmod 755 "$dir"
export HOME="$dir/home"
mkdir -p "$HOME/.ssh" "$dir/keys"
cloud=
unset SSH_AUTH_SOCK

at_exit() {
    for ns in $(ip netns list | awk -v net="$net" 'index($1, net) == 1 { print $1 }'); do
        # shellcheck disable=SC2046
        kill -KILL $(ip netns pids "$ns") 2>/dev/null
        ip netns del "$ns"
    done
    [ -z "${SSH_AGENT_PID:-}" ] || kill "$SSH_AGENT_PID"
}

# ---- keys, users, servers ------------------------------------------------------------------------

key() { ssh-keygen -q -N "${3:-}" -f "$dir/keys/$1" -t "$2" ${4:+$4}; }
key ed25519 ed25519
key ecdsa ecdsa
key ecdsa521 ecdsa '' '-b 521'
key rsa rsa '' '-b 2048'
key locked-rsa rsa 'open sesame' '-b 2048'
key locked-ed25519 ed25519 'open sesame'
key pem rsa '' '-b 2048 -m PEM'
key locked-pkcs8 ecdsa 'open sesame' '-m PKCS8'
key stranger ed25519
cat "$dir"/keys/*.pub | grep -vF "$(cat "$dir/keys/stranger.pub")" >"$dir/authorized"
for type in ed25519 ecdsa rsa; do ssh-keygen -q -N '' -t $type -f "$dir/host-$type"; done
ssh-keygen -q -N '' -t ed25519 -f "$dir/host-other"

secret='p4ss w0rd'
hash=$(openssl passwd -6 "$secret")
sed 's|^\(root:.*:\)[^:]*$|\1/bin/sh|' /etc/passwd >"$dir/passwd" # not this machine's .bashrc
cp /etc/shadow "$dir/shadow"
user() { # NAME SHELL [HOME]
    echo "$1:x:1500:65534::${3:-/tmp}:$2" >>"$dir/passwd"
    echo "$1:$hash:19000:0:99999:7:::" >>"$dir/shadow"
}
mkdir "$dir/busybox"
ln -s "$(command -v busybox)" "$dir/busybox/sh"
printf '#!/bin/sh\necho "a word from the house"; exec /bin/sh "$@"\n' >"$dir/chatty"
printf '#!/bin/sh\necho "this account is closed" >&2; exit 1\n' >"$dir/closed"
chmod 755 "$dir/chatty" "$dir/closed"
user pat /bin/sh
user bash /bin/bash
user csh "$(command -v tcsh || echo /none)"
user fish "$(command -v fish || echo /none)"
user busy "$dir/busybox/sh"
user chatty "$dir/chatty"
user closed "$dir/closed"
user small /bin/sh "$dir/small"
mkdir -p "$dir/small/.ssh"
cp "$dir/authorized" "$dir/small/.ssh/authorized_keys"
chown -R 1500 "$dir/small"
chmod -R go= "$dir/small"
cat >"$dir/pam" <<END
auth required pam_unix.so
account required pam_unix.so
session required pam_permit.so
END

space() { # NAME NUMBER: a namespace at the bridge
    ip netns add "$net-$1"
    ip -n "$net-$1" link set lo up
    ip -n "$net-br" link add "v$2" type veth peer name eth0 netns "$net-$1"
    ip -n "$net-br" link set "v$2" master br0 up
    ip -n "$net-$1" link set eth0 up
    ip -n "$net-$1" addr add "10.9.0.$2/24" dev eth0
    ip -n "$net-$1" addr add "fd09::$2/64" dev eth0 nodad
}
# What runs in a host sees users, PAM and folders of its own.
inside() { # NUMBER COMMAND...
    n=$1
    shift
    ip netns exec "$net-$n" unshare -m sh -c '
        mount --make-rprivate /
        mount -t tmpfs tmpfs /run && mkdir -p /run/sshd /run/lock
        for file in passwd shadow; do mount --bind "$0/$file" "/etc/$file"; done
        [ ! -f /etc/pam.d/sshd ] || mount --bind "$0/pam" /etc/pam.d/sshd
        exec "$@"' "$dir" "$@" >>"$dir/log$n" 2>&1 &
}
# Each host has a folder for TMPDIR, so that what is left there is seen.
host() { # NUMBER LINE...: of sshd_config
    n=$1
    shift
    space "$n" "$n"
    mkdir -m 1777 "$dir/tmp$n"
    { # the first of two settings counts
        for line in "$@"; do echo "$line"; done
        cat <<END
HostKey $dir/host-ed25519
HostKey $dir/host-ecdsa
AuthorizedKeysFile $dir/authorized
StrictModes no
UsePAM no
PidFile none
LogLevel VERBOSE
SetEnv TMPDIR=$dir/tmp$n
END
    } >"$dir/sshd$n"
    inside "$n" /usr/sbin/sshd -D -e -f "$dir/sshd$n"
}
ip netns add "$net-br"
ip -n "$net-br" link add br0 type bridge
ip -n "$net-br" link set br0 up
space ctl 250
host 1 'MaxAuthTries 3'
host 2
host 3 'MaxSessions 1'
host 4 'MaxSessions 2' 'MaxStartups 2:100:2'
host 5 'UsePAM yes' 'KbdInteractiveAuthentication yes' 'PasswordAuthentication no'
host 6 'PasswordAuthentication yes' 'KbdInteractiveAuthentication no'
host 7 "HostKey $dir/host-rsa" 'HostKeyAlgorithms rsa-sha2-512,rsa-sha2-256'
host 8 "HostKey $dir/host-other"
for n in $(seq 9 $hosts); do host "$n"; done
ip -n "$net-2" link add eth5 type veth peer name peer5
ip -n "$net-2" link set peer5 up
ip -n "$net-2" link set eth5 up
ip -n "$net-2" addr add 10.10.0.2/24 dev eth5
ip -n "$net-2" addr add fd10::2/64 dev eth5 nodad
ip -n "$net-1" route add 10.10.0.0/24 via 10.9.0.2
ip -n "$net-1" route add fd10::/64 via fd09::2

at_ctl() { ip netns exec "$net-ctl" "$@"; }
listens() { ip netns exec "$net-$1" ss -ltn | grep -q ":$2 "; }
all_listen() { for n in $(seq $hosts); do listens "$n" 22 || return 1; done; }
check "$hosts servers are up" until_true 20 all_listen

known() { # FILE HOST...: the keys that they have
    file=$1
    shift
    for name in "$@"; do
        for type in ed25519 ecdsa; do printf '%s %s\n' "$name" "$(cut -d' ' -f1,2 "$dir/host-$type.pub")"; done
    done >>"$file"
}
for n in $(seq $hosts); do known "$HOME/.ssh/known_hosts" "10.9.0.$n,fd09::$n,[10.9.0.$n]:23"; done

# all CLOUD ENDPOINT...: a scenario that does no more than log in, in the words of `cloud` and `endpoints`
all() {
    printf 'vmtp: 1\ncloud: { hosts: { user: root, %s } }\nendpoints:\n' "$1"
    shift
    n=0
    for endpoint in "$@"; do
        n=$((n + 1))
        echo "  e$n: { $endpoint }"
    done
    echo 'flows: [ { name: login, from: e1, to: e1, tool: { "null": {} }, duration: 50ms, warmup: 0, repeat: 1 } ]'
}
run() { at_ctl "$vmtp" run --no-progress "$@"; }
all_log_in() { all "$@" >"$dir/all.yaml" && status 0 run "$dir/all.yaml"; }
logs_in() { all_log_in "${2:-}" "$1"; }
# refuses TEXT ENDPOINT [CLOUD]: with these words
refuses() {
    text=$1
    all "${3:-}" "$2" >"$dir/all.yaml"
    status 3 run "$dir/all.yaml" || return 1
    grep -qF -- "$text" "$dir/err" || { echo "does not say: $text"; cat "$dir/err"; return 1; }
}
bare() { # nothing of vmtp is left on the hosts: servers alone run there
    find "$dir"/tmp[0-9]* -mindepth 1 >"$dir/left"
    for n in $(seq $hosts); do
        for p in $(ip netns pids "$net-$n"); do tr '\0' ' ' <"/proc/$p/cmdline"; echo; done
    done 2>/dev/null | grep vmtp >>"$dir/left"
    [ ! -s "$dir/left" ] || { cat "$dir/left"; return 1; }
}
k=$dir/keys

# ---- logging in ----------------------------------------------------------------------------------

with="ssh: 10.9.0.1, key: $k"
check "keys of types ed25519, ecdsa and RSA log in" all_log_in '' "$with/ed25519" "$with/ecdsa" "$with/ecdsa521" "$with/rsa" "$with/pem"
check "encrypted keys log in" all_log_in 'passphrase: open sesame' "$with/locked-rsa" "$with/locked-ed25519" "$with/locked-pkcs8"
check "a wrong passphrase is said" refuses "the passphrase is wrong" "ssh: 10.9.0.1, key: $k/locked-rsa, passphrase: nonsense"
check "a missing passphrase is said" refuses "is encrypted and there is no passphrase" "ssh: 10.9.0.1, key: $k/locked-ed25519"
check "a key that the server does not know is named" refuses "refuses to log in root by key $k/stranger; it offers" "ssh: 10.9.0.1, key: $k/stranger"
check "a key file that is not there is named" refuses "$k/none: No such file" "ssh: 10.9.0.1, key: $k/none"
check "without any key the error says so" refuses "there is no key, no agent and no password" "ssh: 10.9.0.1"
cp "$k/ed25519" "$HOME/.ssh/id_ed25519"
check "the key in the home folder is found" logs_in "ssh: 10.9.0.1"
rm "$HOME/.ssh/id_ed25519"

eval "$(ssh-agent -a "$dir/agent")" >/dev/null
for type in rsa ed25519 ecdsa; do
    ssh-add -q -D 2>/dev/null
    ssh-add -q "$k/$type" 2>/dev/null
    check "a key of type $type in the agent logs in" logs_in "ssh: 10.9.0.1"
done
check "agent: off does not ask it" refuses "there is no key" "ssh: 10.9.0.1" "agent: off"
kill "$SSH_AGENT_PID"
unset SSH_AGENT_PID
check "agent: on needs one" refuses "the SSH agent at '$dir/agent'" "ssh: 10.9.0.1" "agent: on"
unset SSH_AUTH_SOCK

export VMTP_TEST_SECRET="$secret"
password='password: { env: VMTP_TEST_SECRET }'
check "a password logs in" logs_in "ssh: pat@10.9.0.6, $password"
check "keyboard-interactive is answered with the password" logs_in "ssh: pat@10.9.0.5, $password"
export VMTP_TEST_WRONG='wrong one'
check "a wrong password is refused" refuses "by the password; it offers publickey,password" "ssh: pat@10.9.0.6, password: { env: VMTP_TEST_WRONG }"
check "no password is shown or kept" sh -c '! grep -r -e "$1" -e "$2" "$3" "$4"' - "$secret" "$VMTP_TEST_WRONG" "$dir/err" "$VMTP_STATE_DIR"

auth="key: $k/ed25519"
set --
for shell in bash csh fish busy chatty; do
    if grep -q "^$shell:.*/none$" "$dir/passwd"; then
        skip "a login shell $shell will do: $shell"
    else
        set -- "$@" "ssh: $shell@10.9.0.1, $auth"
    fi
done
check "any login shell will do" all_log_in '' "$@"
check "and gets the probe over" sh -c '! grep "facts of endpoint" "$1"' - "$dir/err"
check "a login shell that refuses is heard" refuses "this account is closed" "ssh: closed@10.9.0.1, $auth"

# A small server: no SFTP, RSA in its plain form, no process group for a command.
if command -v dropbear >/dev/null; then
    space small 240
    dropbearkey -t ed25519 -f "$dir/host-small" >/dev/null 2>&1
    printf '10.9.0.240 %s\n' "$(dropbearkey -y -f "$dir/host-small" | grep ^ssh | cut -d' ' -f1,2)" >>"$HOME/.ssh/known_hosts"
    inside small dropbear -F -E -m -r "$dir/host-small" -p 22 -P /run/dropbear.pid
    until_true 5 listens small 22
    small='ssh: small@10.9.0.240'
    check "dropbear lets in with keys and a password" all_log_in 'agent: off' "$small, key: $k/ed25519" "$small, key: $k/rsa" "$small, $password"
    check "and gets the probe over" sh -c '! grep "facts of endpoint" "$1"' - "$dir/err"
else
    skip "dropbear lets in with keys and a password: dropbear-bin"
fi

# ---- whom one talks to ---------------------------------------------------------------------------

other="known-hosts: $dir/other"
check "a server that is not known is refused" refuses "its host key is not known" "ssh: 10.9.0.9, $auth" "$other"
check "accept-new takes it" logs_in "ssh: 10.9.0.9, $auth" "$other, host-keys: accept-new"
check "and writes it down" grep -qF "10.9.0.9 $(cut -d' ' -f1,2 "$dir/host-ed25519.pub")" "$dir/other"
check "so that it is known from then on" logs_in "ssh: 10.9.0.9, $auth" "$other"
check "hashed names are found" sh -c 'ssh-keygen -q -H -f "$1" 2>/dev/null; rm -f "$1.old"; grep -q "^|1|" "$1"' - "$dir/other"
check "and match" logs_in "ssh: 10.9.0.9, $auth" "$other"
check "new names are hashed then" logs_in "ssh: 10.9.0.10, $auth" "$other, host-keys: accept-new"
check "and known to ssh" sh -c 'ssh-keygen -q -F 10.9.0.10 -f "$1" >/dev/null && ! grep -F 10.9.0 "$1"' - "$dir/other"
check "a key that has changed is refused, with file and line" refuses "$HOME/.ssh/known_hosts:15 has another" "ssh: 10.9.0.8, $auth"
check "even with accept-new" refuses "ITS HOST KEY HAS CHANGED" "ssh: 10.9.0.8, $auth" "host-keys: accept-new"
check "insecure takes it" logs_in "ssh: 10.9.0.8, $auth" "host-keys: insecure"
check "and warns" grep -q "warning: hosts: host keys are not checked" "$dir/err"
printf '10.9.0.9 %s\n' "$(cut -d' ' -f1,2 "$dir/host-rsa.pub")" >"$dir/rsa-only"
check "a key of another type is no new server" refuses "but one of type ssh-rsa is ($dir/rsa-only:1)" "ssh: 10.9.0.9, $auth" "known-hosts: $dir/rsa-only, host-keys: accept-new"
printf '10.9.0.9 %s\n' "$(cut -d' ' -f1,2 "$dir/host-ecdsa.pub")" >"$dir/ecdsa-only"
check "the server is asked for the key that is known" logs_in "ssh: 10.9.0.9, $auth" "known-hosts: $dir/ecdsa-only"
check "a server with an RSA host key alone is explained" refuses "only RSA host keys" "ssh: 10.9.0.7, $auth"

# ---- servers that are none -----------------------------------------------------------------------

inside 11 /usr/bin/python3 -c '
import socket, threading
def serve(port, talk):
    s = socket.create_server(("", port))
    kept = []
    while True:
        c, _ = s.accept()
        talk(c)
        kept.append(c)
for port, talk in ((81, lambda c: c.close()), (82, lambda c: None), (83, lambda c: c.sendall(b"220 mail\r\n"))):
    threading.Thread(target=serve, args=(port, talk)).start()'
until_true 5 listens 11 83
check "nobody there is said" refuses "Connection refused" "ssh: 10.9.0.9:2222, $auth"
check "no such address is said" refuses "No route to host" "ssh: 10.9.0.222, $auth"
check "no such name is said" refuses "the name no-such-host.invalid has no address" "ssh: no-such-host.invalid, $auth"
check "a server that never answers is given up" refuses "does not speak SSH within 1 s" "ssh: 10.9.0.11:82, $auth" "timeout: 1s"
check "a server that speaks something else, too" refuses "does not speak SSH within 1 s" "ssh: 10.9.0.11:83, $auth" "timeout: 1s"
check "a server that closes at once is asked again, then given up" refuses "6 times over" "ssh: 10.9.0.11:81, $auth"

# ---- ways ----------------------------------------------------------------------------------------

check "IPv6 addresses, in brackets and bare" all_log_in '' "ssh: \"[fd09::2]:22\", $auth" "ssh: \"root@fd09::2\", $auth"
mkdir -p "/etc/netns/$net-ctl"
echo '10.9.0.2 second' >"/etc/netns/$net-ctl/hosts"
known "$HOME/.ssh/known_hosts" second first
check "a name" logs_in "ssh: second, $auth"
printf '10.9.0.222 first\n10.9.0.2 first\n' >"/etc/netns/$net-ctl/hosts"
check "a name's next address if one does not answer" logs_in "ssh: first, $auth"
rm -r "/etc/netns/$net-ctl"
rmdir /etc/netns 2>/dev/null
check "through a jump host" logs_in "ssh: 10.9.0.12, $auth, jump: \"root@10.9.0.13:22\""
check "the server sees the jump host" grep -q 'Accepted publickey for root from 10.9.0.13' "$dir/log12"
check "through two" logs_in "ssh: 10.9.0.12, $auth" 'jump: "10.9.0.14,10.9.0.15"'
check "in their order" grep -q 'Accepted publickey for root from 10.9.0.14' "$dir/log15"
check "a jump host that can't reach it says so" refuses "jump host 10.9.0.13 can't connect to it" "ssh: 10.9.0.12:2222, $auth, jump: 10.9.0.13"
check "a jump host that does not let in is named" refuses "jump host 10.9.0.5: " "ssh: 10.9.0.12, key: $k/stranger, jump: 10.9.0.5"

# ---- measuring -----------------------------------------------------------------------------------

# pair NAME A B FLOW: two endpoints and one flow of the native tool
pair() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
cloud: { hosts: { user: root, key: $k/ed25519 } }
endpoints: { a: { $2 }, b: { $3 } }
flows: [ { name: bulk, from: a, to: b, tool: native, duration: 300ms, repeat: 2, $4 } ]
sinks: [ { json: { path: $dir/$1.json } } ]
END
    status 0 run "$dir/$1.yaml"
}
sane() { holds "$dir/$1.json" 'd["results"][0]["status"] == "ok" and 1e8 < d["results"][0]["metrics"]["goodput"]["value"] < 1e12'; }
if command -v dropbear >/dev/null; then
    check "a small server measures" pair small "ssh: small@10.9.0.240" 'ssh: 10.9.0.1' ''
    check "and gets goodput" sane small
    check "and is left without a process" sh -c '! ps -o args= -p "$(ip netns pids "$1" | paste -sd,)" | grep -v dropbear' - "$net-small"
fi
check "two hosts measure" pair two 'ssh: 10.9.0.1' 'ssh: 10.9.0.2' ''
check "and get goodput" sane two
check "the probe's facts are in the document" holds "$dir/two.json" 'all(e["cpus"] > 0 for e in d["endpoints"].values())'
check "a host measures itself" pair self 'ssh: 10.9.0.1' 'ssh: 10.9.0.1' ''
check "and gets goodput" sane self
check "the interface eth5 is the server's, IPv4" pair five 'ssh: 10.9.0.1' 'ssh: 10.9.0.2, interface: eth5' ''
check "and its address is used" grep -qF 10.10.0.2 "$dir/five.json"
check "the interface eth5 is the server's, IPv6" pair six 'ssh: 10.9.0.1' 'ssh: 10.9.0.2, interface: eth5' 'family: ipv6'
check "and its IPv6 address is used" grep -qF fd10::2 "$dir/six.json"
check "IPv6 where SSH went by IPv4" pair mixed 'ssh: 10.9.0.1' 'ssh: 10.9.0.2' 'family: ipv6'
check "takes the address of the same interface" grep -qF fd09::2 "$dir/mixed.json"
check "an address of one's choice" pair chosen 'ssh: 10.9.0.1' 'ssh: 10.9.0.2, address: 10.10.0.2' ''
check "an interface that is not there is named beside those that are" refuses "there are lo, eth0" "ssh: 10.9.0.1, interface: eth7, $auth"
check "a server with MaxSessions 1 gets more connections" pair one-session 'ssh: 10.9.0.3' 'ssh: 10.9.0.1' ''
check "a server with MaxSessions 2 and MaxStartups 2 is asked again" pair few 'ssh: 10.9.0.4' 'ssh: 10.9.0.4' ''

/usr/bin/python3 - "$k/ed25519" $hosts >"$dir/mesh.yaml" <<'END'
import sys
key, n = sys.argv[1], int(sys.argv[2])
names = [i for i in range(1, n + 1) if i not in (7, 8)]
print(f"vmtp: 1\ncloud: {{ hosts: {{ user: root, key: {key} }} }}\nendpoints:")
for i in names:
    print(f"  h{i}: {{ ssh: 10.9.0.{i} }}")
print("flows:")
for a, b in zip(names, names[1:] + names[:1]):
    print(f"  - {{ name: f{a}, from: h{a}, to: h{b}, tool: {{ native: {{ protocol: udp, rate: 5M }} }}, duration: 300ms, repeat: 1 }}")
print("run: { parallel: true }")
END
began=$(date +%s%N)
check "a ring of $((hosts - 2)) hosts measures at once" status 0 run "$dir/mesh.yaml"
echo "# the ring took $((($(date +%s%N) - began) / 1000000)) ms"
check "nothing is left on any host" bare

# ---- what goes wrong on the way ------------------------------------------------------------------

cat >"$dir/long.yaml" <<END
vmtp: 1
cloud: { hosts: { user: root, key: $k/ed25519 } }
endpoints: { a: { ssh: 10.9.0.1 }, b: { ssh: 10.9.0.2 } }
flows: [ { name: bulk, from: a, to: b, tool: native, duration: 1s, warmup: 100ms, repeat: { min: 6, max: 60, until: 0.01% } } ]
END
begun() { grep -qs '"type":"trial"' "$VMTP_STATE_DIR"/runs/*/journal.ndjson; }
begin() { # in the background
    rm -rf "$VMTP_STATE_DIR"
    ip netns exec "$net-ctl" "$vmtp" run --no-progress "$dir/long.yaml" >"$dir/out" 2>"$dir/err" &
    pid=$!
    until_true 20 begun
}
check "a run begins that kill -9 will end" begin
kill -KILL $pid
wait $pid 2>/dev/null
check "after kill -9 no file and no process is left on the hosts" until_true 8 bare

begin
kill -INT $pid
wait $pid
got=$?
check "an interrupted run ends with 130" [ $got -eq 130 ]
check "and leaves nothing" bare

begin
ip -n "$net-br" link set v2 down
began=$(date +%s)
wait $pid
took=$(($(date +%s) - began))
check "a network that is cut ends the run within a minute" [ $took -le 60 ]
check "with an error that names the endpoint and the reason" grep -q 'endpoint b.*connection was lost: no answer for 15 s' "$dir/err"
ip -n "$net-br" link set v2 up
exit $failed
