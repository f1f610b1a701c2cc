/* SPDX-License-Identifier: Apache-2.0
 *
 * The cause that one look has: the table of rules, in the order in which they are asked.
 *
 * A rule wants evidence from both sides: what it names is there, and what would make it the wrong
 * answer is not.  docs/limits.md is the same table for people.  Pure.
 */
#ifndef VMTP_RESULT_CAUSE_H
#define VMTP_RESULT_CAUSE_H

#include "limit.h"
#include "look.h"

/* LIMIT_UNKNOWN: no rule holds. */
enum limit_cause cause_of(const struct look *look, const struct terms *terms);

/* Does nothing speak against it that what limits the flow lies on the way between its ends? */
bool cause_may_be_network(const struct look *look, const struct terms *terms);

#endif
