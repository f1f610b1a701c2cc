/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include "../base/text.h"
#include "../base/units.h"
#include "causes.h"
#include "cells.h"

#include <errno.h>
#include <math.h>

#define LABELS_MAX 12
#define TEXT_MAX   (4u << 20)

/* The columns: where, the labels, and then these. */
enum { FIGURE, INTERVAL, CEILING, LOSS, P50, P99, COUNTED, LIMIT, VERDICT, NOTES, AFTER };

/* The results of one flow. */
struct group {
    const json_t *results, *aggregates; /* of the document */
    const char *flow;
    const char *labels[LABELS_MAX];
    size_t label_count;
    const char *figure, *distribution; /* the metrics shown; NULL: none */
    struct column columns[1 + LABELS_MAX + AFTER];
};

/* ---- a flow ---- */

static bool in_group(const struct group *group, const json_t *result)
{
    return strcmp(json_text(result, "flow"), group->flow) == 0;
}

static void label_note(struct group *group, const char *name)
{
    static const char *const shown[] = { "path", "placement", "from", "to" };

    for (size_t i = 0; i < COUNT(shown); i++)
        if (strcmp(shown[i], name) == 0)
            return;
    for (size_t i = 0; i < group->label_count; i++)
        if (strcmp(group->labels[i], name) == 0)
            return;
    if (group->label_count < LABELS_MAX)
        group->labels[group->label_count++] = name;
}

/* Goodput if there is one, else the first of that kind. */
static void metrics_note(struct group *group, const json_t *metrics)
{
    const char *name;
    json_t *metric;

    json_object_foreach((json_t *)metrics, name, metric)
    {
        const char *kind = json_text(metric, "kind");

        if (strcmp(kind, "gauge") == 0 && (!group->figure || strcmp(name, "goodput") == 0))
            group->figure = name;
        if (strcmp(kind, "distribution") == 0 && !group->distribution)
            group->distribution = name;
    }
}

static void group_scan(struct group *group)
{
    const json_t *result;
    const char *name;
    json_t *label;
    size_t i;

    json_array_foreach(group->results, i, result)
    {
        if (!in_group(group, result))
            continue;
        json_object_foreach(json_object_get(result, "labels"), name, label) label_note(group, name);
        metrics_note(group, json_object_get(result, "metrics"));
    }
}

static void columns_make(struct table *table, struct group *group)
{
    struct column *after = group->columns + 1 + group->label_count;

    group->columns[0] = (struct column){ .name = "path", .shrink = true };
    for (size_t i = 0; i < group->label_count; i++)
        group->columns[1 + i] = (struct column){ .name = group->labels[i], .shrink = true };
    after[FIGURE] =
        (struct column){ .name = group->figure ? group->figure : "result", .right = true };
    after[INTERVAL] = (struct column){ .name = "95 %", .right = true };
    after[CEILING] = (struct column){ .name = "of ceiling", .right = true };
    after[LOSS] = (struct column){ .name = "loss", .right = true };
    after[P50] = (struct column){ .name = "", .right = true, .extra = group->figure != NULL };
    after[P99] = (struct column){ .name = "", .right = true };
    if (group->distribution) {
        after[P50].name = cell_printf(table, "%.24s p50", group->distribution);
        after[P99].name = cell_printf(table, "%.24s p99", group->distribution);
    }
    after[COUNTED] = (struct column){ .name = "n", .right = true };
    after[LIMIT] = (struct column){ .name = "limited by", .shrink = true };
    after[VERDICT] = (struct column){ .name = "verdict" };
    after[NOTES] = (struct column){ .name = "notes" };
}

static void figures_fill(struct table *table, const struct group *group, const json_t *result,
                         struct cell *after)
{
    const json_t *metrics = json_object_get(result, "metrics");
    const json_t *figure = group->figure ? json_object_get(metrics, group->figure) : NULL;
    const json_t *distribution =
        group->distribution ? json_object_get(metrics, group->distribution) : NULL;
    const char *limit = cell_limit(result);

    after[FIGURE].text = cell_value(table, figure, "value");
    after[INTERVAL].text = cell_interval(table, figure);
    after[CEILING].text = cell_share(table, json_object_get(figure, "of_ceiling"));
    after[LOSS].text = cell_loss(table, json_object_get(metrics, "loss"));
    after[P50].text = cell_value(table, distribution, "p50");
    after[P99].text = cell_value(table, distribution, "p99");
    after[COUNTED].text = cell_count(table, figure, distribution);
    after[LIMIT].text = limit ? cell_plain(table, limit) : "";
}

