/* SPDX-License-Identifier: Apache-2.0
 *
 * The charts of a page: one file NAME_chart.c each, in the order of charts.c.
 *
 * A chart that has nothing to show writes nothing; one that has begins with page_section().  What
 * goes wrong stays in the page (markup.h) and comes out of page_finish().  A chart has for each
 * drawing a table beside it (page_table_begin()) with the figures, and stays below 15 kB for each
 * document, so that fifty make a page of less than 1 MB.  One thread.
 */
#ifndef VMTP_CHART_CHART_H
#define VMTP_CHART_CHART_H

#include "page.h"
#include "papers.h"

void verdict_chart(struct page *page, const struct papers *papers);
void thresholds_chart(struct page *page, const struct papers *papers);
void matrix_chart(struct page *page, const struct papers *papers);
void dots_chart(struct page *page, const struct papers *papers);
void history_chart(struct page *page, const struct papers *papers);
void timeline_chart(struct page *page, const struct papers *papers);
void latency_chart(struct page *page, const struct papers *papers);
void search_chart(struct page *page, const struct papers *papers);
void loss_chart(struct page *page, const struct papers *papers);
void mesh_chart(struct page *page, const struct papers *papers);
void scaling_chart(struct page *page, const struct papers *papers);
void notes_chart(struct page *page, const struct papers *papers);
void properties_chart(struct page *page, const struct papers *papers);

/* All of them: the whole page into ret. */
int charts_format(const struct papers *papers, struct buf *ret, struct vmtp_error *err);

#endif
