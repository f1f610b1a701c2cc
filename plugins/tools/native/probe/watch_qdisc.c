/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_qdisc.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define LOOKUP_EVERY 10
#define ANSWERS_MAX  64 /* datagrams of one dump */

struct question {
    struct nlmsghdr header;
    struct tcmsg tc;
};

static bool netlink_open(struct watch_qdisc *q)
{
    struct timeval patience = { 0, 200000 };

    if (q->fd < 0)
        q->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (q->fd >= 0)
        (void)setsockopt(q->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return q->fd >= 0;
}

static bool stats_drops(struct rtattr *stats, uint64_t *ret)
{
    int len = (int)RTA_PAYLOAD(stats);

    for (struct rtattr *a = RTA_DATA(stats); RTA_OK(a, len); a = RTA_NEXT(a, len)) {
        struct gnet_stats_queue queue;

        if (a->rta_type != TCA_STATS_QUEUE || RTA_PAYLOAD(a) < sizeof queue)
            continue;
        memcpy(&queue, RTA_DATA(a), sizeof queue);
        *ret = queue.drops;
        return true;
    }
    return false;
}

bool qdisc_parse(const void *answer, size_t len, uint64_t *ret_dropped)
{
    int left = (int)(len - NLMSG_ALIGN(sizeof(struct tcmsg)));

    if (len < NLMSG_ALIGN(sizeof(struct tcmsg)))
        return false;
    for (struct rtattr *a = (void *)((char *)(uintptr_t)answer + NLMSG_ALIGN(sizeof(struct tcmsg)));
         RTA_OK(a, left); a = RTA_NEXT(a, left))
        if ((a->rta_type & NLA_TYPE_MASK) == TCA_STATS2)
            return stats_drops(a, ret_dropped);
    return false;
}

/* What one dump said of a device. */
struct drops {
    bool root, ingress; /* it has one */
    uint64_t root_dropped, ingress_dropped;
};

static void answer_take(const struct nlmsghdr *h, const struct watch_device *w, struct drops *drops)
{
    const struct tcmsg *tc = NLMSG_DATA(h);
    size_t len = h->nlmsg_len - NLMSG_HDRLEN;

    for (size_t i = 0; len >= sizeof *tc && i < w->count; i++) {
        if (w->device[i].index != (unsigned)tc->tcm_ifindex)
            continue;
        if (tc->tcm_parent == TC_H_ROOT)
            drops[i].root = qdisc_parse(tc, len, &drops[i].root_dropped);
        else if (tc->tcm_parent == TC_H_INGRESS)
            drops[i].ingress = qdisc_parse(tc, len, &drops[i].ingress_dropped);
        return;
    }
}

/* What is in one datagram of the dump; false: that was its end. */
static bool answers_take(const struct watch_qdisc *q, void *buf, size_t left,
                         const struct watch_device *w, struct drops *drops)
{
    for (struct nlmsghdr *h = buf; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
        if (h->nlmsg_seq != q->seq)
            continue; /* of an earlier one that came too late */
        if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
            return false;
        if (h->nlmsg_type == RTM_NEWQDISC && h->nlmsg_len >= NLMSG_HDRLEN)
            answer_take(h, w, drops);
    }
    return true;
}

/* All interfaces at once: asked for one, the kernel would tell everybody who listens to changes.
 * False: there are too many for us, or it does not answer. */
static bool ask(struct watch_qdisc *q, const struct watch_device *w, struct drops *drops)
{
    struct question question = {
        .header = { .nlmsg_len = NLMSG_LENGTH(sizeof question.tc),
                    .nlmsg_type = RTM_GETQDISC,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                    .nlmsg_seq = ++q->seq },
        .tc = { .tcm_family = AF_UNSPEC },
    };
    static _Alignas(struct nlmsghdr) char buf[32768];
    ssize_t n = send(q->fd, &question, question.header.nlmsg_len, 0);

    for (int i = 0; n > 0 && i < ANSWERS_MAX; i++) {
        n = recv(q->fd, buf, sizeof buf, 0);
        if (n > 0 && !answers_take(q, buf, (size_t)n, w, drops))
            return true;
    }
    close(q->fd); /* the rest of its answers with it */
    q->fd = -1;
    return false;
}

/* What is not there has dropped nothing: it begins at 0 when it comes. */
static uint64_t drops_moved(struct counter *c, bool found, uint64_t dropped)
{
    return counter_moved_32(c, found ? (uint32_t)dropped : 0);
}

/* Another interface may get the name: it is looked up anew now and then. */
static bool look_up(struct watch_device *w)
{
    bool busy = false;

    for (size_t i = 0; i < w->count; i++) {
        struct device *d = &w->device[i];

        if (d->asked++ % LOOKUP_EVERY == 0)
            d->index = if_nametoindex(d->name);
        busy = busy || d->sent || d->received || !d->qdisc_dropped.known;
    }
    return busy;
}

void qdisc_take(struct watch_qdisc *q, struct watch_device *w, struct figures *f)
{
    struct drops drops[DEVICE_MAX] = { 0 };

    if (!look_up(w) || !netlink_open(q) || !ask(q, w, drops))
        return;
    for (size_t i = 0; i < w->count; i++) {
        struct device *d = &w->device[i];

        figures_add_moved(f, FIGURE_NETWORK, "qdisc_dropped", d->name,
                          drops_moved(&d->qdisc_dropped, drops[i].root, drops[i].root_dropped));
        figures_add_moved(
            f, FIGURE_NETWORK, "filter_dropped", d->name,
            drops_moved(&d->filter_dropped, drops[i].ingress, drops[i].ingress_dropped));
    }
}
