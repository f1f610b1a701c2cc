/* SPDX-License-Identifier: Apache-2.0
 *
 * Network interfaces, from /proc/net/dev, which takes no lock that configuring takes, and of those
 * that carry something their queueing disciplines.  Loopback is left out.  One thread.
 */
#ifndef PROBE_WATCH_DEVICE_H
#define PROBE_WATCH_DEVICE_H

#include "watch_figures.h"

#define DEVICE_MAX      64 /* others are not watched */
#define DEVICE_NAME_MAX 16 /* IFNAMSIZ */
#define DEVICE_SHOWN    4  /* whose traffic is told, the busiest */

/* The columns of /proc/net/dev in their order, receiving first. */
enum device_column {
    RX_BYTES,
    RX_PACKETS,
    RX_ERRORS,
    RX_DROPPED, /* with those that it missed */
    TX_BYTES = 8,
    TX_PACKETS,
    TX_ERRORS,
    TX_DROPPED,
    DEVICE_COLUMNS = 16
};

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

/* The name and columns of a line; false: it is none of an interface. */
bool device_parse(const char *line, char ret_name[DEVICE_NAME_MAX], uint64_t ret[DEVICE_COLUMNS]);
void device_take(struct watch_device *, const char *text, struct figures *);
/* Adds bits a second since this was called last. */
void device_traffic(struct watch_device *, uint64_t now_ns, struct figures *);

#endif
