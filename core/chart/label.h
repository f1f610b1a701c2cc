/* SPDX-License-Identifier: Apache-2.0
 *
 * What a result is called on a page: where it was measured, and by which labels it differs from
 * others of its flow.
 *
 * One thread, as page.
 */
#ifndef VMTP_CHART_LABEL_H
#define VMTP_CHART_LABEL_H

#include "page.h"

/* Its path and, smaller, its placement; or its endpoints. */
void label_where(struct page *page, const json_t *result);
/* "tcp, connections 4": what multiplied, but for where, and for which of several pairs.  NULL: out
 * of memory, which the page knows. */
const char *label_text(struct page *page, const json_t *result);

#endif