static void row_fill(struct table *table, const struct group *group, const json_t *result,
                     struct cell *row)
{
    struct cell *after = row + 1 + group->label_count;
    const char *status = json_text(result, "status");
    const json_t *labels = json_object_get(result, "labels");

    row[0].text = cell_where(table, result);
    for (size_t i = 0; i < group->label_count; i++)
        row[1 + i].text = json_string_value(json_object_get(labels, group->labels[i]));
    if (strcmp(status, "ok") == 0)
        figures_fill(table, group, result, after);
    else
        after[FIGURE] = (struct cell){ status, *status == 'f' ? COLOUR_RED : COLOUR_YELLOW };
    after[VERDICT] = cell_verdict(json_text(result, "verdict"));
    after[NOTES].text = cell_notes(table, result);
}

/* ---- searches ---- */

/* "940.1 Mb/s to 952.0 Mb/s", or what there is of it. */
static const char *bounds_text(struct table *table, const json_t *goal)
{
    const json_t *lower = json_object_get(goal, "lower"), *upper = json_object_get(goal, "upper");
    struct number low = rate_text(json_number_value(lower));
    struct number high = rate_text(json_number_value(upper));

    if (lower && upper)
        return cell_printf(table, "%s to %s", low.text, high.text);
    if (lower)
        return cell_printf(table, "at least %s", low.text);
    return upper ? cell_printf(table, "less than %s", high.text) : "nothing found";
}

/* The bounds of the first goal, which the row's figures are of. */
static int search_format(struct table *table, const json_t *result, struct buf *ret)
{
    const json_t *goals = json_object_get(json_object_get(result, "search"), "goals");
    const json_t *goal = json_array_get(goals, 0);
    const char *state = json_text(goal, "state");
    json_int_t trials = json_integer_value(json_object_get(goal, "trials"));
    const char *key = json_text(result, "key"), *rest = strchr(key, ',');

    if (!goal)
        return 0;
    return buf_printf(ret, "  search %s: %s, %lld trials%s  (%s)\n",
                      share_exact(json_number_value(json_object_get(goal, "loss"))).text,
                      bounds_text(table, goal), (long long)trials,
                      strcmp(state, "undecided") == 0 ? ", undecided" : "", rest ? rest + 1 : key);
}

static int searches_format(struct table *table, const struct group *group, struct buf *ret)
{
    const json_t *result;
    size_t i;
    int r = 0;

    json_array_foreach(group->results, i, result)
    {
        if (r == 0 && in_group(group, result))
            r = search_format(table, result, ret);
    }
    return r;
}

/* ---- pairs ---- */

enum { TOGETHER, AROUND, SLOWEST, FASTEST, FAIRNESS, TRIALS, REMARKS, OF_PAIRS };

/* The labels of the group but for the number of the pair, and behind them what all pairs do. */
static size_t pair_columns_make(struct table *table, const struct group *group, struct column *ret)
{
    const char *p50 =
        group->distribution ? cell_printf(table, "%.24s p50", group->distribution) : "result";
    size_t n = 0;

    ret[n++] = (struct column){ .name = "together", .shrink = true };
    for (size_t i = 0; i < group->label_count; i++)
        if (strcmp(group->labels[i], "pair") != 0)
            ret[n++] = (struct column){ .name = group->labels[i], .shrink = true };
    ret[n + TOGETHER] =
        (struct column){ .name = group->figure ? group->figure : p50, .right = true };
    ret[n + AROUND] = (struct column){ .name = "95 %", .right = true };
    ret[n + SLOWEST] = (struct column){ .name = "slowest", .right = true };
    ret[n + FASTEST] = (struct column){ .name = "fastest", .right = true };
    ret[n + FAIRNESS] = (struct column){ .name = "fairness", .right = true };
    ret[n + TRIALS] = (struct column){ .name = "n", .right = true };
    ret[n + REMARKS] = (struct column){ .name = "notes" };
    return n;
}

