/* SPDX-License-Identifier: Apache-2.0
 *
 * A rate search as the result document has it: the "search" of a result.
 */
#ifndef VMTP_RESULT_SEARCH_ENTRY_H
#define VMTP_RESULT_SEARCH_ENTRY_H

#include "search.h"

#include <jansson.h>

/* NULL: out of memory. */
json_t *search_json(const struct search *search);

#endif
