/* SPDX-License-Identifier: Apache-2.0
 *
 * The measured window at the receiver.  A typical gap is the time-weighted mean, sum(g^2)/sum(g):
 * the length of the gap in which a border falls on average, also when arrivals come in bursts.
 * It forgets by half at each border, so that slow start does not excuse a later stall.
 */
#include "window.h"

#include "../protocol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STALL_GAPS 3

int window_init(struct window *w, uint64_t duration_ns, uint64_t interval_ns)
{
    uint64_t count;

    memset(w, 0, sizeof *w);
    if (!interval_ns || interval_ns > duration_ns)
        interval_ns = duration_ns;
    if (interval_ns < duration_ns / PROBE_INTERVALS_MAX + 1)
        interval_ns = duration_ns / PROBE_INTERVALS_MAX + 1;
    /* A rest of less than half an interval joins the last one. */
    count = (duration_ns + interval_ns / 2) / interval_ns;
    w->count = count ? (uint32_t)count : 1;
    w->duration_ns = duration_ns;
    w->interval_ns = interval_ns;
    w->interval = calloc(w->count, sizeof *w->interval);
    return w->interval ? 0 : -ENOMEM;
}

void window_free(struct window *w)
{
    free(w->interval);
    memset(w, 0, sizeof *w);
}

void window_start(struct window *w, uint64_t start_ns)
{
    w->started = true;
    w->start_ns = start_ns;
}

static uint64_t border(const struct window *w)
{
    return w->passed == w->count ? window_end(w) : w->start_ns + w->passed * w->interval_ns;
}

static void pass_border(struct window *w, uint64_t at)
{
    uint64_t edge = at;

    if (w->last_ns && w->last_ns <= at && (double)(at - w->last_ns) <= STALL_GAPS * window_gap(w))
        edge = w->last_ns;
    if (w->last_ns == at)
        edge = at;
    if (w->passed) {
        if (edge < w->from_ns)
            edge = w->from_ns;
        w->interval[w->passed - 1].bytes = w->bytes;
        w->interval[w->passed - 1].elapsed_ns = edge - w->from_ns;
    }
    w->from_ns = edge;
    w->bytes = 0;
    w->passed++;
    w->gap_sum /= 2;
    w->gap_square_sum /= 2;
}

void window_pass(struct window *w, uint64_t now_ns)
{
    while (w->started && !window_done(w) && border(w) < now_ns)
        pass_border(w, border(w));
}

void window_arrival(struct window *w, uint64_t time_ns, uint64_t bytes)
{
    if (time_ns < w->last_ns)
        time_ns = w->last_ns; /* kernel stamps of two queues may be a little out of order */
    window_pass(w, time_ns);
    if (w->last_ns) {
        double gap = (double)(time_ns - w->last_ns);

        w->gap_sum += gap;
        w->gap_square_sum += gap * gap;
    }
    w->last_ns = time_ns;
    if (w->passed)
        w->bytes += bytes;
}

void window_close(struct window *w)
{
    while (w->started && !window_done(w))
        pass_border(w, border(w));
}

struct window_interval window_total(const struct window *w)
{
    struct window_interval sum = { 0, 0 };

    for (uint32_t i = 0; i < w->count; i++) {
        sum.bytes += w->interval[i].bytes;
        sum.elapsed_ns += w->interval[i].elapsed_ns;
    }
    if (!sum.bytes)
        sum.elapsed_ns = w->duration_ns;
    return sum;
}
