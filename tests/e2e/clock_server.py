# SPDX-License-Identifier: Apache-2.0
"""What keeps a clock, played: answers vmtp-probe on the ports of chronyd and ntpd.

    clock_server.py MODE READY_FILE

MODE: chrony, ntp: as recorded of chrony 4.3 and (its leap made 0) NTPsec 1.2.2; lost: a chronyd without a
source; silent: takes questions and says nothing; rubbish: answers noise; stale: the answers to
other questions; dying: a chronyd that answers three times and ends.
"""
import os
import socket
import struct
import sys

FOLLOWER = bytes.fromhex(
    "060200000021000500000000000000001234567800000000000000007f0000017f000001000000000000000000000000"
    "0001000000040000000000006b02049505c3e7b8df4286d1daafeae7daafeae7fcdcea1cf8b1547004a31a0fe09790bc"
    "e2fa991b08825c8c")
LOST = bytes.fromhex(
    "06020000002100050000000000000000123456780000000000000000000000000000000000000000000000000000000000"
    "00000000000003000000000000000000000000000000000000000000000000000000000000000000000000048000000480"
    "000000000000")
VARIABLES = b"leap=0, stratum=4, rootdelay=0.043, rootdisp=187.541, refid=10.9.0.1,\r\noffset=0.000000\r\n"


def chrony_answer(question, text):
    return text[:16] + question[8:12] + text[20:]


def ntp_answer(question):
    return struct.pack(">BBHHHHH", 0xD6, 0x82, struct.unpack(">H", question[2:4])[0], 0xC016, 0, 0,
                       len(VARIABLES)) + VARIABLES


def answer(mode, question):
    if mode == "rubbish":
        return os.urandom(104)
    if mode == "stale":
        return chrony_answer(bytes(104), FOLLOWER)
    if mode == "ntp":
        return ntp_answer(question)
    return chrony_answer(question, LOST if mode == "lost" else FOLLOWER)


def main():
    mode, ready = sys.argv[1:3]
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 123 if mode == "ntp" else 323))
    with open(ready, "w", encoding="utf-8"):
        pass
    count = 0
    while mode != "dying" or count < 3:
        question, peer = server.recvfrom(2048)
        count += 1
        if mode != "silent":
            server.sendto(answer(mode, question), peer)


main()
