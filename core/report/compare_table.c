/* SPDX-License-Identifier: Apache-2.0
 *
 * A comparison as text: what has a gate and what has changed, as a table, and below it why not all
 * of it passes.  As Markdown it is the same table with other letters around it.
 */
#include "cells.h"
#include "compare.h"

#include "../base/text.h"

#include <errno.h>

#define KEY_WRAP 24

enum { RESULT, METRIC, OLD, NEW, CHANGE, INTERVAL, COUNTED, MARK, STATE, COLUMNS };

static const struct column columns[COLUMNS] = {
    [RESULT] = { .name = "result", .wrap = KEY_WRAP },
    [METRIC] = { .name = "metric" },
    [OLD] = { .name = "old", .right = true },
    [NEW] = { .name = "new", .right = true },
    [CHANGE] = { .name = "change", .right = true },
    [INTERVAL] = { .name = "95 %", .right = true },
    [COUNTED] = { .name = "n", .right = true },
    [MARK] = { .name = "is" },
    [STATE] = { .name = "verdict" },
};

/* ---- cells ---- */

static bool is_text(const json_t *row, const char *field, const char *text)
{
    return strcmp(json_text(row, field), text) == 0;
}

static const char *scale_unit(const json_t *row)
{
    return is_text(row, "scale", "points") ? "pt" : "%";
}

/* "+1.20", of a hundred. */
static struct number digits_text(double share)
{
    struct number plain = share_text(share), number;

    snprintf(number.text, sizeof number.text, "%s%.*s", share > 0 ? "+" : "",
             (int)strcspn(plain.text, " "), plain.text);
    return number;
}

static const char *change_cell(struct table *table, const json_t *row)
{
    const json_t *shift = json_object_get(row, "shift");
    double value = json_number_value(shift);

    if (!json_is_number(shift))
        return NULL;
    if (is_text(row, "scale", "absolute"))
        return cell_plain(table, figure_text(value, json_text(row, "unit")).text);
    return cell_printf(table, "%s %s", digits_text(value).text, scale_unit(row));
}

/* "[-9.70, +10.7] %" */
static const char *interval_cell(struct table *table, const json_t *row)
{
    const json_t *interval = json_object_get(row, "ci95");
    double low = json_number_value(json_array_get(interval, 0));
    double high = json_number_value(json_array_get(interval, 1));
    const char *unit = json_text(row, "unit");

    if (json_array_size(interval) != 2)
        return NULL;
    if (is_text(row, "scale", "absolute"))
        return cell_plain(table, cell_printf(table, "[%s, %s]", figure_text(low, unit).text,
                                             figure_text(high, unit).text));
    return cell_printf(table, "[%s, %s] %s", digits_text(low).text, digits_text(high).text,
                       scale_unit(row));
}

static const char *end_cell(struct table *table, const json_t *row, const char *side)
{
    const json_t *value = json_object_get(json_object_get(row, side), "value");

    if (!json_is_number(value))
        return NULL;
    return cell_plain(table, figure_text(json_number_value(value), json_text(row, "unit")).text);
}

/* "6:6" trials, or "4:4 runs". */
static const char *count_cell(struct table *table, const json_t *row)
{
    const char *of = json_text(row, "of");
    const json_t *old = json_object_get(json_object_get(row, "old"), of);
    const json_t *now = json_object_get(json_object_get(row, "new"), of);

    return cell_printf(table, "%lld:%lld%s", (long long)json_integer_value(old),
                       (long long)json_integer_value(now), strcmp(of, "runs") == 0 ? " runs" : "");
}

/* What has changed is better or worse where that is known. */
static const char *mark_text(const json_t *row)
{
    bool up = json_number_value(json_object_get(row, "shift")) > 0;

    if (!json_is_true(json_object_get(row, "changed")))
        return "";
    if (!json_object_get(row, "better"))
        return "changed";
    return up == is_text(row, "better", "higher") ? "better" : "worse";
}

/* "flow=bulk, path=direct": it may be cut into lines there. */
static const char *key_cell(struct table *table, const char *key)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);

    for (key = cell_plain(table, key); key && *key; key++)
        if (buf_printf(&text, "%c%s", *key, *key == ',' ? " " : "") < 0)
            table->failed = true;
    return cell_keep(table, buf_text(&text));
}

