/* SPDX-License-Identifier: Apache-2.0
 *
 * How long the group of processes that the probe is in was kept from running by a limit on its CPU
 * time (cgroup), its own or one above it: a container's, as a rule.  One thread.
 */
#ifndef PROBE_WATCH_QUOTA_H
#define PROBE_WATCH_QUOTA_H

#include "watch_figures.h"
#include "watch_file.h"

#define QUOTA_LEVELS 6 /* of groups in groups, from the probe's own upwards */

struct quota_level {
    struct watch_file file;
    struct counter throttled_ns;
};

struct watch_quota {
    struct quota_level level[QUOTA_LEVELS];
    size_t count;
    uint64_t time_ns;
    bool limited; /* it was seen to be */
};

/* The text of a cpu.stat of either version; false: it has no such figure. */
bool quota_parse(const char *text, uint64_t *ret_ns);

void quota_open(struct watch_quota *);
/* Seconds a second, of all CPUs together; nothing until it was limited once.  It is the endpoint's
 * own, as what belongs to its network namespace is. */
void quota_take(struct watch_quota *, uint64_t now_ns, struct figures *);

#endif
