/* SPDX-License-Identifier: Apache-2.0
 *
 * The rate that a flow's trials are run at, where the scenario has it searched for: from the
 * search's next step to a trial, and from the trial back to the search.
 *
 * All but rate_begin() [main] are called by the flow's worker; none waits.  The search itself is
 * the measurement's.
 */
#ifndef VMTP_ENGINE_RATE_H
#define VMTP_ENGINE_RATE_H

#include "flow.h"

/* Begin the search, if the flow has one. */
int rate_begin(struct flow *flow, struct vmtp_error *err);
/* Is it still going on?  [any, between trials] */
bool rate_searching(const struct measurement *measurement);
/* Rate and times of the next trial. */
void rate_apply(const struct flow *flow, struct trial *trial);
/* The trial has ended with r.  *ret_own: it is one of the flow's own and not only of the search.
 * Returns r, or why a good trial is none for a search.  Gives the flow up if there is no rate. */
int rate_take(struct flow *flow, const struct trial *trial, int r, bool *ret_own,
              struct vmtp_error *err);

#endif
