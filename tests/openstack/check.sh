#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts the lab, runs the tests that it is for, and ends it: check.sh BUILD LEVEL [PATTERN].
#
# A lab that is up already (lab.sh up) is used as it is and left up.
set -u
build=$1 level=$2 pattern=${3:-}
cd "$(dirname "$0")/../.." || exit 2
lab=tests/openstack/lab.sh
export LIMIT=900 LEVEL="$level" VMTP_LAB="${VMTP_LAB:-/var/tmp/vmtp-lab}"

case $level in
api) tests=$(ls tests/openstack/test_api*.sh) ;;
full) tests=$(ls tests/openstack/test_*.sh | grep -v /test_api) ;;
*) echo "check.sh: no level is called '$level' (api, full)" >&2 && exit 2 ;;
esac

if sh "$lab" status >/dev/null 2>&1; then
    echo "check.sh: the lab is up already, and stays"
else
    trap 'sh $lab down' EXIT
    trap 'exit 130' INT TERM HUP
    sh "$lab" up "$level" || exit
fi
# shellcheck disable=SC2086
sh "$lab" enter sh tests/run.sh "$build" "$pattern" $tests
