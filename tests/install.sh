#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A vendor's day: install vmtp, build a plugin far from its tree, try it, use it, remove it all.
# Needs no root and touches nothing outside of a temporary folder: install.sh
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CFLAGS CPPFLAGS LDFLAGS SAN V DESTDIR KIND NAME PKGS VMTP \
    VMTP_PLUGIN_PATH B PKG_CONFIG_PATH
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
prefix=$dir/prefix
failed=0
export HOME="$dir/home" VMTP_STATE_DIR="$dir/state" LC_ALL=C
mkdir "$HOME"

# step SENTENCE COMMAND...: the sentence is true if the command succeeds.
step() {
    sentence=$1
    shift
    if "$@" >"$dir/said" 2>&1; then
        echo "ok $sentence"
    else
        echo "FAIL $sentence"
        tail -n 20 "$dir/said" | sed 's/^/  /'
        failed=1
    fi
}
give_up() { [ "$failed" -eq 0 ] || exit 1; }

vmtp_make() { make -C "$root" B="$dir/build" PREFIX="$prefix" "$@"; }
files_below() { find "$1" ! -type d 2>/dev/null; }
says() { "$@" >"$dir/out" && cat "$dir/out" && grep -q "$wanted" "$dir/out"; }
refuses() { ! "$@"; }

step 'builds for a prefix' vmtp_make -j2 all
give_up
step 'installs below DESTDIR' vmtp_make DESTDIR="$dir/stage" install
step 'puts everything below DESTDIR' test ! -e "$prefix"
step 'puts nothing but what belongs to the prefix' test -z "$(files_below "$dir/stage" | grep -v "^$dir/stage$prefix/")"
step 'writes no DESTDIR into a file' refuses grep -rqF "$dir/stage" "$dir/stage$prefix/lib/pkgconfig" "$dir/stage$prefix/share"
step 'uninstalls below DESTDIR' vmtp_make DESTDIR="$dir/stage" uninstall
step 'leaves no file below DESTDIR' test -z "$(files_below "$dir/stage")"
step 'leaves no folder of its own below DESTDIR' test -z "$(find "$dir/stage" -name vmtp -o -name 'plugins-*')"

step 'installs into the prefix' vmtp_make install
give_up
mv "$dir/build" "$dir/gone" # what is installed must not need the tree that it came from
PATH=$prefix/bin:$PATH
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" PATH
wanted='plugin ABI'
step 'says its version' says vmtp --version
wanted='^tool  *null '
step 'finds its own plugins' says vmtp plugins list
wanted='^-I'
step 'tells pkg-config how to compile a plugin' says pkg-config --cflags vmtp

# A program with the library inside, in C and in Python.
cat >"$dir/program.c" <<'END'
#include <vmtp/vmtp.h>

int main(void)
{
    static const char text[] = "vmtp: 1\ncloud: local\nflows:\n"
                               "  - { name: a, path: loopback, tool: native, duration: 100ms, "
                               "warmup: 0s, repeat: 1 }\n";
    struct vmtp_error err = { 0 };
    struct vmtp *vmtp;
    char *document = NULL;
    int r = vmtp_new(NULL, &vmtp, &err);

    if (r == 0) {
        r = vmtp_run(vmtp, text, sizeof text - 1, NULL, &document, &err);
        vmtp_free(vmtp);
    }
    puts(r < 0 ? err.text : document ? document : "");
    vmtp_text_free(document);
    return r;
}
END
mkdir -p "$dir/library"
cp "$root"/examples/library/vmtp.py "$dir/library/"
cat >"$dir/library/program.py" <<'END'
import sys
import vmtp
with vmtp.Vmtp() as measuring:
    sys.exit(measuring.run(sys.argv[1])[0])
END
# shellcheck disable=SC2046
step 'links a program with the library' \
    ${CC:-cc} -o "$dir/program" "$dir/program.c" $(pkg-config --cflags --libs vmtp)
export LD_LIBRARY_PATH="$prefix/lib"
wanted='"tool":"native".*"status":"ok"'
step 'measures in a program of its own' says "$dir/program"
step 'measures in Python' /usr/bin/python3 -B "$dir/library/program.py" \
    'vmtp: 1
cloud: local
flows: [ { name: a, path: loopback, tool: "null", duration: 100ms, repeat: 1 } ]'
unset LD_LIBRARY_PATH

