/* SPDX-License-Identifier: Apache-2.0
 *
 * VMTP's summary for people: how many scenarios passed, and a table of all of them.
 *
 * Reads VMTP's document, so it says the same as the file.  A scenario that nobody asked for is
 * SKIPPED; one that was asked for and has no figure is FAILED.
 */
#ifndef VMTP_CLASSIC_REPORT_H
#define VMTP_CLASSIC_REPORT_H

#include "../report/grid.h"
#include "classic.h"

/* Pure.  0 or -ENOMEM. */
int classic_report_format(const json_t *document, const struct style *style, struct buf *ret);
/* In the style that the stream takes: colours on a terminal unless NO_COLOR is set. */
int classic_report(FILE *stream, const json_t *document);

/* VMTP's exit status: 0 all that was asked for was measured, 1 something was not, 5 there was no
 * host to measure between (the document has no flow). */
int classic_status(const json_t *document);

#endif
