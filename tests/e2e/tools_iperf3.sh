# SPDX-License-Identifier: Apache-2.0
# iperf3 for real: its figures over paths of known capacity, and what becomes of it when it fails.
. tests/e2e/lib.sh
. tests/e2e/lib_tools.sh
command -v iperf3 >/dev/null || { skip "iperf3 measures: iperf3 (apt install iperf3)"; exit 0; }

for rate in 100M 1G; do
    scenario $rate "{ fabric: { topology: pair, rate: $rate } }" \
        '  - { name: f, path: direct, tool: iperf3, duration: 1s, warmup: 1s, repeat: 4 }'
    check "TCP runs over $rate" status 0 "$vmtp" run --no-progress "$dir/$rate.yaml"
    check "a trial over $rate is within 1 % of the ceiling" result_figures $rate \
        'any(abs(t / r["metrics"]["goodput"]["value"] * r["metrics"]["goodput"]["of_ceiling"] - 1) < 0.01 for t in r["metrics"]["goodput"]["trials"])'
done
check "it tells how the sender fared" result 1G \
    'all(r["metrics"][m]["value"] > 0 for m in ("mss", "tcp_rtt", "tcp_min_rtt", "cwnd", "cpu_client", "cpu_server"))'
check "and the receiver's rate in each interval" result 1G \
    'all(8 <= len(t["series"]["goodput"]) <= 11 for t in r["trials"])'
check "the series ends with the trial" result 1G \
    'all(1.8 < t["series"]["goodput"][-1][0] < 2.6 for t in r["trials"])'

# A busy machine holds trials back: the best of each counts.
scenario udp '{ fabric: { topology: pair, rate: 100M } }' \
    '  - name: f
    path: direct
    family: [ipv4, ipv6]
    tool: { iperf3: { protocol: udp, rate: 20M, connections: 2, direction: [up, down, both] } }
    duration: 1s
    warmup: 0s
    repeat: 2'
check "UDP at a rate runs in all directions" status 0 "$vmtp" run --no-progress "$dir/udp.yaml"
check "what was asked for was offered and came through" result_figures udp \
    'all(abs(max(r["metrics"][m]["trials"]) / (40e6 if r["labels"]["direction"] == "both" else 20e6) - 1) < 0.02 for m in ("offered", "goodput"))'
check "nothing is called lost that was not" result udp \
    'min(a - b for a, b in zip(*(r["metrics"][m]["trials"] for m in ("sent", "received")))) == 0 < r["metrics"]["sent"]["value"]'
check "both directions are told" result_figures udp \
    'r["labels"]["direction"] != "both" or all(abs(max(r["metrics"][m]["trials"]) / 20e6 - 1) < 0.02 for m in ("goodput_up", "goodput_down"))'

scenario full '{ fabric: { topology: pair, rate: 20M } }' \
    '  - { name: f, path: direct, tool: { iperf3: { protocol: udp, rate: 40M } }, duration: 1s, warmup: 1s, repeat: 1 }'
check "more than the path carries is asked for" status 0 "$vmtp" run --no-progress "$dir/full.yaml"
check "what it carries comes through" result_figures full 'abs(r["metrics"]["goodput"]["of_ceiling"] - 1) < 0.02'
check "and the trial is marked" says 'limited by the generator in 1 of 1 trials: sent '

# ---- when it fails ----
port=$(/usr/bin/python3 -c 'import socket; s = socket.create_server(("", 0)); print(s.getsockname()[1])')
scenario local local "  - { name: f, path: loopback, tool: { iperf3: { port: $port } }, duration: 60s, warmup: 0s, repeat: 1 }"

iperf3 -s -p "$port" >"$dir/server" 2>&1 &
server=$!
at_exit() { kill "$server" 2>/dev/null; }
until_true 5 sh -c "iperf3 -c 127.0.0.1 -p $port -n 1K >/dev/null 2>&1"
sed 's/duration: 60s/duration: 1s/' "$dir/local.yaml" >"$dir/used.yaml"
"$vmtp" run --no-progress "$dir/used.yaml" >"$dir/out" 2>"$dir/err"
check "a port in use fails the trial with iperf3's words" \
    says 'iperf3: unable to start listener for connections: Address already in use'
kill "$server"
wait "$server" 2>/dev/null
at_exit() { :; }

"$vmtp" run --no-progress "$dir/local.yaml" >"$dir/out" 2>"$dir/err" &
run=$!
check "the client runs" until_true 10 pgrep -f "^[^ ]*iperf3 -J -p $port .* -c"
kill -INT $run
began=$(date +%s)
wait $run
check "a cancelled run ends at once" [ $(($(date +%s) - began)) -le 3 ]
check "and leaves no iperf3" sh -c "! pgrep -f '^[^ ]*iperf3 -J -p $port '"

if [ "$(id -u)" -eq 0 ]; then # a plain file over the program: then there is none
    check "where it is missing the reason is known before anything is deployed" unshare -m sh -c \
        'mount --bind "$1" "$2" && "$3" plan "$4" 2>&1 | grep -F "iperf3 is not on this machine: install it there (Debian: apt install iperf3)"' \
        - "$dir/local.yaml" "$(readlink -f "$(command -v iperf3)")" "$vmtp" "$dir/used.yaml"
else
    skip "where it is missing the reason is known before anything is deployed: root"
fi

# An iperf3 that does not do what it should.
mkdir "$dir/bin"
pretend() { # FOR-THE-SERVER FOR-THE-CLIENT: commands of a shell
    printf '#!/bin/sh\ncase "$*" in *" -s "*) %s ;; *) %s ;; esac\n' "$1" "$2" >"$dir/bin/iperf3"
    chmod 755 "$dir/bin/iperf3"
    PATH="$dir/bin:$PATH" "$vmtp" run --no-progress "$dir/used.yaml" >"$dir/out" 2>"$dir/err"
}
pretend 'echo "no such luck" >&2; exit 1' 'exit 0'
check "a server that ends is told with its last words" says "the server iperf3 ended with 1: no such luck"
pretend 'exec /usr/bin/iperf3 "$@"' 'echo "unrecognized option" >&2; exit 1'
check "a client that fails is told with its last words" says "iperf3 ended with 1: unrecognized option"
pretend 'exec /usr/bin/iperf3 "$@"' 'exit 0'
check "a client that says nothing has failed" says "iperf3 told no result: ''"
# Dies once its client's connection for data is there, beside the one for control.
joined="[ \"\$(cat /proc/net/tcp /proc/net/tcp6 | grep -Eci '^ *[0-9]+: [0-9a-f]+:$(printf %04X "$port") [^ ]+ 01')\" -ge 2 ]"
pretend "(until $joined; do sleep 0.05; done; kill \$\$) & exec /usr/bin/iperf3 \"\$@\"" 'exec /usr/bin/iperf3 "$@"'
# Its farewell and the end of its connection for data come at the same time.
check "a server that dies on the way is told by the client" \
    grep -Eq 'endpoint local-a: iperf3: (the server has terminated|unable to write to stream socket)' "$dir/out" "$dir/err"
check "nothing is left of all these" [ "$(probes)" -eq 0 -a "$(namespaces)" -eq 0 ]
exit $failed
