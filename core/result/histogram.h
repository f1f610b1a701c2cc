/* SPDX-License-Identifier: Apache-2.0
 *
 * A histogram that the core owns: the log-linear buckets of <vmtp/histogram.h>, those that are
 * not empty in rising order, with exact minimum and maximum.
 *
 * One thread at a time.  All functions that read take one that is not empty as well as an empty
 * one; "no such figure" is NAN.
 */
#ifndef VMTP_RESULT_HISTOGRAM_H
#define VMTP_RESULT_HISTOGRAM_H

#include "../base/attr.h"
#include "stats.h"

#include <jansson.h>
#include <vmtp/histogram.h>

struct histogram {
    double scale; /* one bucket unit in the metric's unit */
    struct vmtp_bucket *buckets;
    size_t count;
    uint64_t n;        /* values in all */
    uint64_t min, max; /* in bucket units; 0 and 0 when empty */
};

int histogram_new(double scale, struct histogram **ret);
void histogram_free(struct histogram *histogram);
DEFINE_CLEANUP(histogram_free, struct histogram *)

/* Add all of another's values.  -EINVAL: it is no histogram (indices that do not rise or are out
 * of range, a minimum or maximum outside of its bucket) or of another scale.  A minimum and
 * maximum of 0 and 0 beside other buckets means that they are not known.  On failure nothing has
 * changed. */
int histogram_merge(struct histogram *histogram, const struct vmtp_histogram *more);
/* The same as a plugin would emit it; borrows the buckets. */
struct vmtp_histogram histogram_view(const struct histogram *histogram);

/* In the metric's unit. */
double histogram_min(const struct histogram *histogram);
double histogram_max(const struct histogram *histogram);
double histogram_mean(const struct histogram *histogram);
/* The value of rank 1..n, as its bucket has it. */
double histogram_at_rank(const struct histogram *histogram, uint64_t rank);
/* The smallest value that is not below a share q of all; NAN where n is too small for that
 * percentile (stats_supports). */
double histogram_percentile(const struct histogram *histogram, double q);
/* Its 95 % interval. */
bool histogram_interval(const struct histogram *histogram, double q, struct interval *ret);

/* {"scale": 1e-9, "bits": 7, "n": 3, "min": 9, "max": 12, "buckets": [[9, 2], [12, 1]]}.
 * NULL: out of memory. */
json_t *histogram_to_json(const struct histogram *histogram);
/* -EINVAL for what is none. */
int histogram_from_json(const json_t *json, struct histogram **ret);

#endif
