# SPDX-License-Identifier: Apache-2.0
# Real measurements of real (if small) networks, as root and as a plain user.
. tests/e2e/lib.sh

# honest NAME CLOUD-OPTIONS PATH TOOL-OPTIONS: TCP and UDP goodput is within 1 % of the ceiling.
honest() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
cloud: { fabric: { $2 } }
flows:
  - { name: bulk, path: $3, tool: { native: { $4 } }, duration: 500ms, repeat: { min: 6, max: 6 } }
sinks: [ { json: { path: $dir/$1.json } } ]
END
    check "a run over $1" status 0 "$vmtp" run --no-progress "$dir/$1.yaml"
    check "goodput over $1 is within 1 % of the ceiling" figures "$1" \
        'abs(d["results"][0]["metrics"]["goodput"]["of_ceiling"] - 1) < 0.01'
}
honest pair-20M 'topology: pair, rate: 20M' direct 'protocol: tcp'
honest pair-1G-jumbo 'topology: pair, rate: 1G, mtu: 9000' direct 'protocol: tcp'
honest bridge-100M-1280 'topology: bridge, rate: 100M, mtu: 1280' same-network 'protocol: tcp'
honest routed-50M 'topology: routed, rate: 50M' different-network 'protocol: udp, rate: 60M'

cat >"$dir/cloud.yaml" <<END
vmtp: 1
cloud: { fabric: { topology: cloud, rate: 100M, mtu: 2000 } }
flows:
  - name: six
    path: [same-network, different-network, floating-ip]
    placement: [intra-node, inter-node]
    tool: { native: { protocol: [tcp, udp], direction: [up, down], rate: 150M } }
    exclude: [ { protocol: udp, direction: down } ]
    duration: 300ms
    warmup: 200ms
    repeat: 3
sinks: [ { json: { path: $dir/cloud.json } }, { csv: { results: $dir/cloud.csv } } ]
END
check "VMTP's six flows run" status 0 "$vmtp" run --no-progress "$dir/cloud.yaml"
check "all of them were measured" holds "$dir/cloud.json" \
    'len(d["results"]) == 18 and all(r["status"] == "ok" for r in d["results"])'
check "between nodes they get what the link carries, and no more" figures cloud \
    'all(0.97 < r["metrics"]["goodput"]["of_ceiling"] < 1.01 for r in d["results"] if r["placement"] == "inter-node")'
check "within a node they get what was asked for" figures cloud \
    'all(abs(r["metrics"]["goodput"]["value"] / 150e6 - 1) < 0.03 for r in d["results"] if r["placement"] == "intra-node")'

# What both ends say of themselves, in whichever direction: shares are shares, and both are there.
cat >"$dir/said.py" <<'END'
import json, sys
document, journal = json.load(open(sys.argv[1])), sys.argv[2]
both = {"cpu_client", "cpu_server", "cpu_sender", "cpu_receiver", "delay_sender", "delay_receiver", "reading", "receive_fill"}
tcp = {"tcp_rtt", "tcp_min_rtt", "cwnd", "busy", "rwnd_limited", "sndbuf_limited", "delivery_rate", "app_limited", "unsent", "retransmits"}
shares = {"busy", "rwnd_limited", "sndbuf_limited", "app_limited", "reading", "receive_fill", "delay_sender", "delay_receiver", "cpu_sender", "cpu_receiver"}
intervals = {}
for line in open(journal):
    o = json.loads(line)
    if o.get("type") == "sample" and not o["final"]:
        intervals.setdefault(o["flow"], {}).setdefault(o["metric"], []).append(o["value"])
