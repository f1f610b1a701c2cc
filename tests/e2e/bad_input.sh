# SPDX-License-Identifier: Apache-2.0
# What bad input gets: a clear error, the right exit status, and nothing deployed or lost.
. tests/e2e/lib.sh
export XDG_RUNTIME_DIR="$dir"

check "an unreadable scenario is exit 2" status 2 "$vmtp" run "$dir/none.yaml"
check "and says which file" says "$dir/none.yaml: No such file"

cat >"$dir/typo.yaml" <<'END'
vmtp: 1
cloud: local
flows:
  - name: bulk
    path: loopback
    tool: { native: { protocl: tcp } }
END
check "an unknown key is exit 2" status 2 "$vmtp" run "$dir/typo.yaml"
check "with its position and what was meant" says "typo.yaml:6:23: flows[0].tool.native.protocl: "
check "did you mean" says "did you mean 'protocol'?"
check "nothing was deployed for it" [ ! -e "$VMTP_STATE_DIR" ]

printf 'vmtp: 1\ncloud: nowhere\nflows: []\n' >"$dir/cloud.yaml"
check "an unknown cloud is exit 2" status 2 "$vmtp" check "$dir/cloud.yaml"

head -c 100000000 /dev/zero | tr '\0' 'a' >"$dir/large.yaml"
check "a scenario of 100 MB is refused" status 2 timeout 2 "$vmtp" check "$dir/large.yaml"
/usr/bin/python3 -c 'print("a: " + "[" * 10000)' >"$dir/deep.yaml"
check "a scenario 10,000 levels deep is refused" status 2 timeout 2 "$vmtp" check "$dir/deep.yaml"
/usr/bin/python3 - >"$dir/laughs.yaml" <<'END'
print("a0: &a0 [x, x, x, x, x, x, x, x, x, x]")
for i in range(1, 12):
    print(f"a{i}: &a{i} [" + ", ".join([f"*a{i-1}"] * 10) + "]")
END
check "a billion laughs are refused" status 2 timeout 2 "$vmtp" check "$dir/laughs.yaml"

check "a wrong command is exit 2" status 2 "$vmtp" rum
check "no command is exit 2" status 2 "$vmtp"
check "--help is exit 0" status 0 "$vmtp" --help
check "stdout that is full is an error" sh -c '"$1" plugins list >/dev/full; [ $? -eq 3 ]' - "$vmtp"

cat >"$dir/null.yaml" <<'END'
vmtp: 1
cloud: local
flows:
  - { name: made-up, path: loopback, tool: { "null": { samples: 2000 } }, duration: 100ms, warmup: 0s, repeat: 20 }
END
if [ "$(id -u)" -eq 0 ]; then
    mkdir "$dir/small"
    mount -t tmpfs -o size=256k tmpfs "$dir/small"
    at_exit() { umount "$dir/small" 2>/dev/null; }
    VMTP_STATE_DIR="$dir/small" check "a full disk ends a run with 3" status 3 "$vmtp" run --no-progress "$dir/null.yaml"
    check "and says so" says "No space left on device"
    check "the journal up to there is valid" /usr/bin/python3 -c '
import glob, json, sys
text = open(glob.glob(sys.argv[1] + "/runs/*/journal.ndjson")[0]).read()
assert text.endswith("\n")
assert len([json.loads(l) for l in text.splitlines()]) > 10' "$dir/small"
    umount "$dir/small"
    at_exit() { :; }
else
    skip "a full disk ends a run with 3: needs root to mount a small file system"
fi

cat >"$dir/sink.yaml" <<'END'
vmtp: 1
cloud: local
flows:
  - { name: made-up, path: loopback, tool: "null", duration: 100ms, warmup: 0s, repeat: 6 }
sinks: [ { json: { path: /dev/full/results.json } }, { csv: { results: out.csv } } ]
END
check "a sink that fails is exit 3" sh -c 'cd "$1" && "$2" run --no-progress sink.yaml >out 2>err; [ $? -eq 3 ]' - "$dir" "$vmtp"
check "the other sink has its results all the same" test -s "$dir/out.csv"
check "and the message says how to send them again" grep -q 'vmtp replay' "$dir/err"
exit $failed
