#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an endpoint says of itself is so.
. "$(dirname "$0")/lib.sh"

"$B/vmtp-probe" facts 127.0.0.1 >"$dir/facts.json"
release() { (. /etc/os-release 2>/dev/null || . /usr/lib/os-release && eval "printf %s \"\$$1\""); }

check 'the address it was asked for is its own' holds "$dir/facts.json" 'd["address"] == "127.0.0.1"'
if [ -e /etc/os-release ] || [ -e /usr/lib/os-release ]; then
    for field in id:ID name:NAME version:VERSION_ID; do
        check "its system's ${field%:*} is that of os-release" holds "$dir/facts.json" \
            "d['os'].get('${field%:*}', '') == '$(release "${field#*:}")'"
    done
else
    skip "what os-release says: there is none"
fi
check 'its kernel is this one' holds "$dir/facts.json" "d['kernel'] == '$(uname -r)'"
exit "$failed"
