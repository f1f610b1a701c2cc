/* SPDX-License-Identifier: Apache-2.0 */
#include "group.h"

#include "label.h"

#include <errno.h>

#define GROUPS_MAX 100
#define TRIALS_MAX 200 /* in a row of the table */

/* ---- what belongs together ---- */

static bool in_group(const struct group *group, const json_t *result, const json_t **ret_figure)
{
    const char *name = "";

    if (strcmp(json_text(result, "flow"), group->flow) != 0 || !papers_show(group->papers, result))
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

struct seen {
    struct {
        const char *flow, *metric;
    } list[GROUPS_MAX];
    size_t count;
};

/* Is it the first of its flow and metric? */
static bool is_new(struct seen *seen, const char *flow, const char *metric)
{
    for (size_t i = 0; i < seen->count; i++)
        if (strcmp(seen->list[i].flow, flow) == 0 && strcmp(seen->list[i].metric, metric) == 0)
            return false;
    if (seen->count == GROUPS_MAX)
        return false;
    seen->list[seen->count].flow = flow;
    seen->list[seen->count++].metric = metric;
    return true;
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
    struct seen seen = { .count = 0 };
    const json_t *result;
    size_t i;

    if (!group) {
        markup_fail(&page->body, -ENOMEM);
        return;
    }
    for (size_t p = 0; p < papers->count; p++)
        json_array_foreach(json_object_get(papers->list[p].document, "results"), i, result)
        {
            const char *flow = json_text(result, "flow"), *metric = "";

            if (!papers_show(papers, result) || !main_figure(result, &metric) ||
                !is_new(&seen, flow, metric))
                continue;
            *group =
                (struct group){ .page = page, .papers = papers, .flow = flow, .metric = metric };
            group_show(group, seen.count - 1, show);
        }
}

/* ---- as text ---- */

void group_heading(const struct group *group, bool log)
{
    struct markup *body = &group->page->body;

    markup_add(body, "<h3>");
    markup_cut(body, group->flow, 80);
    markup_add(body, " <small>");
    markup_cut(body, group->metric, 60);
    markup_add(body, "%s</small></h3>\n", log ? ", logarithmic" : "");
}

void group_label(const struct group *group, const json_t *result)
{
    const json_t *pair = json_object_get(json_object_get(result, "labels"), "pair");
    const char *labels = label_text(group->page, result);
    struct markup *body = &group->page->body;

    label_where(group->page, result);
    markup_add(body, " <small>");
    markup_cut(body, labels ? labels : "", 60);
    if (pair)
        markup_add(body, " pair %s", json_string_value(pair));
    markup_add(body, "</small>");
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
