/* SPDX-License-Identifier: Apache-2.0 */
#include "noise.h"

#include "../result/json.h"
#include "../result/shift.h"
#include "cells.h"

#include <errno.h>
#include <math.h>

#define SCHEMA "vmtp.noise/1"

struct state {
    struct arena *arena;
    json_t **indexes;
    const json_t **entries; /* of one key */
    size_t count;
    json_t *rows;
};

/* ---- one quantity ---- */

static double deviation(const double *values, size_t n)
{
    double mean = stats_mean(values, n), sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sqrt(sum / (double)(n - 1));
}

static json_t *detectable_json(double spread, size_t n, size_t runs)
{
    return json_pack("{s:I, s:o}", "runs", (json_int_t)runs, "change",
                     figure_json(chance_detectable(spread, n, runs, runs)));
}

/* A figure of 0 has no share that it could change by. */
static int row_add(const struct state *state, const char *key, const char *name,
                   const struct evidence *evidence, bool usual)
{
    double median = stats_median(evidence->runs, evidence->run_count);
    bool points = strcmp(evidence->unit, "ratio") == 0;
    double spread;
    size_t n = evidence->run_count;
    json_t *json;

    if (n < NOISE_RUNS_LEAST || (!points && !(fabs(median) > 0)))
        return 0;
    spread = deviation(evidence->runs, n) / (points ? 1 : fabs(median));
    json =
        json_pack("{s:s, s:s, s:s, s:o, s:I, s:s, s:o, s:o, s:[o, o], s:b}", "key", key, "metric",
                  name, "unit", evidence->unit, "value", figure_json(median), "n", (json_int_t)n,
                  "scale", points ? "points" : "relative", "spread", figure_json(spread), "floor",
                  figure_json(chance_floor(spread, n, 1, 1)), "detectable",
                  detectable_json(spread, n, 1), detectable_json(spread, n, n), "usual", usual);
    return json_array_append_new(state->rows, json) < 0 ? -ENOMEM : 0;
}

static int names_find(const struct state *state, json_t *names)
{
    int r = names ? 0 : -ENOMEM;

    for (size_t i = 0; i < state->count && r == 0; i++)
        if (state->entries[i])
            r = quantities_add(state->entries[i], names);
    return r;
}

static int key_measure(struct state *state, const char *key)
{
    static const struct gates gates = GATES_USUAL;
    json_t *names = json_object(), *element;
    int r = names_find(state, names);
    const char *name;

    json_object_foreach(names, name, element)
    {
        const struct quantity quantity = quantity_of(element);
        struct evidence evidence;

        if (r == 0)
            r = evidence_gather(state->arena, state->entries, state->count, &quantity, &evidence);
        if (r == 0)
            r = row_add(state, key, name, &evidence, !isnan(gate_of(&gates, &quantity, names)));
    }
    json_decref(names);
    return r;
}

/* ---- all of them ---- */

static void key_look(struct state *state, const char *key)
{
    for (size_t i = 0; i < state->count; i++) {
        const json_t *entry = json_object_get(state->indexes[i], key);

        state->entries[i] = strcmp(json_text(entry, "status"), "ok") == 0 ? entry : NULL;
    }
}

static int rows_make(const struct side *runs, struct state *state)
{
    const char *key;
    json_t *entry;
    int r = 0;

    *state = (struct state){ .arena = arena_new(), .rows = json_array() };
    if (!state->arena || !state->rows)
        return -ENOMEM;
    state->indexes = arena_array(state->arena, runs->count + 1, sizeof(json_t *));
    state->entries = arena_array(state->arena, runs->count + 1, sizeof(json_t *));
    if (!state->indexes || !state->entries)
        return -ENOMEM;
    for (; state->count < runs->count; state->count++) {
        state->indexes[state->count] = results_index(runs->documents[state->count]);
        if (!state->indexes[state->count])
            return -ENOMEM;
    }
    json_object_foreach(state->indexes[0], key, entry)
    {
        key_look(state, key);
        r = r < 0 ? r : key_measure(state, key);
    }
    return r;
}

static void state_clear(struct state *state)
{
    for (size_t i = 0; i < state->count; i++)
        json_decref(state->indexes[i]);
    json_decref(state->rows);
    arena_free(state->arena);
}

