# SPDX-License-Identifier: Apache-2.0
# Results in MongoDB: kept, sent again, given back, and what happens when the server does not want them.
. tests/e2e/lib.sh
. tests/e2e/lib_mongo.sh
case $mongo_kind in
stand_in) note "no mongod and no FerretDB: the server is a stand-in of mockupdb and mongomock" ;;
*) note "the server is $mongo_kind${mongo_program:+, ${mongo_program##*/}}" ;;
esac
database=vmtp_test_$$
secret='s3cret%'
escaped='s3cret%25'

scenario() { # FILE OPTIONS-OF-THE-SINK
    cat >"$1" <<END
vmtp: 1
name: kept
cloud: local
flows:
  - { name: bulk, path: loopback, tool: { null: { protocol: [tcp, udp], latency: true } }, duration: 10ms, warmup: 0, repeat: 4 }
sinks: [ { mongodb: { database: $database, $2 } } ]
END
}
run() { status "$1" "$vmtp" run --no-progress "$2"; }
newest() { basename "$(ls -d "$VMTP_STATE_DIR"/runs/* | tail -n 1)"; }
kept() { "$vmtp" replay "$@" >"$dir/out" 2>"$dir/err"; }
# What the database has of the documents: is EXPRESSION VALUE
is() {
    found=$(mongo "$uri" "(lambda r, s: $1)(c['$database'].pns_web_entry, c['$database'].samples)")
    [ "$found" = "$2" ] || { echo "$1 is '$found', not '$2'"; return 1; }
}

if [ "$mongo_kind" = given ]; then
    uri=$VMTP_TEST_MONGODB_URI
else
    check "a server is there" mongo_up plain
    uri=mongodb://127.0.0.1:$mongo_port/
fi
plain_port=${mongo_port:-}

# ---- keeping ----

scenario "$dir/plain.yaml" "uri: { env: VMTP_URI }, samples: samples"
export VMTP_URI="$uri"
check "a run's results are kept" run 0 "$dir/plain.yaml"
run=$(newest)
check "its document is there under the run's id" is "[d['_id'] for d in r.find()] == ['$run']" True
check "with what it has found" is "r.find_one()['results'][0]['metrics']['goodput']['stat']" median
check "and keys without dots" is "sorted(k for k in r.find_one()['results'][0]['metrics']['rtt'] if k.startswith('p99'))" "['p99', 'p99%2E9']"
check "all of its samples are there" is "s.count_documents({'run': '$run'}) == $(grep -c '"type":"sample"' "$VMTP_STATE_DIR/runs/$run/journal.ndjson")" True
check "and indexes for questions" is "'vmtp_run.started' in r.index_information()" True
check "it may be sent again" kept "$run"
check "and its indexes stand" sh -c '! grep "no index" "$1/err"' - "$dir"
check "and is there once" is "r.count_documents({})" 1
check "so are its samples" is "s.count_documents({}) == $(grep -c '"type":"sample"' "$VMTP_STATE_DIR/runs/$run/journal.ndjson")" True

# ---- giving back ----

recalled() { # OPTION...
    "$vmtp" summary --from "mongodb: { uri: '$uri', database: $database }" --json "$@" >"$dir/recalled.json" 2>"$dir/err" ||
        { cat "$dir/err"; return 1; }
}
# VMTP's own record of 2019, as its driver inserted it, and one of its without a controller.
mongo "$uri" "c['$database'].pns_web_entry.insert_many([{'date': '2019-03-25 10:00:00', 'version': '2.5.0', 'run_id': 'a1b2c3d',
    'encapsulation': 'vlan', 'args': 'x', 'flows': [{'desc': 'VM to VM same network fixed IP (inter-node)', 'results': [
    {'protocol': 'TCP', 'tool': 'nuttcp-8.1.4', 'pkt_size': 65536, 'throughput_kbps': 2340466, 'rtt_ms': 0.34}]}]},
    {'date': '2020-01-01 10:00:00', 'version': '2.5.1', 'run_id': 'b1b2c3d', 'args': 'x', 'flows': [{'desc': 'Native',
    'results': [{'protocol': 'UDP', 'tool': 'nuttcp-8.1.4', 'pkt_size': 1024, 'throughput_kbps': 1, 'loss_rate': 0}]}]}])" >"$dir/out"
ids() { holds "$dir/recalled.json" "[x['run']['id'] for x in d] == $1"; }
check "vmtp summary asks it" recalled
check "and gets all, VMTP's own records too" ids "['a1b2c3d', 'b1b2c3d', '$run']"
check "the document is the run's" sh -c '/usr/bin/python3 -c "import json, sys; a, b = map(lambda f: json.load(open(f)), sys.argv[1:])
assert a[-1] == b" "$1/recalled.json" "$2"' - "$dir" "$VMTP_STATE_DIR/runs/$run/result.json"
check "by protocol" recalled --protocol udp
check "both forms are found" ids "['b1b2c3d', '$run']"
check "by encapsulation" recalled --encapsulation vlan
check "what has none is not" ids "['a1b2c3d']"
check "the newest alone" recalled --last 1
check "is one" ids "['$run']"
check "by date" recalled --since 2019-06-01 --until 2020-06-01
check "is what began then" ids "['b1b2c3d']"

# ---- two at once, and VMTP mode ----

"$vmtp" run --no-progress "$dir/plain.yaml" >/dev/null 2>&1 &
other=$!
check "two runs at once" run 0 "$dir/plain.yaml"
check "are both kept" wait "$other"
check "each once" is "(r.count_documents({'schema': 'vmtp.result/1'}), s.count_documents({'flow': {'\$ne': ''}}) == 3 * s.count_documents({'run': '$run', 'flow': {'\$ne': ''}}))" "(3, True)"
if [ "$mongo_kind" != given ]; then
    cat >"$dir/config.yaml" <<END
