/* SPDX-License-Identifier: Apache-2.0
 *
 * What a dead run left behind, and removing it.
 */
#ifndef VMTP_ENGINE_REAP_H
#define VMTP_ENGINE_REAP_H

#include "run.h"

struct reaped {
    bool alive;   /* the run still works with it: an error, and nothing was removed */
    size_t count; /* how much the run still owned */
};

/* Remove all that the run's ledger says it still owns.  May be called any number of times. */
int run_reap(const char *id, const struct means *means, struct reaped *ret, struct vmtp_error *err);

#endif
