/* SPDX-License-Identifier: Apache-2.0
 *
 * Stages: which trial is run when.
 *
 * Shuffled (the default), each round runs one trial of every stage that still wants one, in an
 * order drawn from the plan's seed: what drifts during a run then hits all flows alike.  As
 * written, one stage is repeated to its end before the next begins.
 */
#ifndef VMTP_ENGINE_STAGES_H
#define VMTP_ENGINE_STAGES_H

#include "fleet.h"

/* Measure everything.  What fails is in the measurements; the return value is only for what keeps
 * the rest from being measured: -ECANCELED, -ENOMEM, a journal that can't be written. */
int stages_run(struct run *run, struct fleet *fleet, struct vmtp_error *err);

#endif
