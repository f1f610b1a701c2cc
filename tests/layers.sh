#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who includes whom.  Rooms of core/ look down only; a plugin sees the public headers,
# plugins/common and its own files; the public headers see each other.
set -u
cd "$(dirname "$0")/.." || exit 2
rooms='base plugin scenario result engine report chart classic lib cli' # from the bottom up
failed=0
found=$(mktemp)
trap 'rm -f "$found"' EXIT

# includes FILE...: lines "FILE HEADER", the header as it is written in quotes.
includes() { grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]+"' "$@" | sed -E 's/:[^"]*"([^"]+)"/ \1/'; }

verdict() { # SENTENCE; what speaks against it stands in $found
    if [ -s "$found" ]; then
        echo "FAIL $1"
        sed 's/^/  /' "$found"
        failed=1
    else
        echo "ok $1"
    fi
}

below=
for room in $rooms; do
    includes core/"$room"/*.[ch] | while read -r file header; do
        case $header in
        ../*/*)
            target=${header#../}
            case " $below " in *" ${target%%/*} "*) ;; *) echo "$file includes $header" ;; esac
            ;;
        */*) echo "$file includes $header" ;;
        *) [ -f "core/$room/$header" ] || echo "$file includes $header, which is not in its room" ;;
        esac
    done >"$found"
    verdict "core/$room looks down only, at: ${below:-nothing}"
    below="$below${below:+ }$room"
done

for room in core/*/; do
    case " $rooms " in *" $(basename "$room") "*) ;; *) echo "$room has no place in the order" ;; esac
done >"$found"
verdict 'every room has its place'

# Relative to the file, without . and ..
target_of() { # FILE HEADER
    printf '%s/%s\n' "$(dirname "$1")" "$2" | awk -F/ '{
        n = 0
        for (i = 1; i <= NF; i++)
            if ($i == "..") n--
            else if ($i != ".") part[++n] = $i
        for (i = 1; i <= n; i++) printf "%s%s", part[i], i < n ? "/" : "\n" }'
}

for folder in plugins/*/*/ plugins/common/; do
    [ -d "$folder" ] || continue
    find "$folder" -name '*.[ch]' -exec grep -lE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' {} + | while read -r file; do
        includes "$file"
    done | while read -r file header; do
        target=$(target_of "$file" "$header")
        case $target in
        "$folder"* | plugins/common/*) ;;
        *) echo "$file includes $header" ;;
        esac
    done >"$found"
    verdict "${folder%/} includes vmtp's public headers, plugins/common and its own files"
done

{
    includes include/vmtp/*.h
    grep -HnE '^#include <vmtp/' include/vmtp/*.h | sed -E 's/.*<(.*)>.*/\1/' | sort -u | while read -r header; do
        [ -f "include/$header" ] || echo "$header is not public"
    done
    grep -rlE '#[[:space:]]*include[[:space:]]*[<"](core|plugins)/' core plugins include --include='*.[ch]'
} >"$found"
verdict 'the public headers stand by themselves'

# What is in the library does not print and does not exit: that is for cli and report.
for room in base plugin scenario result engine lib; do
    grep -nE '(^|[^a-z_>.])(printf|puts|putchar|perror|exit|_Exit|abort)\(|(stdout|stderr)[,)]' core/"$room"/*.c
done | grep -vE ':[0-9]+:[[:space:]]*(/?[*]|_printf_)' >"$found"
verdict 'nothing of the library prints or exits'
exit "$failed"
