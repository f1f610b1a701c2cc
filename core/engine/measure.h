/* SPDX-License-Identifier: Apache-2.0
 *
 * A run from its first endpoint to its last: deploy, ask, measure, clean up.
 */
#ifndef VMTP_ENGINE_MEASURE_H
#define VMTP_ENGINE_MEASURE_H

#include "run.h"

/* What was measured is in the run afterwards, also on failure; whatever happens, what was deployed
 * is taken back.  Returns the first thing that went wrong with the run itself (not with a flow):
 * -ECANCELED when the person stopped it. */
int run_measure(struct run *run, struct vmtp_error *err);

#endif