/* "210.0 Mb/s (3)", by the pair's number. */
static const char *end_text(struct table *table, const json_t *end)
{
    if (!end)
        return NULL;
    return cell_printf(table, "%s (%lld)",
                       rate_text(json_number_value(json_object_get(end, "goodput"))).text,
                       (long long)json_integer_value(json_object_get(end, "pair")));
}

static void together_fill(struct table *table, const struct group *group, const json_t *aggregate,
                          struct cell *after)
{
    const json_t *metrics = json_object_get(aggregate, "metrics");
    const json_t *figure = group->figure ? json_object_get(metrics, group->figure) : NULL;
    const json_t *spread =
        group->distribution ? json_object_get(metrics, group->distribution) : NULL;
    const json_t *fairness = json_object_get(aggregate, "fairness");
    const char *status = json_text(aggregate, "status");

    after[TOGETHER].text =
        group->figure ? cell_value(table, figure, "value") : cell_value(table, spread, "p50");
    if (strcmp(status, "ok") != 0)
        after[TOGETHER] = (struct cell){ status, *status == 'f' ? COLOUR_RED : COLOUR_YELLOW };
    after[AROUND].text = cell_interval(table, figure);
    after[SLOWEST].text = end_text(table, json_object_get(aggregate, "slowest"));
    after[FASTEST].text = end_text(table, json_object_get(aggregate, "fastest"));
    if (fairness)
        after[FAIRNESS].text = cell_printf(table, "%.3f", json_number_value(fairness));
    after[TRIALS].text = cell_count(table, figure, spread);
    after[REMARKS].text = cell_notes(table, aggregate);
}

static void pair_row_fill(struct table *table, const struct group *group, const json_t *aggregate,
                          struct cell *row)
{
    const json_t *labels = json_object_get(aggregate, "labels");
    size_t n = 0;

    row[n++].text = cell_where(table, aggregate);
    for (size_t i = 0; i < group->label_count; i++)
        if (strcmp(group->labels[i], "pair") != 0)
            row[n++].text = json_string_value(json_object_get(labels, group->labels[i]));
    together_fill(table, group, aggregate, row + n);
}

static int aggregates_format(struct table *table, const struct group *group, struct buf *ret)
{
    struct column columns[1 + LABELS_MAX + OF_PAIRS];
    struct grid *grid =
        grid_new(table->arena, columns, pair_columns_make(table, group, columns) + OF_PAIRS);
    const json_t *aggregate;
    size_t i, rows = 0;

    json_array_foreach(group->aggregates, i, aggregate)
    {
        struct cell *row = grid && in_group(group, aggregate) ? grid_row(grid) : NULL;

        if (row)
            pair_row_fill(table, group, aggregate, row);
        rows += row != NULL;
    }
    if (!grid || table->failed)
        return -ENOMEM;
    return rows ? grid_format(grid, table->style, ret) : 0;
}

static int group_format(struct table *table, struct group *group, struct buf *ret)
{
    const json_t *result;
    struct grid *grid;
    size_t i;
    int r;

    group_scan(group);
    columns_make(table, group);
    grid = grid_new(table->arena, group->columns, 1 + group->label_count + AFTER);
    if (!grid || table->failed)
        return -ENOMEM;
    json_array_foreach(group->results, i, result)
    {
        struct cell *row = in_group(group, result) ? grid_row(grid) : NULL;

        if (row)
            row_fill(table, group, result, row);
    }
    if (table->failed || buf_printf(ret, "\n%s\n", group->flow) < 0)
        return -ENOMEM;
    r = grid_format(grid, table->style, ret);
    r = r < 0 ? r : searches_format(table, group, ret);
    r = r < 0 ? r : causes_format(table, group->results, group->flow, ret);
    r = r < 0 ? r : losses_format(table, group->results, group->flow, ret);
    return r < 0 ? r : aggregates_format(table, group, ret);
}

static bool seen_before(const json_t *results, size_t at)
{
    const char *flow = json_text(json_array_get(results, at), "flow");

    for (size_t i = 0; i < at; i++)
        if (strcmp(json_text(json_array_get(results, i), "flow"), flow) == 0)
            return true;
    return false;
}

