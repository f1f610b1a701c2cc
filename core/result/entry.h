/* SPDX-License-Identifier: Apache-2.0
 *
 * One result as the result document has it: an entry of its "results".
 */
#ifndef VMTP_RESULT_ENTRY_H
#define VMTP_RESULT_ENTRY_H

#include "verdict.h"

/* NULL: out of memory. */
json_t *entry_make(const struct result *result, enum verdict verdict);

/* What an event of a trial (enum vmtp_event_kind) is called, and back. */
const char *event_name(uint32_t kind);
uint32_t event_find(const char *name);

/* Parts of it, which an aggregate has too. */
const char *status_name(enum result_status status);
json_t *entry_pairs(const struct vmtp_pair *pairs, size_t count);
json_t *entry_metrics(const struct result *result);
json_t *entry_notes(const struct result *result);

#endif
