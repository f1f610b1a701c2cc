/* SPDX-License-Identifier: Apache-2.0
 *
 * Shares of the time come from the kernel in steps of a jiffy (4 ms as a rule), so over an interval
 * they may come out above all of it: they are cut.
 */
#include "tcpview.h"

#include "meter.h"

void tcpview_look(struct tcpview *v, const struct tcpinfo *i)
{
    if (!i->connections)
        return;
    v->looks++;
    v->rtt_us += i->rtt_us_sum / i->connections;
    v->cwnd_bytes += i->cwnd_bytes;
    v->delivery_bytes_s += i->delivery_bytes_s;
    v->pacing_bytes_s += i->pacing_bytes_s;
    v->unsent_bytes += i->unsent_bytes;
    v->paced += i->paced;
    v->app_limited += i->app_limited;
    v->connections += i->connections;
    v->min_rtt_us = i->min_rtt_us;
    v->has_delivery = i->has_delivery;
}

/* The difference of a sum over sockets; one of them may have gone. */
static uint64_t since(uint64_t then, uint64_t now)
{
    return now > then ? now - then : 0;
}

void tcpview_count(struct tcpview *v, const struct tcpinfo *then, const struct tcpinfo *now,
                   uint64_t elapsed_ns)
{
    v->elapsed_ns = elapsed_ns * now->connections;
    v->retransmits = since(then->retransmits, now->retransmits);
    v->spurious = since(then->spurious, now->spurious);
    v->has_sent = now->has_sent;
    v->busy_us = since(then->busy_us, now->busy_us);
    v->rwnd_us = since(then->rwnd_us, now->rwnd_us);
    v->sndbuf_us = since(then->sndbuf_us, now->sndbuf_us);
    v->has_busy = now->has_busy;
}

static void add_levels(const struct tcpview *v, struct json_writer *w)
{
    double looks = (double)v->looks;

    json_add_real(w, "rtt_us", (double)v->rtt_us / looks);
    json_add_real(w, "cwnd_bytes", (double)v->cwnd_bytes / looks);
    if (v->min_rtt_us)
        json_add_uint(w, "min_rtt_us", v->min_rtt_us);
    if (v->paced == v->connections)
        json_add_real(w, "pacing_bytes_s", (double)v->pacing_bytes_s / looks);
    if (!v->has_delivery)
        return;
    json_add_real(w, "unsent_bytes", (double)v->unsent_bytes / looks);
    json_add_real(w, "delivery_bytes_s", (double)v->delivery_bytes_s / looks);
    share_add(w, "app_limited", (double)v->app_limited, (double)v->connections);
}

void tcpview_add(const struct tcpview *v, struct json_writer *w)
{
    double elapsed_us = (double)v->elapsed_ns / 1e3;

    if (v->looks)
        add_levels(v, w);
    if (!v->elapsed_ns)
        return;
    json_add_uint(w, "retransmits", v->retransmits);
    if (v->has_sent) /* as old as the count of these */
        json_add_uint(w, "spurious", v->spurious);
    if (v->has_busy) {
        share_add(w, "busy", (double)v->busy_us, elapsed_us);
        share_add(w, "rwnd", (double)v->rwnd_us, elapsed_us);
        share_add(w, "sndbuf", (double)v->sndbuf_us, elapsed_us);
    }
}