vmtp_mongod_port: $plain_port
vmtp_db: $database
END
    check "VMTP's document of a host that is away" status 1 "$vmtp" --no-env -c "$dir/config.yaml" \
        --host ssh://root@127.0.0.1:1 --protocols I --mongod-server 127.0.0.1
    run=$(newest)
    check "goes where --mongod-server says, as VMTP wrote it" is "[(d['vmtp_run'], d['flows'][0]['results'][0]['protocol'])
        for d in r.find({'schema': 'vmtp.classic/1'})]" "[('$run', 'ICMP')]"
    check "once, when it is sent again" kept "$run"
    check "too" is "r.count_documents({'_id': '$run'})" 1
    check "and it is found by its protocol" recalled --protocol icmp
    check "and read" ids "['$run']"
fi

# ---- a server that is not as it should be ----

dead=$(port_free)
scenario "$dir/dead.yaml" "host: 127.0.0.1, port: $dead"
check "where no server is, the run is kept and the end is 3" run 3 "$dir/dead.yaml"
check "and it is said why" says "sink mongodb: 127.0.0.1:$dead: Connection refused"
run=$(newest)
check "and what to do" says "(vmtp replay $run sends it again)"
check "a server comes up there" stand_in_up late --port "$dead"
check "and vmtp replay sends it" kept "$run"
uri=mongodb://127.0.0.1:$dead/
check "once" is "[d['_id'] for d in r.find()] == ['$run']" True

check "a server that can only be read is there" stand_in_up frozen --read-only
scenario "$dir/frozen.yaml" "host: 127.0.0.1, port: $mongo_port"
check "it refuses, and the end is 3" run 3 "$dir/frozen.yaml"
check "with its words" says "127.0.0.1:$mongo_port: not primary"

check "a server that hangs up on what it is given is there" stand_in_up rude --close-on update
scenario "$dir/rude.yaml" "host: 127.0.0.1, port: $mongo_port"
check "a connection that is cut in the middle is told" run 3 "$dir/rude.yaml"
check "by its name" says "127.0.0.1:$mongo_port: "

if [ "$mongo_kind" != given ]; then
    check "a server that will die is there" mongo_up doomed
    scenario "$dir/doomed.yaml" "host: 127.0.0.1, port: $mongo_port"
    sed -i 's/latency: true/delay: 400ms/' "$dir/doomed.yaml"
    "$vmtp" run --no-progress "$dir/doomed.yaml" >"$dir/out" 2>"$dir/err" &
    pid=$!
    until_true 10 sh -c 'grep -qs "type.:.trial" "$1"/runs/*/journal.ndjson' - "$VMTP_STATE_DIR"
    mongo_kill doomed
    wait $pid
    got=$?
    check "kill -9 of the server while it is measured costs no results" [ $got -eq 3 ]
    run=$(newest)
    check "they are in the run's folder" holds "$VMTP_STATE_DIR/runs/$run/result.json" 'len(d["results"]) == 2'
    check "the server comes back with what it had" mongo_up doomed --port "$mongo_port"
    check "and gets them" kept "$run"
    uri=mongodb://127.0.0.1:$mongo_port/
    check "once they are there" is "r.count_documents({'_id': '$run'})" 1
fi

# ---- who may, and who is it ----

check "a server with users is there" mongo_up users --user
scenario "$dir/nobody.yaml" "host: 127.0.0.1, port: $mongo_port"
check "it does not let just anybody in" run 3 "$dir/nobody.yaml"
check "and says so" says "requires authentication"
export VMTP_WRONG=wr0ng VMTP_RIGHT="$secret"
scenario "$dir/wrong.yaml" "host: 127.0.0.1, port: $mongo_port, username: vmtp, password: { env: VMTP_WRONG }"
check "nor one with a wrong password" run 3 "$dir/wrong.yaml"
check "which is told without it" says "127.0.0.1:$mongo_port: "
scenario "$dir/right.yaml" "host: 127.0.0.1, port: $mongo_port, username: vmtp, password: { env: VMTP_RIGHT }"
check "with the right one it is kept" run 0 "$dir/right.yaml"
export VMTP_URI="mongodb://vmtp:$escaped@127.0.0.1:$mongo_port/?authMechanism=SCRAM-SHA-1"
check "by the other mechanism too, as a URI" run 0 "$dir/plain.yaml"
export VMTP_URI="mongodb://vmtp:$secret@127.0.0.1:$mongo_port/"
check "a password that is not escaped makes no URI" status 2 "$vmtp" check "$dir/plain.yaml"
check "which is told without the password" sh -c '! grep -q s3cret "$1/err" && grep -q "uri can.t be read" "$1/err"' - "$dir"
check "no password is in any run's folder or error" sh -c '! grep -rqE "s3cret|wr0ng" "$1" "$2"' - "$VMTP_STATE_DIR" "$dir/err"

check "a server with TLS is there" mongo_up tls --tls
scenario "$dir/tls.yaml" "host: 127.0.0.1, port: $mongo_port, tls: true, tls-ca-file: $dir/tls.crt"
check "it is spoken to by TLS" run 0 "$dir/tls.yaml"
scenario "$dir/strange.yaml" "host: 127.0.0.1, port: $mongo_port, tls: true"
check "a certificate that nobody vouches for is refused" run 3 "$dir/strange.yaml"
check "and it is said why" says "self-signed certificate"
scenario "$dir/bare.yaml" "host: 127.0.0.1, port: $mongo_port, timeout: 500ms"
check "without TLS there is no answer for long" run 3 "$dir/bare.yaml"
exit $failed
