#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs all tests of a build tree and counts them: run.sh BUILD [PATTERN [SCRIPT...]]; PATTERN is a
# regular expression for their names; scripts that are named are run alone, with $LIMIT seconds for each.  Each test prints a line "ok SENTENCE",
# "FAIL SENTENCE" or "skip SENTENCE: what is missing"; "note SENTENCE" is shown and not counted.  With
# STRICT=1 a skip fails.
set -u
B=$(cd "$1" && pwd) || exit 2
pattern=${2:-}
[ $# -lt 2 ] && shift $# || shift 2
cd "$(dirname "$0")/.." || exit 2
export B LC_ALL=C.UTF-8
case $B in *address* | *thread* | *undefined*) export SANITIZED=1 ;; esac
# The leak checker of gcc 12 now and then takes a thread's variables for those of a glibc before 2.25,
# and dies of it (google/sanitizers#1322): it need not look there.
export ASAN_OPTIONS=intercept_tls_get_addr=0
log=$(mktemp) out=$(mktemp)
trap 'rm -f "$log" "$out"' EXIT
trap 'exit 130' INT TERM

# A program or script with a time limit; what it printed is shown only if it failed.
run() { # NAME SECONDS COMMAND...
    name=$1 seconds=$2
    shift 2
    echo "$name" | grep -qE "$pattern" || return
    began=$(date +%s)
    timeout -k 5 "$seconds" "$@" >"$out" 2>&1 </dev/null
    status=$?
    grep -E '^(ok|FAIL|skip|not ok) ' "$out" | grep -v '# SKIP' |
        sed -E 's/^ok [0-9]+ - /ok /; s/^not ok [0-9]+ - /FAIL /; s/_/ /g; s#^(ok|FAIL|skip) #&'"$name"': #' >>"$log.now"
    if [ "$status" -ne 0 ] || [ ! -s "$log.now" ] || grep -q '^FAIL' "$log.now"; then
        [ "$status" -eq 124 ] && echo "FAIL $name: is done within $seconds s" >>"$log.now"
        grep -q '^FAIL' "$log.now" || echo "FAIL $name: ends with 0, not $status" >>"$log.now"
        sed 's/^/    | /' "$out" | tail -n 60
    fi
    sed -n "s#^note #&$name: #p" "$out"
    grep -E '^(FAIL|skip)' "$log.now"
    printf '%-4s %s (%d in %d s)\n' "$(grep -q ^FAIL "$log.now" && echo FAIL || echo ok)" "$name" \
        "$(wc -l <"$log.now")" $(($(date +%s) - began))
    cat "$log.now" >>"$log"
    rm -f "$log.now"
}

run_programs() {
    for test in "$B"/tests/unit/test_*; do
        case $test in *.d) ;; *) CMOCKA_MESSAGE_OUTPUT=TAP run "$(basename "$test")" 120 "$test" ;; esac
    done
    for test in "$B"/tests/fuzz/replay_*; do
        corpus=tests/fuzz/corpus/${test##*replay_}
        case $test in *.d | *'*') ;; *) run "$(basename "$test")" 120 "$test" "$corpus" ;; esac
    done
}
run_scripts() {
    for test in tests/*/*.sh tests/*.sh; do
        case $test in
        tests/run.sh | tests/tidy.sh | */lib.sh | */lib_*.sh | tests/openstack/*) ;; # these want a lab
        *) run "$(basename "$test" .sh)" 600 sh "$test" ;;
        esac
    done
}
if [ $# -gt 0 ]; then
    for test in "$@"; do run "$(basename "$test" .sh)" "$LIMIT" sh "$test"; done
else
    run_programs
    run_scripts
fi

passed=$(grep -c '^ok ' "$log")
failed=$(grep -c '^FAIL ' "$log")
skipped=$(grep -c '^skip ' "$log")
[ "$failed" -eq 0 ] || { echo; echo 'Failed:'; grep '^FAIL ' "$log"; }
[ -n "${STRICT:-}" ] && [ "$skipped" -gt 0 ] && failed=$((failed + skipped)) skipped=0
echo
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
