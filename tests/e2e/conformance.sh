# SPDX-License-Identifier: Apache-2.0
# Every plugin that is built keeps the contract.
. tests/e2e/lib.sh
for plugin in "$B"/plugins/*/*.so "$B"/tests/plugins/*.so; do
    check "$(basename "$plugin" .so) keeps the contract" status 0 "$vmtp" plugins test "$plugin"
done
for plugin in "$B"/plugins/*/*.so; do
    kind=$(basename "$(dirname "$plugin")")
    name=${kind%s}/$(basename "$plugin" .so)
    check "plugins show $name knows it as text, Markdown and JSON Schema" sh -c '
        "$1" plugins show "$2" >/dev/null && "$1" plugins show "$2" --format md >/dev/null &&
        "$1" plugins show "$2" --format json-schema | /usr/bin/python3 -c "import json, sys; json.load(sys.stdin)"' \
        - "$vmtp" "$name"
done
check "a plugin's pages are those of its tables" sh share/docs.sh "$vmtp" --check
exit $failed
