# SPDX-License-Identifier: Apache-2.0
# The first process of a hypervisor's namespaces: hides what belongs to other hypervisors, then keeps
# the namespaces until the lab ends.  hypervisor_hold.sh NAME
. "$(dirname "$0")/common.sh"
set -e
hostname "$1"
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/libvirt /var/lib/libvirt /var/cache/libvirt
mount --bind "$var/$1/lib" /var/lib/libvirt
mount --bind "$var/$1/cache" /var/cache/libvirt
mount --bind "$etc/$1/libvirt" /etc/libvirt
mount --bind "$etc/$1/hosts" /etc/hosts
# libvirt asks each emulator for what it can do, which takes a second for each of the thirty.
for emulator in /usr/bin/qemu-system-*; do
    [ "$emulator" = /usr/bin/qemu-system-x86_64 ] || mount --bind /dev/null "$emulator"
done
: >"$run/$1.made"
exec sleep infinity
