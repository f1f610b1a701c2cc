/* SPDX-License-Identifier: Apache-2.0
 *
 * Has the network become worse?  Two sets of result documents compared: vmtp.comparison/1.
 *
 * Results are matched by key, and each quantity gets its shift with a 95 % interval and, where it
 * has a gate, one of three verdicts: fail if all of the interval is worse than the gate allows,
 * pass if none of it is, else undecided.  docs/compare.md says what each field is.  One thread.
 */
#ifndef VMTP_REPORT_COMPARE_H
#define VMTP_REPORT_COMPARE_H

#include "../base/buf.h"
#include "../result/document.h"
#include "gate.h"
#include "grid.h"

/* One side: documents of the same measurement, vmtp.result/1. */
struct side {
    json_t *const *documents;
    char *const *names; /* what a person calls each */
    size_t count;
};

struct comparing {
    struct side old, now;
    const struct gates *gates;
    const json_t *noise; /* vmtp.noise/1 of this environment; NULL: not known */
};

/* The caller owns *ret. */
int compare_make(const struct comparing *comparing, json_t **ret, struct vmtp_error *err);
/* EXIT_PASS, EXIT_FAIL or EXIT_UNDECIDED. */
enum exit_status compare_status(const json_t *comparison);

/* As a person reads it: what has a gate and what has changed; all: every quantity.  Both 0 or
 * -ENOMEM. */
int compare_format(const json_t *comparison, bool all, const struct style *style, struct buf *ret);
int compare_markdown(const json_t *comparison, bool all, struct buf *ret);

#endif
