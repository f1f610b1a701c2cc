/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands below a flow's table: what limited its results, with evidence and advice, and where
 * its packets were lost.
 *
 * Pure; texts that come from a document are cut to the style's width.
 */
#ifndef VMTP_REPORT_CAUSES_H
#define VMTP_REPORT_CAUSES_H

#include "cells.h"

/* "the line rate": what stands in the column; NULL: the result says nothing of it. */
const char *cell_limit(const json_t *result);

/* One entry for each cause that results of the flow have, but for those that are no finding. */
int causes_format(struct table *table, const json_t *results, const char *flow, struct buf *ret);
/* One line for each result of the flow that lost packets and knows where. */
int losses_format(struct table *table, const json_t *results, const char *flow, struct buf *ret);

#endif
