/* SPDX-License-Identifier: Apache-2.0
 *
 * Network interfaces, from /proc/net/dev, which takes no lock that configuring takes, and of those
 * that carry something their queueing disciplines.  Loopback is left out.  One thread.
 */
#ifndef PROBE_WATCH_DEVICE_H
#define PROBE_WATCH_DEVICE_H

#include "proc_net.h"
#include "watch_figures.h"

#define DEVICE_MAX   64 /* others are not watched */
#define DEVICE_SHOWN 4  /* whose traffic is told, the busiest */

struct device {
    char name[DEVICE_NAME_MAX];
    struct counter column[DEVICE_COLUMNS];
    uint64_t received_bytes, sent_bytes; /* since traffic was told last */
    bool received, sent;                 /* in the last look */
    unsigned index, asked; /* of watch_qdisc: its number, and how often it was asked for it */
    struct counter qdisc_dropped, filter_dropped;
};

struct watch_device {
    struct device device[DEVICE_MAX];
    size_t count;
    uint64_t time_ns; /* when traffic was told last */
};

void device_take(struct watch_device *, const char *text, struct figures *);
/* Adds bits a second since this was called last. */
void device_traffic(struct watch_device *, uint64_t now_ns, struct figures *);

#endif
