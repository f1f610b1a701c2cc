# SPDX-License-Identifier: Apache-2.0
"""A scripted cloud on 127.0.0.1: answers as a script says, and misbehaves as it says.

    cloud_server.py [--tls FOLDER] RECORDED.json...

On stdout it says {"port": N}; with --tls it speaks https, with a certificate for 127.0.0.1 that it
makes in FOLDER (ca.crt is whom to trust).  Then each line on stdin is a command, answered by a line:

    {"script": [EXCHANGE...]}   what to answer from now on; forgets what was asked, answers {}
    {"log": true}               what was asked: [{"method", "path", "headers", "body", "connection"}]

The end of stdin ends it.  An EXCHANGE is

    {"method": "GET", "path": "/compute/v2.1/servers", "status": 200, "body": ...}

    path     with a query: this query only; without: any query; * stands for anything
    body     JSON, or text as it is; "@URL@" in it and in headers is "http://127.0.0.1:N"
    headers  {"Retry-After": "1"}
    times    so many requests are answered by it.  Not said: one, and the last of its method and
             path answers all further ones
    use      the name of a recorded exchange, whose fields are taken where this one says nothing
    request  what was asked when it was recorded; not compared
    delay    seconds before the answer
    size     so many bytes more behind the body
    fault    reset: the connection is reset instead of an answer;  reset-body: in the middle of the
             body;  truncate: it is closed there;  drip: a byte of the body each 0.2 s;  silent: no
             answer at all;  stall: half of the body, then nothing;  close: closed behind the answer
             without having said so

What no exchange of the script answers is looked for among the recorded ones that succeeded, in
their order and with their query, then with any; those have their service in front of the path:
/identity/v3, /compute/v2.1, /network/v2.0, /image/v2.  What is not there either gets a 501.
"""
import http.server
import json
import re
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import threading
import urllib.parse

REASONS = {code.value: code.phrase for code in http.HTTPStatus}


class Cloud:
    """The scripts and what was asked; shared by the connections' threads under its lock."""

    def __init__(self, recorded):
        self.lock = threading.Lock()
        self.recorded = recorded
        self.fallback = []
        self.load([])

    def load(self, script):
        by_name = {exchange["name"]: exchange for exchange in self.recorded}
        with self.lock:
            self.script = [Exchange({**by_name.get(e.get("use"), {}), **e}) for e in script]
            self.fallback = [Exchange(e) for e in self.recorded if e["status"] < 400]
            self.log = []

    def answer(self, request):
        with self.lock:
            self.log.append(request)
            found = None
            for exchanges, exact in ((self.script, True), (self.fallback, True), (self.fallback, False)):
                fitting = [e for e in exchanges if e.fits(request, exact)]
                left = [e for e in fitting if e.left(e is fitting[-1])]
                if left:
                    found = left[0]
                    found.used += 1
                    break
        return found or Exchange({"status": 501, "body": "nobody has scripted %(method)s %(path)s" % request})


class Exchange:
    def __init__(self, fields):
        self.fields = fields
        self.used = 0

    def get(self, name, otherwise=None):
        return self.fields.get(name, otherwise)

    def fits(self, request, exact):
        path, asked = self.get("path", ""), request["path"]
        if not exact:
            path = path.partition("?")[0]
        if "?" not in path:
            asked = asked.partition("?")[0]
        pattern = re.escape(path).replace("\\*", ".*")
        return self.get("method") == request["method"] and bool(re.fullmatch(pattern, asked))

    def left(self, is_last):
        return self.used < self.get("times", float("inf") if is_last else 1)

    def payload(self, url):
        body = self.get("body", "")
        text = body if isinstance(body, str) else json.dumps(body)
        return text.replace("@URL@", url).encode()


class Connection(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def setup(self):
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.server.cloud.lock:
            Connection.count += 1
            self.number = Connection.count

    def log_message(self, *arguments):
        pass

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            parts = []
            while (size := int(self.rfile.readline(), 16)) > 0:
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def asked(self):
        body = self.read_body()
        path = urllib.parse.urlsplit(self.path)
        try:
            content = json.loads(body) if body else None
        except ValueError:
            content = body.decode("latin-1") if len(body) <= 4096 else len(body)
        return {"method": self.command, "body": content, "connection": self.number,
                "path": path.path + ("?" + path.query if path.query else ""),
                "proxied": bool(path.netloc),
                "headers": {name.lower(): value for name, value in self.headers.items()}}

    def serve(self):
        exchange = self.server.cloud.answer(self.asked())
        fault = exchange.get("fault")
        self.server.stopping.wait(exchange.get("delay", 0))
        if fault == "reset":
            return self.reset()
        if fault == "silent":
            return self.silence()
        payload, size = exchange.payload(self.server.url), exchange.get("size", 0)
        head = self.head(exchange, len(payload) + size)
        if exchange.get("status") == 204 or self.command == "HEAD":
            payload = b""
        try:
            self.send(head, payload, fault)
            for sent in range(0, size, 1 << 20):
                self.wfile.write(b"x" * min(1 << 20, size - sent))
        except OSError:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def head(self, exchange, length):
        status = exchange.get("status", 200)
        headers = {"Content-Type": "application/json", **exchange.get("headers", {})}
        if status != 204:
            headers["Content-Length"] = str(length)
        lines = ["HTTP/1.1 %d %s" % (status, REASONS.get(status, "Unknown"))]
        lines += ["%s: %s" % (n, v.replace("@URL@", self.server.url)) for n, v in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def send(self, head, payload, fault):
        half = payload[:len(payload) // 2]
        if fault == "drip":
            self.wfile.write(head)
            for i in range(len(payload)):
                if self.server.stopping.wait(0.2):
                    return
                self.wfile.write(payload[i:i + 1])
        elif fault in ("truncate", "reset-body", "stall"):
            self.wfile.write(head + half)
            {"truncate": self.hang_up, "reset-body": self.reset, "stall": self.silence}[fault]()
        else:
            self.wfile.write(head + payload)
            if fault == "close":
                self.hang_up()

    def hang_up(self):
        self.close_connection = True

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def silence(self):
        """Until the other side gives up."""
        self.close_connection = True
        self.connection.recv(1)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, cloud, tls):
        super().__init__(("127.0.0.1", 0), Connection)
        self.cloud = cloud
        self.stopping = threading.Event()
        self.url = "%s://127.0.0.1:%d" % ("https" if tls else "http", self.server_address[1])
        self.tls = tls and server_context(tls)

    def finish_request(self, request, client_address):
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def shutdown_request(self, request):
        request.close()  # without shutdown(), so that a reset is one

    def handle_error(self, request, client_address):
        pass  # whoever resets or gives up is part of the test


def server_context(folder):
    files = {name: "%s/%s" % (folder, name) for name in ("ca.crt", "server.key")}
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", "/CN=cloud", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", files["server.key"], "-out", files["ca.crt"]],
                   check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["ca.crt"], files["server.key"])
    return context


def say(answer):
    print(json.dumps(answer), flush=True)


def main(arguments):
    tls = None
    if arguments[:1] == ["--tls"]:
        tls, arguments = arguments[1], arguments[2:]
    cloud = Cloud([exchange for path in arguments for exchange in json.load(open(path, encoding="utf-8"))])
    server = Server(cloud, tls)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say({"port": server.server_address[1]})
    for line in sys.stdin:
        command = json.loads(line)
        if "script" in command:
            cloud.load(command["script"])
            say({})
        else:
            with cloud.lock:
                log = list(cloud.log)
            say(log)
    server.stopping.set()


if __name__ == "__main__":
    main(sys.argv[1:])
