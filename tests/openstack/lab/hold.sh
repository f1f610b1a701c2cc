# SPDX-License-Identifier: Apache-2.0
# Process 1 of the lab's namespaces.  When it ends the kernel ends all else in there: processes,
# links, mounts, rules.  hold.sh
. "$(dirname "$0")/common.sh"
set -e
read -r outside rest </proc/self/stat # as those see it who started the lab
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/lock "$run" "$etc"
hostname controller
printf '127.0.0.1 localhost\n%s controller\n' "$address" >"$etc/hosts"
mount --bind "$etc/hosts" /etc/hosts
ip link set lo up
echo "$outside" >"$run/holder.new"
mv "$run/holder.new" "$run/holder"
sleep infinity &
wait # reaps what daemons leave behind, too
