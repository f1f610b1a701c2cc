/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include "../base/text.h"
#include "../base/units.h"

#include <errno.h>
#include <math.h>

#define LABELS_MAX 12
#define NOTES_MAX  99
#define TEXT_MAX   (4u << 20)

/* The columns: where, the labels, and then these. */
enum { FIGURE, INTERVAL, CEILING, LOSS, P50, P99, COUNTED, VERDICT, NOTES, AFTER };

struct table {
    struct arena *arena;
    const struct style *style;
    const char *notes[NOTES_MAX];
    size_t note_count;
    bool failed; /* out of memory */
};

/* The results of one flow. */
struct group {
    const json_t *results; /* of the document */
    const char *flow;
    const char *labels[LABELS_MAX];
    size_t label_count;
    const char *figure, *distribution; /* the metrics shown; NULL: none */
    struct column columns[1 + LABELS_MAX + AFTER];
};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

static const char *keep(struct table *table, const char *text)
{
    char *copy = arena_strdup(table->arena, text);

    table->failed = table->failed || !copy;
    return copy;
}

_printf_(2, 3) static const char *keep_printf(struct table *table, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return keep(table, text);
}

/* ---- figures ---- */

static struct number figure_text(double value, const char *unit)
{
    struct number number;

    if (strcmp(unit, "bit/s") == 0)
        return rate_text(value);
    if (strcmp(unit, "s") == 0)
        return seconds_text(value);
    if (strcmp(unit, "ratio") == 0)
        return share_text(value);
    if (strcmp(unit, "bytes") == 0 && value >= 0 && value < 1e18)
        return size_text((uint64_t)value);
    snprintf(number.text, sizeof number.text, "%.6g %.16s", value, unit);
    return number;
}

/* NULL: there is none. */
static const char *value_text(struct table *table, const json_t *metric, const char *field)
{
    const json_t *value = json_object_get(metric, field);

    if (!json_is_number(value))
        return NULL;
    return keep(table, figure_text(json_number_value(value), text_of(metric, "unit")).text);
}

/* "±0.2 %" of the median; where that says little, the interval itself. */
static const char *interval_text(struct table *table, const json_t *metric)
{
    const json_t *interval = json_object_get(metric, "ci95");
    double value = json_number_value(json_object_get(metric, "value"));
    double low = json_number_value(json_array_get(interval, 0));
    double high = json_number_value(json_array_get(interval, 1));
    const char *unit = text_of(metric, "unit");
    double half = (high - low) / 2 / fabs(value);

    if (json_array_size(interval) != 2)
        return NULL;
    if (isfinite(half) && half <= 0.1)
        return keep_printf(table, "%s%.2g %%", table->style->utf8 ? "±" : "+-", half * 100);
    return keep_printf(table, "[%s, %s]", figure_text(low, unit).text,
                       figure_text(high, unit).text);
}

static const char *share_cell(struct table *table, const json_t *value)
{
    if (!json_is_number(value))
        return NULL;
    return keep(table, share_text(json_number_value(value)).text);
}

/* A loss that rounds to nothing is still a loss. */
static const char *loss_text(struct table *table, const json_t *loss)
{
    const json_t *lost = json_object_get(loss, "lost"), *ratio = json_object_get(loss, "ratio");

    if (!json_is_number(lost) || !json_is_number(ratio))
        return NULL;
    if (json_number_value(lost) == 0)
        return "0";
    if (json_number_value(ratio) > 0.9995 && json_number_value(ratio) < 1)
        return "> 99.9 %"; /* not all of it */
    return keep_printf(table, "%.3g %%", json_number_value(ratio) * 100);
}

/* ---- notes ---- */

/* "1": the same note has the same number wherever it stands. */
static void note_refer(struct table *table, const char *note, struct buf *refs)
{
    size_t i = 0;

    while (i < table->note_count && strcmp(table->notes[i], note) != 0)
        i++;
    if (i == NOTES_MAX)
        return;
    if (i == table->note_count)
        table->notes[table->note_count++] = note;
    if (buf_printf(refs, "%s%zu", refs->len ? "," : "", i + 1) < 0)
        table->failed = true;
}

static const char *notes_text(struct table *table, const json_t *result)
{
    _cleanup_(buf_clear) struct buf refs = BUF(256);
    const json_t *notes = json_object_get(result, "notes"), *note;
    size_t i;

    if (*text_of(result, "error"))
        note_refer(table, text_of(result, "error"), &refs);
    if (*text_of(result, "reason"))
        note_refer(table, text_of(result, "reason"), &refs);
    json_array_foreach(notes, i, note)
        note_refer(table, json_string_value(note) ? json_string_value(note) : "", &refs);
    return keep(table, buf_text(&refs));
}

/* ---- a flow ---- */

static bool in_group(const struct group *group, const json_t *result)
{
    return strcmp(text_of(result, "flow"), group->flow) == 0;
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
        const char *kind = text_of(metric, "kind");

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
        after[P50].name = keep_printf(table, "%.24s p50", group->distribution);
        after[P99].name = keep_printf(table, "%.24s p99", group->distribution);
    }
    after[COUNTED] = (struct column){ .name = "n", .right = true };
    after[VERDICT] = (struct column){ .name = "verdict" };
    after[NOTES] = (struct column){ .name = "notes" };
}

static const char *where_text(struct table *table, const json_t *result)
{
    const char *path = text_of(result, "path"), *placement = text_of(result, "placement");

    if (*path)
        return keep_printf(table, "%s%s%s", path, *placement ? "/" : "", placement);
    return keep_printf(table, "%s %s %s", text_of(result, "from"), table->style->utf8 ? "→" : "->",
                       text_of(result, "to"));
}

