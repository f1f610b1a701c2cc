# SPDX-License-Identifier: Apache-2.0
# libvmtp in a program that is not vmtp: Python, by examples/library.
. tests/e2e/lib.sh
[ -z "${SANITIZED:-}" ] || { echo "ok a sanitized library is tried by test_library: this Python is not"; exit 0; }
export VMTP_LIBRARY="$B/libvmtp.so" PYTHONPATH=examples/library PYTHONDONTWRITEBYTECODE=1

exported() { nm -D --defined-only "$B/libvmtp.so" | awk '{ print $NF }' | sort; }
declared() { sed -nE 's/^VMTP_API .*[ *](vmtp_[a-z_]*)\(.*/\1/p' include/vmtp/vmtp.h | sort; }
# Symbols in sections that stay writable, but for what the compiler's start files put there.
writable() {
    objdump -t "$B/libvmtp.so" | awk 'NF > 3 && $(NF - 2) ~ /^\.(data|bss|tdata|tbss)$/ &&
        $NF !~ /^(__dso_handle|__TMC_END__|completed\.[0-9]+|\..*)$/ { print $NF }'
}
imports() { nm -D --undefined-only "$B/libvmtp.so" | sed 's/@.*//' | grep -w "$@"; }
none() { ! "$@"; }
check "the library exports what vmtp.h declares, and nothing else" [ "$(exported)" = "$(declared)" ]
check "it has no globals that change" [ -z "$(writable)" ]
check "it can not print, end the process or change it" none imports -E \
    'exit|_exit|abort|atexit|signal|sigaction|setenv|putenv|setlocale|chdir|umask|printf|puts|stdout|stderr'
check "its name is libvmtp.so.1" sh -c "readelf -d '$B/libvmtp.so' | grep -q 'SONAME.*\[libvmtp.so.1\]'"

python() { VMTP_PLUGIN_PATH="$B/tests/plugins" timeout 120 /usr/bin/python3 tests/e2e/library.py || failed=1; }
if unshare -Urn true 2>/dev/null || unshare -n true 2>/dev/null; then
    python
    check "the example measures from place to place" status 0 /usr/bin/python3 examples/library/measure.py
    check "its tables have a figure of each pair" \
        [ "$(grep -oE ' [0-9]+\.[0-9]' "$dir/out" | wc -l)" -eq 12 ]
    check "it says how it is used" status 1 /usr/bin/python3 examples/library/measure.py --help
    check "with its own words" says "./measure.py east=alice@"
else
    skip "the example measures from place to place: this kernel allows no namespaces"
fi
check "no process is left of all that" until_true 3 no_probes
exit $failed
