#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Zone to zone: what the network carries from each place to each other one, as a table.

    ./measure.py                                   # three places that are made on this machine
    ./measure.py east=alice@10.0.0.4 west=10.1.0.4 # over SSH

It uses libvmtp as a program of yours would: the scenario is a dict, the results are one too.
"""
import sys

import vmtp


def scenario(places):
    if places:
        cloud = {"hosts": {}}
        endpoints = {name: {"ssh": login} for name, login in places.items()}
    else:
        cloud = {"fabric": {"topology": "bridge", "rate": "100M"}}
        endpoints = {name: {} for name in ("east", "north", "west")}
    flow = {"from": list(endpoints), "to": list(endpoints)}  # all pairs; to itself is left out
    return {
        "vmtp": 1,
        "name": "zones",
        "cloud": cloud,
        "endpoints": endpoints,
        "flows": [
            {"name": "bulk", **flow, "tool": "native", "duration": "300ms", "repeat": 2},
            {"name": "idle", **flow, "tool": {"native": {"measure": "latency"}},
             "duration": "200ms", "repeat": 1},
        ],
    }


def figure(result, metric, key, scale):
    value = result["metrics"].get(metric, {}).get(key)  # absent is not 0
    return "-" if value is None else "%.1f" % (value / scale)


def table(document, flow, title, metric, key, scale):
    results = {(r["from"], r["to"]): r for r in document["results"] if r["flow"] == flow}
    names = sorted({name for pair in results for name in pair})
    print("\n%-12s" % title + "".join("%10s" % name for name in names))
    for client in names:
        cells = [figure(results[client, server], metric, key, scale)
                 if (client, server) in results else "" for server in names]
        print("%-12s" % client + "".join("%10s" % cell for cell in cells))


def show(done, expected, left, doing):
    if sys.stderr.isatty():
        sys.stderr.write("\r%d of %d, %.0f s left: %.50s\033[K" % (done, expected, left, doing))


def tell(_, line):
    sys.stderr.write("%s\n" % line)


def main(arguments):
    if not all("=" in argument for argument in arguments):
        sys.exit(__doc__)
    places = dict(argument.split("=", 1) for argument in arguments)
    with vmtp.Vmtp(log=tell, progress=show) as measuring:
        try:
            verdict, document = measuring.run(scenario(places), "zones")
        except vmtp.Error as error:
            sys.exit("measure.py: %s" % error)
    table(document, "bulk", "Mb/s from", "goodput", "value", 1e6)
    table(document, "idle", "us from", "rtt", "p50", 1e-6)
    return verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
