/* SPDX-License-Identifier: Apache-2.0
 *
 * A page that needs nothing but itself: title, sections with a navigation, style and script inside,
 * and a policy (CSP) that lets nothing else in.
 *
 * Made, filled and finished by one thread.
 */
#ifndef VMTP_CHART_PAGE_H
#define VMTP_CHART_PAGE_H

#include "../report/cells.h"
#include "markup.h"

#include <vmtp/error.h>

struct page {
    struct markup body;
    struct markup navigation;
    struct table cells; /* its arena holds texts for as long as the page lives (cells.h) */
    bool in_section;
};

int page_init(struct page *page);
void page_clear(struct page *page);

/* Ends the section before.  id is for links: kebab-case.  title is in the navigation; NULL: the
 * section begins without.  lead, a sentence that tells how to read what follows, may be NULL. */
void page_section(struct page *page, const char *id, const char *title, const char *lead);
/* A part of a section: a flow, a document. */
void page_heading(struct page *page, const char *text);
/* The same, with what follows folded away until page_fold_end(). */
void page_fold_begin(struct page *page, const char *text);
void page_fold_end(struct page *page);
/* A table in sight, which is moved sideways where it is too wide; class may be "". */
void page_sheet_begin(struct page *page, const char *label, const char *class);
void page_sheet_end(struct page *page);
/* A table that is folded away beside its chart: the caller writes rows, <tr>...</tr>, the first
 * with <th scope="col">; numbers in <td class="num">. */
void page_table_begin(struct page *page, const char *caption);
void page_table_end(struct page *page);

/* The whole page: 0, or why there is none. */
int page_finish(struct page *page, const char *title, struct buf *ret, struct vmtp_error *err);

/* style.css and script.js, with a NUL behind them. */
extern const char chart_style[], chart_script[];

#endif
