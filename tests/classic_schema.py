#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Validate documents of VMTP mode against the published schema: classic_schema.py SCHEMA DOCUMENT...

As validate_schema.py, with damages of its own.  The document is that of tests/fakes/classic.c."""
import sys

import validate_schema


def damage(path, **changes):
    """A function that changes (None: removes) fields of what stands at a path."""
    def change(document):
        at = document
        for key in path:
            at = at[key]
        for key, value in changes.items():
            at[key] = value
            if value is None:
                del at[key]
        return True
    return change


TCP = ("flows", 0, "results", 0)
UDP = ("flows", 0, "results", 3)
ICMP = ("flows", 0, "results", 6)
PING = ICMP + ("results", 0)

DAMAGES = {
    "another version": damage((), schema="vmtp.classic/2"),
    "a field that is not known": damage((), extra=1),
    "a document without date": damage((), date=None),
    "a date with a zone": damage((), date="2026-11-21T11:40:00Z"),
    "a run_id that is too long": damage((), run_id="d777f27d"),
    "a flow without desc": damage(("flows", 0), desc=None),
    "a flow without results": damage(("flows", 0), results=None),
    "an entry without tool": damage(TCP, tool=None),
    "a throughput that is text": damage(TCP, throughput_kbps="1"),
    "a throughput with a fraction": damage(TCP, throughput_kbps=1.5),
    "an entry with neither throughput nor error": damage(TCP, throughput_kbps=None),
    "a throughput beside an error": damage(TCP, error="x"),
    "a loss above all": damage(UDP, loss_rate=101.0),
    "a protocol that is not known": damage(UDP, protocol="SCTP"),
    "ping without sizes": damage(ICMP, results=[]),
    "a round trip that is a number": damage(PING, rtt_avg_ms=0.3),
    "a count that is a number": damage(PING, tx_packets=10),
    "a ping with neither round trips nor error": damage(PING, rtt_min_ms=None),
}

if __name__ == "__main__":
    sys.exit(validate_schema.main(DAMAGES))