static int groups_format(struct table *table, const json_t *document, struct buf *ret)
{
    const json_t *results = json_object_get(document, "results"), *result;
    size_t i;
    int r = 0;

    json_array_foreach(results, i, result)
    {
        struct group group = { .results = results,
                               .aggregates = json_object_get(document, "aggregates"),
                               .flow = json_text(result, "flow") };

        if (!seen_before(results, i))
            r = group_format(table, &group, ret);
        if (r < 0)
            return r;
    }
    return r;
}

/* ---- what follows ---- */

/* Why not all of its results pass: the first of the worst, and how many others. */
static const char *threshold_why(struct table *table, const json_t *threshold)
{
    const char *state = json_text(threshold, "state");
    const json_t *results = json_object_get(threshold, "results"), *one, *first = NULL;
    size_t i, same = 0;

    json_array_foreach(results, i, one)
    {
        if (strcmp(json_text(one, "state"), state) != 0)
            continue;
        first = first ? first : one;
        same++;
    }
    if (strcmp(state, "pass") == 0 || !first || json_array_size(results) < 2)
        return first ? json_text(first, "why") : "";
    return cell_printf(table, "%zu of %zu results%s%s", same, json_array_size(results),
                       *json_text(first, "why") ? ": " : "", json_text(first, "why"));
}

static int thresholds_format(struct table *table, const json_t *thresholds, struct buf *ret)
{
    static const struct column columns[] = {
        { .name = "state" },
        { .name = "flow", .shrink = true },
        { .name = "metric", .shrink = true },
        { .name = "expect", .shrink = true },
        { .name = "why", .shrink = true },
    };
    struct grid *grid = grid_new(table->arena, columns, COUNT(columns));
    const json_t *threshold;
    size_t i;

    if (!grid)
        return -ENOMEM;
    if (json_array_size(thresholds) == 0)
        return 0;
    json_array_foreach(thresholds, i, threshold)
    {
        const char *flow = json_text(threshold, "flow");
        struct cell *row = grid_row(grid);

        if (!row)
            return -ENOMEM;
        row[0] = cell_verdict(json_text(threshold, "state"));
        row[1].text = *flow ? flow : "(all)";
        row[2].text = json_text(threshold, "metric");
        row[3].text = json_text(threshold, "expect");
        row[4].text = threshold_why(table, threshold);
    }
    if (buf_add_text(ret, "\nthresholds\n") < 0)
        return -ENOMEM;
    return grid_format(grid, table->style, ret);
}

static int notes_format(const struct table *table, struct buf *ret)
{
    int r = table->note_count ? buf_add_text(ret, "\nnotes\n") : 0;

    for (size_t i = 0; i < table->note_count && r == 0; i++)
        r = buf_printf(ret, "  %zu  %s\n", i + 1, table->notes[i]);
    return r;
}

static int events_format(const json_t *events, struct buf *ret)
{
    const json_t *event;
    size_t i;
    int r = json_array_size(events) ? buf_add_text(ret, "\nevents\n") : 0;

    json_array_foreach(events, i, event) if (r == 0) r =
        buf_printf(ret, "  %s  %s: %s%s%s\n", json_text(event, "time"), json_text(event, "kind"),
                   json_text(event, "subject"), *json_text(event, "subject") ? ": " : "",
                   json_text(event, "text"));
    return r;
}

int table_format(const json_t *document, const struct style *style, struct buf *ret)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct table table = { .arena = arena, .style = style };
    const json_t *run = json_object_get(document, "run");
    int r;

    if (!arena)
        return -ENOMEM;
    r = buf_printf(ret, "%s  (run %s, %s)\n", json_text(run, "name"), json_text(run, "id"),
                   json_text(run, "started"));
    if (r == 0)
        r = groups_format(&table, document, ret);
    if (r == 0)
        r = thresholds_format(&table, json_object_get(document, "thresholds"), ret);
    if (r == 0)
        r = notes_format(&table, ret);
    if (r == 0)
        r = events_format(json_object_get(document, "events"), ret);
    return r < 0 || style->utf8 ? r : ascii_mend(ret);
}

int table_print(const json_t *document, FILE *stream)
{
    _cleanup_(buf_clear) struct buf text = BUF(TEXT_MAX);
    struct style style = style_of(stream);
    int r;

    r = table_format(document, &style, &text);
    if (r < 0)
        return r;
    return fputs(buf_text(&text), stream) < 0 || fflush(stream) != 0 ? -errno : 0;
}
