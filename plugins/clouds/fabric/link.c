/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests to the kernel for links, addresses and routes (rtnetlink).  See netlink.h.
 */
#include "netlink.h"

#include "../../common/clock.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define VXLAN_PORT 4789 /* RFC 7348 */

#define OPERSTATE_UP 6 /* RFC 2863, in linux/if.h, which does not go with net/if.h */

static struct nlmsghdr *link_begin(struct netlink_request *request, uint32_t index, uint16_t flags)
{
    struct ifinfomsg *link = netlink_begin(request, RTM_NEWLINK, flags, sizeof(struct ifinfomsg));

    link->ifi_family = AF_UNSPEC;
    link->ifi_index = (int)index;
    return request->header;
}

static struct nlmsghdr *link_make(struct netlink_request *request, uint32_t index, const char *name,
                                  uint32_t mtu)
{
    struct nlmsghdr *header = link_begin(request, index, NLM_F_CREATE | NLM_F_EXCL);

    mnl_attr_put_strz(header, IFLA_IFNAME, name);
    mnl_attr_put_u32(header, IFLA_MTU, mtu);
    return header;
}

int link_make_veth(struct netlink *netlink, const struct veth_end *here,
                   const struct veth_end *there)
{
    struct netlink_request request;
    struct nlmsghdr *header = link_make(&request, here->index, here->name, here->mtu);
    struct nlattr *info = mnl_attr_nest_start(header, IFLA_LINKINFO);
    struct nlattr *data, *peer;
    struct ifinfomsg *link;

    mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
    data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
    peer = mnl_attr_nest_start(header, VETH_INFO_PEER);
    link = mnl_nlmsg_put_extra_header(header, sizeof *link);
    link->ifi_index = (int)there->index;
    mnl_attr_put_strz(header, IFLA_IFNAME, there->name);
    mnl_attr_put_u32(header, IFLA_MTU, there->mtu);
    if (there->ns_fd >= 0)
        mnl_attr_put_u32(header, IFLA_NET_NS_FD, (uint32_t)there->ns_fd);
    mnl_attr_nest_end(header, peer);
    mnl_attr_nest_end(header, data);
    mnl_attr_nest_end(header, info);
    return netlink_call(netlink, &request);
}

int link_make_bridge(struct netlink *netlink, uint32_t index, const char *name, uint32_t mtu)
{
    struct netlink_request request;
    struct nlmsghdr *header = link_make(&request, index, name, mtu);
    struct nlattr *info = mnl_attr_nest_start(header, IFLA_LINKINFO);
    struct nlattr *data;

    mnl_attr_put_strz(header, IFLA_INFO_KIND, "bridge");
    data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
    /* Forward from the first packet on, and every multicast packet (neighbour discovery). */
    mnl_attr_put_u32(header, IFLA_BR_FORWARD_DELAY, 0);
    mnl_attr_put_u32(header, IFLA_BR_STP_STATE, 0);
    mnl_attr_put_u8(header, IFLA_BR_MCAST_SNOOPING, 0);
    mnl_attr_nest_end(header, data);
    mnl_attr_nest_end(header, info);
    return netlink_call(netlink, &request);
}

int link_make_vxlan(struct netlink *netlink, uint32_t index, const char *name, uint32_t mtu,
                    uint32_t vni, struct in_addr local, struct in_addr remote)
{
    struct netlink_request request;
    struct nlmsghdr *header = link_make(&request, index, name, mtu);
    struct nlattr *info = mnl_attr_nest_start(header, IFLA_LINKINFO);
    struct nlattr *data;

    mnl_attr_put_strz(header, IFLA_INFO_KIND, "vxlan");
    data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
    mnl_attr_put_u32(header, IFLA_VXLAN_ID, vni);
    mnl_attr_put_u32(header, IFLA_VXLAN_LOCAL, local.s_addr);
    mnl_attr_put_u32(header, IFLA_VXLAN_GROUP, remote.s_addr);
    mnl_attr_put_u16(header, IFLA_VXLAN_PORT, htons(VXLAN_PORT));
    mnl_attr_put_u8(header, IFLA_VXLAN_LEARNING, 1);
    mnl_attr_put_u8(header, IFLA_VXLAN_UDP_CSUM, 0); /* as Open vSwitch does by default */
    mnl_attr_nest_end(header, data);
    mnl_attr_nest_end(header, info);
    return netlink_call(netlink, &request);
}

