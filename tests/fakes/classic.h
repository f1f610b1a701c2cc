/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: a request of VMTP's six ways between VMs, an external host and native hosts, and what
 * a run of it found out (tests/unit/golden/classic_result.json).
 */
#ifndef VMTP_FAKES_CLASSIC_H
#define VMTP_FAKES_CLASSIC_H

#include "core/classic/classic.h"

/* One arena; arena_free(request->arena) frees it. */
struct classic_request *fake_classic_request(void);
/* The caller owns it.  NULL: it can't be read. */
json_t *fake_classic_result(void);

/* Of what credentials are read from; the rest is the test runner's. */
void environment_clear(void);

#endif
