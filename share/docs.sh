#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes into the page of each plugin the tables of its options and metrics, as the plugin itself
# tells them: docs.sh VMTP.  With --check nothing is written; a page that differs fails.
# A plugin whose shared object was not built is left as it is.
set -u
vmtp=${1:?usage: docs.sh VMTP [--check]}
mode=${2:-write}
folder=$(cd "$(dirname "$vmtp")" && pwd) || exit 2
cd "$(dirname "$0")/.." || exit 2
failed=0

# A program alone with one plugin at a time: two plugins of different kinds may have one name.
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
mkdir "$dir/plugins"
cp "$folder/$(basename "$vmtp")" "$dir/vmtp" || exit 2
unset VMTP_PLUGIN_PATH
export HOME="$dir" LC_ALL=C

fail() {
    echo "FAIL $1"
    failed=1
}

# The page with what stands between the marks replaced by $dir/tables.
page_make() {
    awk -v tables="$dir/tables" '
        /^<!-- end -->$/ { inside = 0 }
        !inside { print }
        /^<!-- options -->$/ {
            inside = 1
            content = ""
            while ((getline line < tables) > 0) content = content line "\n"
            gsub(/^\n+|\n+$/, "", content)
            if (content != "") print "\n" content "\n"
        }' "$1"
}

page_take() { # PAGE NAME
    if ! "$dir/vmtp" plugins show "$2" --format md >"$dir/tables" 2>"$dir/said"; then
        fail "$1: vmtp plugins show $2: $(cat "$dir/said")"
        return
    fi
    page_make "$1" >"$dir/page"
    if [ "$mode" = --check ]; then
        if cmp -s "$1" "$dir/page"; then
            echo "ok $1 says what the plugin says"
        else
            fail "$1 says what the plugin says: make docs writes it anew"
            diff "$1" "$dir/page" | head -n 10 | sed 's/^/  /'
        fi
    elif ! cmp -s "$1" "$dir/page"; then
        cat "$dir/page" >"$1" && echo "wrote $1"
    fi
}

# A page is called after its component; most plugins have one of each.
page_see() { # PAGE
    plugin=${1%/*}
    component=${1##*/}
    if [ "$(grep -cE '^<!-- (options|end) -->$' "$1")" -ne 2 ]; then
        fail "$1 has one line <!-- options --> and below it one line <!-- end -->"
    elif [ ! -f "$folder/$plugin.so" ]; then
        echo "skip $1: $plugin.so is not built"
    else
        rm -f "$dir"/plugins/*.so
        cp "$folder/$plugin.so" "$dir/plugins/"
        page_take "$1" "${component%.md}"
    fi
}

for plugin in plugins/tools/*/ plugins/clouds/*/ plugins/sinks/*/ plugins/monitors/*/; do
    [ -d "$plugin" ] || continue
    plugin=${plugin%/}
    name=${plugin##*/}
    [ -n "$(find "$plugin" -maxdepth 1 -name '*.c')" ] || continue
    [ -f "$plugin/$name.md" ] || fail "$plugin has a page $name.md"
    for page in "$plugin"/*.md; do
        [ -f "$page" ] && page_see "$page"
    done
done
exit "$failed"
