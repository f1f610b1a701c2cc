/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_pressure.h"

#include "text.h"

#include <string.h>

#define RUN_DELAY                                                                                  \
    8 /* which number of a line "cpuN" it is, proc's schedstat version 15 and later                \
       */

bool pressure_parse(const char *text, uint64_t *ret_us)
{
    const char *at = strncmp(text, "some ", 5) == 0 ? strstr(text, " total=") : NULL;

    if (!at)
        return false;
    at += 7;
    return text_number(&at, ret_us);
}

void pressure_take(struct watch_pressure *p, const char *text, uint64_t now_ns, struct figures *f)
{
    double span_us = (double)(now_ns - p->time_ns) * 1e-3, share;
    bool first = !p->total.known;
    uint64_t total_us;

    if (!pressure_parse(text, &total_us))
        return;
    share = (double)counter_moved(&p->total, total_us) / (span_us > 0 ? span_us : 1);
    p->time_ns = now_ns;
    if (!first)
        figures_add(f, FIGURE_MACHINE, p->metric, NULL, share < 1 ? share : 1);
}

bool queue_parse(const char *text, uint64_t *ret_ns)
{
    uint64_t sum = 0, value;
    bool found = false;

    for (const char *line = text; line; line = text_next_line(line)) {
        const char *at = line + 3;
        bool whole = strncmp(line, "cpu", 3) == 0 && text_number(&at, &value);

        for (int i = 0; whole && i < RUN_DELAY; i++)
            whole = text_number(&at, &value);
        if (!whole)
            continue;
        sum += value;
        found = true;
    }
    if (found)
        *ret_ns = sum;
    return found;
}

void queue_take(struct watch_queue *q, const char *text, uint64_t now_ns, struct figures *f)
{
    bool first = !q->waited.known;
    double span_ns = (double)(now_ns - q->time_ns);
    uint64_t waited_ns;

    if (!queue_parse(text, &waited_ns))
        return;
    waited_ns = counter_moved(&q->waited, waited_ns);
    q->time_ns = now_ns;
    if (!first && span_ns > 0)
        figures_add(f, FIGURE_MACHINE, "run_queue", NULL, (double)waited_ns / span_ns);
}
