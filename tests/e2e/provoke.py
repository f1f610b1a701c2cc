#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What limits a flow, made on purpose, until it is killed (or its parent has gone).

provoke.py delay IF1 IF2 MS      frames between two interfaces, each held back for so long
provoke.py stop NETNS RUN STOP   the probe of a namespace runs for RUN ms, then stands still for STOP
provoke.py quota NETNS SHARE     it gets so much of a CPU, in a cgroup of its own
"""
import collections
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

ETH_P_ALL, SOL_PACKET, ADD_MEMBERSHIP, IGNORE_OUTGOING = 3, 263, 1, 23


def tap(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
    s.bind((name, 0))
    s.setblocking(False)
    s.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, struct.pack("iHH8s", socket.if_nametoindex(name), 1, 0, b""))
    s.setsockopt(SOL_PACKET, IGNORE_OUTGOING, 1)
    return s


def delay(one, other, ms):
    taps, queues = [tap(one), tap(other)], [collections.deque(), collections.deque()]
    while alive():
        now = time.monotonic()
        for i in (0, 1):
            while queues[i] and queues[i][0][0] <= now:
                try:
                    taps[1 - i].send(queues[i].popleft()[1])
                except OSError:
                    pass
        due = min([q[0][0] for q in queues if q] or [now + 1])
        ready, _, _ = select.select(taps, [], [], max(due - time.monotonic(), 0))
        now = time.monotonic()
        for i in (0, 1):
            for _ in range(64 if taps[i] in ready else 0):
                try:
                    queues[i].append((now + float(ms) / 1e3, taps[i].recv(65536)))
                except BlockingIOError:
                    break


def probes(netns):
    """Those that make traffic; not the ones that watch."""
    pids = subprocess.run(["ip", "netns", "pids", netns], capture_output=True, text=True, check=False)
    for pid in pids.stdout.split():
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8") as f:
                argv = f.read().split("\0")
        except OSError:
            continue
        if os.path.basename(argv[0]) == "vmtp-probe" and not {"watch", "clock", "facts"} & set(argv):
            yield int(pid)


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def stop(netns, run, still):
    looked = found = 0
    while alive():
        if time.monotonic() - looked > 0.3:
            looked, found = time.monotonic(), list(probes(netns))
        send(found, signal.SIGSTOP)
        time.sleep(float(still) / 1e3)
        send(found, signal.SIGCONT)
        time.sleep(float(run) / 1e3)


def group_make(share):
    """The first of the two kinds of cgroups that there is."""
    name, period = f"vmtp-test-{os.getpid()}", 100000
    for base, rows in (("/sys/fs/cgroup/cpu", {"cpu.cfs_period_us": period, "cpu.cfs_quota_us": int(share * period)}),
                       ("/sys/fs/cgroup", {"cpu.max": f"{int(share * period)} {period}"})):
        folder = f"{base}/{name}"
        try:
            os.mkdir(folder)
            for row, value in rows.items():
                with open(f"{folder}/{row}", "w", encoding="ascii") as f:
                    f.write(str(value))
            return folder
        except OSError:
            if os.path.isdir(folder):
                os.rmdir(folder)
    sys.exit("no cgroup that takes a quota")


def quota(netns, share):
    folder = group_make(float(share))
    while alive():
        for pid in probes(netns):
            try:
                with open(f"{folder}/cgroup.procs", "w", encoding="ascii") as f:
                    f.write(str(pid))
            except OSError:
                pass
        time.sleep(0.05)
    for _ in range(100):  # until the probes have gone
        try:
            os.rmdir(folder)
            return
        except OSError:
            time.sleep(0.1)


parent, ended = os.getppid(), False


def alive():
    return not ended and os.getppid() == parent


def end(*_):
    global ended
    ended = True


signal.signal(signal.SIGTERM, end)
{"delay": delay, "stop": stop, "quota": quota}[sys.argv[1]](*sys.argv[2:])
