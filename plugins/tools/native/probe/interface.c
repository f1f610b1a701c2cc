/* SPDX-License-Identifier: Apache-2.0
 *
 * Network interfaces over rtnetlink.  One request, one answer, one socket each time: it is asked
 * a few times a trial at most.  [any thread]
 */
#include "interface.h"

#include "offload.h"
#include "socket.h"

#include <ifaddrs.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_BYTES 65536 /* a link with many virtual functions is long */

struct request {
    struct nlmsghdr header;
    union {
        struct rtmsg route;
        struct ifinfomsg link;
    };
    char attributes[64];
};

static int netlink_open(void)
{
    struct timeval tv = { 1, 0 };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    return fd;
}

/* The answer, to be freed, or NULL. */
static struct nlmsghdr *netlink_ask(struct request *q, uint16_t wanted)
{
    struct nlmsghdr *answer = malloc(ANSWER_BYTES);
    int fd = netlink_open();
    ssize_t n = -1;

    q->header.nlmsg_flags = NLM_F_REQUEST;
    if (answer && fd >= 0 && send(fd, q, q->header.nlmsg_len, 0) >= 0)
        n = recv(fd, answer, ANSWER_BYTES, 0);
    if (fd >= 0)
        close(fd);
    if (n < 0 || !NLMSG_OK(answer, (size_t)n) || answer->nlmsg_type != wanted) {
        free(answer);
        return NULL;
    }
    return answer;
}

static int route_interface(const struct nlmsghdr *answer)
{
    const struct rtmsg *m = NLMSG_DATA(answer);
    int len = (int)RTM_PAYLOAD(answer), index = 0;

    for (const struct rtattr *a = RTM_RTA(m); RTA_OK(a, len); a = RTA_NEXT(a, len))
        if (a->rta_type == RTA_OIF && RTA_PAYLOAD(a) >= sizeof index)
            memcpy(&index, RTA_DATA(a), sizeof index);
    return index;
}

static int interface_by_sockaddr(const struct address *to)
{
    struct request q = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof q.route),
                                     .nlmsg_type = RTM_GETROUTE } };
    bool v6 = to->ss.ss_family == AF_INET6;
    struct rtattr *a = (struct rtattr *)(void *)((char *)&q + q.header.nlmsg_len);
    size_t len = v6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
    struct nlmsghdr *answer;
    int index = 0;

    q.route.rtm_family = (unsigned char)to->ss.ss_family;
    q.route.rtm_dst_len = (unsigned char)(8 * len);
    a->rta_type = RTA_DST;
    a->rta_len = (unsigned short)RTA_LENGTH(len);
    memcpy(RTA_DATA(a),
           v6 ? (const void *)&((const struct sockaddr_in6 *)&to->ss)->sin6_addr
              : (const void *)&((const struct sockaddr_in *)&to->ss)->sin_addr,
           len);
    q.header.nlmsg_len = NLMSG_LENGTH(sizeof q.route) + RTA_LENGTH((unsigned)len);
    answer = netlink_ask(&q, RTM_NEWROUTE);
    if (answer)
        index = route_interface(answer);
    free(answer);
    return index;
}

int interface_of_socket(int fd)
{
    struct address to = { .len = sizeof to.ss };

    if (getpeername(fd, (struct sockaddr *)&to.ss, &to.len) < 0)
        return 0;
    return interface_by_sockaddr(&to);
}

bool interface_is_loopback(int index)
{
    char name[IF_NAMESIZE];

    return index > 0 && if_indextoname((unsigned)index, name) && !strcmp(name, "lo");
}

static bool same_address(const struct sockaddr *one, const struct sockaddr *other)
{
    if (!one || one->sa_family != other->sa_family)
        return false;
    if (one->sa_family == AF_INET)
        return !memcmp(&((const struct sockaddr_in *)(const void *)one)->sin_addr,
                       &((const struct sockaddr_in *)(const void *)other)->sin_addr,
                       sizeof(struct in_addr));
    return one->sa_family == AF_INET6 &&
           !memcmp(&((const struct sockaddr_in6 *)(const void *)one)->sin6_addr,
                   &((const struct sockaddr_in6 *)(const void *)other)->sin6_addr,
                   sizeof(struct in6_addr));
}

/* To an address of its own a machine has a route over the loopback: the interface that the address
 * is on is another.  0: none has it. */
static int interface_with(const struct address *address)
{
    struct ifaddrs *all = NULL;
    int index = 0;

    if (getifaddrs(&all) < 0)
        return 0;
    for (const struct ifaddrs *i = all; i && !index; i = i->ifa_next)
        if (same_address(i->ifa_addr, (const struct sockaddr *)&address->ss))
            index = (int)if_nametoindex(i->ifa_name);
    freeifaddrs(all);
    return index;
}

