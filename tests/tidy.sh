#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over C files: tidy.sh FILE...  Sizes of functions, and what is often wrong.
set -u
status=0
cflags=$(sed -n 's/^pkgs := //p' plugins/*/*/plugin.mk | tr ' ' '\n' | sort -u | xargs -n 1 pkg-config --cflags 2>/dev/null)
for file in "$@"; do
    case $file in tests/abi/*) continue ;; *.c) ;; *) continue ;; esac # those are wrong on purpose
    # shellcheck disable=SC2086
    clang-tidy --quiet "$file" -- $cflags -std=gnu17 -D_GNU_SOURCE -Iinclude -I. -DVMTP_VERSION='"0"' \
        -DVMTP_PLUGINDIR='"/"' -DVMTP_LIBDIR='"/"' -DBUILD='"/"' 2>/dev/null | grep . && status=1
done
exit $status
