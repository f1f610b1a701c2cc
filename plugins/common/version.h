/* SPDX-License-Identifier: Apache-2.0
 *
 * The version of a program at an endpoint, as the program itself tells it: what a tool's prepare()
 * asks for before it relies on options that only some versions know.  [worker]
 */
#ifndef COMMON_VERSION_H
#define COMMON_VERSION_H

#include <vmtp/tool.h>

struct version {
    unsigned major, minor, patch;
};

/* Run argv there; the version stands behind the first `label` that it prints, on whichever output
 * and with whatever exit status. */
int version_ask(struct vmtp_self *, const struct vmtp_endpoint *, const char *const *argv,
                const char *label, struct version *ret, struct vmtp_error *);
/* For the results. */
void version_tell(struct vmtp_self *, const struct version *);
bool version_least(const struct version *, unsigned major, unsigned minor, unsigned patch);

#endif