static json_t *runs_json(const struct side *runs)
{
    json_t *json = json_array();

    for (size_t i = 0; i < runs->count; i++)
        json_array_append_new(json, text_json(runs->names[i]));
    return json;
}

int noise_make(const struct side *runs, json_t **ret, struct vmtp_error *err)
{
    _cleanup_(state_clear) struct state state = { 0 };
    json_t *json = NULL;

    if (runs->count < NOISE_RUNS_LEAST)
        return vmtp_fail(err, -EINVAL, "noise: %zu runs, and %d are the least", runs->count,
                         NOISE_RUNS_LEAST);
    if (rows_make(runs, &state) == 0)
        json = json_pack("{s:s, s:o, s:O}", "schema", SCHEMA, "runs", runs_json(runs), "rows",
                         state.rows);
    if (!json)
        return vmtp_fail(err, -ENOMEM, "noise: out of memory");
    *ret = json;
    return 0;
}

bool noise_is(const json_t *json)
{
    return strcmp(json_text(json, "schema"), SCHEMA) == 0;
}

double noise_floor(const json_t *noise, const char *key, const char *name, size_t old_runs,
                   size_t now_runs)
{
    const json_t *row;
    size_t i;

    json_array_foreach(json_object_get(noise, "rows"), i, row)
    {
        const json_t *spread = json_object_get(row, "spread"), *n = json_object_get(row, "n");

        if (strcmp(json_text(row, "key"), key) != 0 || strcmp(json_text(row, "metric"), name) != 0)
            continue;
        if (json_is_number(spread) && json_integer_value(n) >= NOISE_RUNS_LEAST)
            return chance_floor(json_number_value(spread), (size_t)json_integer_value(n), old_runs,
                                now_runs);
    }
    return NAN;
}

/* ---- as text ---- */

static const char *share_cell(struct table *table, const json_t *value, bool points)
{
    struct number text = share_text(json_number_value(value));

    if (!json_is_number(value))
        return NULL;
    return cell_printf(table, "%.*s %s", (int)strcspn(text.text, " "), text.text,
                       points ? "pt" : "%");
}

static void row_fill(struct table *table, const json_t *row, struct cell *cells)
{
    const json_t *detectable = json_object_get(row, "detectable");
    bool points = strcmp(json_text(row, "scale"), "points") == 0;

    cells[0].text = cell_plain(table, json_text(row, "key"));
    cells[1].text = cell_plain(table, json_text(row, "metric"));
    cells[2].text = cell_value(table, row, "value");
    cells[3].text = share_cell(table, json_object_get(row, "spread"), points);
    cells[4].text = share_cell(table, json_object_get(row, "floor"), points);
    cells[5].text =
        share_cell(table, json_object_get(json_array_get(detectable, 0), "change"), points);
    cells[6].text =
        share_cell(table, json_object_get(json_array_get(detectable, 1), "change"), points);
}

int noise_format(const json_t *noise, bool all, const struct style *style, struct buf *ret)
{
    size_t runs = json_array_size(json_object_get(noise, "runs")), i;
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct table table = { .arena = arena, .style = style };
    const json_t *row;
    struct grid *grid;
    int r;
    struct column columns[] = {
        { .name = "result", .shrink = true }, { .name = "metric", .shrink = true },
        { .name = "median", .right = true },  { .name = "run to run", .right = true },
        { .name = "chance", .right = true },  { .name = "seen, 1 run", .right = true },
        { .name = "", .right = true },
    };

    if (!arena)
        return -ENOMEM;
    columns[6].name = cell_printf(&table, "%zu runs", runs);
    grid = grid_new(arena, columns, COUNT(columns));
    if (!grid)
        return -ENOMEM;
    json_array_foreach(json_object_get(noise, "rows"), i, row)
    {
        struct cell *cells =
            all || json_is_true(json_object_get(row, "usual")) ? grid_row(grid) : NULL;

        if (cells)
            row_fill(&table, row, cells);
    }
    r = buf_printf(ret,
                   "noise of %zu runs\n\n"
                   "run to run: the standard deviation; chance: what two runs differ by in 95 of "
                   "100 cases;\nseen: a change that a comparison of 1 run a side, or of %zu, finds "
                   "in 4 of 5 cases\n\n",
                   runs, runs);
    r = r < 0 || table.failed ? -ENOMEM : grid_format(grid, style, ret);
    return r < 0 || style->utf8 ? r : ascii_mend(ret);
}
