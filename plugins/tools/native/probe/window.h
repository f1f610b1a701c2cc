/* SPDX-License-Identifier: Apache-2.0
 *
 * The measured window at the receiver: bytes over the time in which they really arrived.
 *
 * Each border of an interval is moved back to the last arrival before it, so an interval's
 * bytes and its elapsed time belong together and intervals add up to the whole: a 10 Mb/s path
 * measured for half a second is right to a part in a thousand.  Silence before a border counts
 * as time once it is longer than three typical gaps, so that a path that has stalled does not
 * look fast.  Owned by one thread.
 */
#ifndef PROBE_WINDOW_H
#define PROBE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window_interval {
    uint64_t bytes, elapsed_ns;
};

struct window {
    uint64_t start_ns, duration_ns, interval_ns;
    uint32_t count;  /* of intervals */
    uint32_t passed; /* borders that lie behind: 0 before the window, count + 1 after it */
    bool started;
    uint64_t last_ns; /* the last arrival; 0: none yet */
    uint64_t from_ns; /* where the open interval begins */
    uint64_t bytes;   /* in the open interval */
    double gap_sum, gap_square_sum;
    struct window_interval *interval;
};

/* interval_ns 0: one for the whole.  0 or -ENOMEM. */
int window_init(struct window *, uint64_t duration_ns, uint64_t interval_ns);
void window_free(struct window *);
/* Fix the borders.  May lie in the future; arrivals before it are the warm-up. */
void window_start(struct window *, uint64_t start_ns);
void window_arrival(struct window *, uint64_t time_ns, uint64_t bytes);
/* Nothing came up to now: pass the borders that lie behind. */
void window_pass(struct window *, uint64_t now_ns);
/* No more will come: close all that is open. */
void window_close(struct window *);
struct window_interval window_total(const struct window *);

static inline uint64_t window_end(const struct window *w)
{
    return w->start_ns + w->duration_ns;
}

static inline bool window_done(const struct window *w)
{
    return w->passed > w->count;
}

/* The gap in which a random moment falls, on average. */
static inline double window_gap(const struct window *w)
{
    return w->gap_sum > 0 ? w->gap_square_sum / w->gap_sum : 0;
}

#endif
