# SPDX-License-Identifier: Apache-2.0
"""Ratios of native to its peers, round by round, from the result documents in a folder.

The trials of one round ran within seconds of each other on the same path, so their ratio is free of
what drifts.  The interval is that of the median by order statistics (95 %, nonparametric).
"""
import json
import math
import sys

folder = sys.argv[1]
failed = 0


def trials(name, metric):
    with open(f"{folder}/{name}.json", encoding="utf-8") as file:
        results = json.load(file)["results"]
    return {r["tool"]: r["metrics"][metric].get("trials", []) for r in results if metric in r["metrics"]}


def interval(values):
    values, n = sorted(values), len(values)
    middle = (values[(n - 1) // 2] + values[n // 2]) / 2
    tail, j = 0.0, 0
    while j < n // 2 and tail + math.comb(n, j) / 2**n <= 0.025:
        tail += math.comb(n, j) / 2**n
        j += 1
    return middle, (values[j - 1], values[n - j]) if j else None


def ratio(name, metric, peer, goal):
    global failed
    rows = trials(name, metric)
    ratios = [a / b for a, b in zip(rows["native"], rows[peer])]
    middle, bounds = interval(ratios)
    between = f"[{bounds[0]:.2f}, {bounds[1]:.2f}]" if bounds else "(n too small for an interval)"
    passed = goal is None or middle >= goal
    failed += not passed
    wanted = "" if goal is None else f"  goal >= {goal:g}: {'reached' if passed else 'MISSED'}"
    print(f"  native / {peer:12} {middle:7.2f} {between:18} n={len(ratios)}{wanted}")


def medians(name, metric, scale, unit):
    for tool, values in trials(name, metric).items():
        print(f"  {tool:21} {interval(values)[0] / scale:9.3f} {unit}")


print("TCP, one connection, defaults, veth pair: goodput")
medians("tcp", "goodput", 1e9, "Gb/s")
best = max(("iperf3", "iperf", "nuttcp"), key=lambda t: interval(trials("tcp", "goodput")[t])[0])
for peer in ("iperf3", "iperf", "nuttcp"):
    ratio("tcp", "goodput", peer, 1.2 if peer == best else None)
for length in (64, 512, 1400):
    name = f"udp{length}"
    print(f"UDP, {length} B datagrams, as fast as it can (native: GSO/GRO): goodput")
    medians(name, "goodput", 1e9, "Gb/s")
    ratio(name, "goodput", "nuttcp", 10)
    ratio(name, "goodput", "iperf3", None)
    sent, received = trials(name, "sent")["native"], trials(name, "received")["native"]
    loss = 1 - sum(received) / sum(sent)
    failed += loss > 0.001
    print(f"  native lost           {100 * loss:9.4f} %   goal <= 0.1: {'MISSED' if loss > 0.001 else 'reached'}")


def cost(name):
    with open(f"{folder}/{name}.json", encoding="utf-8") as file:
        return json.load(file)


with open(f"{folder}/trial.json", encoding="utf-8") as file:
    watched = json.load(file)["watched"]
watching = max(endpoint["watch_cost"]["median"] for endpoint in watched.values())
extra_s, rss_mib = cost("cost")["extra_s"], cost("fifty")["rss_kib"] / 1024
failed += (extra_s > 0.3) + (rss_mib > 20) + (watching > 0.01)
print(f"A trial of 1 s costs {1000 * extra_s:.0f} ms on top, deployment included (goal <= 300)")
print(f"The controller of 50 endpoints and 25 flows at once needs {rss_mib:.1f} MiB (goal <= 20)")
print(f"Monitor host, each 100 ms, needs {100 * watching:.2f} % of a CPU (goal <= 1)")
sys.exit(1 if failed else 0)
