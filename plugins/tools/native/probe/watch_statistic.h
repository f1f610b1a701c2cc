/* SPDX-License-Identifier: Apache-2.0
 *
 * A driver's own counters (ethtool -S) that tell of packets dropped or held back, such as the
 * allowances of a cloud's virtual interface.  Asking may take the driver long, so only interfaces
 * that carry something are asked, once a second.  One thread.
 */
#ifndef PROBE_WATCH_STATISTIC_H
#define PROBE_WATCH_STATISTIC_H

#include "watch_device.h"

#define STATISTIC_DEVICES 8
#define STATISTIC_MAX     4096 /* counters of a driver */
#define STATISTIC_WATCHED 256  /* of them */
#define STATISTIC_SHOWN   12   /* those that moved most */

struct statistic {
    char name[32];
    uint32_t row; /* of the driver's */
    struct counter counter;
};

/* What is watched of one interface; allocated when it first carries something. */
struct statistics {
    char device[DEVICE_NAME_MAX];
    uint32_t total; /* rows that the driver has */
    uint32_t count;
    struct statistic watched[STATISTIC_WATCHED];
};

struct watch_statistic {
    int fd; /* -1: not yet */
    struct statistics *of[STATISTIC_DEVICES];
    size_t count;
};

/* Is a counter of this name about drops or a limit? */
bool statistic_is_wanted(const char *name);
void statistic_take(struct watch_statistic *, const struct watch_device *, struct figures *);

#endif
