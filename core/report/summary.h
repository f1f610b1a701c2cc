/* SPDX-License-Identifier: Apache-2.0
 *
 * Many results at once, as VMTP's pnsdb_summary showed a database: for each document what was
 * measured where, and a row for each result with its place in the network and its figures.
 *
 * Pure.  What documents say is shown as text alone: no line and no terminal escape of theirs.
 */
#ifndef VMTP_REPORT_SUMMARY_H
#define VMTP_REPORT_SUMMARY_H

#include "grid.h"

#include <jansson.h>

/* "TCP", "UDP", "ICMP", ... of a result, by its options; "": it has none. */
const char *summary_protocol(const json_t *result);

/* The document with the results that are of this protocol alone ("": all); a new reference.  NULL:
 * it has none of them, or (with *ret_r) out of memory. */
json_t *summary_pick(const json_t *document, const char *protocol, int *ret_r);

/* Of one document.  0 or -ENOMEM. */
int summary_format(const json_t *document, const struct style *style, struct buf *ret);

#endif
