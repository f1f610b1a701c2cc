/* SPDX-License-Identifier: Apache-2.0
 *
 * The data path: what stands between a program and the wire.
 */
#include "fitness_check.h"

#include "../base/units.h"

#include <math.h>

#define MTU_USUAL 1500
#define MTU_LARGE 9000
#define MTU_LEAST 1280 /* RFC 8200: IPv6 wants it */
#define RING_GOOD 1024

static void look_virtualisation(const struct subject *subject, struct finding *ret)
{
    const char *name = text_at(subject->facts, "virtualisation");

    if (!*name) {
        unknown(ret, "the CPU does not tell whether there is a hypervisor");
        return;
    }
    found(ret, "%.30s", name);
    if (strcmp(name, "qemu") == 0) {
        blame(ret, FOR_MEASURING, GRADE_BAD,
              "the CPU itself is emulated (QEMU without KVM): it is ten times slower, and unevenly "
              "so");
        blame(ret, FOR_STORAGE, GRADE_FAIR, "the CPU itself is emulated");
        mend(ret, "load kvm_intel or kvm_amd on the hypervisor (nested=1 if that is a VM too), and "
                  "virt_type=kvm in nova.conf");
    } else if (strcmp(name, "none") != 0) {
        blame(ret, FOR_HIGH_SPEED, GRADE_FAIR,
              "a VM has two more layers to cross: good for 1 Gb/s, but 10 Gb/s may be what the "
              "hypervisor does, and not the network");
        mend(ret, is_openstack(subject)
                      ? "openstack port create --vnic-type direct --network NET PORT "
                        "(SR-IOV), or measure from bare metal"
                      : "pass a network card through to the VM, or measure from bare "
                        "metal");
    }
}

enum kind { KIND_UNKNOWN = 0, KIND_EMULATED, KIND_PARAVIRTUAL, KIND_FUNCTION, KIND_SOFTWARE };

