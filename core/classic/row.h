/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of VMTP's report: its scenarios 1.1 to 8.2, and what became of each in a document.
 *
 * Pure.  Rows live in the caller's arena.
 */
#ifndef VMTP_CLASSIC_ROW_H
#define VMTP_CLASSIC_ROW_H

#include "../base/arena.h"

#include <jansson.h>

/* Of several entries, the greatest counts. */
enum row_state {
    ROW_PASSED = 1, /* all of it was measured */
    ROW_SKIPPED,    /* nobody asked for it */
    ROW_FAILED,
};

struct row {
    const char *number, *name; /* "1.1", "Same Network, Fixed IP, Intra-node, TCP" */
    enum row_state state;
    const char *data; /* as Python prints it */
};

/* Where a flow is from or to: its address, or the endpoint's name where that is not known. */
const char *flow_end(const json_t *flow, const char *end);

/* Native flows have a row each, since the ways between hosts differ.  0 or -ENOMEM. */
int rows_make(const json_t *document, struct arena *arena, struct row **ret, size_t *ret_count);

#endif
