/* SPDX-License-Identifier: Apache-2.0
 *
 * Slices: what a series of interval figures says of a time that is not one of its intervals.
 *
 * A gauge's point holds from the point before it to its own time, the first one for as long as the
 * second.  Pure; points are in the order of their times.  NAN: the series has nothing there.
 */
#ifndef VMTP_RESULT_SLICE_H
#define VMTP_RESULT_SLICE_H

#include "trial.h"

/* The mean of a gauge, by how much of the time each point has. */
double slice_mean(const struct series *series, uint64_t since_ns, uint64_t until_ns);
/* The highest of it. */
double slice_most(const struct series *series, uint64_t since_ns, uint64_t until_ns);
/* What a counter had added by the times in it; 0 where it has no point. */
double slice_sum(const struct series *series, uint64_t since_ns, uint64_t until_ns);

#endif
