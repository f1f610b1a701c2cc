#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each public header by itself, as strict C99, C17 and C++11, by each compiler that is there.
set -u
cd "$(dirname "$0")/../.." || exit 2
failed=0

# compiles SENTENCE COMPILER FLAGS...: the source is on stdin.
compiles() {
    sentence=$1
    shift
    if said=$("$@" -pedantic-errors -Wall -Wextra -Werror -Iinclude -fsyntax-only - 2>&1); then
        echo "ok $sentence"
    else
        echo "FAIL $sentence"
        printf '%s\n' "$said" | sed 's/^/  /' | head -n 20
        failed=1
    fi
}

for compiler in gcc g++ clang clang++; do
    command -v "$compiler" >/dev/null || { echo "skip headers by $compiler: it is not installed"; continue; }
    case $compiler in
    *++) standards='c++11 c++17' language=c++ ;;
    *) standards='c99 c17' language=c ;;
    esac
    for header in include/vmtp/*.h; do
        name=${header##*/}
        for standard in $standards; do
            # Twice, so that its guard is tried too; strict C99 and C++11 have no POSIX.
            printf '#include <vmtp/%s>\n#include <vmtp/%s>\n' "$name" "$name" |
                compiles "$name is $standard by itself, says $compiler" \
                    "$compiler" "-std=$standard" -x "$language"
        done
    done
done
exit "$failed"
