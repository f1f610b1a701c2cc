#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# chronyd, to test the clock monitor with: takes it out of Debian's package, once, and says where it
# is.  The package is not installed, because that would put it in the place of what keeps this machine's
# clock.  Without the network it fails, and the tests take a stand-in.
set -eu
[ -n "${HOME:-}" ] || { echo 'no HOME to keep it in' >&2; exit 1; }
home=${XDG_CACHE_HOME:-$HOME/.cache}/vmtp-tests
program=$home/chronyd
[ ! -x "$program" ] || { echo "$program"; exit 0; }

mkdir -p "$home"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
timeout 60 apt-get -qq download chrony >&2 || { timeout 120 apt-get -qq update && timeout 60 apt-get -qq download chrony; } >&2
dpkg -x chrony_*.deb .
./usr/sbin/chronyd --version >&2 # its libraries are here
cp usr/sbin/chronyd "$program.$$"
mv "$program.$$" "$program"
echo "$program"
