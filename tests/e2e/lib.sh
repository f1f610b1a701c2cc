# SPDX-License-Identifier: Apache-2.0
# For end-to-end tests: a folder of their own, and one line for each sentence that was tried.
set -u
dir=$(mktemp -d)
export VMTP_STATE_DIR="$dir/state"
failed=0
vmtp=$B/vmtp
at_exit() { :; }
trap 'at_exit; chmod -R u+rwX "$dir"; rm -rf "$dir"' EXIT

# check SENTENCE COMMAND...: the sentence is true if the command succeeds.
check() {
    sentence=$1
    shift
    if "$@" >"$dir/check.out" 2>&1; then
        echo "ok $sentence"
    else
        echo "FAIL $sentence"
        sed 's/^/  /' "$dir/check.out" | tail -n 20
        failed=1
    fi
}
skip() { echo "skip $1"; }
note() { echo "note $1"; } # what a person should know of how it was tried

# status WANTED COMMAND...: runs it, its output in $dir/out and $dir/err; true if it ends so.
status() {
    wanted=$1
    shift
    "$@" >"$dir/out" 2>"$dir/err"
    got=$?
    [ "$got" -eq "$wanted" ] && return 0
    echo "ended with $got, not $wanted"
    tail -n 15 "$dir/err"
    return 1
}
says() { grep -qF -- "$1" "$dir/err" || grep -qF -- "$1" "$dir/out"; }

# A value from a JSON document: json FILE PYTHON-EXPRESSION-OF-d
json() { /usr/bin/python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
holds() { [ "$(json "$1" "$2")" = True ] || { echo "not so: $2"; json "$1" "$2"; return 1; }; }

# Figures get a second try: another program may have had the machine during the first.  What an
# instrumented build measures is not judged.
judged() { [ -n "${SANITIZED:-}" ] || "$@"; }
once_or_twice() { "$@" || judged "$@"; }
# figures NAME EXPRESSION: as holds of NAME.json, which `vmtp run NAME.yaml` writes.
figures() {
    judged holds "$dir/$1.json" "$2" && return 0
    "$vmtp" run --no-progress "$dir/$1.yaml"
    holds "$dir/$1.json" "$2"
}

# Processes and namespaces that this vmtp made and that are still there.  A namespace of a fabric has
# no name: it is there as long as one of its processes is.
probes() { pgrep -f "^$B/vmtp-probe" | wc -l; }
namespaces() { lsns -t net -n -o COMMAND 2>/dev/null | grep -c "^$B/vmtp"; }
# until_true SECONDS COMMAND...: polls, for things that other processes do in their own time.
until_true() {
    end=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.05
    done
}
no_probes() { [ "$(probes)" -eq 0 ]; }