static void row_fill(struct table *table, const json_t *row, struct cell *cells)
{
    const char *mark = mark_text(row);

    cells[METRIC].text = cell_plain(table, json_text(row, "metric"));
    cells[STATE] = cell_verdict(json_text(row, "state"));
    if (!*json_text(row, "metric")) {
        cells[METRIC] = cells[MARK] = (struct cell){ "", COLOUR_NONE };
        return;
    }
    cells[OLD].text = end_cell(table, row, "old");
    cells[NEW].text = end_cell(table, row, "new");
    cells[CHANGE].text = change_cell(table, row);
    cells[INTERVAL].text = interval_cell(table, row);
    if (*json_text(row, "of"))
        cells[COUNTED].text = count_cell(table, row);
    cells[MARK] = (struct cell){ mark, *mark == 'w' ? COLOUR_RED : COLOUR_NONE };
    if (*mark == 'b')
        cells[MARK].colour = COLOUR_GREEN;
}

/* ---- rows ---- */

static bool is_shown(const json_t *row, bool all)
{
    return all || !is_text(row, "state", "none") || !*json_text(row, "metric") ||
           json_is_true(json_object_get(row, "changed"));
}

static int rows_fill(struct table *table, const json_t *comparison, bool all, struct grid *grid)
{
    const char *key = "";
    const json_t *row;
    size_t i;

    json_array_foreach(json_object_get(comparison, "rows"), i, row)
    {
        struct cell *cells = is_shown(row, all) ? grid_row(grid) : NULL;

        if (!is_shown(row, all))
            continue;
        if (!cells)
            return -ENOMEM;
        cells[RESULT].text = is_text(row, "key", key) ? "" : key_cell(table, json_text(row, "key"));
        key = json_text(row, "key");
        row_fill(table, row, cells);
    }
    return table->failed ? -ENOMEM : 0;
}

/* ---- around the table ---- */

static const char *side_text(struct table *table, const json_t *side)
{
    const json_t *first = json_array_get(side, 0);
    size_t more = json_array_size(side) > 1 ? json_array_size(side) - 1 : 0;

    if (more)
        return cell_plain(
            table, cell_printf(table, "%.200s and %zu more", json_text(first, "name"), more));
    return cell_plain(table, cell_printf(table, "%.200s  %.40s", json_text(first, "name"),
                                         json_text(first, "started")));
}

static size_t rows_count(const json_t *comparison, const char *state)
{
    const json_t *row;
    size_t i, n = 0;

    json_array_foreach(json_object_get(comparison, "rows"), i, row) n +=
        is_text(row, "state", state);
    return n;
}

/* "fail: 1 fails, 0 undecided, 3 pass at a gate of 5 %" */
static const char *headline(struct table *table, const json_t *comparison)
{
    return cell_printf(table, "%s: %zu fail, %zu undecided, %zu pass at a gate of %s",
                       json_text(comparison, "state"), rows_count(comparison, "fail"),
                       rows_count(comparison, "undecided"), rows_count(comparison, "pass"),
                       share_exact(json_number_value(json_object_get(comparison, "gate"))).text);
}

/* How many more values would tell; "": that is no question here. */
static const char *outlook(struct table *table, const json_t *row)
{
    const json_t *more = json_object_get(row, "more"), *interval = json_object_get(row, "ci95");
    long long count = json_integer_value(more);

    if (!is_text(row, "state", "undecided") || (!more && !interval))
        return "";
    if (!more)
        return "; how many more would tell can't be said";
    if (!interval)
        return cell_printf(table, "; %lld more a side would give one", count);
    return cell_printf(table, "; some %lld more %s a side would tell", count, json_text(row, "of"));
}

/* Why a row does not pass, or is not compared at all. */
static const char *reason(struct table *table, const json_t *row)
{
    const char *why = json_text(row, "why");

    if (!*why || (is_text(row, "state", "none") && *json_text(row, "metric")))
        return NULL;
    return cell_printf(table, "%s%s", why, outlook(table, row));
}

