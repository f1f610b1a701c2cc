/* SPDX-License-Identifier: Apache-2.0
 *
 * What the probes of a trial have told, as bounded numbers; NAN: nobody said.  Directions are 0 up
 * and 1 down, a side is the receiving or the sending one.  [worker]
 */
#ifndef NATIVE_TOLD_H
#define NATIVE_TOLD_H

#include "report.h"

#define BYTES_MAX 1e18
#define NS_MAX    1e15
#define COUNT_MAX 1e15

const json_t *told_result(const struct run *, int dir, bool receiver);
const json_t *told_intervals(const struct run *, int dir, bool receiver);
/* Does the trial have it? */
bool told_direction(const struct run *, int dir);

/* bit/s of a result or an interval; NAN where no time has passed. */
double told_rate(const json_t *);
/* The sum over the directions of one field of all results of a side. */
double told_sum(const struct run *, bool receiver, const char *key, double max);

/* A field that becomes a metric, of the trial and of its intervals.  Where both directions tell it,
 * the metric is the sum, or what is the worse of the two: the one or the other end limits. */
enum told_join { TOLD_SUM, TOLD_MOST, TOLD_LEAST };

struct told_row {
    uint32_t metric;
    bool receiver; /* the receiving side tells it */
    const char *key;
    double max, scale; /* of what is told at most; from there to the metric's unit */
    enum told_join join;
};

/* Emit them. */
int told_rows(struct run *, const struct told_row *, size_t count);

/* When interval n of so many ends, on our clock. */
uint64_t told_interval_end(const struct run *, size_t n, size_t count);
/* A figure of the whole trial; one that is not finite is none. */
int told_emit(const struct run *, uint32_t metric, double value);

#endif
