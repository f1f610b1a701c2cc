/* SPDX-License-Identifier: Apache-2.0
 *
 * What a job says of itself over the measured window: CPU time of the probe, and whether it was
 * kept from running.  And the beginning of its result line.  Owned by the job's thread.
 */
#ifndef PROBE_METER_H
#define PROBE_METER_H

#include "trial.h"
#include "window.h"

struct meter {
    bool begun, ended;
    uint64_t begin_ns, end_ns;
    uint64_t cpu_ns;      /* at the begin; after the end: used */
    uint64_t runqueue_ns; /* the same: waited for a CPU */
    uint64_t stall_ns;    /* the longest time that the job's loop slept over its time */
};

void meter_begin(struct meter *, uint64_t now_ns);
void meter_end(struct meter *, uint64_t now_ns);

static inline void meter_stall(struct meter *m, uint64_t ns)
{
    if (m->begun && !m->ended && ns > m->stall_ns)
        m->stall_ns = ns;
}

/* "result" with direction, side and the meter's figures; the caller adds its own and sends. */
void result_begin(struct json_writer *, char *buf, size_t size, const struct job *,
                  const struct meter *);
/* "interval" number n of this job. */
void interval_begin(struct json_writer *, char *buf, size_t size, const struct job *, uint32_t n);
/* What a receiver got in each of them. */
void intervals_send(const struct job *, const struct window *);

#endif
