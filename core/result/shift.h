/* SPDX-License-Identifier: Apache-2.0
 *
 * How far two sets of values lie apart, whatever they are distributed like: the Hodges-Lehmann
 * shift with its 95 % interval, the Mann-Whitney test, and how many more values would tell.
 *
 * The interval is between two of the sorted differences of all pairs, chosen by the distribution
 * of the Mann-Whitney statistic: exactly for few values, else by its normal approximation.  With
 * ties it is wider than it need be, never narrower.  Pure functions, any thread.
 */
#ifndef VMTP_RESULT_SHIFT_H
#define VMTP_RESULT_SHIFT_H

#include "stats.h"

/* Values of one side that are looked at, at most: their pairs have to fit into memory. */
#define SHIFT_MOST 1000

struct shift {
    double value; /* the median of the differences, NAN: there are no values */
    bool has_interval;
    struct interval interval;
    double p; /* that values of one source lie so far apart, two-sided; 1 of too few */
};

/* Is there a 95 % interval?  From 4 values against 4, 3 against 5, 2 against 8. */
bool shift_supports(size_t old_n, size_t now_n);

/* From the old values to those of now.  relative: by the quotient of each pair, less 1, for which
 * all values must be above 0; else by the difference.  -ENOMEM, or -E2BIG of more than SHIFT_MOST
 * on a side. */
int shift_find(const double *old, size_t old_n, const double *now, size_t now_n, bool relative,
               struct shift *ret);

/* How many more values on each side would show, in four of five cases, on which side of the edge
 * the shift lies; at least as many as an interval takes.  0: it lies so near that it can't be
 * said. */
size_t shift_more(const struct shift *shift, size_t old_n, size_t now_n, double edge);

/* Benjamini and Hochberg: which of so many tests found something, so that no more than the share
 * `rate` of those found is expected to be chance. */
int discoveries_find(const double *p, size_t count, double rate, bool *ret);

/* How far two sets of so many values differ by chance in no more than 5 of 100 cases, and what
 * difference is found in 80 of 100, by shift_find() where it has an interval; `spread` is the
 * standard deviation that `count` values (three or more) showed.  Here alone a normal distribution
 * is taken for granted: a few values say nothing of tails. */
double chance_floor(double spread, size_t count, size_t old_n, size_t now_n);
double chance_detectable(double spread, size_t count, size_t old_n, size_t now_n);

#endif
