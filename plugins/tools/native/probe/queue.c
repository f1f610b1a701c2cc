/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include <linux/gen_stats.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES 65536 /* a link with many virtual functions is long */

/* ---- attributes ---- */

struct attributes {
    const char *at;
    size_t left;
};

struct attribute {
    unsigned type;
    const void *data;
    size_t len;
};

/* The next one; false: there is none that is whole. */
static bool next(struct attributes *list, struct attribute *ret)
{
    struct rtattr head;
    size_t whole;

    if (list->left < sizeof head)
        return false;
    memcpy(&head, list->at, sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > list->left)
        return false;
    *ret = (struct attribute){ head.rta_type & NLA_TYPE_MASK, list->at + RTA_LENGTH(0),
                               head.rta_len - RTA_LENGTH(0) };
    whole = RTA_ALIGN(head.rta_len);
    list->at += whole < list->left ? whole : list->left;
    list->left -= whole < list->left ? whole : list->left;
    return true;
}

static struct attributes within(const struct attribute *a)
{
    return (struct attributes){ a->data, a->len };
}

static void copy_text(char to[16], const struct attribute *a)
{
    size_t len = a->len < 15 ? a->len : 15;

    memcpy(to, a->data, len);
    to[len] = 0;
}

/* The attributes behind a message's fixed part of that size, which is copied to ret_fixed; false:
 * it is another message, or was cut. */
static bool open_message(const void *answer, size_t len, uint16_t type, void *ret_fixed,
                         size_t fixed, struct attributes *ret)
{
    size_t head = NLMSG_LENGTH(NLMSG_ALIGN(fixed));
    struct nlmsghdr h;

    if (len < head)
        return false;
    memcpy(&h, answer, sizeof h);
    if (h.nlmsg_type != type || h.nlmsg_len < head || h.nlmsg_len > len)
        return false;
    memcpy(ret_fixed, (const char *)answer + NLMSG_HDRLEN, fixed);
    *ret = (struct attributes){ (const char *)answer + head, h.nlmsg_len - head };
    return true;
}

/* ---- what an interface is ---- */

static void take_kind(const struct attribute *info, struct link_name *ret)
{
    struct attributes list = within(info);
    struct attribute a;

    while (next(&list, &a))
        if (a.type == IFLA_INFO_KIND)
            copy_text(ret->kind, &a);
}

void link_name_take(const void *answer, size_t len, struct link_name *ret)
{
    struct ifinfomsg fixed;
    struct attributes list;
    struct attribute a;

    memset(ret, 0, sizeof *ret);
    if (!open_message(answer, len, RTM_NEWLINK, &fixed, sizeof fixed, &list))
        return;
    while (next(&list, &a)) {
        if (a.type == IFLA_IFNAME)
            copy_text(ret->name, &a);
        else if (a.type == IFLA_LINKINFO)
            take_kind(&a, ret);
    }
    ret->known = ret->name[0] != 0;
}

/* ---- what a queueing discipline has dropped ---- */

static void take_queue(const struct attribute *stats, struct queue_drops *ret)
{
    struct attributes list = within(stats);
    struct attribute a;
    struct gnet_stats_queue q;

    while (next(&list, &a))
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
    if (!open_message(answer, len, RTM_NEWQDISC, &fixed, sizeof fixed, &list))
        return;
    ret->handle = fixed.tcm_handle;
    while (next(&list, &a)) {
        if (a.type == TCA_KIND)
            copy_text(ret->kind, &a);
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

/* ---- asking ---- */

struct question {
    struct nlmsghdr header;
    union {
        struct ifinfomsg link;
        struct tcmsg queue;
    };
};

/* The answer's length; 0: none.  The kernel has answered when send() returns, and where there is
 * nothing to tell it says nothing. */
static size_t ask(const struct question *q, void *answer)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ssize_t n = -1;

    if (fd < 0)
        return 0;
    if (send(fd, q, q->header.nlmsg_len, 0) >= 0)
        n = recv(fd, answer, ANSWER_BYTES, MSG_DONTWAIT);
    close(fd);
    return n > 0 ? (size_t)n : 0;
}

void link_name_read(int index, struct link_name *ret)
{
    struct question q = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof q.link),
                                      .nlmsg_type = RTM_GETLINK,
                                      .nlmsg_flags = NLM_F_REQUEST },
                          .link = { .ifi_family = AF_UNSPEC, .ifi_index = index } };
    void *answer = index > 0 ? malloc(ANSWER_BYTES) : NULL;

    memset(ret, 0, sizeof *ret);
    if (answer)
        link_name_take(answer, ask(&q, answer), ret);
    free(answer);
}

/* The kernel notifies listeners of the group; the one who asked is among them with NLM_F_ECHO. */
void queue_drops_read(int index, struct queue_drops *ret)
{
    struct question q = {
        .header = { .nlmsg_len = NLMSG_LENGTH(sizeof q.queue),
                    .nlmsg_type = RTM_GETQDISC,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ECHO },
        .queue = { .tcm_family = AF_UNSPEC, .tcm_ifindex = index, .tcm_parent = TC_H_ROOT }
    };
    void *answer = index > 0 ? malloc(ANSWER_BYTES) : NULL;

    memset(ret, 0, sizeof *ret);
    if (answer)
        queue_drops_take(answer, ask(&q, answer), ret);
    free(answer);
}
