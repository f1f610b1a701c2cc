/* SPDX-License-Identifier: Apache-2.0
 *
 * What ping has printed in one trial, line by line, and the samples that come of it.  It reads
 * iputils, BusyBox and inetutils alike, and whatever prints as they do.
 * Part of an instance's state; its worker's alone.
 */
#ifndef PING_TALLY_H
#define PING_TALLY_H

#include <vmtp/plugin.h>

/* Rows of the metrics table. */
enum ping_metric {
    M_RTT,
    M_RTT_AVG,
    M_RTT_MIN,
    M_RTT_MAX,
    M_RTT_MDEV,
    M_SENT,
    M_RECEIVED,
    M_DUPLICATED,
    M_REORDERED,
    M_COUNT
};

struct tally {
    uint64_t replies, duplicated, reordered;
    uint64_t next; /* sequence number behind the youngest reply; 0: none has come */
    uint64_t min_ns, max_ns;
    char complaint[200];   /* the last that ping said of itself */
    char unreachable[200]; /* the first that a router said */
    uint32_t counts[VMTP_BUCKETS];
};

/* The next line.  1: it was the summary, and the trial has its figures. */
int tally_line(struct vmtp_self *, struct tally *, const struct vmtp_flow *, uint64_t time_ns,
               const char *text, struct vmtp_error *);

#endif