for r in document["results"]:
    wanted = both | (tcp if "protocol=tcp" in r["key"] else set())
    seen = intervals.get(r["key"], {})
    for name in wanted - {"receive_fill"}: # of a window this short there may be no look
        if name not in r["metrics"]: print(r["key"], "has no", name)
        if len(seen.get(name, [])) < 6: print(r["key"], "has no intervals of", name)
    for name in wanted & shares:
        for value in [r["metrics"].get(name, {}).get("value", 0)] + seen.get(name, []):
            if not 0 <= value <= 1: print(r["key"], name, "is", value)
    if "protocol=tcp" in r["key"] and not 0 < r["metrics"]["tcp_min_rtt"]["value"] <= r["metrics"]["tcp_rtt"]["value"] * 1.001:
        print(r["key"], "has a smoothed round-trip time below the least")
END
said() { # NAME: of its last run
    /usr/bin/python3 "$dir/said.py" "$dir/$1.json" "$(ls -td "$dir"/state/runs/* | head -n 1)/journal.ndjson" >"$dir/said" 2>&1
    [ ! -s "$dir/said" ] || { cat "$dir/said"; return 1; }
}
check "both ends say what they and their sockets did in each interval" said cloud
check "of a rate that was asked for, the kernel's pacing tells" figures cloud \
    'all(abs(r["metrics"]["pacing_rate"]["value"] / 150e6 - 1) < 0.03 for r in d["results"] if "protocol=tcp" in r["key"] and r["placement"] == "intra-node")'
check "a full queue keeps the sender busy and its send buffer filled" figures pair-20M \
    '(lambda m: m["busy"]["value"] > 0.9 and m["unsent"]["value"] > m["cwnd"]["value"] / 4 and m["cpu_sender"]["value"] < 0.5 and "pacing_rate" not in m)(d["results"][0]["metrics"])'

cat >"$dir/six.yaml" <<END
vmtp: 1
cloud: { fabric: { topology: routed, rate: 100M } }
flows:
  - name: v6
    path: [same-network, different-network]
    family: ipv6
    tool: { native: { protocol: [tcp, udp], rate: 50M } }
    duration: 300ms
    repeat: 5
  - name: echo
    path: different-network
    family: [ipv4, ipv6]
    tool: { native: { measure: latency, protocol: [tcp, udp] } }
    duration: 300ms
    repeat: 1
sinks: [ { json: { path: $dir/six.json } } ]
END
check "IPv6 and latency run" sh -c '"$1" run --no-progress "$2"; [ $? -eq 0 ] || [ $? -eq 4 ]' - "$vmtp" "$dir/six.yaml"
check "IPv6 flows were measured" figures six \
    'all(abs(r["metrics"]["goodput"]["value"] / 50e6 - 1) < 0.03 for r in d["results"] if r["flow"] == "v6")'
check "round trips have percentiles and their number" figures six \
    'all(0 < r["metrics"]["rtt"]["p50"] < r["metrics"]["rtt"]["p99"] < 0.1 and r["metrics"]["rtt"]["n"] > 1000 for r in d["results"] if r["flow"] == "echo")'

/usr/bin/python3 - >"$dir/fifty.yaml" <<END
print("""vmtp: 1
cloud: { fabric: { topology: bridge } }
endpoints:""")
for i in range(50):
    print(f"  e{i}: {{}}")
print("flows:")
for i in range(0, 50, 2):
    print(f"  - {{ name: f{i}, from: e{i}, to: e{i+1}, tool: {{ native: {{ protocol: udp, rate: 1M }} }}, duration: 200ms, repeat: 1 }}")
print("run: { parallel: true }")
END
check "50 endpoints, 25 flows at once" sh -c '/usr/bin/python3 -c "
import resource, subprocess, sys
p = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = __import__(\"os\").wait4(p.pid, 0)
print(usage.ru_maxrss)
sys.exit(0 if __import__(\"os\").WEXITSTATUS(status) in (0, 4) else 1)" "$@" >"$0"' "$dir/rss" "$vmtp" run --no-progress "$dir/fifty.yaml"
[ -n "${SANITIZED:-}" ] || check "the controller needs no more than 24 MB for them" [ "$(cat "$dir/rss")" -le 24576 ]

check "nothing is left of all these" [ "$(probes)" -eq 0 -a "$(namespaces)" -eq 0 ]
exit $failed
