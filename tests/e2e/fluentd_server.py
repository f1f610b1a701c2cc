# SPDX-License-Identifier: Apache-2.0
"""A receiver of Fluentd's forward protocol on 127.0.0.1, with Debian's msgpack to decode it.

    fluentd_server.py PORT_FILE RECORDS_FILE [MODE]

It writes its port to PORT_FILE, and each record as a JSON line {tag, time, ns, record, chunk} to
RECORDS_FILE.  MODE: ack; silent: takes records and says nothing; helo: asks for a login; cut: closes
the connection in the middle of what is sent; stall: does not read; nonsense: answers something else.
"""
import json
import os
import socket
import struct
import sys
import time

import msgpack


def event_time(value):
    if isinstance(value, msgpack.ExtType) and value.code == 0:
        return struct.unpack(">II", value.data)
    return value, 0


def keep(message, path):
    tag, entries, option = message
    assert option["size"] == len(entries), "size"
    with open(path, "a", encoding="utf-8") as file:
        for when, record in entries:
            seconds, ns = event_time(when)
            row = {"tag": tag, "time": seconds, "ns": ns, "record": record, "chunk": option.get("chunk")}
            file.write(json.dumps(row) + "\n")
    return option.get("chunk")


def serve(connection, path, mode):
    unpacker = msgpack.Unpacker(raw=False, strict_map_key=False)
    if mode == "helo":
        connection.sendall(msgpack.packb(["HELO", {"nonce": b"x", "auth": b"", "keepalive": True}]))
    while mode == "stall":
        time.sleep(60)
    while data := connection.recv(65536):
        if mode == "cut":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if mode == "nonsense":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        unpacker.feed(data)
        for message in unpacker:
            chunk = keep(message, path)
            if mode == "ack" and chunk:
                connection.sendall(msgpack.packb({"ack": chunk}))


def main():
    port_file, path, mode = (sys.argv[1:] + ["ack"])[:3]
    with socket.create_server(("127.0.0.1", 0)) as server:
        with open(port_file + ".new", "w", encoding="ascii") as file:
            file.write(str(server.getsockname()[1]))
        os.rename(port_file + ".new", port_file)
        while True:
            connection, _ = server.accept()
            with connection:
                serve(connection, path, mode)


main()
