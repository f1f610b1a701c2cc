# SPDX-License-Identifier: Apache-2.0
# A MongoDB server for end-to-end tests: the first that there is of $VMTP_TEST_MONGODB_URI, mongod or
# ferretdb on the PATH, the FerretDB that share/ferretdb.sh has built, and a stand-in of Debian's mockupdb
# and mongomock (tests/fakes/mongo_server.py).
#
#   mongo_up NAME [OPTION...]  another server; $mongo_port; OPTIONs are --user, --tls, --port N
#   mongo_down NAME            ends it; mongo_kill NAME does so with kill -9
#   mongo URI PYTHON           prints an expression of c, a client of the server (pymongo)
#   stand_in_up NAME [OPTION...]  the stand-in, whatever else there is: for what only it can be made to do
# User and password are vmtp and s3cret%.
mongo_ferretdb=${XDG_CACHE_HOME:-${HOME:-}/.cache}/vmtp-tests/ferretdb-v1.24.0
if [ -n "${VMTP_TEST_MONGODB_URI:-}" ]; then
    mongo_kind=given
elif command -v mongod >/dev/null; then
    mongo_kind=mongod
elif mongo_program=$(command -v ferretdb) || { [ -x "$mongo_ferretdb" ] && mongo_program=$mongo_ferretdb; }; then
    mongo_kind=ferretdb
else
    mongo_kind=stand_in
fi
mongo_pids=
port_free() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
mongo() {
    /usr/bin/python3 -c 'import sys, pymongo
c = pymongo.MongoClient(sys.argv[1], serverSelectionTimeoutMS=5000)
print(eval(sys.argv[2]))' "$1" "$2"
}
listens() { /usr/bin/python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$1" 2>/dev/null; }

mongo_options() { # [--user] [--tls] [--port N] [--read-only]
    mongo_port= mongo_user= mongo_tls= mongo_rest=
    while [ $# -gt 0 ]; do
        case $1 in
        --port) mongo_port=$2; shift ;;
        --user) mongo_user=vmtp ;;
        --tls) mongo_tls=yes ;;
        *) mongo_rest="$mongo_rest $1" ;;
        esac
        shift
    done
    mongo_port=${mongo_port:-$(port_free)}
    [ -z "$mongo_tls" ] || [ -f "$dir/tls.pem" ] || certificate_make
}
certificate_make() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$dir/tls.key" -out "$dir/tls.crt" 2>/dev/null
    cat "$dir/tls.key" "$dir/tls.crt" >"$dir/tls.pem"
}

# Each becomes the server.
ferretdb_start() { # FOLDER
    export DO_NOT_TRACK=1
    set -- --handler=sqlite --sqlite-url="file:$1/" --state-dir="$1" --telemetry=disable --debug-addr=- --log-level=WARN
    [ -z "$mongo_user" ] || set -- "$@" --test-enable-new-auth --setup-database=admin --setup-username=vmtp --setup-password=s3cret%
    if [ -n "$mongo_tls" ]; then
        set -- "$@" --listen-addr= --listen-tls="127.0.0.1:$mongo_port" --listen-tls-cert-file="$dir/tls.crt" \
            --listen-tls-key-file="$dir/tls.key"
    else
        set -- "$@" --listen-addr="127.0.0.1:$mongo_port"
    fi
    exec "$mongo_program" "$@"
}
mongod_start() { # FOLDER
    set -- --quiet --bind_ip 127.0.0.1 --port "$mongo_port" --dbpath "$1"
    [ -z "$mongo_user" ] || set -- "$@" --auth
    [ -z "$mongo_tls" ] || set -- "$@" --tlsMode requireTLS --tlsCertificateKeyFile "$dir/tls.pem"
    exec mongod "$@"
}
stand_in_start() {
    export MONGO_USER="$mongo_user" MONGO_PASSWORD=s3cret%
    # shellcheck disable=SC2086
    exec /usr/bin/python3 tests/fakes/mongo_server.py "$mongo_port" ${mongo_tls:+--tls "$dir/tls.pem"} $mongo_rest
}
server_up() { # KIND NAME
    mkdir -p "$dir/$2"
    "$1_start" "$dir/$2" >"$dir/$2.log" 2>&1 &
    eval "mongo_pid_$2=$!"
    mongo_pids="$mongo_pids $!"
    until_true 20 listens "$mongo_port" || { cat "$dir/$2.log"; return 1; }
    [ "$1$mongo_user" != mongodvmtp ] || mongo "mongodb://127.0.0.1:$mongo_port/" \
        'c.admin.command("createUser", "vmtp", pwd="s3cret%", roles=["root"])'
}
stand_in_up() { name=$1; shift; mongo_options "$@"; server_up stand_in "$name"; }
mongo_up() {
    name=$1
    shift
    mongo_options "$@"
    server_up "$(echo "$mongo_kind" | sed 's/given/stand_in/')" "$name"
}
mongo_signal() {
    eval "mongo_pid=\$mongo_pid_$2"
    kill "-$1" "$mongo_pid"
    wait "$mongo_pid" 2>/dev/null
}
mongo_kill() { mongo_signal KILL "$1"; }
mongo_down() { mongo_signal TERM "$1"; }
# shellcheck disable=SC2086
mongo_end() { [ -z "$mongo_pids" ] || kill $mongo_pids 2>/dev/null; }
at_exit() { mongo_end; }
