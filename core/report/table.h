/* SPDX-License-Identifier: Apache-2.0
 *
 * The result document as a person reads it on a terminal: a table for each flow, then thresholds
 * and notes.
 *
 * A figure that is not there is a dash, never 0.  Text is ASCII unless the locale is UTF-8, and no
 * wider than the style says.
 */
#ifndef VMTP_REPORT_TABLE_H
#define VMTP_REPORT_TABLE_H

#include "grid.h"

#include <jansson.h>

/* Pure.  0 or -ENOMEM. */
int table_format(const json_t *document, const struct style *style, struct buf *ret);
/* In the style that the stream takes: colours on a terminal unless NO_COLOR is set. */
int table_print(const json_t *document, FILE *stream);

#endif
