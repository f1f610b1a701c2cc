# SPDX-License-Identifier: Apache-2.0
# Sinks that keep files: sqlite, prometheus and junit, fed from real runs, again, and with bad luck.
. tests/e2e/lib.sh

# scenario NAME SINKS: one flow that passes, one that fails its threshold, one that is undecided, one
# that fails, one that a run can't have.
scenario() {
    cat >"$dir/$1.yaml" <<END
vmtp: 1
name: "a<b>\"'&]]> \\\\ é"
cloud: local
flows:
  - { name: good, path: loopback, tool: { "null": { protocol: [tcp, udp], latency: true } }, duration: 100ms, warmup: 0s, repeat: 6 }
  - { name: slow, path: loopback, tool: { "null": { goodput: 1M } }, duration: 100ms, warmup: 0s, repeat: 6 }
  - { name: few, path: loopback, tool: "null", duration: 100ms, warmup: 0s, repeat: 2 }
  - { name: bad, path: loopback, tool: { "null": { fail-prepare: true } }, duration: 100ms, warmup: 0s, repeat: 1 }
thresholds:
  - { flow: good, metric: goodput, expect: ">= 900M" }
  - { flow: slow, metric: goodput, expect: ">= 900M" }
  - { flow: few, metric: goodput, expect: ">= 900M" }
sinks: [ $2 ]
END
}
last_run() { ls -t "$VMTP_STATE_DIR/runs" | head -n 1; }
folder_of() { echo "$VMTP_STATE_DIR/runs/$1"; }

# sql DATABASE QUERY EXPECTED: the rows, as Python shows them.
sql() {
    /usr/bin/python3 - "$@" <<'END'
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()
print(rows, "not", sys.argv[3])
sys.exit(rows != eval(f"({sys.argv[3]})"))
END
}

# prom FILE EXPRESSION: of s, {(name, labels...): value}; what a strict parser takes, and a scrape.
prom() {
    /usr/bin/python3 - "$@" <<'END'
import re, sys
from prometheus_client.parser import text_string_to_metric_families
text = open(sys.argv[1], newline="").read()
assert text.endswith("\n")
s, families = {}, []
for family in text_string_to_metric_families(text):
    families.append(family.name)
    assert family.documentation and family.type == "gauge", family
    for sample in family.samples:
        assert re.fullmatch("[a-zA-Z_:][a-zA-Z0-9_:]*", sample.name), sample
        assert all(re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", l) for l in sample.labels), sample
        assert sample.timestamp is None, sample
        key = (sample.name, *sorted(sample.labels.items()))
        assert key not in s, key
        s[key] = sample.value
assert len(families) == len(set(families)), families
def of(name, **labels):
    return [v for k, v in s.items() if k[0] == name and set(labels.items()) <= set(k[1:])]
print(text[:2000])
sys.exit(not eval(f"({sys.argv[2]})"))
END
}

# xml FILE EXPRESSION: of cases, {(classname, name): what is in it besides the output}, and root.
xml() {
    /usr/bin/python3 - "$@" <<'END'
import sys
import xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
cases = {(c.get("classname"), c.get("name")): {e.tag: e.attrib for e in c if e.tag != "system-out"}
         for c in root.iter("testcase")}
for one in [root, *root]: # what is said of the cases is so
    inside = list(one.iter("testcase"))
    assert len(inside) == int(one.get("tests"))
    for tag, counter in ("failure", "failures"), ("error", "errors"), ("skipped", "skipped"):
        assert sum(c.find(tag) is not None for c in inside) == int(one.get(counter)), (tag, one.attrib)
    assert abs(sum(float(c.get("time")) for c in inside) - float(one.get("time"))) < 1e-9
print(root.attrib, cases)
sys.exit(not eval(f"({sys.argv[2]})"))
END
}

name="a<b>\"'&]]> \\ é"
scenario all "{ sqlite: { path: $dir/x.db, samples: true } }, { prometheus: { path: $dir/x.prom, labels: { site: lab } } }, { junit: { path: $dir/x.xml } }, { json: { path: $dir/x.json } }"
check "a run feeds sqlite, prometheus and junit" status 1 "$vmtp" run --no-progress "$dir/all.yaml"
run=$(last_run)
check "sqlite keeps the document to the letter" sql "$dir/x.db" \
    "SELECT id, name, cloud, document FROM runs" \
    "[('$run', '''$name''', 'local', open('$(folder_of "$run")/result.json').read())]"
check "and every result with its protocol" sql "$dir/x.db" \
    "SELECT flow, protocol, status, verdict FROM results ORDER BY number" \
    "[('good', 'tcp', 'ok', 'pass'), ('good', 'udp', 'ok', 'pass'), ('slow', 'tcp', 'ok', 'fail'),
      ('few', 'tcp', 'ok', 'undecided'), ('bad', 'tcp', 'failed', 'none')]"
