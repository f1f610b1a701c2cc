# SPDX-License-Identifier: Apache-2.0
# nuttcp for real: its figures over paths of known capacity, and what becomes of it when it fails.
. tests/e2e/lib.sh
. tests/e2e/lib_tools.sh
command -v nuttcp >/dev/null || { skip "nuttcp measures: nuttcp (apt install nuttcp)"; exit 0; }
# 6.1.2 may connect before its server listens: on a busy machine not every trial comes to its end.
measure() { # NAME
    "$vmtp" run --no-progress "$dir/$1.yaml" >"$dir/out" 2>"$dir/err"
    result "$1" '"metrics" in r and r["metrics"]["goodput"]["n"] > 0'
}

for rate in 100M 1G; do
    scenario $rate "{ fabric: { topology: pair, rate: $rate } }" \
        '  - { name: f, path: direct, tool: { nuttcp: { direction: [up, down] } }, duration: 1s, repeat: 4 }'
    check "TCP runs over $rate both ways" measure $rate
    check "a trial over $rate is within 1 % of the ceiling" result_figures $rate \
        'any(abs(t / r["metrics"]["goodput"]["value"] * r["metrics"]["goodput"]["of_ceiling"] - 1) < 0.01 for t in r["metrics"]["goodput"]["trials"])'
done
check "connect_rtt and the CPU of both ends are told" result 1G \
    'all(m in r["metrics"] for m in ("connect_rtt", "cpu_client", "cpu_server"))'
nuttcp -V 2>&1 | grep -q 'nuttcp-6' &&
    check "retransmits that version 6 can't see are no figure" result 1G '"retransmits" not in r["metrics"]'

scenario udp '{ fabric: { topology: routed, rate: 200M } }' \
    '  - { name: f, path: different-network, family: [ipv4, ipv6], tool: { nuttcp: { protocol: udp, rate: 40M, direction: [up, down] } }, duration: 500ms, repeat: 1 }
  - { name: many, path: same-network, tool: { nuttcp: { connections: 3 } }, duration: 500ms, repeat: 2 }
  - { name: group, path: same-network, tool: { nuttcp: { protocol: multicast, rate: 10M } }, duration: 500ms, repeat: 1 }
  - { name: long, path: same-network, tool: { nuttcp: { protocol: udp, rate: 40M, length: 4000 } }, duration: 500ms, repeat: 1 }'
check "UDP, IPv6, connections, multicast and fragments run" measure udp
check "the rate is offered and comes through" result_figures udp \
    'r["flow"] not in ("f", "long") or all(abs(r["metrics"][m]["value"] / 40e6 - 1) < 0.03 for m in ("offered", "goodput"))'
check "multicast comes through" result_figures udp \
    'r["flow"] != "group" or abs(r["metrics"]["goodput"]["value"] / 10e6 - 1) < 0.05'
check "fragments are noted" result udp \
    'r["flow"] != "long" or "travel in fragments" in r["trials"][0]["events"][0]["text"]'

scenario full '{ fabric: { topology: pair, rate: 20M } }' \
    '  - { name: f, path: direct, tool: { nuttcp: { protocol: udp, rate: 40M } }, duration: 1s, repeat: 1 }'
check "more than the path carries is asked for" measure full
check "what it carries comes through" result_figures full 'abs(r["metrics"]["goodput"]["of_ceiling"] - 1) < 0.02'
check "and the trial is marked" says 'limited by the generator in 1 of 1 trials: nuttcp sent'

# ---- when it fails ----
port=$(/usr/bin/python3 -c 'import socket; s = socket.create_server(("", 0)); print(s.getsockname()[1])')
scenario local local "  - { name: f, path: loopback, tool: { nuttcp: { control-port: $port } }, duration: 500ms, warmup: 0s, repeat: 1 }"
run() { "$vmtp" run --no-progress "$dir/local.yaml" >"$dir/out" 2>"$dir/err"; }

nuttcp -S --nofork -P"$port" >"$dir/server" 2>&1 &
server=$!
at_exit() { kill "$server" 2>/dev/null; }
listens() { grep -q "$(printf ':%04X .* 0A' "$port")" /proc/net/tcp /proc/net/tcp6; }
until_true 5 listens
run
check "a port in use is told" says "port $port is another program's: endpoint local-b: the server nuttcp ended with 1"
kill "$server"
wait "$server" 2>/dev/null
at_exit() { :; }

sed 's/duration: 500ms/duration: 60s/' "$dir/local.yaml" >"$dir/long.yaml"
"$vmtp" run --no-progress "$dir/long.yaml" >"$dir/out" 2>"$dir/err" &
run=$!
check "the client runs" until_true 10 pgrep -f "^[^ ]*nuttcp -P$port -fparse"
began=$(date +%s)
kill -INT $run
wait $run
check "a cancelled run ends at once" [ $(($(date +%s) - began)) -le 3 ]
check "and leaves no nuttcp" sh -c "! pgrep -f '^[^ ]*nuttcp -P$port '"

# A nuttcp that does not do what it should.
mkdir "$dir/bin"
real=$(command -v nuttcp)
pretend() { # FOR-THE-SERVER FOR-THE-CLIENT: commands of a shell
    printf '#!/bin/sh\ncase "$*" in -V) exec %s -V ;; *" -S "*) %s ;; *) %s ;; esac\n' \
        "$real" "$1" "$2" >"$dir/bin/nuttcp"
    chmod 755 "$dir/bin/nuttcp"
    PATH="$dir/bin:$PATH" run
}
serve="exec $real \"\$@\""
pretend 'echo "no such luck" >&2; exit 1' 'exit 0'
check "a server that ends is told with its last words" says "the server nuttcp ended with 1: no such luck"
pretend "$serve" 'echo "invalid option" >&2; exit 1'
check "a client that fails is told with its last words" says "nuttcp ended with 1: invalid option"
pretend "$serve" 'echo "out of sorts" >&2; exit 0'
check "a client that tells nothing has failed" says "nuttcp told no result: out of sorts"
pretend '(sleep 0.2; kill $$) & '"$serve" "$serve"
check "a server that dies on the way fails the trial" says "1 of 1 trials failed"
pretend "$serve" 'echo "still waiting" >&2; exec sleep 300'
check "a client that hangs is given up" says "nuttcp did not end in time: still waiting"
check "and leaves nothing" sh -c "! pgrep -f '^sleep 300' && ! pgrep -f '^[^ ]*nuttcp -P$port '"
printf '#!/bin/sh\necho nuttcp-classic\n' >"$dir/bin/nuttcp"
PATH="$dir/bin:$PATH" run
check "what is no nuttcp is told" says "nuttcp does not tell its version: 'nuttcp-classic'"
check "nothing is left of all these" [ "$(probes)" -eq 0 -a "$(namespaces)" -eq 0 ]
exit $failed