/* Virtual functions stand for a card's own queues; what is not here is taken for real. */
static enum kind driver_kind(const char *driver)
{
    static const struct {
        const char *driver;
        enum kind kind;
    } known[] = {
        { "e1000", KIND_EMULATED },       { "e1000e", KIND_EMULATED },
        { "8139cp", KIND_EMULATED },      { "8139too", KIND_EMULATED },
        { "ne2k-pci", KIND_EMULATED },    { "pcnet32", KIND_EMULATED },
        { "tulip", KIND_EMULATED },       { "virtio_net", KIND_PARAVIRTUAL },
        { "vmxnet3", KIND_PARAVIRTUAL },  { "xen_netfront", KIND_PARAVIRTUAL },
        { "vif", KIND_PARAVIRTUAL },      { "hv_netvsc", KIND_PARAVIRTUAL },
        { "ena", KIND_FUNCTION },         { "gve", KIND_FUNCTION },
        { "gvnic", KIND_FUNCTION },       { "ixgbevf", KIND_FUNCTION },
        { "igbvf", KIND_FUNCTION },       { "iavf", KIND_FUNCTION },
        { "mlx5_core", KIND_FUNCTION },   { "mlx4_en", KIND_FUNCTION },
        { "bnxt_en", KIND_FUNCTION },     { "veth", KIND_SOFTWARE },
        { "bridge", KIND_SOFTWARE },      { "tun", KIND_SOFTWARE },
        { "macvlan", KIND_SOFTWARE },     { "ipvlan", KIND_SOFTWARE },
        { "openvswitch", KIND_SOFTWARE }, { "dummy", KIND_SOFTWARE },
        { "vxlan", KIND_SOFTWARE },       { "geneve", KIND_SOFTWARE },
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (strcmp(driver, known[i].driver) == 0)
            return known[i].kind;
    return KIND_UNKNOWN;
}

static void emulated_blame(const struct subject *subject, struct finding *ret, const char *driver)
{
    blame(ret, FOR_HIGH_SPEED | FOR_TIMING, GRADE_BAD,
          "%.30s is an old card that the hypervisor plays: each packet stops the VM", driver);
    blame(ret, FOR_THROUGHPUT, GRADE_BAD, "%.30s is emulated", driver);
    mend(ret, is_openstack(subject)
                  ? "openstack image set --property hw_vif_model=virtio IMAGE"
                  : "give the VM the hypervisor's own network card (vmxnet3, netvsc, "
                    "virtio)");
}

static void look_driver(const struct subject *subject, struct finding *ret)
{
    const char *driver = text_at(subject->nic, "driver");
    enum kind kind = driver_kind(driver);

    if (is_loopback(subject))
        return;
    if (!*driver) {
        unknown(ret, "the interface does not tell its driver");
        return;
    }
    found(ret, "%.30s on %.20s", driver, nic_name(subject));
    if (kind == KIND_EMULATED && is_virtual(subject) != 0) {
        emulated_blame(subject, ret, driver);
    } else if (kind == KIND_PARAVIRTUAL) {
        blame(ret, FOR_HIGH_SPEED | FOR_TIMING, GRADE_FAIR,
              "%.30s goes through the hypervisor: the VM does not control a card of its own",
              driver);
        mend(ret, is_openstack(subject)
                      ? "openstack port create --vnic-type direct --network NET PORT (SR-IOV)"
                      : "pass a network card through to the VM");
    } else if (kind == KIND_SOFTWARE) {
        blame(ret, FOR_HIGH_SPEED | FOR_TIMING, GRADE_FAIR,
              "%.30s is a device of software: what stands behind it is not seen from here", driver);
        mend(ret, "measure from the machine itself: for a container, docker run --network host");
    }
}

static void look_speed(const struct subject *subject, struct finding *ret)
{
    double speed = number_at(subject->nic, "speed_bps");

    if (!(speed > 0) || driver_kind(text_at(subject->nic, "driver")) == KIND_SOFTWARE)
        return; /* a driver that makes up a figure, or none: nothing to check */
    found(ret, "%s", rate_text(speed).text);
    if (speed < 1e9)
        blame(ret, FOR_RATE, speed < 1e8 ? GRADE_BAD : GRADE_FAIR,
              "the link of %s is slower than 1 Gb/s", nic_name(subject));
    if (speed < 10e9)
        blame(ret, FOR_HIGH_SPEED, GRADE_BAD, "the link of %s carries %s, not 10 Gb/s",
              nic_name(subject), rate_text(speed).text);
    mend(ret, "ethtool %s (what did it negotiate?)", nic_name(subject));
}

static void look_queues(const struct subject *subject, struct finding *ret)
{
    const json_t *channels = json_object_get(subject->nic, "channels");
    double cpus = number_at(subject->facts, "cpus");
    double rx = number_at(channels, "rx"), most = number_at(channels, "rx_max");
    double wanted = fmin(most, cpus);

    if (!(rx > 0) || !(most > 0) || !(cpus > 1) ||
        driver_kind(text_at(subject->nic, "driver")) == KIND_SOFTWARE)
        return;
    found(ret, "%.0f of %.0f, %.0f CPUs", rx, most, cpus);
    if (rx < wanted) {
        blame(ret, FOR_HIGH_SPEED, GRADE_FAIR,
              "%s receives in %.0f of its %.0f queues, so that %.0f of %.0f CPUs do the work",
              nic_name(subject), rx, most, rx, cpus);
        if (number_at(channels, "combined_max") > 0)
            mend(ret, "ethtool -L %s combined %.0f", nic_name(subject), wanted);
        mend(ret, "ethtool -L %s rx %.0f", nic_name(subject), wanted);
    } else if (most < 2) {
        blame(ret, FOR_HIGH_SPEED, GRADE_FAIR,
              "%s has one queue, so that one of %.0f CPUs receives everything", nic_name(subject),
              cpus);
        if (is_openstack(subject))
            mend(ret, "openstack image set --property hw_vif_multiqueue_enabled=true IMAGE (or "
                      "openstack flavor set --property hw:vif_multiqueue_enabled=true FLAVOR)");
        mend(ret, "echo %x > /sys/class/net/%s/queues/rx-0/rps_cpus",
             cpus < 16 ? (1u << (unsigned)cpus) - 1 : 0xffff, nic_name(subject));
    }
}

static void look_interrupts(const struct subject *subject, struct finding *ret)
{
    const json_t *interrupts = json_object_get(subject->nic, "interrupts");
    double count = number_at(interrupts, "count"), cpus = number_at(interrupts, "cpus");
    double queues = number_at(json_object_get(subject->nic, "channels"), "rx");

    if (!(count > 0) || !(cpus > 0))
        return;
    found(ret, "%.0f on %.0f CPUs", count, cpus);
    if (!(queues > 1) || cpus > 1)
        return;
    blame(ret, FOR_HIGH_SPEED, GRADE_FAIR,
          "%.0f queues of %s all interrupt one CPU, which does the receiving of all", queues,
          nic_name(subject));
    mend(ret, "%s irqbalance && systemctl enable --now irqbalance", installer(subject));
}

static void look_rings(const struct subject *subject, struct finding *ret)
{
    const json_t *rings = json_object_get(subject->nic, "rings");
    double rx = number_at(rings, "rx"), most = number_at(rings, "rx_max");

    if (!(rx > 0))
        return;
    found(ret, "%.0f of %.0f", rx, most);
    if (rx >= RING_GOOD)
        return;
    blame(ret, FOR_HIGH_SPEED, GRADE_FAIR,
          "%s has room for %.0f packets: at 10 Gb/s that is %.0f us of not being looked at",
          nic_name(subject), rx, rx * 1500 * 8 / 10e9 * 1e6);
    if (most > rx)
        mend(ret, "ethtool -G %s rx %.0f", nic_name(subject), most);
    if (is_openstack(subject))
        mend(ret, "rx_queue_size=1024 in [libvirt] of the hypervisor's nova.conf");
    mend(ret, "a network card with larger rings");
}

/* Where there is no wire, packets come in as large as they were sent: there is nothing to join. */
static void look_offloads(const struct subject *subject, struct finding *ret)
{
    enum { GRO = 4 };
    static const struct {
        const char *fact, *option;
    } wanted[] = {
        { "tx_checksum", "tx" }, { "rx_checksum", "rx" },  { "tso", "tso" },
        { "gso", "gso" },        [GRO] = { "gro", "gro" },
    };
    bool software = driver_kind(text_at(subject->nic, "driver")) == KIND_SOFTWARE;
    const json_t *offloads = json_object_get(subject->nic, "offloads");
    char off[100] = "", command[100] = "";

    if (!json_is_object(offloads) || is_loopback(subject))
        return;
    for (size_t i = 0; i < COUNT(wanted); i++) {
        if (flag_at(offloads, wanted[i].fact) != 0 || (software && i == GRO))
            continue;
        snprintf(off + strlen(off), sizeof off - strlen(off), "%s%s", *off ? ", " : "",
                 wanted[i].option);
        snprintf(command + strlen(command), sizeof command - strlen(command), " %s on",
                 wanted[i].option);
    }
    found(ret, "%s%s", *off ? "off: " : "on", off);
    if (*off) {
        blame(ret, FOR_HIGH_SPEED, GRADE_BAD,
              "the CPU does for every packet what %s could do for many: off are %s",
              nic_name(subject), off);
        blame(ret, FOR_THROUGHPUT, GRADE_FAIR, "offloads are off");
        mend(ret, "ethtool -K %s%s", nic_name(subject), command);
    }
    if (flag_at(offloads, "lro") != 1)
        return;
    blame(ret, FOR_TIMING, GRADE_FAIR,
          "%s joins packets in the card (lro), which changes when "
          "they arrive",
          nic_name(subject));
    mend(ret, "ethtool -K %s lro off", nic_name(subject));
}

static void look_coalescing(const struct subject *subject, struct finding *ret)
{
    const json_t *coalescing = json_object_get(subject->nic, "coalescing");
    double wait = number_at(coalescing, "rx_usecs");
    bool adaptive = flag_at(coalescing, "adaptive_rx") == 1;

    if (isnan(wait) || is_loopback(subject))
        return;
    found(ret, "%.0f us%s", wait, adaptive ? ", adaptive" : "");
    if (wait <= 50 && !adaptive)
        return;
    blame(ret, FOR_TIMING, GRADE_FAIR,
          "%s holds packets back %sto interrupt less often: delays are as uncertain",
          nic_name(subject), adaptive ? "as it sees fit " : "");
    mend(ret, "ethtool -C %s adaptive-rx off rx-usecs 0", nic_name(subject));
}

static void look_mtu(const struct subject *subject, struct finding *ret)
{
    double mtu = number_at(subject->nic, "mtu");

    if (is_loopback(subject))
        return;
    if (!(mtu > 0)) {
        unknown(ret, "there is no interface that leads anywhere");
        return;
    }
    found(ret, "%.0f on %s", mtu, nic_name(subject));
    if (mtu < MTU_LEAST) {
        blame(ret, FOR_MEASURING, GRADE_BAD, "packets of %.0f bytes are too small for IPv6 (%d)",
              mtu, MTU_LEAST);
        mend(ret, "ip link set dev %s mtu %d", nic_name(subject), MTU_USUAL);
    } else if (mtu < MTU_LARGE) {
        blame(ret, FOR_HIGH_SPEED, GRADE_FAIR,
              "packets of %.0f bytes: 10 Gb/s are %.0f of them in a second", mtu,
              10e9 / 8 / (mtu + 38));
        mend(ret, "ip link set dev %s mtu %d (if all of the path carries it, both ways)",
             nic_name(subject), MTU_LARGE);
    }
}

/* Both ends think that they may send packets of their interface's size. */
static void look_path_mtu(const struct subject *subject, struct finding *ret)
{
    double own = number_at(subject->nic, "mtu");

    for (size_t i = 0; i < subject->path_count; i++) {
        const struct fitness_path *path = &subject->paths[i];
        double other = number_at(json_object_get(path->facts, "interface"), "mtu");

        if (!(own > 0) || is_loopback(subject) || (!(other > 0) && !path->mtu))
            continue;
        if (!ret->value[0] || ret->worst < GRADE_FAIR)
            found(ret, "%.0f here, %.0f at %.40s", own, other > 0 ? other : path->mtu, path->peer);
        if (path->mtu && path->mtu < own) {
            blame(ret, FOR_MEASURING, GRADE_FAIR,
                  "%s sends packets of up to %.0f bytes, but the path to %.40s carries %u: larger "
                  "ones are cut or lost",
                  nic_name(subject), own, path->peer, path->mtu);
            mend(ret, "ip link set dev %s mtu %u", nic_name(subject), path->mtu);
        } else if (other > 0 && other < own) {
            blame(ret, FOR_MEASURING, GRADE_FAIR,
                  "%s sends packets of up to %.0f bytes, and %.40s takes %.0f: one direction is "
                  "not the other",
                  nic_name(subject), own, path->peer, other);
            mend(ret, "ip link set dev %s mtu %.0f", nic_name(subject), other);
        }
    }
}

static void look_shaper(const struct subject *subject, struct finding *ret)
{
    static const char *const shapers[] = { "tbf", "htb", "hfsc", "cbq", "netem", "cake", "ets" };
    const char *qdisc = text_at(subject->nic, "qdisc");

    if (!*qdisc)
        return;
    found(ret, "%.30s", qdisc);
    for (size_t i = 0; i < COUNT(shapers); i++)
        if (strcmp(qdisc, shapers[i]) == 0) {
            blame(ret, FOR_MEASURING, GRADE_FAIR,
                  "queueing discipline %s on %s may hold back or drop what is sent", shapers[i],
                  nic_name(subject));
            mend(ret, "tc qdisc del dev %s root (unless it is what is to be measured)",
                 nic_name(subject));
        }
}

/* Drops while it was watched; those of a flow that is to lose packets are counted with the flow. */
static void look_drops(const struct subject *subject, struct finding *ret)
{
    static const char *const metrics[] = { "nic_rx_dropped", "nic_tx_dropped", "softnet_dropped" };
    static const char *const places[] = { "in the card's ring", "on the way out",
                                          "in the backlog of the CPUs" };

    for (size_t i = 0; i < COUNT(metrics); i++) {
        double count = watched_at(subject, metrics[i], "total");

        if (isnan(count))
            continue;
        if (!ret->value[0])
            found(ret, "none");
        if (!(count > 0) || ret->worst >= GRADE_FAIR)
            continue;
        found(ret, "%.0f packets %s", count, places[i]);
        blame(ret, FOR_MEASURING, GRADE_FAIR, "%.0f packets were dropped %s, by this machine",
              count, places[i]);
        if (i == 2)
            mend(ret, "sysctl -w net.core.netdev_max_backlog=30000");
        mend(ret, "ethtool -S %s | grep -i drop (which ones?)", nic_name(subject));
    }
}

static const struct check checks[] = {
    { "virtualisation", FOR_MEASURING | FOR_STORAGE, look_virtualisation },
    { "nic-driver", FOR_MEASURING, look_driver },
    { "link-speed", FOR_RATE, look_speed },
    { "queues", FOR_HIGH_SPEED, look_queues },
    { "interrupts", FOR_HIGH_SPEED, look_interrupts },
    { "rings", FOR_HIGH_SPEED, look_rings },
    { "offloads", FOR_MEASURING, look_offloads },
    { "coalescing", FOR_TIMING, look_coalescing },
    { "mtu", FOR_MEASURING, look_mtu },
    { "path-mtu", FOR_MEASURING, look_path_mtu },
    { "shaper", FOR_MEASURING, look_shaper },
    { "drops", FOR_MEASURING, look_drops },
};
const struct concern concern_path = { "data-path", checks, COUNT(checks) };
