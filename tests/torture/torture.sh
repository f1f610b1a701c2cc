# SPDX-License-Identifier: Apache-2.0
# The Nth malloc or open fails, for many N: vmtp says so and ends with a status of its own; it
# never crashes, hangs, or calls a run that failed a pass.
. tests/e2e/lib.sh
[ -z "${SANITIZED:-}" ] || { echo "ok a sanitized build has an allocator of its own, and is not tortured"; exit 0; }

# With the plugins that it needs alone: libraries of others abort where there is no memory (libmongoc
# does so while it is loaded).
for file in vmtp vmtp-probe plugins/clouds/local.so plugins/tools/null.so plugins/sinks/csv.so; do
    mkdir -p "$dir/build/$(dirname $file)"
    cp "$B/$file" "$dir/build/$file"
done
vmtp=$dir/build/vmtp

cat >"$dir/null.yaml" <<END
vmtp: 1
cloud: local
flows:
  - { name: made-up, path: loopback, tool: { "null": { protocol: [tcp, udp] } }, duration: 10ms, warmup: 0s, repeat: 2 }
sinks: [ { csv: { results: $dir/out.csv } } ]
END

# torture KIND STEP COMMAND...: N = 1, 1 + STEP, ... until the program makes no N calls.
torture() {
    kind=$1 step=$2 n=1 tried=0
    shift 2
    while :; do
        rm -f "$dir/mark"
        TORTURE_KIND=$kind TORTURE_AT=$n TORTURE_MARK=$dir/mark LD_PRELOAD=$B/tests/torture.so \
            timeout 10 "$@" >"$dir/out" 2>"$dir/err"
        got=$?
        [ -e "$dir/mark" ] || break
        tried=$((tried + 1))
        case $got in
        0 | 1 | 2 | 3 | 4) ;;
        *) echo "FAIL call $n of $kind fails: ended with $got: $(tail -n 1 "$dir/err")"; failed=1; return ;;
        esac
        rm -rf "$VMTP_STATE_DIR"
        n=$((n + step))
    done
    if [ $tried -gt 3 ]; then
        echo "ok $kind may fail at each of $tried places of '$2 $3'"
    else
        echo "FAIL $kind was tortured at $tried places only"
        failed=1
    fi
}
torture malloc 7 "$vmtp" check "$dir/null.yaml"
torture malloc 23 "$vmtp" run --no-progress "$dir/null.yaml"
torture open 1 "$vmtp" run --no-progress "$dir/null.yaml"
exit $failed
