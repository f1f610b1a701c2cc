/* SPDX-License-Identifier: Apache-2.0
 *
 * Verdicts: what a threshold says of a result.
 *
 * A figure with an interval passes when all of the interval is on the good side, fails when all of
 * it is on the bad one, and is undecided when it lies across.  A total (packets lost, bytes) was
 * counted and not estimated: the value decides.  Pure functions.
 */
#ifndef VMTP_RESULT_VERDICT_H
#define VMTP_RESULT_VERDICT_H

#include "result.h"

enum verdict {
    VERDICT_NONE = 0,
    VERDICT_PASS,
    VERDICT_UNDECIDED,
    VERDICT_FAIL
}; /* worse is more */

struct judgement {
    enum verdict verdict;
    double value;  /* NAN: there is none */
    char why[160]; /* of undecided; else "" */
};

/* "none", "pass", "undecided", "fail". */
const char *verdict_name(enum verdict verdict);
/* Where does the expectation stand to an interval? */
enum verdict interval_judge(enum comparison comparison, double expected, struct interval interval);
/* Whether the flow is the threshold's is the caller's question. */
struct judgement threshold_judge(const struct threshold *threshold, const struct result *result);

#endif
