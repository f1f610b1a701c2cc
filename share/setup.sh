#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install what the build needs and this machine lacks: `setup.sh`; with `check` what the tests need
# too, with `bench` the peers that vmtp is measured beside, with `openstack` the cloud that
# tests/openstack/lab.sh starts (1.2 GB; none of it is started by this).  Debian and its like; elsewhere it says what is needed.
set -eu

build='gcc libc6-dev make pkg-config libyaml-dev libjansson-dev libmnl-dev libnftnl-dev libssh2-1-dev libssl-dev libcurl4-openssl-dev libmongoc-dev libsqlite3-dev libganglia1-dev libtirpc-dev libconfuse-dev libexpat1-dev zlib1g-dev'
check='libcmocka-dev chromium fonts-dejavu-core nuttcp iperf python3 python3-jsonschema iproute2 iptables ethtool procps util-linux mount valgrind gcc g++ clang libclang-rt-14-dev clang-format clang-tidy iperf3 iputils-ping openssh-server openssh-client openssl dropbear-bin tcsh fish busybox ganglia-monitor influxdb python3-msgpack python3-pymongo python3-mockupdb python3-mongomock python3-prometheus-client'
bench='iproute2 iperf3 iperf nuttcp python3'
openstack='mariadb-server rabbitmq-server keystone glance-api placement-api nova-api nova-conductor nova-scheduler neutron-server neutron-linuxbridge-agent neutron-l3-agent neutron-dhcp-agent neutron-metadata-agent nova-compute nova-compute-qemu libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils genisoimage python3-openstackclient python3-requests haproxy iptables ebtables ipset conntrack dnsmasq-base iputils-arping iproute2 util-linux procps curl openssl openssh-client openssh-server cpio lz4 syslinux mtools dosfstools dash iputils-ping dropbear-bin nuttcp iperf iperf3 ethtool'

wanted=$build
for set in "$@"; do
    case $set in
    check) wanted="$wanted $check" ;;
    bench) wanted="$wanted $bench" ;;
    openstack) wanted="$wanted $openstack" ;;
    *) echo "setup.sh: no set of packages is called '$set' (check, bench, openstack)" >&2; exit 2 ;;
    esac
done

# A MongoDB server for the tests is no package.  Without one they take a stand-in and say so.
case " $* " in
*' check '*)
    if [ -z "${VMTP_TEST_MONGODB_URI:-}" ] && ! command -v mongod >/dev/null && ! command -v ferretdb >/dev/null; then
        sh "$(dirname "$0")/ferretdb.sh" >/dev/null || echo "vmtp: no FerretDB: tests of mongodb take a stand-in" >&2
    fi
    command -v chronyd >/dev/null || sh "$(dirname "$0")/chrony.sh" >/dev/null 2>&1 ||
        echo "vmtp: no chronyd: tests of the clock monitor take a stand-in" >&2
    ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "vmtp: this is no Debian, so nothing was installed.  Needed, by their Debian names:" >&2
    echo "  $wanted" >&2
    echo "With these at hand, \`make\` and \`make check-run\` work without set-up." >&2
    exit 1
fi

missing=
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
        case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

echo "vmtp: installing$missing"
sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "vmtp: not root and no sudo; run as root: apt-get install$missing" >&2
        exit 1
    }
    sudo=sudo
fi
export DEBIAN_FRONTEND=noninteractive
# Servers that come along are not for this machine: none is started while packages are installed.
policy=/usr/sbin/policy-rc.d
case " $* " in
*' check '* | *' openstack '*)
    if [ ! -e $policy ]; then
        trap '$sudo rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
        $sudo chmod 755 $policy
    fi
    ;;
esac
apt() { $sudo apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 "$@" >/dev/null; }
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing 2>/dev/null || {
    apt update
    apt install -y --no-install-recommends $missing
}
