# SPDX-License-Identifier: Apache-2.0
"""Stands in for a gmond that behaves badly: gmond_server.py ADDRESS MODE [COUNT].

Prints its port, then answers each connection with the XML of stdin in this MODE:
  good, gzip            as gmond does
  cut                   ends in the middle of the last host
  open                  never closes
  slow                  a byte every 100 ms
  endless               hosts for ever
  blank                 blanks for ever
  reset                 half of it, then a reset
  hang                  accepts and says nothing
  html                  what a web server would say
With COUNT it is good so many times and in this mode afterwards; "gone" is no server then.
The clock of the XML is set: its LOCALTIME is now, so each answer is new.
"""
import gzip, re, socket, struct, sys, threading, time

address, mode = sys.argv[1], sys.argv[2]
good = int(sys.argv[3]) if len(sys.argv) > 3 else 0
text = sys.stdin.buffer.read()


def dated():
    return re.sub(rb'LOCALTIME="\d+"', b'LOCALTIME="%d"' % time.time(), text)


def answer(s, how):
    data = dated()
    if how == "good":
        s.sendall(data)
    elif how == "gzip":
        s.sendall(gzip.compress(data))
    elif how == "cut":
        s.sendall(data[:data.rindex(b"<METRIC")])
    elif how == "open":
        s.sendall(data)
        time.sleep(3600)
    elif how == "slow":
        for i in range(len(data)):
            s.sendall(data[i:i + 1])
            time.sleep(0.1)
    elif how == "endless":
        s.sendall(data[:data.index(b"</CLUSTER>")])
        while True:
            s.sendall(b'<HOST NAME="more" IP="10.9.9.9" TN="0" TMAX="20"></HOST>\n' * 1000)
    elif how == "blank":
        while True:
            s.sendall(b"\n" * 65536)
    elif how == "reset":
        s.sendall(data[:len(data) // 2])
        time.sleep(0.2)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif how == "hang":
        time.sleep(3600)
    elif how == "html":
        s.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n<html><body>Bad Request</body></html>")


def serve(s, how):
    try:
        answer(s, how)
    except OSError:
        pass
    s.close()


family = socket.AF_INET6 if ":" in address else socket.AF_INET
server = socket.socket(family)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind((address, 0))
server.listen(16)
print(server.getsockname()[1], flush=True)
for n in range(1 << 30):
    how = "good" if n < good else mode
    if how == "gone":
        sys.exit(0)
    threading.Thread(target=serve, args=(server.accept()[0], how), daemon=True).start()
