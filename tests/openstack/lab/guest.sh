# SPDX-License-Identifier: Apache-2.0
# Builds the image of the guests, 18 MB and up in five seconds without hardware acceleration: Debian's
# cloud kernel and, all in memory, busybox, dropbear and the tools that vmtp measures with.  What is
# fetched stays in the lab's cache.  Needs the package mirror, so it runs outside of the lab.
. "$(dirname "$0")/common.sh"
set -e

packages_fetch() {
    mkdir -p "$cache/debs"
    cd "$cache/debs"
    kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: linux-image-\([0-9].*\)/\1/p')
    [ -n "$kernel" ] || fail "no package linux-image-cloud-amd64: apt-get update finds it on Debian 12"
    for package in "linux-image-$kernel" busybox; do
        [ -d "$cache/$package" ] && continue
        apt-get -qq -o APT::Sandbox::User=root download "$package"
        dpkg -x "$package"_*.deb "$cache/$package"
    done
}

# program FILE: with the libraries that it needs, in the place where it stands here.
program() {
    mkdir -p ".$(dirname "$1")"
    cp -L "$1" ".$1"
    ldd "$1" 2>/dev/null | grep -oE '/[^ ]+\.so[^ ]*' | while read -r library; do
        cp -Ln "$library" lib/
    done
}

busybox_add() {
    cp -L "$cache/busybox/bin/busybox" bin/busybox
    ldd bin/busybox | grep -oE '/[^ ]+\.so[^ ]*' | while read -r library; do cp -Ln "$library" lib/; done
    for applet in $(bin/busybox --list); do
        case $applet in busybox | ping | ping6 | sh | ash) ;; *) ln -sf /bin/busybox "bin/$applet" ;; esac
    done
    ln -s ../bin/busybox usr/bin/env
}

programs_add() {
    cp -L /usr/bin/dash bin/sh
    for name in ping dropbear dropbearkey nuttcp iperf iperf3 ethtool; do
        file=$(command -v "$name") || fail "no $name here"
        program "$(readlink -f "$file")"
        [ -e ".$file" ] || ln -s "$(readlink -f "$file")" ".$file"
    done
    ln -s ping usr/bin/ping6
    for name in libnss_dns.so.2 libnss_files.so.2 libresolv.so.2 libgcc_s.so.1; do # by dlopen
        cp -L "/lib/x86_64-linux-gnu/$name" lib/
    done
    cat >usr/bin/sudo <<'EOF'
#!/bin/sh
while :; do
    case $1 in -n | -E | -H) shift ;; -u) shift 2 ;; *) break ;; esac
done
exec "$@"
EOF
    chmod 755 usr/bin/sudo
}

# In the order of loading: those without which there is no network, then the rest.
modules_add() {
    cat >lib/modules/network <<'EOF'
virtio_ring.ko
virtio.ko
virtio_pci_legacy_dev.ko
virtio_pci_modern_dev.ko
virtio_pci.ko
failover.ko
net_failover.ko
virtio_net.ko
EOF
    cat >lib/modules/other <<'EOF'
scsi_common.ko
scsi_mod.ko
libata.ko
ata_piix.ko
cdrom.ko
sr_mod.ko
isofs.ko
button.ko
evdev.ko
EOF
    for list in network other; do
        while read -r module; do
            file=$(find "$cache/linux-image-$kernel/lib/modules" -name "$module")
            if [ -n "$file" ]; then cp "$file" lib/modules/ && echo "$module"; fi
        done <"lib/modules/$list" >"lib/modules/$list.found"
        mv "lib/modules/$list.found" "lib/modules/$list" # the others are built in
    done
}

settings_add() {
    printf 'root:x:0:0:root:/root:/bin/sh\nubuntu:x:1000:1000::/home/ubuntu:/bin/sh\n' >etc/passwd
    printf 'root:x:0:\nubuntu:x:1000:\n' >etc/group
    printf 'root:*:1::::::\nubuntu:*:1::::::\n' >etc/shadow
    echo /bin/sh >etc/shells
    echo 'hosts: files dns' >etc/nsswitch.conf
    echo '127.0.0.1 localhost' >etc/hosts
    printf 'NAME="vmtp lab guest"\nID=debian\nVERSION_ID="12"\nPRETTY_NAME="vmtp lab guest"\n' >etc/os-release
    install -m 755 "$lab/guest/init" init
    install -m 755 "$lab/guest/address" etc/address
}

root_make() {
    rm -rf "$work/root"
    mkdir -p "$work/root"
    cd "$work/root"
    mkdir -p bin sbin usr/bin usr/sbin etc/dropbear proc sys dev run tmp root home/ubuntu var/log mnt lib/modules
    chmod 1777 tmp
    ln -s lib lib64
    busybox_add
    programs_add
    modules_add
    settings_add
    cp -L /lib64/ld-linux-x86-64.so.2 lib/
    find . | LC_ALL=C sort | cpio -o -H newc --quiet -R 0:0 | lz4 -l -9 -q >"$work/initrd"
}

disk_make() {
    cd "$work"
    rm -f disk
    truncate -s 40M disk
    mkfs.vfat -F 16 -n GUEST disk >/dev/null
    syslinux --install disk
    mcopy -i disk "$cache/linux-image-$kernel/boot/vmlinuz-$kernel" ::vmlinuz
    mcopy -i disk initrd ::initrd
    mcopy -i disk "$lab/guest/syslinux.cfg" ::syslinux.cfg
    qemu-img convert -O qcow2 -c disk "$cache/guest.qcow2.new"
    mv "$cache/guest.qcow2.new" "$cache/guest.qcow2"
}

cache=$VMTP_LAB/cache work=$VMTP_LAB/cache/guest
packages_fetch
root_make
disk_make
rm -rf "$work"