static int first_but_loopback(void)
{
    struct if_nameindex *all = if_nameindex();
    int index = 0;

    for (struct if_nameindex *i = all; i && i->if_index && !index; i++)
        if (strcmp(i->if_name, "lo") != 0)
            index = (int)i->if_index;
    if_freenameindex(all);
    return index;
}

int interface_by_address(const char *address)
{
    struct address to;
    int index;

    if (address && !*address) /* of a machine with one for each path */
        address = NULL;
    /* TEST-NET-3 (RFC 5737): nothing is sent, the answer is the default route's interface. */
    if (address_parse(&to, address ? address : "203.0.113.1", 0, NULL) < 0)
        return 0;
    index = address ? interface_with(&to) : 0;
    if (!index)
        index = interface_by_sockaddr(&to);
    return index || address ? index : first_but_loopback();
}

static struct nlmsghdr *link_ask(int index)
{
    struct request q = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof q.link),
                                     .nlmsg_type = RTM_GETLINK } };

    q.link.ifi_family = AF_UNSPEC;
    q.link.ifi_index = index;
    return index > 0 ? netlink_ask(&q, RTM_NEWLINK) : NULL;
}

uint64_t interface_tx_packets(int index)
{
    struct nlmsghdr *answer = link_ask(index);
    struct rtnl_link_stats64 stats = { 0 };
    int len = answer ? (int)IFLA_PAYLOAD(answer) : 0;

    if (!answer)
        return 0;
    for (struct rtattr *a = IFLA_RTA((struct ifinfomsg *)NLMSG_DATA(answer)); RTA_OK(a, len);
         a = RTA_NEXT(a, len))
        if (a->rta_type == IFLA_STATS64)
            memcpy(&stats, RTA_DATA(a),
                   RTA_PAYLOAD(a) < sizeof stats ? RTA_PAYLOAD(a) : sizeof stats);
    free(answer);
    return stats.tx_packets;
}

static const struct {
    unsigned short type;
    const char *key;
} numbers[] = {
    { IFLA_MTU, "mtu" },
    { IFLA_GSO_MAX_SIZE, "gso_max_size" },
    { IFLA_GSO_MAX_SEGS, "gso_max_segs" },
    { 63, "gso_ipv4_max_size" }, /* IFLA_GSO_IPV4_MAX_SIZE, Linux 6.3 */
    { IFLA_NUM_TX_QUEUES, "tx_queues" },
    { IFLA_NUM_RX_QUEUES, "rx_queues" },
    { IFLA_TXQLEN, "tx_queue_length" },
};

static void add_text(struct json_writer *w, const char *key, const struct rtattr *a)
{
    char text[32] = "";
    size_t len = RTA_PAYLOAD(a) < sizeof text ? RTA_PAYLOAD(a) : sizeof text - 1;

    memcpy(text, RTA_DATA(a), len);
    text[sizeof text - 1] = 0;
    json_add_text(w, key, text);
}

static void add_kind(struct json_writer *w, struct rtattr *info)
{
    int len = (int)RTA_PAYLOAD(info);

    for (struct rtattr *a = RTA_DATA(info); RTA_OK(a, len); a = RTA_NEXT(a, len))
        if (a->rta_type == IFLA_INFO_KIND)
            add_text(w, "kind", a);
}

static void add_attribute(struct json_writer *w, struct rtattr *a)
{
    uint32_t value;

    if (a->rta_type == IFLA_QDISC)
        add_text(w, "qdisc", a);
    else if (a->rta_type == IFLA_LINKINFO)
        add_kind(w, a);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (a->rta_type == numbers[i].type && RTA_PAYLOAD(a) >= sizeof value) {
            memcpy(&value, RTA_DATA(a), sizeof value);
            json_add_uint(w, numbers[i].key, value);
        }
    }
}

void interface_add(struct json_writer *w, const char *key, int index)
{
    struct nlmsghdr *answer = link_ask(index);
    int len = answer ? (int)IFLA_PAYLOAD(answer) : 0;
    char name[IF_NAMESIZE];

    if (!answer || !if_indextoname((unsigned)index, name)) {
        free(answer);
        return;
    }
    json_open(w, key);
    json_add_text(w, "name", name);
    for (struct rtattr *a = IFLA_RTA((struct ifinfomsg *)NLMSG_DATA(answer)); RTA_OK(a, len);
         a = RTA_NEXT(a, len))
        add_attribute(w, a);
    offload_add(w, name);
    json_close(w);
    free(answer);
}
