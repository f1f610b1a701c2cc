#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Read a document as programs do that were written for VMTP's: classic_readers.py DOCUMENT

Each function below looks at the keys that such a program looks at, in its way.  The document is
that of tests/fakes/classic.c, so what each must find is known."""
import json
import re
import sys

FLOWS = ["VM to VM same network fixed IP (intra-node)",
         "VM to VM different network fixed IP (intra-node)",
         "VM to VM different network floating IP (intra-node)",
         "VM to VM same network fixed IP (inter-node)",
         "VM to VM different network fixed IP (inter-node)",
         "VM to VM different network floating IP (inter-node)"]


def kpis(document):
    """A certification's list of figures: each of six flows, each protocol and size."""
    found = {}
    for flow in document["flows"]:
        if flow["desc"] not in FLOWS[:4]:
            continue
        for result in flow["results"]:
            if result["protocol"] == "ICMP":
                for ping in result["results"]:
                    found[flow["desc"], "ICMP", ping["packet_size"]] = [
                        float(ping[key]) for key in ("rtt_avg_ms", "rtt_max_ms", "rtt_min_ms",
                                                     "rtt_stddev")]
            elif result["protocol"] == "UDP":
                found[flow["desc"], "UDP", result["pkt_size"]] = [
                    result["loss_rate"], result["throughput_kbps"]]
            else:
                found[flow["desc"], "TCP", result["pkt_size"]] = [
                    result["rtt_ms"], result["throughput_kbps"]]
    assert len(found) == 4 * 7, len(found)
    assert found[FLOWS[0], "ICMP", 64] == [0.332, 0.741, 0.187, 0.147]
    assert found[FLOWS[0], "UDP", 1024] == [0.12, 1021703]
    assert found[FLOWS[1], "TCP", 65536] == [0.13, 7123782]


def verdict(document, flow):
    """A deployment check: any 'error' in a flow's results is a failure."""
    return not any("error" in result for result in document["flows"][flow]["results"])


def matrix(document):
    """A user of the library: native hosts, TCP, the mean of what the second flow has."""
    flow = [one for one in document["flows"] if one["desc"].startswith("Native")][1]
    results = [one for one in flow["results"] if one["protocol"] == "TCP"]
    kbps = sum(result["throughput_kbps"] for result in results) / len(results)
    rtt_ms = sum(result["rtt_ms"] for result in results) / len(results)
    assert round(kbps) == 940745 and 0.08 < rtt_ms < 0.09, (kbps, rtt_ms)


def chart(document):
    """A column chart: inter-node flows by their exact description; UDP by size, then TCP; and what
    goes up to and down from the external host."""
    columns = {}
    for flow in document["flows"]:
        if flow["desc"] in FLOWS[3:]:
            name = flow["desc"].split("VM to VM ")[1]
        elif flow["desc"] == "External-VM":
            name = None
        else:
            continue
        for result in flow["results"]:
            if result["protocol"] not in ("TCP", "UDP") or "error" in result:
                continue
            way = name or ("Download" if result.get("direction") == "reverse" else "Upload")
            column = result["protocol"] + (" %d" % result["pkt_size"]
                                           if result["protocol"] == "UDP" else "")
            columns.setdefault((way, column), result["throughput_kbps"] / 1e6)
    assert columns["Upload", "TCP"] == 8.9 and columns["Download", "TCP"] == 7.6
    assert columns["same network fixed IP (inter-node)", "TCP"] == 2.340466
    assert columns["same network fixed IP (inter-node)", "UDP 8192"] == 0.624136
    for key in ("date", "version", "test_description"):
        assert isinstance(document[key], str)


def database(document):
    """A summary of stored records: what a description says of network, node and address."""
    rows = 0
    for flow in document["flows"]:
        if not re.search("VM to VM", flow["desc"]):
            continue
        assert re.search("same network|different network", flow["desc"])
        assert re.search("intra-node|inter-node", flow["desc"])
        assert re.search("fixed IP|floating IP", flow["desc"])
        for result in flow["results"]:
            cells = [result.get(key, "") for key in ("throughput_kbps", "protocol", "tool",
                                                     "rtt_ms", "loss_rate", "pkt_size",
                                                     "rtt_avg_ms")]
            assert isinstance(cells[1], str) and cells[2].startswith(("nuttcp", "ping"))
            rows += 1
    assert rows == 43, rows


def types(document):
    """VMTP's keys have VMTP's types."""
    wanted = {"throughput_kbps": int, "retrans": int, "pkt_size": int, "rtt_ms": float,
              "loss_rate": float, "jitter": float, "bandwidth_limit_kbps": int, "packet_size": int,
              "tx_packets": str, "rx_packets": str, "rtt_min_ms": str, "rtt_avg_ms": str,
              "rtt_max_ms": str, "rtt_stddev": str, "error": str, "tool": str, "protocol": str,
              "direction": str}
    seen = set()
    for flow in document["flows"]:
        for result in flow["results"]:
            for entry in [result] + result.get("results", []):
                for key in wanted.keys() & entry.keys():
                    assert type(entry[key]) is wanted[key], (key, entry[key])
                    seen.add(key)
    assert seen == wanted.keys(), wanted.keys() - seen


def written(text, document):
    """As Python 2 writes it."""
    again = json.dumps(document, indent=4, sort_keys=True, separators=(", ", ": "))
    assert text.lower() == (again + "\n").lower()  # but for \u00E9 and \u00e9


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        text = file.read()
    document = json.loads(text)
    kpis(document)
    assert [verdict(document, flow) for flow in range(7)] == [True, True, True, True, False, False,
                                                              True]
    matrix(document)
    chart(document)
    database(document)
    types(document)
    written(text, document)


if __name__ == "__main__":
    main()
