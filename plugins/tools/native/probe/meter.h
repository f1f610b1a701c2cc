/* SPDX-License-Identifier: Apache-2.0
 *
 * What a job says of itself over the measured window and over each of its intervals: CPU time of
 * the probe and of the job's thread, whether it was kept from running, how long it waited, how
 * full the receive buffer was.  And the beginning of its result line.  Owned by the job's thread;
 * a meter that is all zeros and was not given pages knows the whole window alone.
 */
#ifndef PROBE_METER_H
#define PROBE_METER_H

#include "observer.h"
#include "trial.h"
#include "window.h"

/* Of an interval, or of the whole window. */
struct page {
    uint64_t elapsed_ns;
    uint64_t cpu_ns;    /* of the process */
    uint64_t thread_ns; /* of the job's thread */
    uint64_t delay_ns;  /* that thread was ready and had no CPU */
    uint64_t idle_ns;   /* it waited for a moment or looked in vain, asleep or spinning */
    struct observation seen;
};

struct meter {
    bool begun, ended;
    uint64_t start_ns, begin_ns, end_ns;
    uint64_t stall_ns;         /* the longest time that the job's loop slept over its time */
    uint64_t idle_ns;          /* so far */
    bool spins;                /* CPU time says nothing of the work */
    int schedstat_fd;          /* -1: this kernel does not tell */
    struct observer *observer; /* of the receiving sockets; NULL: none */
    struct page first, last;   /* used before the begin, and by from_ns */
    struct page whole;         /* once it has ended */
    /* What follows is for intervals. */
    uint64_t next_ns; /* when meter_pass() is due; UINT64_MAX: not */
    uint64_t duration_ns, interval_ns, from_ns;
    struct page *page; /* NULL: none are kept */
    uint32_t count, passed;
};

/* In intervals as a window has them.  0 or -ENOMEM.  [job, before the begin] */
int meter_init(struct meter *, const struct params *);
void meter_free(struct meter *);

/* The window has begun: at start_ns, and this is the first look at the clock since. */
void meter_begin(struct meter *, uint64_t start_ns, uint64_t now_ns);
/* Close the intervals that lie behind. */
void meter_pass(struct meter *, uint64_t now_ns);
void meter_end(struct meter *, uint64_t now_ns);

static inline void meter_stall(struct meter *m, uint64_t ns)
{
    if (m->begun && !m->ended && ns > m->stall_ns)
        m->stall_ns = ns;
}

/* So long it waited, by its own will. */
static inline void meter_idle(struct meter *m, uint64_t ns)
{
    m->idle_ns += ns;
}

/* "result" with direction, side and the meter's figures; the caller adds its own and sends. */
void result_begin(struct json_writer *, char *buf, size_t size, const struct job *,
                  const struct meter *);
/* "interval" number n of this job, with the meter's figures. */
void interval_begin(struct json_writer *, char *buf, size_t size, const struct job *,
                    const struct meter *, uint32_t n);
/* What a receiver got in each of them. */
void intervals_send(const struct job *, const struct window *, const struct meter *);
/* What a sender that counts nothing in them has to say of each. */
void pages_send(const struct job *, const struct meter *);
/* part of whole, as a share from 0 to 1; nothing where there is no whole. */
void share_add(struct json_writer *, const char *key, double part, double whole);

#define INTERVAL_BYTES 1024 /* that a line of an interval takes at most */

#endif
