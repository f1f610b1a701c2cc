/* SPDX-License-Identifier: Apache-2.0
 *
 * What limited a flow whose rate was searched for: not its own trials, which are kept below that,
 * but the trials of the search that lost too much, or the most that the tool could send.
 */
#ifndef VMTP_RESULT_LIMIT_SEARCH_H
#define VMTP_RESULT_LIMIT_SEARCH_H

#include "limit_text.h"

bool limit_is_searched(const struct measurement *measurement);

/* Fills the cause and what is told of it.  0 or -ENOMEM. */
int limit_search(struct limit *limit, const struct findings *findings);

#endif
