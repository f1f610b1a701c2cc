#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The documents say what the program says: B=BUILD docs.sh
set -u
cd "$(dirname "$0")/.." || exit 2
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

verdict() { # SENTENCE; what speaks against it stands in $out
    if [ -s "$out" ]; then
        echo "FAIL $1"
        sed 's/^/  /' "$out"
        failed=1
    else
        echo "ok $1"
    fi
}

sh share/docs.sh "$B/vmtp" --check || failed=1

"$B/vmtp" --help | sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p' | while read -r command; do
    grep -q "^\.B vmtp $command" docs/man/vmtp.1 || echo "no .B vmtp $command"
done >"$out"
verdict 'the man page has every command'

{ "$B/vmtp" --help; for c in run plan plugins replay compare noise; do "$B/vmtp" "$c" 2>&1; done; } |
    grep -oE -- '--[a-z][a-z-]+' | sort -u | while read -r option; do
    grep -qF -- "$(printf '%s' "$option" | sed 's/-/\\-/g')" docs/man/vmtp.1 || echo "no $option"
done >"$out"
verdict 'the man page has every option'

# Each ```c block of the guide is, line for line, a part of an example.
cat examples/plugin-hello/hello.c examples/monitor-vendor/vendor.c | awk '
    NR == FNR { file = file $0 "\n"; next }
    /^```c$/ { inside = 1; block = ""; from = FNR; next }
    /^```$/ && inside { inside = 0; if (!index(file, block)) print FILENAME ":" from; next }
    inside { block = block $0 "\n" }' - docs/writing-a-plugin.md >"$out"
verdict 'the guide shows the examples as they are'

# Links between documents lead somewhere.
for page in README.md docs/*.md plugins/*/*/*.md examples/*/README.md; do
    [ -f "$page" ] || continue
    grep -oE '\]\([^)#]+' "$page" | sed 's/^](//' | grep -vE '^[a-z]+:' | while read -r target; do
        [ -e "$(dirname "$page")/$target" ] || echo "$page: $target"
    done
done >"$out"
verdict 'links in the documents lead somewhere'
exit "$failed"
