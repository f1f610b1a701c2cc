/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters of IP, UDP and TCP that tell of trouble: /proc/net/snmp, netstat and snmp6.  One thread.
 */
#ifndef PROBE_WATCH_PROTOCOL_H
#define PROBE_WATCH_PROTOCOL_H

#include "watch_figures.h"

#define PROTOCOL_COUNTERS 40
#define PROTOCOL_GROUPS   5    /* lines of names that are wanted */
#define PROTOCOL_COLUMNS  256  /* of a group */
#define PROTOCOL_NAMES    4096 /* bytes of such a line */

/* Which of a group's columns are wanted: found once, and anew when the line of names changes. */
struct protocol_plan {
    const char *group; /* the table's own string */
    char names[PROTOCOL_NAMES];
    int8_t row[PROTOCOL_COLUMNS]; /* of the table; -1: not wanted */
    size_t columns;
};

struct watch_protocol {
    struct protocol_plan plan[PROTOCOL_GROUPS];
    struct counter counter[PROTOCOL_COUNTERS]; /* by row of the table */
    uint64_t moved[PROTOCOL_COUNTERS];         /* and not yet told */
};

/* The text of one of these files, and another one's. */
void protocol_take(struct watch_protocol *, const char *text);
/* What moved, IPv4 and IPv6 together under one name. */
void protocol_tell(struct watch_protocol *, struct figures *);

#endif