static struct cell verdict_cell(const char *verdict)
{
    if (strcmp(verdict, "pass") == 0)
        return (struct cell){ verdict, COLOUR_GREEN };
    if (strcmp(verdict, "fail") == 0)
        return (struct cell){ verdict, COLOUR_RED };
    if (strcmp(verdict, "undecided") == 0)
        return (struct cell){ verdict, COLOUR_YELLOW };
    return (struct cell){ strcmp(verdict, "none") == 0 ? "" : verdict, COLOUR_NONE };
}

/* Of the main figure, or else of the distribution. */
static const char *count_text(struct table *table, const json_t *figure, const json_t *distribution)
{
    const json_t *n = json_object_get(figure, "n");

    n = n ? n : json_object_get(distribution, "n");
    return n ? keep_printf(table, "%lld", (long long)json_integer_value(n)) : NULL;
}

static void figures_fill(struct table *table, const struct group *group, const json_t *result,
                         struct cell *after)
{
    const json_t *metrics = json_object_get(result, "metrics");
    const json_t *figure = group->figure ? json_object_get(metrics, group->figure) : NULL;
    const json_t *distribution =
        group->distribution ? json_object_get(metrics, group->distribution) : NULL;

    after[FIGURE].text = value_text(table, figure, "value");
    after[INTERVAL].text = interval_text(table, figure);
    after[CEILING].text = share_cell(table, json_object_get(figure, "of_ceiling"));
    after[LOSS].text = loss_text(table, json_object_get(metrics, "loss"));
    after[P50].text = value_text(table, distribution, "p50");
    after[P99].text = value_text(table, distribution, "p99");
    after[COUNTED].text = count_text(table, figure, distribution);
}

static void row_fill(struct table *table, const struct group *group, const json_t *result,
                     struct cell *row)
{
    struct cell *after = row + 1 + group->label_count;
    const char *status = text_of(result, "status");
    const json_t *labels = json_object_get(result, "labels");

    row[0].text = where_text(table, result);
    for (size_t i = 0; i < group->label_count; i++)
        row[1 + i].text = json_string_value(json_object_get(labels, group->labels[i]));
    if (strcmp(status, "ok") == 0)
        figures_fill(table, group, result, after);
    else
        after[FIGURE] = (struct cell){ status, *status == 'f' ? COLOUR_RED : COLOUR_YELLOW };
    after[VERDICT] = verdict_cell(text_of(result, "verdict"));
    after[NOTES].text = notes_text(table, result);
}

/* ---- searches ---- */

/* "940.1 Mb/s to 952.0 Mb/s", or what there is of it. */
static const char *bounds_text(struct table *table, const json_t *goal)
{
    const json_t *lower = json_object_get(goal, "lower"), *upper = json_object_get(goal, "upper");
    struct number low = rate_text(json_number_value(lower));
    struct number high = rate_text(json_number_value(upper));

    if (lower && upper)
        return keep_printf(table, "%s to %s", low.text, high.text);
    if (lower)
        return keep_printf(table, "at least %s", low.text);
    return upper ? keep_printf(table, "less than %s", high.text) : "nothing found";
}

/* The bounds of the first goal, which the row's figures are of. */
static int search_format(struct table *table, const json_t *result, struct buf *ret)
{
    const json_t *goals = json_object_get(json_object_get(result, "search"), "goals");
    const json_t *goal = json_array_get(goals, 0);
    const char *state = text_of(goal, "state");
    json_int_t trials = json_integer_value(json_object_get(goal, "trials"));
    const char *key = text_of(result, "key"), *rest = strchr(key, ',');

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
    return r < 0 ? r : searches_format(table, group, ret);
}

static bool seen_before(const json_t *results, size_t at)
{
    const char *flow = text_of(json_array_get(results, at), "flow");

    for (size_t i = 0; i < at; i++)
        if (strcmp(text_of(json_array_get(results, i), "flow"), flow) == 0)
            return true;
    return false;
}

static int groups_format(struct table *table, const json_t *results, struct buf *ret)
{
    const json_t *result;
    size_t i;
    int r = 0;

    json_array_foreach(results, i, result)
    {
        struct group group = { .results = results, .flow = text_of(result, "flow") };

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
    const char *state = text_of(threshold, "state");
    const json_t *results = json_object_get(threshold, "results"), *one, *first = NULL;
    size_t i, same = 0;

    json_array_foreach(results, i, one)
    {
        if (strcmp(text_of(one, "state"), state) != 0)
            continue;
        first = first ? first : one;
        same++;
    }
    if (strcmp(state, "pass") == 0 || !first || json_array_size(results) < 2)
        return first ? text_of(first, "why") : "";
    return keep_printf(table, "%zu of %zu results%s%s", same, json_array_size(results),
                       *text_of(first, "why") ? ": " : "", text_of(first, "why"));
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
        const char *flow = text_of(threshold, "flow");
        struct cell *row = grid_row(grid);

        if (!row)
            return -ENOMEM;
        row[0] = verdict_cell(text_of(threshold, "state"));
        row[1].text = *flow ? flow : "(all)";
        row[2].text = text_of(threshold, "metric");
        row[3].text = text_of(threshold, "expect");
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
        buf_printf(ret, "  %s  %s: %s\n", text_of(event, "time"), text_of(event, "kind"),
                   text_of(event, "text"));
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
    r = buf_printf(ret, "%s  (run %s, %s)\n", text_of(run, "name"), text_of(run, "id"),
                   text_of(run, "started"));
    if (r == 0)
        r = groups_format(&table, json_object_get(document, "results"), ret);
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

    style.width = TABLE_WIDTH;
    r = table_format(document, &style, &text);
    if (r < 0)
        return r;
    return fputs(buf_text(&text), stream) < 0 || fflush(stream) != 0 ? -errno : 0;
}
