/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_qdisc.h"

#include "netlink.h"
#include "queue.h"

#include <linux/pkt_sched.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define LOOKUP_EVERY 10
#define ANSWERS_MAX  64 /* datagrams of one dump */

static bool socket_open(struct watch_qdisc *q)
{
    struct timeval patience = { 0, 200000 };

    if (q->fd < 0)
        q->fd = netlink_open();
    if (q->fd >= 0)
        (void)setsockopt(q->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return q->fd >= 0;
}

/* What one dump said of a device. */
struct drops {
    bool root, ingress; /* it has one */
    uint32_t root_dropped, ingress_dropped;
};

static void answer_take(const struct queue_drops *seen, const struct watch_device *w,
                        struct drops *drops)
{
    for (size_t i = 0; seen->index && i < w->count; i++) {
        if (w->device[i].index != (unsigned)seen->index)
            continue;
        if (seen->parent == TC_H_ROOT) {
            drops[i].root = seen->known;
            drops[i].root_dropped = seen->dropped;
        } else if (seen->parent == TC_H_INGRESS) {
            drops[i].ingress = seen->known;
            drops[i].ingress_dropped = seen->dropped;
        }
        return;
    }
}

/* What is in one datagram of the dump; false: that was its end. */
static bool answers_take(const struct watch_qdisc *q, void *buf, size_t left,
                         const struct watch_device *w, struct drops *drops)
{
    left -= left % NLMSG_ALIGNTO; /* so that NLMSG_NEXT() never goes beyond it */
    for (struct nlmsghdr *h = buf; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
        struct queue_drops seen;

        if (h->nlmsg_seq != q->seq)
            continue; /* of an earlier one that came too late */
        if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
            return false;
        queue_drops_take(h, h->nlmsg_len, &seen);
        answer_take(&seen, w, drops);
    }
    return true;
}

/* All interfaces at once: asked for one, the kernel would tell everybody who listens to changes.
 * False: there are too many for us, or it does not answer. */
static bool ask(struct watch_qdisc *q, const struct watch_device *w, struct drops *drops)
{
    struct netlink_question question = {
        .header = { .nlmsg_len = NLMSG_LENGTH(sizeof question.queue),
                    .nlmsg_type = RTM_GETQDISC,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                    .nlmsg_seq = ++q->seq },
        .queue = { .tcm_family = AF_UNSPEC },
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
static uint64_t drops_moved(struct counter *c, bool found, uint32_t dropped)
{
    return counter_moved_32(c, found ? dropped : 0);
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

    if (!look_up(w) || !socket_open(q) || !ask(q, w, drops))
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
