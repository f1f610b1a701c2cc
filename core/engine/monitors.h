/* SPDX-License-Identifier: Apache-2.0
 *
 * Monitors: each on a thread of its own, from before the first trial until after the last.
 */
#ifndef VMTP_ENGINE_MONITORS_H
#define VMTP_ENGINE_MONITORS_H

#include "fleet.h"

struct monitors;

/* One that can't be opened is noted, and the run goes on without it. */
int monitors_start(struct fleet *fleet, struct monitors **ret, struct vmtp_error *err);
/* Stop and close all of them; NULL is fine. */
void monitors_stop(struct monitors *monitors);

#endif
