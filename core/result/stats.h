/* SPDX-License-Identifier: Apache-2.0
 *
 * Statistics that assume no distribution: medians, quantiles and their 95 % intervals by order
 * statistics (binomial), and two signs that values in a row are not independent.
 *
 * Pure functions, any thread.  "No such figure" is NAN or false, never 0.
 */
#ifndef VMTP_RESULT_STATS_H
#define VMTP_RESULT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interval {
    double low, high;
};

/* Fewest values of which the median has a 95 % interval: 1 - 2 * 0.5^6 = 0.969. */
#define STATS_MEDIAN_LEAST 6

/* Of values in any order, which stay as they are; NAN of none, or when out of memory. */
double stats_median(const double *values, size_t n);
/* The quantile q in 0..1, between two values in proportion (type 7 of Hyndman and Fan). */
double stats_quantile(const double *values, size_t n, double q);
double stats_mean(const double *values, size_t n);

/* The ranks, 1..n, of the values that enclose the quantile q of what n values were drawn from
 * with at least 95 % confidence.  Each tail gets half of the 5 %; where the outermost value
 * leaves more than that beyond it, the other tail gets what is left.  False: n is too small. */
bool stats_interval_ranks(uint64_t n, double q, uint64_t *ret_low, uint64_t *ret_high);
/* Is there such an interval: 1 - q^n - (1-q)^n >= 0.95?  p50 needs 6 values, p90 29, p99 299,
 * p99.9 2995, p99.99 29956. */
bool stats_supports(double q, uint64_t n);
bool stats_median_interval(const double *values, size_t n, struct interval *ret);

/* Half of the interval's width over the median: 0.02 is "±2 %".  INFINITY around a median of 0,
 * unless the interval has no width. */
double stats_precision(double median, struct interval interval);

/* How much each value resembles the one before it, -1..1; NAN of fewer than three values and of
 * values that are all the same. */
double stats_autocorrelation(const double *values, size_t n);
/* Mann and Kendall's test: how many standard deviations the values rise (or fall, negative) more
 * steadily than values in random order would.  0 of fewer than three. */
double stats_trend(const double *values, size_t n);

#endif
