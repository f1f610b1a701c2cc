/* SPDX-License-Identifier: Apache-2.0 */
#include "interface.h"

#include "link.h"
#include "netlink.h"
#include "offload.h"
#include "socket.h"

#include <ifaddrs.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static int route_interface(const void *answer, size_t len)
{
    struct attributes list = { NULL, 0 };
    struct attribute a;
    struct rtmsg fixed;
    int index = 0;

    (void)message_open(answer, len, RTM_NEWROUTE, &fixed, sizeof fixed, &list);
    while (attribute_next(&list, &a))
        if (a.type == RTA_OIF && a.len >= sizeof index)
            memcpy(&index, a.data, sizeof index);
    return index;
}

static int interface_by_sockaddr(const struct address *to)
{
    struct netlink_question q = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof q.route),
                                              .nlmsg_type = RTM_GETROUTE,
                                              .nlmsg_flags = NLM_F_REQUEST } };
    bool v6 = to->ss.ss_family == AF_INET6;
    struct rtattr *a = (struct rtattr *)(void *)((char *)&q + q.header.nlmsg_len);
    size_t len = v6 ? sizeof(struct in6_addr) : sizeof(struct in_addr), answered = 0;
    void *answer;
    int index;

    q.route.rtm_family = (unsigned char)to->ss.ss_family;
    q.route.rtm_dst_len = (unsigned char)(8 * len);
    a->rta_type = RTA_DST;
    a->rta_len = (unsigned short)RTA_LENGTH(len);
    memcpy(RTA_DATA(a),
           v6 ? (const void *)&((const struct sockaddr_in6 *)&to->ss)->sin6_addr
              : (const void *)&((const struct sockaddr_in *)&to->ss)->sin_addr,
           len);
    q.header.nlmsg_len = NLMSG_LENGTH(sizeof q.route) + RTA_LENGTH((unsigned)len);
    answer = netlink_ask(&q, &answered);
    index = route_interface(answer, answered);
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

static void add_text(struct json_writer *w, const char *key, const struct attribute *a)
{
    char text[32];

    attribute_text(a, text, sizeof text);
    json_add_text(w, key, text);
}

static void add_kind(struct json_writer *w, const struct attribute *info)
{
    struct attributes list = attributes_within(info);
    struct attribute a;

    while (attribute_next(&list, &a))
        if (a.type == IFLA_INFO_KIND)
            add_text(w, "kind", &a);
}

static void add_attribute(struct json_writer *w, const struct attribute *a)
{
    uint32_t value;

    if (a->type == IFLA_QDISC)
        add_text(w, "qdisc", a);
    else if (a->type == IFLA_LINKINFO)
        add_kind(w, a);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (a->type == numbers[i].type && a->len >= sizeof value) {
            memcpy(&value, a->data, sizeof value);
            json_add_uint(w, numbers[i].key, value);
        }
    }
}

void interface_add(struct json_writer *w, const char *key, int index)
{
    struct attributes list;
    struct ifinfomsg fixed;
    struct attribute a;
    size_t len = 0;
    void *answer = link_ask(index, &len);
    char name[IF_NAMESIZE];

    if (message_open(answer, len, RTM_NEWLINK, &fixed, sizeof fixed, &list) &&
        if_indextoname((unsigned)index, name)) {
        json_open(w, key);
        json_add_text(w, "name", name);
        while (attribute_next(&list, &a))
            add_attribute(w, &a);
        offload_add(w, name);
        json_close(w);
    }
    free(answer);
}
