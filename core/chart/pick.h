/* SPDX-License-Identifier: Apache-2.0
 *
 * The results that a chart is about, out of all documents, and what each is called on the page.
 *
 * Borrowed from the papers.  Pure functions, but for the names, which live in the page's arena.
 */
#ifndef VMTP_CHART_PICK_H
#define VMTP_CHART_PICK_H

#include "page.h"
#include "papers.h"

#define PICKS_MAX 24

struct pick {
    const struct paper *paper;
    const json_t *entry; /* a result, or an aggregate */
};

struct picks {
    struct pick list[PICKS_MAX];
    size_t count;
    size_t left;  /* wanted, but beyond the most */
    bool several; /* the page has more than one document */
};

/* The entries of a document's list ("results", "aggregates") that are to be shown and wanted, at
 * most `most` of each document.  None of more than PAPERS_SINGLE documents. */
struct picks picks_make(const struct papers *papers, const char *list, size_t most,
                        bool (*wanted)(const struct pick *pick));
/* Is it of the same document as the pick before it? */
bool pick_follows(const struct picks *picks, size_t i);
/* Says that some are left out, where some are. */
void picks_left(struct page *page, const struct picks *picks);

/* "bulk, same-network, inter-node, connections 4"; NULL: out of memory, as the page knows. */
const char *pick_name(struct page *page, const struct picks *picks, const struct pick *pick);
/* The same on the page: a heading above a drawing. */
void pick_heading(struct page *page, const struct picks *picks, const struct pick *pick);

/* Are they of one flow and of the same labels, but for these (the last is NULL)? */
bool entries_alike(const json_t *one, const json_t *other, const char *const *but);
/* A number of an object: NAN where there is none. */
double number_of(const json_t *object, const char *name);

#endif