/* How many quantities have each reason.  A new reference. */
static json_t *reasons_count(struct table *table, const json_t *rows)
{
    json_t *counts = json_object();
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *why = *json_text(row, "metric") ? reason(table, row) : NULL;
        json_int_t count = why ? json_integer_value(json_object_get(counts, why)) : 0;

        if (why)
            json_object_set_new(counts, why, json_integer(count + 1));
    }
    return counts;
}

/* A reason that many quantities have is told once, with the first of them; what is about a whole
 * result always.  NULL: there is nothing to tell. */
static const char *reason_line(struct table *table, const json_t *row, json_t *counts)
{
    const char *metric = json_text(row, "metric"), *key = json_text(row, "key");
    const char *why = reason(table, row);
    long long count;

    if (!why || !*metric)
        return why ? cell_printf(table, "%.200s: %s", key, why) : NULL;
    count = json_integer_value(json_object_get(counts, why));
    json_object_del(counts, why);
    if (count > 1)
        return cell_printf(table, "%s of %.200s and %lld more: %s", metric, key, count - 1, why);
    return count ? cell_printf(table, "%s of %.200s: %s", metric, key, why) : NULL;
}

static int plain_line(struct buf *ret, const char *text)
{
    return buf_printf(ret, "  %s\n", text);
}

static int markdown_line(struct buf *ret, const char *text)
{
    buf_add_text(ret, "- ");
    markdown_add(ret, text);
    return buf_add_text(ret, "\n");
}

typedef int line_adder(struct buf *ret, const char *text);

static int reason_add(struct table *table, const char *text, line_adder *add, struct buf *ret)
{
    const char *line = cell_plain(table, text);

    return line ? add(ret, line) : -ENOMEM;
}

static int reasons_add(struct table *table, const json_t *comparison, line_adder *add,
                       struct buf *ret)
{
    const json_t *rows = json_object_get(comparison, "rows"), *one;
    _cleanup_(json_decrefp) json_t *counts = reasons_count(table, rows);
    int r = buf_add_text(ret, "\n");
    size_t i;

    json_array_foreach(rows, i, one)
    {
        const char *text = reason_line(table, one, counts);

        if (r == 0 && text)
            r = reason_add(table, text, add, ret);
    }
    json_array_foreach(json_object_get(comparison, "notes"), i, one)
    {
        if (r == 0 && json_is_string(one))
            r = reason_add(table, json_string_value(one), add, ret);
    }
    return r;
}

int compare_format(const json_t *comparison, bool all, const struct style *style, struct buf *ret)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct table table = { .arena = arena, .style = style };
    struct grid *grid = arena ? grid_new(arena, columns, COLUMNS) : NULL;
    int r = grid ? rows_fill(&table, comparison, all, grid) : -ENOMEM;

    if (r < 0)
        return r;
    buf_printf(ret, "%s\n", headline(&table, comparison));
    buf_printf(ret, "  old  %s\n", side_text(&table, json_object_get(comparison, "old")));
    buf_printf(ret, "  new  %s\n\n", side_text(&table, json_object_get(comparison, "new")));
    r = grid_format(grid, style, ret);
    r = r < 0 ? r : reasons_add(&table, comparison, plain_line, ret);
    return r < 0 || style->utf8 ? r : ascii_mend(ret);
}

int compare_markdown(const json_t *comparison, bool all, struct buf *ret)
{
    static const struct style style = { .utf8 = true };
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct table table = { .arena = arena, .style = &style };
    struct grid *grid = arena ? grid_new(arena, columns, COLUMNS) : NULL;
    int r = grid ? rows_fill(&table, comparison, all, grid) : -ENOMEM;

    if (r < 0)
        return r;
    buf_printf(ret, "**%s**\n\n", headline(&table, comparison));
    markdown_line(
        ret, cell_printf(&table, "old: %s", side_text(&table, json_object_get(comparison, "old"))));
    markdown_line(
        ret, cell_printf(&table, "new: %s", side_text(&table, json_object_get(comparison, "new"))));
    buf_add_text(ret, "\n");
    r = grid_markdown(grid, ret);
    return r < 0 ? r : reasons_add(&table, comparison, markdown_line, ret);
}
