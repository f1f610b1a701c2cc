/* SPDX-License-Identifier: Apache-2.0
 *
 * The noise of an environment: what runs of the same scenario differ by although nothing has
 * changed, and so the smallest change that can be seen there at all: vmtp.noise/1.
 */
#ifndef VMTP_REPORT_NOISE_H
#define VMTP_REPORT_NOISE_H

#include "../base/buf.h"
#include "compare.h"
#include "grid.h"

/* Fewer runs say nothing of what they differ by. */
#define NOISE_RUNS_LEAST 3

/* Of runs of one scenario.  The caller owns *ret. */
int noise_make(const struct side *runs, json_t **ret, struct vmtp_error *err);
/* Is it such a document? */
bool noise_is(const json_t *json);

/* How far a quantity of so many runs on each side differs by chance in 95 of 100 cases, as a share
 * of it (of a share: in points); NAN: the document, which may be NULL, does not know. */
double noise_floor(const json_t *noise, const char *key, const char *name, size_t old_runs,
                   size_t now_runs);

/* As a person reads it; all: every quantity, not only what usually has a gate.  0 or -ENOMEM. */
int noise_format(const json_t *noise, bool all, const struct style *style, struct buf *ret);

#endif
