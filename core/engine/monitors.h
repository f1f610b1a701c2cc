/* SPDX-License-Identifier: Apache-2.0
 *
 * Monitors: each on a thread of its own, from before the first trial until after the last.
 *
 * Of the thread that carries the run out.  What becomes of each is in the run (run_monitor).
 */
#ifndef VMTP_ENGINE_MONITORS_H
#define VMTP_ENGINE_MONITORS_H

#include "fleet.h"

struct monitors;

/* One that can't be opened is noted, and the run goes on without it. */
int monitors_start(struct fleet *fleet, struct monitors **ret, struct vmtp_error *err);
/* [any] Tools come first: a call of one at this endpoint, made at since_ns, found no room there.
 * Monitors that have a process there end it and have none there again, which is noted with why.
 * true: there is more room now. */
bool monitors_yield(struct monitors *monitors, const char *endpoint, uint64_t since_ns,
                    const char *why);
/* Stop and close all of them; NULL is fine.  One that does not stop in time is left alone with its
 * thread and all that it was lent, and has no way back into the run; if it can't be kept out, run
 * and fleet are marked never to be freed. */
void monitors_stop(struct monitors *monitors);

#endif
