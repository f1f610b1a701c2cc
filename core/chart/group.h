/* SPDX-License-Identifier: Apache-2.0
 *
 * The results that share an axis: those of a flow with the same main metric, of all documents, by
 * their keys.  Flows of one result each are together, by their metric.
 *
 * In the arena of the page, and only while it is shown.  One thread.
 */
#ifndef VMTP_CHART_GROUP_H
#define VMTP_CHART_GROUP_H

#include "axis.h"
#include "page.h"
#include "papers.h"

#define KEYS_MAX  500
#define FLOWS_MAX 100

struct group {
    struct page *page;
    const struct papers *papers;
    const char *flows[FLOWS_MAX], *metric, *unit;
    size_t flow_count;
    const char *keys[KEYS_MAX];
    const json_t *samples[KEYS_MAX]; /* a result of that key */
    size_t key_count, left_out;      /* keys */
    struct axis axis;
};

/* Show each, in the order of the documents; number counts from 0. */
void groups_each(struct page *page, const struct papers *papers,
                 void (*show)(const struct group *group, size_t number));

/* The result of a key in a document, and its figure; NULL: it has none. */
const json_t *group_find(const struct group *group, size_t paper, size_t key,
                         const json_t **ret_figure);
/* Make room on an axis for all that is drawn of a figure. */
void figure_extend(struct extent *extent, const json_t *figure);

/* The flow, if it is one, and its metric as a heading, and whether the axis is logarithmic. */
void group_heading(const struct group *group, bool log);
/* What a result of the group is called. */
void group_label(const struct group *group, const json_t *result);
/* The same with its figure, for whoever can't see the drawing. */
const char *group_words(const struct group *group, const json_t *result, const json_t *figure);
/* All figures as text, folded away. */
void group_table(const struct group *group);

#endif