check "and the figures of the document" sql "$dir/x.db" \
    "SELECT value, ci95_low, ci95_high FROM figures JOIN results ON result = number WHERE metric = 'goodput' AND protocol = 'udp'" \
    "[(lambda m: (m['value'], *m['ci95']))(__import__('json').load(open('$dir/x.json'))['results'][1]['metrics']['goodput'])]"
check "and as many samples as the journal" sql "$dir/x.db" "SELECT count(*) FROM samples" \
    "[($(grep -c '"type":"sample"' "$(folder_of "$run")/journal.ndjson"),)]"
check "a strict parser takes what prometheus writes" prom "$dir/x.prom" \
    "len(of('vmtp_goodput_bits_per_second', stat='median', site='lab', scenario='''$name''')) == 4
     and len(of('vmtp_rtt_seconds', stat='p99', protocol='udp')) == 1"
check "states are one series each, and one of them is 1" prom "$dir/x.prom" \
    "sorted(of('vmtp_result_status', flow='bad')) == [0, 0, 1] and of('vmtp_result_status', flow='bad', status='failed') == [1]
     and of('vmtp_threshold_state', flow='few', state='undecided') == [1]"
check "junit has a case for each threshold and result" xml "$dir/x.xml" \
    "root.get('name') == '''$name''' and [root.get(c) for c in ('tests', 'failures', 'errors', 'skipped')] == ['5', '2', '1', '0']
     and {k[1] for k in cases if 'good' in k[0]} == {'goodput >= 900M'}"
check "and says what is wrong with it" xml "$dir/x.xml" \
    "[t['failure']['type'] for k, t in cases.items() if 'slow' in k[0]] == ['fail']
     and [t['failure']['type'] for k, t in cases.items() if 'few' in k[0]] == ['undecided']
     and all('error' in t and t['error']['message'] for k, t in cases.items() if 'bad' in k[0])"

cp "$dir/x.prom" "$dir/before.prom"
cp "$dir/x.xml" "$dir/before.xml"
twice() { status 0 "$vmtp" replay "$run" --sink "$1" && status 0 "$vmtp" replay "$run" --sink "$1"; }
check "sqlite is sent a run twice more" twice sqlite
check "and has it once" sql "$dir/x.db" \
    "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM results), (SELECT count(*) FROM samples)" \
    "[(1, 5, $(grep -c '"type":"sample"' "$(folder_of "$run")/journal.ndjson"))]"
check "prometheus says the same again" sh -c '"$0" replay "$1" --sink prometheus && cmp "$2/x.prom" "$2/before.prom"' "$vmtp" "$run" "$dir"
check "junit says the same again" sh -c '"$0" replay "$1" --sink junit && cmp "$2/x.xml" "$2/before.xml"' "$vmtp" "$run" "$dir"

# Names as nobody should give them, straight in the document.
/usr/bin/python3 - "$(folder_of "$run")/result.json" <<'END'
import json, sys
document = json.load(open(sys.argv[1]))
evil = "</script>\"'&<![CDATA[]]>\\\n\t\r\u001b\u2028\ufffe\U0001f600{}"
document["run"]["name"] = evil
for i, result in enumerate(document["results"]):
    result["key"] = evil + str(i) + "k" * 100000
    result["flow"] = result["path"] = evil
    result["labels"] = {"a-b": evil, "a_b": "x", "1": "y"}
    result["notes"] = [evil]
    result["metrics"] = {("m" if m == "goodput" else m) + evil: v for m, v in result["metrics"].items()}
