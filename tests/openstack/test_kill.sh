# SPDX-License-Identifier: Apache-2.0
# Runs that are killed at random moments leave nothing that `vmtp reap` does not find.
. tests/openstack/lib.sh
remember
scenario six "boot-timeout: 2m" "[same-network, different-network, floating-ip]"
check "six runs that end by TERM, INT or KILL within 25 s of their start leave nothing" kills six 6 25
exit "$failed"
