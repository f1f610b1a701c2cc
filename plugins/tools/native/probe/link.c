/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"

#include "netlink.h"

#include <linux/if_link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void *link_ask(int index, size_t *ret_len)
{
    struct netlink_question q = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof q.link),
                                              .nlmsg_type = RTM_GETLINK,
                                              .nlmsg_flags = NLM_F_REQUEST },
                                  .link = { .ifi_family = AF_UNSPEC, .ifi_index = index } };

    return index > 0 ? netlink_ask(&q, ret_len) : NULL;
}

static void take_kind(const struct attribute *info, struct link_name *ret)
{
    struct attributes list = attributes_within(info);
    struct attribute a;

    while (attribute_next(&list, &a))
        if (a.type == IFLA_INFO_KIND)
            attribute_text(&a, ret->kind, sizeof ret->kind);
}

void link_name_take(const void *answer, size_t len, struct link_name *ret)
{
    struct ifinfomsg fixed;
    struct attributes list;
    struct attribute a;

    memset(ret, 0, sizeof *ret);
    if (!message_open(answer, len, RTM_NEWLINK, &fixed, sizeof fixed, &list))
        return;
    while (attribute_next(&list, &a)) {
        if (a.type == IFLA_IFNAME)
            attribute_text(&a, ret->name, sizeof ret->name);
        else if (a.type == IFLA_LINKINFO)
            take_kind(&a, ret);
    }
    ret->known = ret->name[0] != 0;
}

void link_name_read(int index, struct link_name *ret)
{
    size_t len = 0;
    void *answer = link_ask(index, &len);

    link_name_take(answer, len, ret);
    free(answer);
}

uint64_t link_tx_packets(int index)
{
    struct rtnl_link_stats64 stats = { 0 };
    struct attributes list = { NULL, 0 };
    struct ifinfomsg fixed;
    struct attribute a;
    size_t len = 0;
    void *answer = link_ask(index, &len);

    (void)message_open(answer, len, RTM_NEWLINK, &fixed, sizeof fixed, &list);
    while (attribute_next(&list, &a))
        if (a.type == IFLA_STATS64)
            memcpy(&stats, a.data, a.len < sizeof stats ? a.len : sizeof stats);
    free(answer);
    return stats.tx_packets;
}