for threshold in document["thresholds"]:
    threshold["metric"] = threshold["expect"] = evil
    for judgement in threshold["results"]:
        judgement.update(key=document["results"][0]["key"], why=evil)
json.dump(document, open(sys.argv[1], "w"))
END
replayed() { status 0 "$vmtp" replay "$run" --sink "$1"; }
check "sqlite keeps hostile names" replayed sqlite
check "as they are" sql "$dir/x.db" "SELECT count(*), max(length(key)) > 100000, max(path LIKE '</script>%') FROM results" "[(5, 1, 1)]"
check "prometheus writes hostile names" replayed prometheus
check "so that a parser takes them" prom "$dir/x.prom" "'</script>' in dict(next(k for k in s if k[0] == 'vmtp_result_status')[1:])['path']"
check "junit writes hostile names" replayed junit
check "so that a parser takes them" xml "$dir/x.xml" "len(cases) > 1 and '</script>' in root.get('name')"

# What fails is said, and the run is there to be sent again.
for sink in prometheus junit; do
    scenario full "{ $sink: { path: /dev/full } }"
    check "$sink on a full disk is exit 3" status 3 "$vmtp" run --no-progress "$dir/full.yaml"
    check "and names the reason and the mend" says "sink $sink: /dev/full: No space left on device"
done
scenario text "{ sqlite: { path: $dir/text.db } }"
yes 'no database' | head -n 1000 >"$dir/text.db"
cp "$dir/text.db" "$dir/text.bak"
check "a file that is no database is exit 3" status 3 "$vmtp" run --no-progress "$dir/text.yaml"
check "and is said to be none" says "text.db: it is no SQLite database; give path another file"
check "and is left as it was" cmp "$dir/text.db" "$dir/text.bak"
rm "$dir/text.db"
check "the run can be sent once that is mended" status 0 "$vmtp" replay "$(last_run)"
check "and is there" sql "$dir/text.db" "SELECT id FROM runs" "[('$(last_run)',)]"

if [ "$(id -u)" -eq 0 ]; then
    mkdir "$dir/small"
    mount -t tmpfs -o size=64k tmpfs "$dir/small"
    at_exit() { umount "$dir/small" 2>/dev/null; }
    scenario small "{ sqlite: { path: $dir/small/x.db, samples: true } }"
    check "sqlite on a full disk is exit 3" status 3 "$vmtp" run --no-progress "$dir/small.yaml"
    check "and says so" says "small/x.db: No space left on device"
    mount -o remount,size=4m "$dir/small"
    check "with room the run can be sent" status 0 "$vmtp" replay "$(last_run)"
    mount -o remount,ro "$dir/small"
    check "a read-only file is exit 3" status 3 "$vmtp" run --no-progress "$dir/small.yaml"
    check "and says so" says "small/x.db: it can't be written to"
    umount "$dir/small"
    at_exit() { :; }
else
    skip "sqlite on a full disk is exit 3: mounting a small disk takes root"
fi

# Two at once, and one that is killed while it writes.
scenario both "{ sqlite: { path: $dir/both.db, samples: true } }"
"$vmtp" run --no-progress "$dir/both.yaml" >"$dir/first" 2>&1 &
first=$!
"$vmtp" run --no-progress "$dir/both.yaml" >"$dir/second" 2>&1 &
second=$!
wait $first $second
check "two that write to one database at once wait for each other" sql "$dir/both.db" \
    "SELECT count(*), (SELECT count(*) FROM results) FROM runs" "[(2, 10)]"
/usr/bin/python3 - "$dir/both.db" <<'END' &
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1") # pages reach the file, not only the memory
db.execute("BEGIN IMMEDIATE")
db.execute("DELETE FROM runs")
db.execute("PRAGMA foreign_keys = on")
db.execute("UPDATE results SET why = hex(randomblob(20000))")
os.kill(os.getpid(), 9)
END
wait $! 2>/dev/null
check "a writer that is killed leaves a journal" [ -s "$dir/both.db-journal" ]
check "who asks next takes back what it left half done" status 0 "$vmtp" summary --from "sqlite: { path: $dir/both.db }"
check "and gets the run" says "$(last_run)"
check "and nothing is lost" sql "$dir/both.db" "SELECT count(*), (SELECT count(*) FROM results) FROM runs" "[(2, 10)]"
exit $failed
