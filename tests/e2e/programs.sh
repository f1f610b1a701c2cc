# SPDX-License-Identifier: Apache-2.0
# Programs that a tool runs at endpoints: found, brought along, or the reason why not; and the tool
# that stands in.
. tests/e2e/lib.sh
export XDG_RUNTIME_DIR="$dir"
folders="$B/tests/plugins:$B/plugins/tools:$B/plugins/clouds:$B/plugins/sinks"
greet() { "$program" --plugin-path "$folders" "$@"; }
program=$vmtp

scenario() { # FILE [more of the flow]
    cat >"$1" <<END
vmtp: 1
cloud: local
flows:
  - { name: hello, path: loopback, tool: greeter, duration: 10ms, warmup: 0, repeat: 1${2:+, $2} }
sinks: [ { json: { path: $dir/result.json } } ]
END
}
scenario "$dir/alone.yaml"
scenario "$dir/otherwise.yaml" "otherwise: { null: { goodput: 5M } }"

status 0 greet plan "$dir/alone.yaml" >/dev/null
check "a program that is missing is told before anything is deployed" \
    says "skipped: greeter is not on this machine: install it there (Debian: apt install greetings)"
greet run "$dir/alone.yaml" >"$dir/out" 2>"$dir/err"
check "and the flow is skipped for that reason" \
    holds "$dir/result.json" '"apt install greetings" in d["results"][0]["reason"]'

greet run "$dir/otherwise.yaml" >"$dir/out" 2>"$dir/err"
check "the tool under otherwise: measures instead" \
    holds "$dir/result.json" 'd["results"][0]["tool"] == "null" and d["results"][0]["status"] == "ok"'
check "and the result says why" \
    holds "$dir/result.json" 'd["results"][0]["notes"][0].startswith("measured with null: greeter is not on this machine")'

mkdir "$dir/bin"
printf '#!/bin/sh\necho 12345\n' >"$dir/bin/greeter"
chmod 755 "$dir/bin/greeter"
PATH="$dir/bin:$PATH" greet run "$dir/otherwise.yaml" >"$dir/out" 2>"$dir/err"
check "a program that is in PATH is used" holds "$dir/result.json" \
    'd["results"][0]["tool"] == "greeter" and d["results"][0]["metrics"]["goodput"]["value"] == 12345'

cp "$vmtp" "$B/vmtp-probe" "$dir/bin/greeter" "$dir"
program=$dir/vmtp
greet run "$dir/alone.yaml" >"$dir/out" 2>"$dir/err"
check "a program that vmtp ships is brought along" \
    holds "$dir/result.json" 'd["results"][0]["metrics"]["goodput"]["value"] == 12345'

scenario "$dir/several.yaml" "otherwise: { 'null': { goodput: [5M, 6M] } }"
check "what stands in is one thing" status 2 greet check "$dir/several.yaml"
check "and the error says so" says "flows[0].otherwise: several tools or combinations: one is wanted here"
exit "$failed"
