/* SPDX-License-Identifier: Apache-2.0
 *
 * TCP_INFO.  The kernel's struct may be longer or shorter than the header's: the size is passed
 * and the length that comes back is honoured.
 */
#include "tcpinfo.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#define REACHES(len, field)                                                                        \
    ((len) >= offsetof(struct tcp_info, field) + sizeof((struct tcp_info *)0)->field)

/* The kernel has a pacing rate for every connection; it keeps to it for sure where someone has
 * asked for one. */
static void add_rates(struct tcpinfo *t, const struct tcp_info *i, socklen_t len)
{
    if (REACHES(len, tcpi_max_pacing_rate) && i->tcpi_max_pacing_rate != UINT64_MAX &&
        i->tcpi_pacing_rate != UINT64_MAX) {
        t->paced++;
        t->pacing_bytes_s += i->tcpi_pacing_rate;
    }
    t->has_delivery = REACHES(len, tcpi_delivery_rate);
    if (t->has_delivery) {
        t->delivery_bytes_s += i->tcpi_delivery_rate;
        t->app_limited += i->tcpi_delivery_rate_app_limited;
    }
}

static void add(struct tcpinfo *t, const struct tcp_info *i, socklen_t len)
{
    t->connections++;
    t->retransmits += i->tcpi_total_retrans;
    t->cwnd_bytes += (uint64_t)i->tcpi_snd_cwnd * i->tcpi_snd_mss;
    t->rtt_us_sum += i->tcpi_rtt;
    t->rcv_rtt_us_sum += i->tcpi_rcv_rtt;
    t->rcv_space_sum += i->tcpi_rcv_space;
    t->mss = i->tcpi_snd_mss;
    if (REACHES(len, tcpi_min_rtt) && i->tcpi_min_rtt != UINT32_MAX &&
        (!t->min_rtt_us || i->tcpi_min_rtt < t->min_rtt_us))
        t->min_rtt_us = i->tcpi_min_rtt;
    if (REACHES(len, tcpi_notsent_bytes))
        t->unsent_bytes += i->tcpi_notsent_bytes;
    add_rates(t, i, len);
    t->has_busy = REACHES(len, tcpi_sndbuf_limited);
    if (t->has_busy) {
        t->busy_us += i->tcpi_busy_time;
        t->rwnd_us += i->tcpi_rwnd_limited;
        t->sndbuf_us += i->tcpi_sndbuf_limited;
    }
    t->has_sent = REACHES(len, tcpi_bytes_retrans);
    if (REACHES(len, tcpi_dsack_dups))
        t->spurious += i->tcpi_dsack_dups;
    if (t->has_sent)
        t->sent_bytes += i->tcpi_bytes_sent - i->tcpi_bytes_retrans;
}

void tcpinfo_read(struct tcpinfo *t, const int *fd, uint32_t count)
{
    memset(t, 0, sizeof *t);
    for (uint32_t n = 0; n < count; n++) {
        struct tcp_info info;
        socklen_t len = sizeof info;

        memset(&info, 0, sizeof info);
        if (!getsockopt(fd[n], IPPROTO_TCP, TCP_INFO, &info, &len))
            add(t, &info, len);
    }
}
