/* SPDX-License-Identifier: Apache-2.0
 *
 * The system clock of one end over the measured window: how far it is from CLOCK_MONOTONIC, whether
 * it was set meanwhile, and how wrong the kernel says it may be.  Owned by the job's thread.
 */
#ifndef PROBE_CLOCK_SPAN_H
#define PROBE_CLOCK_SPAN_H

#include "clock_jump.h"
#include "json.h"

struct clock_span {
    struct clock_look begin;
};

void clock_span_begin(struct clock_span *);
/* The span ends: fields of the job's result.  "clock_error_ns" only where it is a bound, else
 * "clock_why". */
void clock_span_add(struct json_writer *, const struct clock_span *);

#endif
