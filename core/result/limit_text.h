/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of a limit: the evidence, with figures of the looks that had its cause, and what to
 * do about it.
 */
#ifndef VMTP_RESULT_LIMIT_TEXT_H
#define VMTP_RESULT_LIMIT_TEXT_H

#include "limit.h"
#include "look.h"

/* What the looks with the cause have in common; NAN: nobody knows. */
struct findings {
    const struct measurement *measurement;
    const struct terms *terms;
    double median[LOOK_FIGURES];
    double total[LOOK_FIGURES];
    double share[LIMIT_CAUSES]; /* of the time, by cause */
    double goodput_bps;         /* of the flow */
};

/* Evidence and advice, by its cause.  0 or -ENOMEM. */
int limit_tell(struct limit *limit, const struct findings *findings);

#endif
