/* SPDX-License-Identifier: Apache-2.0 */
#include "group.h"

#include "label.h"

#include <errno.h>

#define TRIALS_MAX 200 /* in a row of the table */

/* ---- what belongs together ---- */

static bool has_flow(const struct group *group, const char *flow)
{
    size_t i = 0;

    while (i < group->flow_count && strcmp(group->flows[i], flow) != 0)
        i++;
    return i < group->flow_count;
}

static bool in_group(const struct group *group, const json_t *result, const json_t **ret_figure)
{
    const char *name = "";

    if (!has_flow(group, json_text(result, "flow")) || !papers_show(group->papers, result))
        return false;
    *ret_figure = main_figure(result, &name);
    return *ret_figure && strcmp(name, group->metric) == 0;
}

void figure_extend(struct extent *extent, const json_t *figure)
{
    const json_t *ceiling = json_object_get(figure, "ceiling"), *value;
    double low, high;
    size_t i;

    extent_add(extent, figure_middle(figure));
    if (figure_interval(figure, &low, &high)) {
        extent_add(extent, low);
        extent_add(extent, high);
    }
    if (json_is_number(ceiling))
        extent_add(extent, json_number_value(ceiling));
    json_array_foreach(json_object_get(figure, "trials"), i, value)
        extent_add(extent, json_number_value(value));
    for (i = 0; figure_is_distribution(figure) && i < PERCENTILES; i++) {
        value = json_object_get(figure, percentiles[i]);
        if (json_is_number(value))
            extent_add(extent, json_number_value(value));
    }
}

static void key_note(struct group *group, const json_t *result)
{
    const char *key = json_text(result, "key");

    for (size_t i = 0; i < group->key_count; i++)
        if (strcmp(group->keys[i], key) == 0)
            return;
    if (group->key_count == KEYS_MAX) {
        group->left_out++;
        return;
    }
    group->samples[group->key_count] = result;
    group->keys[group->key_count++] = key;
}

static void group_scan(struct group *group)
{
    const json_t *figure = NULL, *result;
    struct extent extent = { 0 };
    size_t i;

    for (size_t p = 0; p < group->papers->count; p++)
        json_array_foreach(json_object_get(group->papers->list[p].document, "results"), i, result)
        {
            if (!in_group(group, result, &figure))
                continue;
            group->unit = json_text(figure, "unit");
            key_note(group, result);
            figure_extend(&extent, figure);
        }
    group->axis = axis_make(&extent, SCALE_AUTO, group->unit);
}

const json_t *group_find(const struct group *group, size_t paper, size_t key,
                         const json_t **ret_figure)
{
    const json_t *result;
    size_t i;

    json_array_foreach(json_object_get(group->papers->list[paper].document, "results"), i, result)
    {
        if (strcmp(json_text(result, "key"), group->keys[key]) == 0 &&
            in_group(group, result, ret_figure))
            return result;
    }
    return NULL;
}

/* ---- all of them ---- */

/* A flow with a metric that is the main one of some of its results. */
struct kind {
    const char *flow, *metric, *unit, *key;
    bool single; /* of one key alone */
    bool shown;
};

struct kinds {
    struct kind list[FLOWS_MAX];
    size_t count;
};

static void kind_note(struct kinds *kinds, const struct kind *kind)
{
    for (size_t i = 0; i < kinds->count; i++) {
        struct kind *known = &kinds->list[i];

        if (strcmp(known->flow, kind->flow) != 0 || strcmp(known->metric, kind->metric) != 0)
            continue;
        known->single = known->single && strcmp(known->key, kind->key) == 0;
        return;
    }
    if (kinds->count < FLOWS_MAX)
        kinds->list[kinds->count++] = *kind;
}

static void kinds_fill(struct kinds *kinds, const struct papers *papers)
{
    const json_t *result, *figure;
    size_t i;

    for (size_t p = 0; p < papers->count; p++)
        json_array_foreach(json_object_get(papers->list[p].document, "results"), i, result)
        {
            struct kind kind = { .flow = json_text(result, "flow"),
                                 .key = json_text(result, "key"),
                                 .single = true };

            figure = papers_show(papers, result) ? main_figure(result, &kind.metric) : NULL;
            if (!figure)
                continue;
            kind.unit = json_text(figure, "unit");
            kind_note(kinds, &kind);
        }
}

/* Of the flows from this one on. */
static void group_gather(struct group *group, struct kinds *kinds, size_t at)
{
    const struct kind *first = &kinds->list[at];

    group->metric = first->metric;
    for (size_t i = at; i < kinds->count; i++) {
        struct kind *kind = &kinds->list[i];
        bool together = first->single && kind->single && strcmp(kind->metric, first->metric) == 0 &&
                        strcmp(kind->unit, first->unit) == 0;

        if (i != at && !together)
            continue;
        group->flows[group->flow_count++] = kind->flow;
        kind->shown = true;
    }
}

static void group_show(struct group *group, size_t number,
                       void (*show)(const struct group *group, size_t number))
{
    group_scan(group);
    show(group, number);
    if (group->left_out)
        markup_add(&group->page->body, "<p class=\"muted\">%zu more are not shown.</p>\n",
                   group->left_out);
}

