# SPDX-License-Identifier: Apache-2.0
# iperf 2 for real: its figures over paths of known capacity, and what becomes of it when it fails.
. tests/e2e/lib.sh
. tests/e2e/lib_tools.sh
command -v iperf >/dev/null || { skip "iperf measures: iperf (apt install iperf)"; exit 0; }

for rate in 100M 1G; do
    scenario $rate "{ fabric: { topology: pair, rate: $rate } }" \
        '  - { name: f, path: direct, tool: { iperf: { direction: [up, down] } }, duration: 1s, repeat: 4 }'
    check "TCP runs over $rate both ways" status 0 "$vmtp" run --no-progress "$dir/$rate.yaml"
    check "a trial over $rate is within 1 % of the ceiling" result_figures $rate \
        'any(abs(t / r["metrics"]["goodput"]["value"] * r["metrics"]["goodput"]["of_ceiling"] - 1) < 0.01 for t in r["metrics"]["goodput"]["trials"])'
done
check "it tells how the sender fared" result 1G \
    'all(r["metrics"][m]["value"] > 0 for m in ("mss", "tcp_rtt", "cwnd", "connect_rtt")) and "retransmits" in r["metrics"]'
check "and the receiver's rate in each interval behind the warm-up" result 1G \
    'all(9 <= len(t["series"]["goodput"]) <= 11 for t in r["trials"])'

scenario udp '{ fabric: { topology: pair, rate: 200M } }' \
    '  - { name: ways, path: direct, family: [ipv4, ipv6], tool: { iperf: { protocol: udp, rate: 40M, direction: [up, down, both] } }, duration: 500ms, repeat: 1 }
  - { name: two, path: direct, tool: { iperf: { protocol: udp, rate: 40M, connections: 2 } }, duration: 500ms, repeat: 1 }
  - { name: long, path: direct, tool: { iperf: { protocol: udp, rate: 40M, length: 4000 } }, duration: 500ms, repeat: 1 }'
check "UDP runs in all directions, over two connections and in fragments" \
    status 0 "$vmtp" run --no-progress "$dir/udp.yaml"
check "the rate, in bit/s, is offered and comes through" result_figures udp \
    'all(abs(r["metrics"][m]["value"] / (80e6 if r["labels"].get("direction") == "both" else 40e6) - 1) < 0.03 for m in ("offered", "goodput"))'
check "nothing is called lost that was not" result udp \
    'r["metrics"]["loss"]["lost"] == 0 and r["metrics"]["sent"]["value"] > 500'
check "fragments are noted" result udp \
    'r["flow"] != "long" or "travel in fragments" in r["trials"][0]["events"][0]["text"]'

scenario full '{ fabric: { topology: pair, rate: 20M } }' \
    '  - { name: f, path: direct, tool: { iperf: { protocol: udp, rate: 40M } }, duration: 1s, repeat: 1 }'
check "more than the path carries is asked for" status 0 "$vmtp" run --no-progress "$dir/full.yaml"
check "what it carries comes through" result_figures full 'abs(r["metrics"]["goodput"]["of_ceiling"] - 1) < 0.02'
check "and the trial is marked" says 'limited by the generator in 1 of 1 trials: iperf sent'

# ---- when it fails ----
port=$(/usr/bin/python3 -c 'import socket; s = socket.create_server(("", 0)); print(s.getsockname()[1])')
scenario local local "  - { name: f, path: loopback, tool: { iperf: { port: $port } }, duration: 500ms, warmup: 0s, repeat: 1 }"
run() { "$vmtp" run --no-progress "$dir/local.yaml" >"$dir/out" 2>"$dir/err"; }

/usr/bin/python3 -c "import socket, time; s = socket.create_server(('', $port)); print('ready', flush=True); time.sleep(60)" >"$dir/server" &
server=$!
at_exit() { kill "$server" 2>/dev/null; }
until_true 5 grep -q ready "$dir/server"
run
check "a port in use is told in iperf's words" \
    says "port $port is another program's: endpoint local-b: iperf: listener bind failed: Address already in use"
kill "$server"
wait "$server" 2>/dev/null
at_exit() { :; }

sed 's/duration: 500ms/duration: 60s/' "$dir/local.yaml" >"$dir/long.yaml"
"$vmtp" run --no-progress "$dir/long.yaml" >"$dir/out" 2>"$dir/err" &
run=$!
check "the client runs" until_true 10 pgrep -f "^[^ ]*iperf -c .* -p $port "
began=$(date +%s)
kill -INT $run
wait $run
check "a cancelled run ends at once" [ $(($(date +%s) - began)) -le 3 ]
check "and leaves no iperf" sh -c "! pgrep -f '^[^ ]*iperf .*-p $port '"

# An iperf that does not do what it should.
mkdir "$dir/bin"
real=$(command -v iperf)
pretend() { # FOR-THE-SERVER FOR-THE-CLIENT: commands of a shell
    printf '#!/bin/sh\ncase "$*" in -v) exec %s -v ;; "-s "*) %s ;; *) %s ;; esac\n' \
        "$real" "$1" "$2" >"$dir/bin/iperf"
    chmod 755 "$dir/bin/iperf"
    PATH="$dir/bin:$PATH" run
}
serve="exec $real \"\$@\""
pretend 'echo "no such luck" >&2; exit 1' 'exit 0'
check "a server that ends is told with its last words" says "the server iperf ended with 1: no such luck"
pretend "$serve" 'exec '"$real"' -c 127.0.0.1 -p 1 -t 1'
check "an error that ends with 0 is an error" says "endpoint local-a: iperf: tcp connect failed: Connection refused"
pretend "$serve" 'echo "out of sorts" >&2; exit 0'
check "a client that tells nothing has failed" says "iperf told no result: out of sorts"
pretend '(sleep 0.2; kill -KILL $$) & '"$serve" "$serve"
check "a server that dies on the way fails the trial" says "1 of 1 trials failed"
printf '#!/bin/sh\necho "iperf version 3.12"\n' >"$dir/bin/iperf"
PATH="$dir/bin:$PATH" run
check "another iperf is refused" says "iperf is 3.12.0, and wanted is 2.x"
check "nothing is left of all these" [ "$(probes)" -eq 0 -a "$(namespaces)" -eq 0 ]
exit $failed
