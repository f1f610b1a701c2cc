/* SPDX-License-Identifier: Apache-2.0
 *
 * What a dead run left behind, and removing it.
 */
#ifndef VMTP_ENGINE_REAP_H
#define VMTP_ENGINE_REAP_H

#include "run.h"

/* Remove all that the run's ledger says it still owns; *ret_count: how much that was.  May be
 * called any number of times.  -EBUSY: the run is alive. */
int run_reap(const char *id, const struct means *means, size_t *ret_count, struct vmtp_error *err);

#endif
