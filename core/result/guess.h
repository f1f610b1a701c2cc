/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a rate search may begin: by what other searches of the run have found.
 *
 * Pure.  A guess saves trials and decides nothing: a search finds the same from a wrong one.
 */
#ifndef VMTP_RESULT_GUESS_H
#define VMTP_RESULT_GUESS_H

#include "trial.h"

/* The rate in bit/s that the flow is likely to hold its first goal at, from those of others (count
 * of them; which may be itself) that have an answer: of another datagram length on the same route,
 * else of the same length on another; 0: there is nothing to guess from. */
uint64_t guess_rate(const struct measurement *of, const struct measurement *others, size_t count);

#endif
