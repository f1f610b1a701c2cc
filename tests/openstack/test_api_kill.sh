# SPDX-License-Identifier: Apache-2.0
# As test_kill.sh, but with fake hypervisors, so that more runs are killed while they build.
. tests/openstack/lib.sh
remember
scenario six "ssh-timeout: 20s" "[same-network, different-network, floating-ip]"
check "twelve runs that end by TERM, INT or KILL within 10 s of their start leave nothing" kills six 12 10
exit "$failed"
