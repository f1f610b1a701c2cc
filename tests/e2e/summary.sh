# SPDX-License-Identifier: Apache-2.0
# vmtp summary: files of any age, runs that are kept here, stores; filters, pipes, hostile input.
. tests/e2e/lib.sh

cat >"$dir/run.yaml" <<EOF
vmtp: 1
name: lab 7
cloud: local
endpoints: { a: {}, b: {} }
flows:
  - { name: bulk, from: a, to: b, tool: { native: { protocol: [tcp, udp], rate: 10M } }, duration: 200ms, warmup: 0s, repeat: 1 }
EOF
old=tests/data/classic/vmtp-2.0.1.json
check "without any run there is nothing, which is said" status 0 "$vmtp" summary
check "and on stderr" grep -q "there are no such results" "$dir/err"
check "a small run" "$vmtp" run --no-progress "$dir/run.yaml"
check "runs that are kept here are shown" status 0 "$vmtp" summary
check "by name and protocol" sh -c 'grep -q "lab 7" "$1" && grep -q TCP "$1" && grep -q UDP "$1"' - "$dir/out"
check "a file of VMTP 2.0.1 is shown" status 0 "$vmtp" summary "$old"
check "with L2 and L3, intra and inter, fixed and floating" \
    sh -c 'grep -q "L2 *inter-node *fixed IP *TCP" "$1" && grep -q "L3 .*floating IP" "$1"' - "$dir/out"
check "nothing is wider than a line of a file" sh -c '[ "$(LC_ALL=C.UTF-8 wc -L <"$1")" -le 160 ]' - "$dir/out"
check "no colours in a pipe" sh -c '! grep -q "$(printf "\033")" "$1"' - "$dir/out"

shown() { # WANTED ARGUMENT...: so many documents
    wanted=$1
    shift
    "$vmtp" summary --json "$@" >"$dir/all.json" && holds "$dir/all.json" "len(d) == $wanted"
}
check "several sources come together" shown 2 "$old" last
check "the oldest first" holds "$dir/all.json" 'd[0]["run"]["version"] == "2.0.1"'
check "--last keeps the newest" shown 1 --last 1 "$old" last
check "which it is" holds "$dir/all.json" 'd[0]["run"]["name"] == "lab 7"'
check "--protocol keeps results of it" shown 2 --protocol udp "$old" last
check "and no others" holds "$dir/all.json" 'all("udp" in r["key"] for x in d for r in x["results"])'
check "documents without any are left out" shown 1 --protocol ICMP "$old" last
check "--encapsulation is the cloud's" shown 1 --encapsulation VXLAN "$old" last
check "--since leaves the past out" shown 1 --since 2020-01-01 "$old" last
check "--until leaves the rest out" shown 1 --until "2015-03-05 00:00" "$old" last
check "a date that is none is refused" status 2 "$vmtp" summary --since yesterday "$old"
check "with its mend" says "--since: 'yesterday' is no date: write it as 2026-11-21 or 2026-11-21T02:40"
check "a run that there is not is refused" status 2 "$vmtp" summary 19990101
check "--last 0 is refused" status 2 "$vmtp" summary --last 0 "$old"

# ---- stores
run=$(basename "$dir"/state/runs/*)
if [ -e "$B/plugins/sinks/sqlite.so" ]; then
    store="sqlite: { path: $dir/results.db }"
    check "results go to a store afterwards" "$vmtp" replay "$run" --sink "$store"
    check "and once more, which changes nothing" "$vmtp" replay "$run" --sink "$store"
    check "the store gives them back" shown 1 --from "$store"
    check "as they were" holds "$dir/all.json" "[r['key'] for r in d[0]['results']] == [r['key'] for r in json.load(open('$dir/state/runs/$run/result.json'))['results']]"
    check "stores and files come together" shown 2 --from "$store" "$old"
else
    skip "a store is asked: no sqlite plugin here"
fi
check "a sink that is no store says so" status 3 "$vmtp" summary --from "csv: { results: $dir/x.csv }"
check "by name" says "sink csv can't be asked for what it keeps"
check "a store that there is not is refused" status 2 "$vmtp" summary --from "sqliet: {}"
check "with the nearest name" says "there is no sink 'sqliet'; did you mean 'sqlite'?"

# ---- what was killed or damaged
cp -r "$dir/state/runs/$run" "$dir/killed" && rm "$dir/killed/result.json"
check "a run without a document is told from its journal" shown 1 "$dir/killed"
check "with the same figures" holds "$dir/all.json" \
    "[r['metrics']['goodput']['trials'] for r in d[0]['results']] == [r['metrics']['goodput']['trials'] for r in json.load(open('$dir/state/runs/$run/result.json'))['results']]"
check "and an event that says so" holds "$dir/all.json" '[e["kind"] for e in d[0]["events"]] == ["recovered"]'
head -c 3000 "$dir/killed/journal.ndjson" >"$dir/cut.ndjson"
check "a journal that was cut is read" shown 1 "$dir/cut.ndjson"
mkdir "$dir/state/runs/20200101-000000-00000000"
check "a run that can't be read keeps nobody from the others" shown 1
printf '{"flows": [{"desc": "</script>\\u001b[31m\\n", "results": [{"protocol": "TCP", "error": "\\u001b]0;x\\u0007"}]}], "test_description": "\\u001b[2J"}' >"$dir/hostile.json"
check "a hostile file is shown" status 0 "$vmtp" summary "$dir/hostile.json"
check "without its escapes" sh -c '! grep -q "$(printf "\033")" "$1"' - "$dir/out"
/usr/bin/python3 -c 'print("[" + "7," * (100 << 20) + "7]")' >"$dir/large.json"
check "200 MB of JSON are refused in seconds" timeout 20 sh -c '"$1" summary "$2"; [ $? -eq 2 ]' - "$vmtp" "$dir/large.json"
rm "$dir/large.json"
check "a reader that goes away is no error" sh -c '"$1" summary "$2" | true' - "$vmtp" "$old"
check "a full disk is one" status 3 sh -c '"$1" summary "$2" >/dev/full' - "$vmtp" "$old"
exit $failed
