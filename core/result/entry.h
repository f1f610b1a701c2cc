/* SPDX-License-Identifier: Apache-2.0
 *
 * One result as the result document has it: an entry of its "results".
 */
#ifndef VMTP_RESULT_ENTRY_H
#define VMTP_RESULT_ENTRY_H

#include "verdict.h"

/* NULL: out of memory. */
json_t *entry_make(const struct result *result, enum verdict verdict);

#endif
