/* SPDX-License-Identifier: Apache-2.0
 *
 * The outcome of a run: from the plan to the document on disk and in the sinks.
 *
 * The one way there, for the command line and for the library; one thread walks it.
 */
#ifndef VMTP_ENGINE_OUTCOME_H
#define VMTP_ENGINE_OUTCOME_H

#include "run.h"

struct outcome {
    json_t *document;        /* NULL: none could be made */
    enum exit_status status; /* what a program that has done just this ends with */
};

/* Measure, reduce, judge, keep.  Returns 0 if the run was carried out and kept, whatever the
 * figures say; -ECANCELED if the person stopped it; else the first thing that it failed of, which
 * has been logged.  ret is filled in any case, and the caller's to clear. */
int run_carry_out(struct run *run, struct outcome *ret, struct vmtp_error *err);
void outcome_clear(struct outcome *outcome);

#endif
