/* SPDX-License-Identifier: Apache-2.0 */
#include "clock_span.h"

#include <math.h>
#include <string.h>

static int64_t distance(const struct clock_look *l)
{
    return (int64_t)(l->real_ns - l->monotonic_ns);
}

static const char *why_unbound(const struct clock_state *s)
{
    if (!s->kernel.known && !s->keeper.answered)
        return "can't be asked for its error";
    return s->synchronised ? "is kept by a program that tells no bound of its error"
                           : "is not synchronised";
}

/* The larger of before and after, as it may have been corrected in between. */
static void add_error(struct json_writer *w, struct clock_span *s)
{
    struct clock_state after;

    memset(&after, 0, sizeof after);
    clock_kernel_read(&after.kernel);
    (void)clock_keeper_again(&s->asker, &after.keeper);
    clock_state_judge(&after);
    if (isnan(s->before.error_s) || isnan(after.error_s))
        json_add_text(w, "clock_why", why_unbound(isnan(after.error_s) ? &after : &s->before));
    else
        json_add_uint(w, "clock_error_ns",
                      (uint64_t)(fmax(s->before.error_s, after.error_s) * 1e9));
}

void clock_span_prepare(struct clock_span *s)
{
    memset(s, 0, sizeof *s);
    clock_kernel_read(&s->before.kernel);
    (void)clock_keeper_find(&s->asker, &s->before.keeper);
    clock_state_judge(&s->before);
}

void clock_span_begin(struct clock_span *s)
{
    clock_look(&s->begin);
}

/* How far the two clocks went apart, as far as the looks can tell. */
static uint64_t step(const struct clock_look *begin, const struct clock_look *end)
{
    int64_t far = distance(end) - distance(begin);
    uint64_t size = (uint64_t)(far < 0 ? -far : far), doubt = begin->within_ns + end->within_ns;

    return size > doubt ? size - doubt : 0;
}

void clock_span_add(struct json_writer *w, struct clock_span *s)
{
    struct clock_look end;
    const struct clock_look *best = &s->begin;

    clock_look(&end);
    if (end.within_ns < best->within_ns)
        best = &end;
    if (distance(best) <= 0)
        return;
    json_add_uint(w, "clock_distance_ns", (uint64_t)distance(best));
    json_add_uint(w, "clock_within_ns", best->within_ns);
    json_add_uint(w, "clock_step_ns", step(&s->begin, &end));
    add_error(w, s);
}
