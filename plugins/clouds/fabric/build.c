/* SPDX-License-Identifier: Apache-2.0
 *
 * The builder's child: makes namespaces, links, addresses, shapers and NAT, and sends the
 * namespaces' fds to its parent.
 *
 * It was forked from a process that may have threads, so it calls nothing that is not
 * async-signal-safe: no allocation, no stdio, no locks.  It runs alone in this process.
 */
#include "build.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_INDEX   100u /* of our interfaces; a new namespace may have some low ones already */
#define LOOPBACK      1u
#define CHILD_SECONDS 60

/* ---- reports ---- */

static void report_send(const struct build_job *job, struct build_report *report, int fd)
{
    union {
        struct cmsghdr header;
        char buffer[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec iov = { report, sizeof *report };
    struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

    if (fd >= 0) {
        message.msg_control = control.buffer;
        message.msg_controllen = sizeof control.buffer;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    if (sendmsg(job->socket, &message, MSG_NOSIGNAL) < 0)
        _exit(1); /* the parent is gone */
}

static void __attribute__((noreturn)) child_fail(const struct build_job *job, enum build_step step,
                                                 uint32_t index, int code, const char *detail)
{
    struct build_report report = {
        .kind = BUILD_FAILED, .step = step, .index = index, .code = code
    };
    size_t len = detail ? strlen(detail) : 0;

    if (len >= sizeof report.detail)
        len = sizeof report.detail - 1;
    memcpy(report.detail, detail ? detail : "", len);
    report_send(job, &report, -1);
    _exit(1);
}

/* ---- namespaces ---- */

/* 0 or a negative errno.  Such files take all in one write. */
static int file_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int r = 0;

    if (fd < 0)
        return -errno;
    if (write(fd, text, strlen(text)) < 0)
        r = -errno;
    close(fd);
    return r;
}

/* Power over namespaces without being root: be root in a user namespace of our own. */
static void make_user_space(struct build_job *job)
{
    int r;

    if (unshare(CLONE_NEWUSER) < 0)
        child_fail(job, BUILD_USER, 0, -errno, NULL);
    r = file_write("/proc/self/setgroups", "deny"); /* user_namespaces(7): before gid_map */
    if (r == 0 || r == -ENOENT)
        r = file_write("/proc/self/uid_map", job->uid_map);
    if (r == 0)
        r = file_write("/proc/self/gid_map", job->gid_map);
    if (r < 0)
        child_fail(job, BUILD_MAP, 0, r, NULL);
    job->user_fd = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
    if (job->user_fd < 0)
        child_fail(job, BUILD_USER, 0, -errno, NULL);
}

static void make_net_space(struct build_job *job, uint32_t index)
{
    int r = unshare(CLONE_NEWNET);

    if (r < 0 && errno == EPERM && index == 0) {
        make_user_space(job);
        r = unshare(CLONE_NEWNET);
    }
    if (r < 0)
        child_fail(job, BUILD_SPACE, index, -errno, NULL);
    job->net_fds[index] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (job->net_fds[index] < 0)
        child_fail(job, BUILD_SPACE, index, -errno, NULL);
}

static void set(struct build_job *job, uint32_t index, const char *path, const char *value)
{
    int r = file_write(path, value);

    if (r < 0)
        child_fail(job, BUILD_SETTING, index, r, path);
}

/* The kernel lets only those be chosen that net.ipv4.tcp_allowed_congestion_control of the initial
 * namespace lists: -EPERM. */
static void apply_congestion(struct build_job *job, uint32_t index, const char *name)
{
    int r = file_write("/proc/sys/net/ipv4/tcp_congestion_control", name);

    if (r < 0)
        child_fail(job, BUILD_CONGESTION, index, r, name);
}

/* /proc/sys/net shows the namespace of whoever opens it. */
static void apply_settings(struct build_job *job, uint32_t index)
{
    const struct space *space = &job->topology->spaces[index];

    if (space->forwards)
        set(job, index, "/proc/sys/net/ipv4/ip_forward", "1");
    if (job->topology->opt.congestion)
        apply_congestion(job, index, job->topology->opt.congestion);
    if (space->switches) {
        /* Not there unless br_netfilter is: bridged packets would visit the hooks of IP. */
        file_write("/proc/sys/net/bridge/bridge-nf-call-iptables", "0");
        file_write("/proc/sys/net/bridge/bridge-nf-call-ip6tables", "0");
        file_write("/proc/sys/net/bridge/bridge-nf-call-arptables", "0");
    }
    if (!job->ip6)
        return;
    if (space->forwards)
        set(job, index, "/proc/sys/net/ipv6/conf/all/forwarding", "1");
    if (space->switches) {
        set(job, index, "/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
        set(job, index, "/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    }
    set(job, index, "/proc/sys/net/ipv6/conf/all/accept_dad", "0");
    set(job, index, "/proc/sys/net/ipv6/conf/default/accept_dad", "0");
    set(job, index, "/proc/sys/net/ipv6/conf/all/accept_ra", "0");
    set(job, index, "/proc/sys/net/ipv6/conf/default/accept_ra", "0");
}

static void make_spaces(struct build_job *job)
{
    for (uint32_t i = 0; i < job->topology->space_count; i++) {
        int r;

        make_net_space(job, i);
        apply_settings(job, i);
        if (job->topology->spaces[i].forwards && job->nat.data) {
            char detail[NETLINK_DETAIL];

            r = nat_load(&job->nat, detail);
            if (r < 0)
                child_fail(job, BUILD_NAT, i, r, detail);
        }
        r = netlink_open(&job->netlinks[i], NETLINK_ROUTE);
        if (r < 0)
            child_fail(job, BUILD_SOCKET, i, r, NULL);
        r = link_set_up(&job->netlinks[i], LOOPBACK);
        if (r < 0)
            child_fail(job, BUILD_LOOPBACK, i, r, job->netlinks[i].detail);
    }
}

/* ---- ports ---- */

static uint32_t interface_index(uint32_t port)
{
    return FIRST_INDEX + port;
}

static int make_veth(struct build_job *job, uint32_t index)
{
    const struct port *port = &job->topology->ports[index];
    const struct port *peer = &job->topology->ports[port->peer];
    struct veth_end here = { interface_index(index), port->mtu, port->name, -1 };
    struct veth_end there = { interface_index(port->peer), peer->mtu, peer->name,
                              job->net_fds[peer->space] };

    if (port->peer < index)
        return 0; /* made with its peer */
    return link_make_veth(&job->netlinks[port->space], &here, &there);
}

static int make_port(struct build_job *job, struct netlink *netlink, uint32_t index)
{
    const struct port *port = &job->topology->ports[index];

    switch (port->kind) {
    case PORT_VETH:
        return make_veth(job, index);
    case PORT_BRIDGE:
        return link_make_bridge(netlink, interface_index(index), port->name, port->mtu);
    case PORT_VXLAN:
        return link_make_vxlan(netlink, interface_index(index), port->name, port->mtu, port->vni,
                               port->local, port->remote);
    }
    return -EINVAL;
}

static int join_port(struct build_job *job, struct netlink *netlink, uint32_t index)
{
    const struct port *port = &job->topology->ports[index];

    if (port->master == FABRIC_NONE)
        return 0;
    return link_set_master(netlink, interface_index(index), interface_index(port->master));
}

static int impair_port(struct build_job *job, struct netlink *netlink, uint32_t index)
{
    if (!job->topology->ports[index].impaired)
        return 0;
    return shape_impair(netlink, interface_index(index), &job->shape);
}

static int shape_port(struct build_job *job, struct netlink *netlink, uint32_t index)
{
    const struct port *port = &job->topology->ports[index];

    if (!port->shaped)
        return 0;
    return shape_limit(netlink, interface_index(index), &job->shape, port->impaired);
}

static int raise_port(struct build_job *job, struct netlink *netlink, uint32_t index)
{
    (void)job;
    return link_set_up(netlink, interface_index(index));
}

/* With a socket of its own: the changes that it hears of must not fill the other one's buffer. */
static int await_port(struct build_job *job, struct netlink *netlink, uint32_t index)
{
    const struct port *port = &job->topology->ports[index];
    struct netlink watch;
    int r;

    (void)netlink;
    if (port->kind != PORT_VETH)
        return 0;
    if (setns(job->net_fds[port->space], CLONE_NEWNET) < 0)
        return -errno;
    r = netlink_open(&watch, NETLINK_ROUTE);
    if (r < 0)
        return r;
    r = link_wait(&watch, interface_index(index), job->deadline_ns);
    netlink_close(&watch);
    return r;
}

static int address_port(struct build_job *job, struct netlink *netlink, uint32_t index)
{
    const struct port *port = &job->topology->ports[index];
    int r = 0;

    if (port->ip4.s_addr)
        r = address_add(netlink, interface_index(index), AF_INET, &port->ip4, port->prefix4);
    if (r == 0 && job->ip6 && port->prefix6)
        r = address_add(netlink, interface_index(index), AF_INET6, &port->ip6, port->prefix6);
    return r;
}

static void each_port(struct build_job *job, enum build_step step,
                      int (*act)(struct build_job *, struct netlink *, uint32_t index))
{
    for (uint32_t i = 0; i < job->topology->port_count; i++) {
        struct netlink *netlink = &job->netlinks[job->topology->ports[i].space];
        int r = act(job, netlink, i);

        if (r < 0)
            child_fail(job, step, i, r, netlink->detail);
    }
}

static void make_routes(struct build_job *job)
{
    for (uint32_t i = 0; i < job->topology->place_count; i++) {
        const struct place *place = &job->topology->places[i];
        struct netlink *netlink = &job->netlinks[place->space];
        int r;

        if (!place->gateway4.s_addr)
            continue;
        r = route_add_default(netlink, AF_INET, &place->gateway4);
        if (r == 0 && job->ip6)
            r = route_add_default(netlink, AF_INET6, &place->gateway6);
        if (r < 0)
            child_fail(job, BUILD_ROUTE, place->space, r, netlink->detail);
    }
}

/* ---- the whole ---- */

static void send_spaces(struct build_job *job)
{
    struct build_report report = { .kind = BUILD_USER_FD };

    if (job->user_fd >= 0)
        report_send(job, &report, job->user_fd);
    report.kind = BUILD_NET_FD;
    for (uint32_t i = 0; i < job->topology->space_count; i++) {
        report.index = i;
        report_send(job, &report, job->net_fds[i]);
    }
    report.kind = BUILD_DONE;
    report_send(job, &report, -1);
}

/* All signals were blocked before the fork; SIGALRM ends us if the parent never does. */
static void arm_alarm(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t alarm_only;

    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    sigaction(SIGALRM, &action, NULL);
    alarm(CHILD_SECONDS);
    sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
}

void build_child(struct build_job *job)
{
    arm_alarm();
    make_spaces(job);
    each_port(job, BUILD_LINK, make_port);
    each_port(job, BUILD_MASTER, join_port);
    each_port(job, BUILD_IMPAIR, impair_port);
    each_port(job, BUILD_SHAPE, shape_port);
    each_port(job, BUILD_UP, raise_port);
    each_port(job, BUILD_WAIT, await_port);
    each_port(job, BUILD_ADDRESS, address_port);
    make_routes(job);
    send_spaces(job);
    _exit(0);
}
