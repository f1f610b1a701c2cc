/* SPDX-License-Identifier: Apache-2.0
 *
 * What limited a flow as the result document has it: "limit" of an entry.
 */
#ifndef VMTP_RESULT_LIMIT_ENTRY_H
#define VMTP_RESULT_LIMIT_ENTRY_H

#include "limit.h"

#include <jansson.h>

/* NULL: out of memory, or there is nothing to say. */
json_t *limit_json(const struct limit *limit, const struct measurement *measurement);

#endif
