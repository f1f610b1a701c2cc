/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include "netlink.h"

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void take_queue(const struct attribute *stats, struct queue_drops *ret)
{
    struct attributes list = attributes_within(stats);
    struct attribute a;
    struct gnet_stats_queue q;

    while (attribute_next(&list, &a))
        if (a.type == TCA_STATS_QUEUE && a.len >= sizeof q) {
            memcpy(&q, a.data, sizeof q);
            ret->dropped = q.drops;
            ret->known = true;
        }
}

void queue_drops_take(const void *answer, size_t len, struct queue_drops *ret)
{
    struct tcmsg fixed;
    struct attributes list;
    struct attribute a;

    memset(ret, 0, sizeof *ret);
    if (!message_open(answer, len, RTM_NEWQDISC, &fixed, sizeof fixed, &list))
        return;
    ret->handle = fixed.tcm_handle;
    ret->parent = fixed.tcm_parent;
    ret->index = fixed.tcm_ifindex;
    while (attribute_next(&list, &a)) {
        if (a.type == TCA_KIND)
            attribute_text(&a, ret->kind, sizeof ret->kind);
        else if (a.type == TCA_STATS2)
            take_queue(&a, ret);
    }
}

bool queue_tells(const char *kind)
{
    static const char *const tail_drop[] = {
        "noqueue", "pfifo_fast", "pfifo", "bfifo", "tbf", "fq"
    };

    for (size_t i = 0; i < sizeof tail_drop / sizeof *tail_drop; i++)
        if (!strcmp(kind, tail_drop[i]))
            return true;
    return false;
}

/* The kernel notifies listeners of the group; the one who asked is among them with NLM_F_ECHO. */
void queue_drops_read(int index, struct queue_drops *ret)
{
    struct netlink_question q = {
        .header = { .nlmsg_len = NLMSG_LENGTH(sizeof q.queue),
                    .nlmsg_type = RTM_GETQDISC,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ECHO },
        .queue = { .tcm_family = AF_UNSPEC, .tcm_ifindex = index, .tcm_parent = TC_H_ROOT }
    };
    size_t len = 0;
    void *answer = index > 0 ? netlink_ask(&q, &len) : NULL;

    queue_drops_take(answer, len, ret);
    free(answer);
}
