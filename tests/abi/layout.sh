#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an older ABI had is where it was and as large: B=BUILD layout.sh, after `make abi-fixtures`.
set -u
failed=0
for old in "$B"/tests/abi/layout-*; do
    case $old in *-today | *.d | *'*') continue ;; esac
    version=${old##*layout-}
    moved=$("$old" | { "$B"/tests/abi/layout-today | sort >"$old.now"; sort | comm -23 - "$old.now"; })
    rm -f "$old.now"
    if [ -z "$moved" ]; then
        echo "ok nothing of ABI $version has moved"
    else
        echo "FAIL nothing of ABI $version has moved"
        printf '%s\n' "$moved" | sed 's/^/  was: /'
        echo "  before the ABI is frozen: make abi-freeze"
        failed=1
    fi
done
exit "$failed"
