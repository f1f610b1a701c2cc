/* SPDX-License-Identifier: Apache-2.0
 *
 * What a failed step of the builder's child means, in words.  Pure but for privilege_read().
 */
#include "build.h"
#include "privilege.h"

/* Kernel options that a step needs, told when the kernel does not know what was asked for. */
static const char *missing_option(const struct topology *topology,
                                  const struct build_report *report)
{
    static const char *const links[] = {
        [PORT_VETH] = "CONFIG_VETH", [PORT_BRIDGE] = "CONFIG_BRIDGE", [PORT_VXLAN] = "CONFIG_VXLAN"
    };

    switch (report->step) {
    case BUILD_LINK:
        return report->code == -EOPNOTSUPP ? links[topology->ports[report->index].kind] : NULL;
    case BUILD_IMPAIR:
        return report->code == -ENOENT ? "CONFIG_NET_SCH_NETEM" : NULL;
    case BUILD_SHAPE:
        return report->code == -ENOENT ? "CONFIG_NET_SCH_TBF" : NULL;
    case BUILD_NAT:
        return "CONFIG_NF_TABLES_IPV4 and CONFIG_NFT_NAT";
    default:
        return NULL;
    }
}

static const char *purpose(uint32_t step)
{
    switch (step) {
    case BUILD_IMPAIR:
        return "delay, jitter and loss need netem";
    case BUILD_SHAPE:
        return "rate needs tbf";
    case BUILD_NAT:
        return "floating addresses need nftables";
    default:
        return "this topology needs it";
    }
}

static const char *doing(uint32_t step)
{
    static const char *const words[] = {
        [BUILD_SETTING] = "write a kernel setting", [BUILD_SOCKET] = "open netlink",
        [BUILD_LOOPBACK] = "set up loopback",       [BUILD_NAT] = "load the floating addresses",
        [BUILD_LINK] = "make the interface",        [BUILD_MASTER] = "join its bridge",
        [BUILD_IMPAIR] = "add delay or loss",       [BUILD_SHAPE] = "limit the rate",
        [BUILD_UP] = "set the interface up",        [BUILD_WAIT] = "wait for the interface",
        [BUILD_ADDRESS] = "add an address",         [BUILD_ROUTE] = "add the default route",
    };

    if (step < sizeof words / sizeof *words && words[step])
        return words[step];
    return "do what was asked";
}

static int explain_space(const struct topology *topology, const struct build_report *report,
                         struct vmtp_error *err)
{
    return vmtp_fail(err, report->code, "fabric: namespace '%s': can't %s: %s%s%s",
                     topology->spaces[report->index].name, doing(report->step),
                     strerror(-report->code), *report->detail ? ": " : "", report->detail);
}

static int explain_port(const struct topology *topology, const struct build_report *report,
                        struct vmtp_error *err)
{
    const struct port *port = &topology->ports[report->index];

    return vmtp_fail(err, report->code, "fabric: namespace '%s', interface '%s': can't %s: %s%s%s",
                     topology->spaces[port->space].name, port->name, doing(report->step),
                     strerror(-report->code), *report->detail ? ": " : "", report->detail);
}

static int explain_privilege(const struct build_report *report, struct vmtp_error *err)
{
    static const enum privilege_step steps[] = {
        [BUILD_USER] = PRIVILEGE_USER, [BUILD_MAP] = PRIVILEGE_MAP, [BUILD_SPACE] = PRIVILEGE_SPACE
    };
    struct privilege_facts facts = privilege_read();

    return privilege_explain(&facts, steps[report->step], report->code, err);
}

static int explain_congestion(const struct build_report *report, struct vmtp_error *err)
{
    if (report->code == -ENOENT)
        return vmtp_fail(err, report->code, "fabric: this kernel has no congestion control '%.40s'",
                         report->detail);
    if (report->code == -EPERM)
        return vmtp_fail(err, report->code,
                         "fabric: congestion control %.40s is not for everyone: as root, add it to "
                         "net.ipv4.tcp_allowed_congestion_control",
                         report->detail);
    return vmtp_fail(err, report->code, "fabric: congestion control %.40s: %s", report->detail,
                     strerror(-report->code));
}

int build_explain(const struct topology *topology, const struct build_report *report,
                  struct vmtp_error *err)
{
    const char *option;

    if (report->code == -EMFILE || report->code == -ENFILE)
        return vmtp_fail(err, report->code, "fabric: too many open files: raise `ulimit -n`");
    if (report->step <= BUILD_SPACE)
        return explain_privilege(report, err);
    if (report->step == BUILD_CONGESTION)
        return explain_congestion(report, err);
    option = missing_option(topology, report);
    if (option && (report->code == -ENOENT || report->code == -EOPNOTSUPP))
        return vmtp_fail(err, -EOPNOTSUPP, "fabric: %s, which this kernel lacks (%s)",
                         purpose(report->step), option);
    if (report->step < BUILD_LINK || report->step == BUILD_ROUTE)
        return explain_space(topology, report, err);
    return explain_port(topology, report, err);
}
