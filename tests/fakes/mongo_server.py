#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for a MongoDB server where there is none, and for one that fails in a chosen way: the protocol is
mockupdb's, the database mongomock's (both Debian's), and only what is between them is ours.

mongo_server.py PORT [--tls PEM] [--read-only] [--slow SECONDS] [--close-on COMMAND]
$MONGO_USER and $MONGO_PASSWORD: who is let in, by SCRAM; nobody else is then."""
import argparse, base64, hashlib, hmac, os, ssl, threading, time

import bson
import mockupdb
import mongomock

arguments = argparse.ArgumentParser()
arguments.add_argument("port", type=int)
arguments.add_argument("--tls")
arguments.add_argument("--read-only", action="store_true")
arguments.add_argument("--slow", type=float, default=0)
arguments.add_argument("--close-on", default="")
options = arguments.parse_args()
USER, PASSWORD = os.environ.get("MONGO_USER"), os.environ.get("MONGO_PASSWORD", "")
HELLO = {"ok": 1, "ismaster": True, "isWritablePrimary": True, "helloOk": True, "minWireVersion": 0,
         "maxWireVersion": 13, "maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000,
         "maxWriteBatchSize": 100000}
WRITES = ("insert", "update", "delete", "createindexes")
ITERATIONS = 4096

store, lock = mongomock.MongoClient(), threading.Lock()
cursors, trusted, talks = {}, set(), {}


class Refusal(Exception):
    def __init__(self, code, words):
        super().__init__(words)
        self.code = code


def text64(data):
    return base64.b64encode(data).decode()


def scram_start(client, request):
    """RFC 5802: the server's first message."""
    name = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}.get(request["mechanism"])
    if not name:
        raise Refusal(2, "unsupported mechanism")
    bare = bytes(request["payload"]).decode()[3:]
    said = dict(part.split("=", 1) for part in bare.split(","))
    salt, nonce = os.urandom(16), said["r"] + text64(os.urandom(18))
    answer = "r=%s,s=%s,i=%d" % (nonce, text64(salt), ITERATIONS)
    talks[client] = (name, bare, answer, salt, nonce, said["n"])
    return {"ok": 1, "conversationId": 1, "done": False, "payload": answer.encode()}


def scram_go_on(client, request):
    if not request["payload"]:
        return {"ok": 1, "conversationId": 1, "done": True, "payload": b""}
    name, bare, answer, salt, nonce, user = talks[client]
    final = bytes(request["payload"]).decode()
    said = dict(part.split("=", 1) for part in final.split(","))
    secret = PASSWORD if name == "sha256" else hashlib.md5(("%s:mongo:%s" % (user, PASSWORD)).encode()).hexdigest()
    salted = hashlib.pbkdf2_hmac(name, secret.encode(), salt, ITERATIONS)

    def mac(key, data):
        return hmac.new(key, data, name).digest()

    key = mac(salted, b"Client Key")
    message = ",".join((bare, answer, final.rsplit(",p=", 1)[0])).encode()
    proof = bytes(a ^ b for a, b in zip(key, mac(hashlib.new(name, key).digest(), message)))
    if user != USER or said["r"] != nonce or base64.b64decode(said["p"]) != proof:
        raise Refusal(18, "Authentication failed.")
    trusted.add(client)
    signature = mac(mac(salted, b"Server Key"), message)
    return {"ok": 1, "conversationId": 1, "done": True, "payload": ("v=" + text64(signature)).encode()}


def batch(space, documents, size, name="firstBatch"):
    number = 0
    if documents[size:]:
        number = max(cursors, default=1000) + 1
        cursors[number] = space, documents[size:]
    return {"ok": 1, "cursor": {"id": bson.Int64(number), "ns": space, name: documents[:size]}}


def insert(collection, request):
    for document in request["documents"]:
        collection.insert_one(document)
    return {"ok": 1, "n": len(request["documents"])}


def update(collection, request):
    answer = {"ok": 1, "n": 0, "nModified": 0}
    for i, one in enumerate(request["updates"]):
        done = collection.replace_one(one["q"], one["u"], upsert=one.get("upsert", False))
        answer["n"] += done.matched_count
        if done.upserted_id is not None:
            answer["n"] += 1
            answer.setdefault("upserted", []).append({"index": i, "_id": done.upserted_id})
    return answer


def delete(collection, request):
    return {"ok": 1, "n": sum(collection.delete_many(one["q"]).deleted_count for one in request["deletes"])}


def find(collection, request):
    found = collection.find(request.get("filter") or {})
    if request.get("sort"):
        found = found.sort(list(request["sort"].items()))
    documents = list(found.limit(abs(request.get("limit", 0))))
    return batch("%s.%s" % (request["$db"], collection.name), documents, request.get("batchSize", 101))


def create_indexes(collection, request):
    for index in request["indexes"]:
        collection.create_index(list(index["key"].items()), name=index["name"])
    return {"ok": 1}


def list_indexes(collection, request):
    return batch("x", [{"v": 2, "key": bson.SON(index["key"]), "name": name}
                       for name, index in collection.index_information().items()], 101)


def get_more(request):
    if request["getMore"] not in cursors:
        raise Refusal(43, "cursor not found")
    return batch(*cursors.pop(request["getMore"]), request.get("batchSize", 101), "nextBatch")


def aggregate(collection, request):
    return batch("x", list(collection.aggregate(request["pipeline"])), 101)


COMMANDS = {"insert": insert, "update": update, "delete": delete, "find": find, "createindexes": create_indexes,
            "listindexes": list_indexes, "aggregate": aggregate}


def answer(client, request):
    name = next(iter(request))
    command = name.lower()
    if command in ("hello", "ismaster"):
        return HELLO
    if command == "saslstart":
        return scram_start(client, request)
    if command == "saslcontinue":
        return scram_go_on(client, request)
    if USER and client not in trusted:
        raise Refusal(13, "command %s requires authentication" % name)
    if options.read_only and command in WRITES:
        raise Refusal(10107, "not primary")
    if command == "getmore":
        return get_more(request)
    if command in ("ping", "endsessions", "killcursors"):
        return {"ok": 1}
    if command in COMMANDS:
        return COMMANDS[command](store[request["$db"]][request[name]], request)
    raise Refusal(59, "no such command: '%s'" % name)


def respond(request):
    name = next(iter(request.doc)).lower()
    if name not in ("hello", "ismaster"):
        time.sleep(options.slow)
    if name == options.close_on:
        request.hangup()
        return True
    with lock:
        try:
            reply = answer(request.client_port, request.doc)
        except Exception as e:
            reply = {"ok": 0, "code": getattr(e, "code", None) or 1, "errmsg": str(e)}
    request.replies(reply)
    return True


if options.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.tls)
    # mockupdb would take a certificate of its own, and shake hands in the thread that accepts.
    ssl.wrap_socket = lambda plain, **_: context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
server = mockupdb.MockupDB(port=options.port, request_timeout=10 ** 6, ssl=bool(options.tls))
server.autoresponds(respond)
server.run()
while True:
    time.sleep(3600)
