#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each plugin that was built exports one symbol, takes none from vmtp and has no globals that
# change: B=BUILD symbols.sh.
set -u
failed=0

verdict() { # SENTENCE WHAT-SPEAKS-AGAINST-IT
    if [ -z "$2" ]; then
        echo "ok $1"
    else
        echo "FAIL $1"
        printf '%s\n' "$2" | sed 's/^/  /'
        failed=1
    fi
}

# Symbols in sections that stay writable, but for what the compiler's start files put there.
# .data.rel.ro is read-only once it has been relocated.  Sanitizers add some of their own.
writable() {
    objdump -t "$1" | awk '
        NF > 3 && $(NF - 2) ~ /^\.(data|bss|tdata|tbss)$/ &&
            $NF !~ /^(__dso_handle|__TMC_END__|completed\.[0-9]+|\..*|___?(odr_)?[atu]b?san.*)$/ { print $NF }'
}

[ -n "$(find "$B"/plugins -name '*.so' 2>/dev/null)" ] || { echo "FAIL there are plugins"; exit 1; }
for so in $(find "$B"/plugins "$B"/tests/abi/good-today.so -name '*.so' | sort); do
    name=${so#"$B"/}
    verdict "$name exports vmtp_module_v1 and nothing else" \
        "$(nm -D --defined-only "$so" | awk '$NF != "vmtp_module_v1" && !/ __odr_asan[._]/ { print $NF } END { if (!NR) print "nothing" }')"
    verdict "$name takes nothing from vmtp" "$(nm -D --undefined-only "$so" | grep -i vmtp_)"
    verdict "$name has no globals that change" "$(writable "$so")"
    verdict "$name needs no executable stack and no text relocations" \
        "$(readelf -lW "$so" | grep 'GNU_STACK.*E'; readelf -dW "$so" | grep TEXTREL)"
done
exit "$failed"
