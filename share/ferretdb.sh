#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# FerretDB, a server that speaks MongoDB's protocol, to test with: builds it with Go >= 1.22, once, and
# says where it is.  A minute or two the first time, and 400 MB for Go's own cache; nothing later.
# Without Go or the network it fails, and the tests take a stand-in.
set -eu
module=github.com/FerretDB/FerretDB version=v1.24.0
[ -n "${HOME:-}" ] || { echo 'no HOME to keep it in' >&2; exit 1; }
home=${XDG_CACHE_HOME:-$HOME/.cache}/vmtp-tests
program=$home/ferretdb-$version
[ ! -x "$program" ] || { echo "$program"; exit 0; }
go version 2>/dev/null | grep -qE ' go1\.(2[2-9]|[3-9][0-9])' || { echo 'no Go 1.22 or later' >&2; exit 1; }

mkdir -p "$home"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOTOOLCHAIN=local CGO_ENABLED=0
# A network that swallows all would be waited for.
(cd "$work" && timeout 120 go mod download -json "$module@$version") >"$work/module" ||
    { echo "can't download $module: $(sed -n 's/.*"Error": "\(.*\)".*/\1/p' "$work/module")" >&2; exit 1; }
folder=$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$work/module")
cp -r "$folder" "$work/source"
chmod -R u+w "$work/source"
# Its version is in a file that only releases have.  Not optimised and without what debuggers want, it
# builds in about half of the time.
echo "$version" >"$work/source/build/version/version.txt"
(cd "$work/source" && go build -trimpath -tags=ferretdb_no_postgresql -gcflags='all=-N -l -dwarf=false' -ldflags='-s -w' \
    -o "$work/ferretdb" ./cmd/ferretdb) >&2
cp "$work/ferretdb" "$program.$$"
mv "$program.$$" "$program"
echo "$program"
