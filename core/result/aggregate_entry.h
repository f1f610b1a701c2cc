/* SPDX-License-Identifier: Apache-2.0
 *
 * An aggregate as the result document has it: an entry of its "aggregates".
 */
#ifndef VMTP_RESULT_AGGREGATE_ENTRY_H
#define VMTP_RESULT_AGGREGATE_ENTRY_H

#include "aggregate.h"

#include <jansson.h>

/* NULL: out of memory. */
json_t *aggregate_json(const struct aggregate *aggregate);

#endif