int link_set_master(struct netlink *netlink, uint32_t index, uint32_t master)
{
    struct netlink_request request;
    struct nlmsghdr *header = link_begin(&request, index, 0);

    mnl_attr_put_u32(header, IFLA_MASTER, master);
    return netlink_call(netlink, &request);
}

int link_set_up(struct netlink *netlink, uint32_t index)
{
    struct netlink_request request;
    struct ifinfomsg *link;

    link_begin(&request, index, 0);
    link = mnl_nlmsg_get_payload(request.header);
    link->ifi_flags = link->ifi_change = IFF_UP;
    return netlink_call(netlink, &request);
}

/* ---- waiting ---- */

static bool link_is_up(const struct nlmsghdr *header, uint32_t index)
{
    const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);
    const struct nlattr *attr;

    if (header->nlmsg_type != RTM_NEWLINK || link->ifi_index != (int)index)
        return false;
    mnl_attr_for_each(attr, header,
                      sizeof *link) if (mnl_attr_get_type(attr) ==
                                        IFLA_OPERSTATE) return mnl_attr_get_u8(attr) ==
        OPERSTATE_UP;
    return false;
}

/* Asks for the link's state; the answer comes as an RTM_NEWLINK, as a change of it does. */
static int link_ask(struct netlink *netlink, uint32_t index)
{
    struct netlink_request request;
    struct ifinfomsg *link = netlink_begin(&request, RTM_GETLINK, 0, sizeof *link);

    link->ifi_family = AF_UNSPEC;
    link->ifi_index = (int)index;
    request.header->nlmsg_flags = NLM_F_REQUEST;
    request.header->nlmsg_seq = ++netlink->seq;
    return send(netlink->fd, request.header, request.header->nlmsg_len, 0) < 0 ? -errno : 0;
}

static int link_read_states(struct netlink *netlink, uint32_t index)
{
    char buffer[16384] __attribute__((aligned(16)));
    const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
    ssize_t n = recv(netlink->fd, buffer, sizeof buffer, 0);

    if (n < 0 && errno == ENOBUFS)
        return link_ask(netlink, index); /* changes were lost: look again */
    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    for (int left = (int)n; mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left))
        if (link_is_up(header, index))
            return 1;
    return 0;
}

/* A veth's carrier is made known by a worker of the kernel (linkwatch) some time after its peer
 * went up; before that its queue drops what is sent, and a bridge does not forward to it. */
int link_wait(struct netlink *netlink, uint32_t index, uint64_t deadline_ns)
{
    const int group = RTNLGRP_LINK;
    struct pollfd ready = { .fd = netlink->fd, .events = POLLIN };
    int r = 0;

    if (setsockopt(netlink->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
        return -errno;
    r = link_ask(netlink, index);
    while (r == 0) {
        uint64_t now = clock_now_ns();

        if (now >= deadline_ns)
            return -ETIMEDOUT;
        r = poll(&ready, 1, (int)((deadline_ns - now) / 1000000 + 1));
        if (r > 0)
            r = link_read_states(netlink, index);
        else if (r < 0 && errno == EINTR)
            r = 0;
    }
    return r < 0 ? r : 0;
}

/* ---- addresses and routes ---- */

static size_t address_len(int family)
{
    return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

int address_add(struct netlink *netlink, uint32_t index, int family, const void *address,
                uint8_t prefix)
{
    struct netlink_request request;
    struct ifaddrmsg *message =
        netlink_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof *message);

    message->ifa_family = (uint8_t)family;
    message->ifa_prefixlen = prefix;
    message->ifa_index = index;
    if (family == AF_INET6)
        message->ifa_flags = IFA_F_NODAD; /* usable at once */
    mnl_attr_put(request.header, IFA_LOCAL, address_len(family), address);
    mnl_attr_put(request.header, IFA_ADDRESS, address_len(family), address);
    return netlink_call(netlink, &request);
}

int route_add_default(struct netlink *netlink, int family, const void *gateway)
{
    struct netlink_request request;
    struct rtmsg *route =
        netlink_begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof *route);

    route->rtm_family = (uint8_t)family;
    route->rtm_table = RT_TABLE_MAIN;
    route->rtm_protocol = RTPROT_STATIC;
    route->rtm_scope = RT_SCOPE_UNIVERSE;
    route->rtm_type = RTN_UNICAST;
    mnl_attr_put(request.header, RTA_GATEWAY, address_len(family), gateway);
    return netlink_call(netlink, &request);
}
