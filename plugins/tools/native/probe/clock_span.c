/* SPDX-License-Identifier: Apache-2.0 */
#include "clock_span.h"

#include "clock_kernel.h"

static int64_t distance(const struct clock_look *l)
{
    return (int64_t)(l->real_ns - l->monotonic_ns);
}

static void add_error(struct json_writer *w)
{
    struct clock_kernel k;

    clock_kernel_read(&k);
    if (clock_kernel_bounds(&k))
        json_add_uint(w, "clock_error_ns", (uint64_t)(k.max_error_s * 1e9));
    else
        json_add_text(w, "clock_why",
                      !k.known          ? "can't be asked for its error"
                      : !k.synchronised ? "is not synchronised"
                                        : "is kept by a program that tells no bound of its error");
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

void clock_span_add(struct json_writer *w, const struct clock_span *s)
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
    add_error(w);
}
