/* SPDX-License-Identifier: Apache-2.0
 *
 * The axis of a chart: from the figures that are to be on it to round ends, ticks and their texts.
 *
 * Pure functions.
 */
#ifndef VMTP_CHART_AXIS_H
#define VMTP_CHART_AXIS_H

#include "../base/units.h"

#include <stdbool.h>
#include <stddef.h>

#define AXIS_TICKS_MAX 12

/* Between which values figures lie.  What is no number, and a NAN, is passed over. */
struct extent {
    double low, high;
    bool any;
};

void extent_add(struct extent *extent, double value);

enum scale {
    SCALE_LINEAR,
    SCALE_ZERO, /* linear, and 0 is on it */
    SCALE_LOG,  /* linear where a value is not positive */
    SCALE_FEW,  /* linear, with two or three ticks, for what is low */
    SCALE_AUTO, /* linear; with 0 where that is near; log where values differ by more than 20 */
};

struct axis {
    double low, high;
    bool log;
    const char *unit; /* borrowed: "bit/s", "s", "ratio", "bytes", ... */
    double ticks[AXIS_TICKS_MAX];
    size_t tick_count;
};

/* Its ends are ticks.  Of an empty extent it is 0 to 1. */
struct axis axis_make(const struct extent *extent, enum scale scale, const char *unit);
/* Where a value is: 0 to 1, its ends; what is beyond is at the end. */
double axis_at(const struct axis *axis, double value);
/* "200 Mb/s": as short as it is exact. */
struct number axis_text(const struct axis *axis, double tick);

#endif
