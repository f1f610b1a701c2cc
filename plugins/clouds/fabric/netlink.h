/* SPDX-License-Identifier: Apache-2.0
 *
 * Talking to the kernel over netlink: requests for links, addresses and routes.
 *
 * Everything here is async-signal-safe (no allocation, no stdio), because it runs in the builder's
 * child.  Interfaces are named by their index, which the caller chooses when it makes them.
 * A function returns 0 or a negative errno; what the kernel says about it (NLMSGERR_ATTR_MSG) goes
 * to detail.
 */
#ifndef FABRIC_NETLINK_H
#define FABRIC_NETLINK_H

#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define NETLINK_DETAIL 120

struct netlink {
    int fd;
    uint32_t seq;
    char detail[NETLINK_DETAIL]; /* of the last failure; "" where the kernel said nothing */
};

/* A request under construction. */
struct netlink_request {
    struct nlmsghdr *header;
    char buffer[1024] __attribute__((aligned(16)));
};

/* protocol: NETLINK_ROUTE or NETLINK_NETFILTER, in the namespace of the caller. */
int netlink_open(struct netlink *netlink, int protocol);
void netlink_close(struct netlink *netlink);

/* Starts a request with extra bytes (returned, zeroed) of its family's own header. */
void *netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags, size_t extra);
/* Sends it and waits for the kernel's word. */
int netlink_call(struct netlink *netlink, struct netlink_request *request);
/* Sends finished messages, of which the one with last_seq asks for an acknowledgement. */
int netlink_send_batch(struct netlink *netlink, const void *batch, size_t len, uint32_t last_seq);

struct veth_end {
    uint32_t index, mtu;
    const char *name;
    int ns_fd; /* where it is to be; -1: where the request goes */
};

int link_make_veth(struct netlink *netlink, const struct veth_end *here,
                   const struct veth_end *there);
int link_make_bridge(struct netlink *netlink, uint32_t index, const char *name, uint32_t mtu);
int link_make_vxlan(struct netlink *netlink, uint32_t index, const char *name, uint32_t mtu,
                    uint32_t vni, struct in_addr local, struct in_addr remote);
int link_set_master(struct netlink *netlink, uint32_t index, uint32_t master);
int link_set_up(struct netlink *netlink, uint32_t index);
/* Waits until the interface carries packets. */
int link_wait(struct netlink *netlink, uint32_t index, uint64_t deadline_ns);

/* family AF_INET or AF_INET6; address in network byte order. */
int address_add(struct netlink *netlink, uint32_t index, int family, const void *address,
                uint8_t prefix);
int route_add_default(struct netlink *netlink, int family, const void *gateway);

#endif
