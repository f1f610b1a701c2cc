/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the last datagram of the warm-up that came and the first measured one the socket may have
 * dropped some of either.  Of the measured phase are at most as many as are missing in front of
 * that first one, and those are taken for the socket's: wrong by what the network lost in the same
 * moment.
 */
#include "boundary.h"

#include <netinet/in.h>
#include <string.h>

void boundary_listen(int fd, bool ipv6, bool on)
{
    int value = on;

    (void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &value, sizeof value);
    if (ipv6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &value, sizeof value);
    else
        (void)setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &value, sizeof value);
}

void boundary_read(const struct cmsghdr *c, struct boundary_mark *m)
{
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
        memcpy(&m->dropped, CMSG_DATA(c), sizeof m->dropped);
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;

        memcpy(&info, CMSG_DATA(c), sizeof info);
        m->interface = info.ipi_ifindex;
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo info;

        memcpy(&info, CMSG_DATA(c), sizeof info);
        m->interface = (int)info.ipi6_ifindex;
    }
}

void boundary_see(struct boundary *b, bool measured, uint64_t seq, uint64_t segments,
                  uint32_t dropped)
{
    uint32_t between = dropped - b->begin;
    uint64_t missing = segments ? seq / segments : seq;

    if (b->passed)
        return;
    b->begin = dropped;
    if (measured) {
        b->begin -= missing < between ? (uint32_t)missing : between;
        b->passed = true;
    }
}