void groups_each(struct page *page, const struct papers *papers,
                 void (*show)(const struct group *group, size_t number))
{
    struct group *group = arena_alloc(page->cells.arena, sizeof *group);
    struct kinds *kinds = arena_alloc(page->cells.arena, sizeof *kinds);
    size_t number = 0;

    if (!group || !kinds) {
        markup_fail(&page->body, -ENOMEM);
        return;
    }
    kinds->count = 0;
    kinds_fill(kinds, papers);
    for (size_t i = 0; i < kinds->count; i++) {
        if (kinds->list[i].shown)
            continue;
        *group = (struct group){ .page = page, .papers = papers };
        group_gather(group, kinds, i);
        group_show(group, number++, show);
    }
}

/* ---- as text ---- */

void group_heading(const struct group *group, bool log)
{
    struct markup *body = &group->page->body;

    markup_add(body, "<h3>");
    if (group->flow_count == 1) {
        markup_cut(body, group->flows[0], 80);
        markup_add(body, " <small>");
        markup_cut(body, group->metric, 60);
    } else {
        markup_cut(body, group->metric, 60);
        markup_add(body, " <small>of %zu flows", group->flow_count);
    }
    markup_add(body, "%s</small></h3>\n", log ? ", logarithmic" : "");
}

void group_label(const struct group *group, const json_t *result)
{
    const json_t *pair = json_object_get(json_object_get(result, "labels"), "pair");
    const char *labels = label_text(group->page, result);
    const char *where = cell_where(&group->page->cells, result);
    struct markup *body = &group->page->body;

    if (group->flow_count > 1) {
        markup_cut(body, json_text(result, "flow"), 48);
        markup_add(body, " <small>");
        markup_cut(body, where ? where : "", 60);
        markup_add(body, "</small>");
    } else {
        label_where(group->page, result);
    }
    if (!pair && (!labels || !*labels))
        return;
    markup_add(body, " <small>");
    markup_cut(body, labels ? labels : "", 60);
    if (pair)
        markup_add(body, " pair %s", json_string_value(pair));
    markup_add(body, "</small>");
}

const char *group_words(const struct group *group, const json_t *result, const json_t *figure)
{
    struct table *cells = &group->page->cells;
    const char *where = cell_where(cells, result), *labels = label_text(group->page, result);

    return cell_printf(cells, "%.60s, %.100s%s%.60s: %s %s", json_text(result, "flow"),
                       where ? where : "", labels && *labels ? ", " : "", labels ? labels : "",
                       group->metric, cell_value(cells, figure, middle_field(figure)));
}

/* Its trials, or its percentiles. */
static void parts_add(const struct group *group, const json_t *figure)
{
    struct table *cells = &group->page->cells;
    struct markup *body = &group->page->body;
    const json_t *value;
    size_t i;

    json_array_foreach(json_object_get(figure, "trials"), i, value)
    {
        if (i < TRIALS_MAX)
            markup_add(body, "%s%s", i ? ", " : "",
                       figure_text(json_number_value(value), group->unit).text);
    }
    for (i = 0; figure_is_distribution(figure) && i < PERCENTILES; i++)
        if (json_object_get(figure, percentiles[i]))
            markup_add(body, "%s%s %s", i ? ", " : "", percentiles[i],
                       cell_value(cells, figure, percentiles[i]));
}

static void table_row_add(const struct group *group, size_t paper, const json_t *result,
                          const json_t *figure)
{
    struct table *cells = &group->page->cells;
    struct markup *body = &group->page->body;

    markup_add(body, "<tr><th scope=\"row\">");
    group_label(group, result);
    markup_add(body, "</th>");
    if (group->papers->count > 1) {
        markup_add(body, "<td>");
        markup_cut(body, group->papers->list[paper].name, 48);
        markup_add(body, "</td>");
    }
    markup_add(body,
               "<td class=\"num\">%s</td><td class=\"num\">%s</td><td class=\"num\">%s</td><td>",
               cell_value(cells, figure, middle_field(figure)), figure_span(cells, figure),
               cell_count(cells, figure, NULL));
    parts_add(group, figure);
    markup_add(body, "</td></tr>\n");
}

void group_table(const struct group *group)
{
    struct markup *body = &group->page->body;

    page_table_begin(group->page, "Figures");
    markup_add(body, "<tr><th scope=\"col\">path</th>");
    if (group->papers->count > 1)
        markup_add(body, "<th scope=\"col\">file</th>");
    markup_add(body, "<th scope=\"col\" class=\"num\">median</th>"
                     "<th scope=\"col\" class=\"num\">95 %%</th>"
                     "<th scope=\"col\" class=\"num\">n</th><th scope=\"col\">each</th></tr>\n");
    for (size_t k = 0; k < group->key_count; k++)
        for (size_t p = 0; p < group->papers->count; p++) {
            const json_t *figure = NULL, *result = group_find(group, p, k, &figure);

            if (result)
                table_row_add(group, p, result, figure);
        }
    page_table_end(group->page);
}