# The example under another name, in a folder with a blank of its own above it.
mkdir -p "$dir/some where/plugin-hello"
cp "$root"/examples/plugin-hello/* "$dir/some where/plugin-hello/"
rm -f "$dir/some where/plugin-hello/"*.o "$dir/some where/plugin-hello/"*.so
cd "$dir/some where/plugin-hello" || exit 2
step 'has a Makefile of one line in the example' test "$(grep -c . Makefile)" -eq 1
step 'builds a plugin outside of its tree' make CFLAGS='-O2 -g -Werror'
give_up
step 'builds it once' make -q all
wanted='^ok  *tool hello: its default options are good'
step 'tries it against the contract' says make check
step 'keeps it out until it is installed' refuses vmtp plugins show hello

mkdir "$dir/vendor"
cp hello.so "$dir/vendor/"
export VMTP_PLUGIN_PATH="$dir/vendor"
wanted='^tool  *hello  *1.0  *Round-trip times'
step 'lists a plugin of VMTP_PLUGIN_PATH' says vmtp plugins list
wanted='answer'
step 'shows its options' says vmtp plugins show hello
wanted='"pause"'
step 'makes a schema of its options' says vmtp plugins show hello --format json-schema
step 'checks a scenario that uses it' vmtp check hello.yaml
sed 's/pause: 5ms/paws: 5ms/' hello.yaml >bad.yaml
step 'refuses an option that it has not' refuses vmtp check bad.yaml
cp "$dir/said" "$dir/reason"
wanted="hello.paws: there is no option 'paws'; did you mean 'pause'?"
step 'says where and what was meant' says cat "$dir/reason"
sed 's/pause: 5ms/answer: accepted/' hello.yaml >bad.yaml
step 'asks the plugin for rules across options' refuses vmtp check bad.yaml
cp "$dir/said" "$dir/reason"
wanted='bad.yaml:7:[0-9]*:.*answer: accepted needs the port of a server'
step 'shows its text behind file and line' says cat "$dir/reason"
if bash -c '[ "${BASH_VERSINFO[0]}" -ge 5 ]' 2>/dev/null; then
    step 'measures with it' vmtp run --no-progress hello.yaml
    wanted='"rtt"'
    step 'keeps what it measured' says cat hello.json
else
    echo 'skip measures with it: bash 5 is not installed'
fi
unset VMTP_PLUGIN_PATH

wanted='^tool  *hello '
step 'installs it for one user' make install-user
step 'finds it there' says vmtp plugins list
step 'uninstalls it for that user' make uninstall-user
step 'leaves nothing at home' test -z "$(files_below "$HOME")"
step 'installs it for all' make install
step 'finds it beside its own' says vmtp plugins list
step 'cleans up after the build' make clean
step 'leaves only sources' test -z "$(find . -name '*.o' -o -name '*.so' -o -name '*.d')"
step 'uninstalls it' make uninstall

# The example of a monitor, found where it was built.
cp -r "$root/examples/monitor-vendor" "$dir/some where/"
cd "$dir/some where/monitor-vendor" || exit 2
rm -f ./*.o ./*.so
step 'builds a monitor outside of its tree' make CFLAGS='-O2 -g -Werror'
wanted='^ok  *monitor vendor: its default options are good'
step 'tries it against the contract' says make check
wanted='^monitor  *vendor '
step 'lists it as a monitor' says env VMTP_PLUGIN_PATH=. vmtp plugins list
step 'watches a measurement with it' env VMTP_PLUGIN_PATH=. vmtp run --no-progress vendor.yaml
watched() { /usr/bin/python3 -c 'import json; d = json.load(open("vendor.json")); assert '"$1"; }
step 'keeps what the agent told of the endpoint' \
    watched 'd["watched"]["local-a"]["temperature"]["median"] == 41.5'
step 'and of a part of it' watched 'd["watched"]["local-a"]["frames"]["parts"]["lo"]["total"] > 100'
step 'says that the monitor did well' \
    watched '[m["status"] for m in d["monitors"] if m["name"] == "vendor"] == ["ok"]'
sed 's,\./agent.sh,./no-agent,' vendor.yaml >none.yaml
step 'measures where there is no agent' env VMTP_PLUGIN_PATH=. vmtp run --no-progress none.yaml
step 'and says that the monitor failed' \
    watched '[m["status"] for m in d["monitors"] if m["name"] == "vendor"] == ["failed"]'
step 'installs the monitor' make install
wanted='^monitor  *vendor '
step 'finds it beside the others' says vmtp plugins list
step 'uninstalls the monitor' make uninstall
cd "$dir" || exit 2

mv "$dir/gone" "$dir/build"
step 'uninstalls' vmtp_make uninstall
step 'leaves no file' test -z "$(files_below "$prefix")"
step 'leaves no folder of its own' test -z "$(find "$prefix" -name vmtp -o -name 'plugins-*')"
exit "$failed"
