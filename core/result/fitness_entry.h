/* SPDX-License-Identifier: Apache-2.0
 *
 * An endpoint in the result document: its facts, and what it is good for.
 */
#ifndef VMTP_RESULT_FITNESS_ENTRY_H
#define VMTP_RESULT_FITNESS_ENTRY_H

#include "document.h"
#include "result.h"

/* results: one for each flow of the plan; watched: what monitors saw of this endpoint, NULL:
 * nothing.  A new object, or null where the endpoint could not be asked. */
json_t *fitness_entry(const struct run_info *run, const struct endpoint_facts *endpoint,
                      struct result *const *results, const json_t *watched);

#endif
