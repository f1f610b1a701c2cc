/* SPDX-License-Identifier: Apache-2.0
 *
 * Which results and quantities face each other, and what comes of all of them together; how one
 * quantity is judged stands in shift_row.c.
 */
#include "compare.h"

#include "../result/json.h"
#include "../result/shift.h"
#include "cells.h"
#include "differences.h"
#include "shift_row.h"

#include <errno.h>

#define FALSE_DISCOVERIES 0.05

/* The indexes of one side's documents, and the entries of one key in them. */
struct seen {
    json_t **indexes;
    const json_t **entries; /* good ones; else NULL */
    size_t count, good, failed;
    const json_t *bad; /* an entry that failed, or else was skipped; NULL: none */
};

struct state {
    const struct comparing *comparing;
    struct arena *arena;
    struct seen old, now;
    json_t *rows;
};

/* ---- sides ---- */

static void seen_clear(struct seen *seen)
{
    for (size_t i = 0; seen->indexes && i < seen->count; i++)
        json_decref(seen->indexes[i]);
}

static int seen_make(struct arena *arena, const struct side *side, struct seen *ret)
{
    ret->indexes = arena_array(arena, side->count + 1, sizeof(json_t *));
    ret->entries = arena_array(arena, side->count + 1, sizeof(json_t *));
    if (!ret->indexes || !ret->entries)
        return -ENOMEM;
    for (; ret->count < side->count; ret->count++) {
        ret->indexes[ret->count] = results_index(side->documents[ret->count]);
        if (!ret->indexes[ret->count])
            return -ENOMEM;
    }
    return 0;
}

/* What the side has of the key. */
static void seen_look(struct seen *seen, const char *key)
{
    seen->good = seen->failed = 0;
    seen->bad = NULL;
    for (size_t i = 0; i < seen->count; i++) {
        const json_t *entry = json_object_get(seen->indexes[i], key);
        const char *status = json_text(entry, "status");
        bool good = strcmp(status, "ok") == 0, failed = strcmp(status, "failed") == 0;

        seen->entries[i] = good ? entry : NULL;
        seen->good += good;
        seen->failed += failed;
        if (entry && !good && (failed || !seen->bad))
            seen->bad = entry;
    }
}

/* Why there is nothing of it. */
static const char *seen_why(struct arena *arena, const struct seen *seen, const char *side)
{
    if (!seen->bad)
        return arena_printf(arena, "not in %s", side);
    if (!seen->failed)
        return arena_printf(arena, "skipped in %s: %.200s", side, json_text(seen->bad, "reason"));
    return arena_printf(arena, "failed in %s%s: %.200s", side,
                        seen->count > 1 && seen->good ? ", some of the runs" : "",
                        json_text(seen->bad, "error"));
}

/* ---- one key ---- */

/* A row without a quantity: something is only on one side. */
static int lone_add(struct state *state, const char *key, const char *verdict, const char *why)
{
    json_t *row = json_pack("{s:s, s:s, s:s}", "key", key, "state", verdict, "why", why ? why : "");

    return !why || !row || json_array_append_new(state->rows, row) < 0 ? -ENOMEM : 0;
}

static int quantity_compare(struct state *state, const char *key, const json_t *names,
                            const char *name)
{
    const struct quantity quantity = quantity_of(json_object_get(names, name));
    struct shift_row row = { .key = key,
                             .name = name,
                             .gate = gate_of(state->comparing->gates, &quantity, names),
                             .noise = state->comparing->noise };
    int r =
        evidence_gather(state->arena, state->old.entries, state->old.count, &quantity, &row.old);

    if (r == 0)
        r = evidence_gather(state->arena, state->now.entries, state->now.count, &quantity,
                            &row.now);
    return r < 0 ? r : shift_row_add(&row, state->rows);
}

static int quantities_find(const struct seen *seen, json_t *names)
{
    int r = names ? 0 : -ENOMEM;

    for (size_t i = 0; i < seen->count && r == 0; i++)
        if (seen->entries[i])
            r = quantities_add(seen->entries[i], names);
    return r;
}

static int quantities_compare(struct state *state, const char *key)
{
    json_t *names = json_object(), *element;
    int r = quantities_find(&state->old, names);
    const char *name;

    if (r == 0)
        r = quantities_find(&state->now, names);
    json_object_foreach(names, name, element)
    {
        if (r == 0)
            r = quantity_compare(state, key, names, name);
    }
    json_decref(names);
    return r;
}

static int key_compare(struct state *state, const char *key)
{
    struct seen *old = &state->old, *now = &state->now;
    int r = 0;

    seen_look(old, key);
    seen_look(now, key);
    if (!old->good)
        return lone_add(state, key, "none", seen_why(state->arena, old, "OLD"));
    if (now->failed && !old->failed)
        r = lone_add(state, key, "fail", seen_why(state->arena, now, "NEW"));
    else if (!now->good)
        r = lone_add(state, key, "undecided", seen_why(state->arena, now, "NEW"));
    return r < 0 || !now->good ? r : quantities_compare(state, key);
}

/* All keys in the order in which they come up. */
static int keys_add(const struct seen *seen, json_t *keys)
{
    const char *key;
    json_t *entry;

    for (size_t i = 0; i < seen->count; i++)
        json_object_foreach(seen->indexes[i], key, entry)
        {
            if (json_object_set_new(keys, key, json_true()) < 0)
                return -ENOMEM;
        }
    return keys ? 0 : -ENOMEM;
}

static int keys_compare(struct state *state)
{
    json_t *keys = json_object(), *value;
    int r = keys_add(&state->old, keys);
    const char *key;

    if (r == 0)
        r = keys_add(&state->now, keys);
    json_object_foreach(keys, key, value)
    {
        if (r == 0)
            r = key_compare(state, key);
    }
    json_decref(keys);
    return r;
}

/* ---- all together ---- */

/* Among many tests some find something by chance: which have changed is asked of all at once. */
static int changes_mark(struct arena *arena, json_t *rows)
{
    double *p = arena_array(arena, json_array_size(rows) + 1, sizeof *p);
    bool *found = arena_array(arena, json_array_size(rows) + 1, sizeof *found);
    size_t i, n = 0;
    json_t *row;

    if (!p || !found)
        return -ENOMEM;
    json_array_foreach(rows, i, row) if (json_object_get(row, "p")) p[n++] =
        json_number_value(json_object_get(row, "p"));
    if (discoveries_find(p, n, FALSE_DISCOVERIES, found) < 0)
        return -ENOMEM;
    n = 0;
    json_array_foreach(rows, i, row)
    {
        if (json_object_get(row, "p") &&
            field_add(row, "changed", json_boolean(found[n++] && shift_row_moved(row))) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* The worst state of a row; undecided where nothing has one. */
static const char *state_worst(const json_t *rows)
{
    bool passed = false, undecided = false;
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *state = json_text(row, "state");

        if (strcmp(state, "fail") == 0)
            return "fail";
        undecided = undecided || strcmp(state, "undecided") == 0;
        passed = passed || strcmp(state, "pass") == 0;
    }
    return passed && !undecided ? "pass" : "undecided";
}

static json_t *side_json(const struct side *side)
{
    json_t *json = json_array();

    for (size_t i = 0; i < side->count; i++) {
        const json_t *run = json_object_get(side->documents[i], "run");
        json_t *one = json_object();

        field_add(one, "name", text_json(side->names[i]));
        field_add(one, "run", text_json(json_text(run, "id")));
        field_add(one, "started", text_json(json_text(run, "started")));
        json_array_append_new(json, one);
    }
    return json;
}

static bool is_gated(const json_t *rows, const struct gate *gate)
{
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *name = json_text(row, "metric");
        size_t len = strlen(name);

        if (strncmp(name, gate->name, gate->len) == 0 &&
            (len == gate->len || strcmp(name + gate->len, ".p50") == 0))
            return true;
    }
    return false;
}

static bool has_trials(const json_t *rows)
{
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row) if (strcmp(json_text(row, "of"), "trials") == 0) return true;
    return false;
}

static json_t *notes_json(const struct comparing *comparing, const json_t *rows)
{
    json_t *notes = json_array();

    if (has_trials(rows) && !comparing->noise)
        json_array_append_new(
            notes, json_string("intervals are of trials, and say nothing of what differs from run "
                               "to run: 4 runs a side do, or --noise"));
    for (size_t i = 0; i < comparing->gates->count; i++) {
        const struct gate *gate = &comparing->gates->each[i];

        if (!is_gated(rows, gate))
            json_array_append_new(notes, json_sprintf("gate '%.*s': no result has this metric",
                                                      (int)gate->len, gate->name));
    }
    if (differences_add(&comparing->old, &comparing->now, notes) == 0)
        return notes;
    json_decref(notes);
    return NULL;
}

static void state_clear(struct state *state)
{
    seen_clear(&state->old);
    seen_clear(&state->now);
    json_decref(state->rows);
    arena_free(state->arena);
}

static int rows_make(const struct comparing *comparing, struct state *state)
{
    int r;

    *state = (struct state){ .comparing = comparing, .arena = arena_new(), .rows = json_array() };
    if (!state->arena || !state->rows)
        return -ENOMEM;
    r = seen_make(state->arena, &comparing->old, &state->old);
    r = r < 0 ? r : seen_make(state->arena, &comparing->now, &state->now);
    r = r < 0 ? r : keys_compare(state);
    return r < 0 ? r : changes_mark(state->arena, state->rows);
}

int compare_make(const struct comparing *comparing, json_t **ret, struct vmtp_error *err)
{
    _cleanup_(state_clear) struct state state = { 0 };
    json_t *json = NULL;

    if (rows_make(comparing, &state) == 0)
        json = json_pack("{s:s, s:s, s:f, s:o, s:o, s:o, s:O}", "schema", "vmtp.comparison/1",
                         "state", state_worst(state.rows), "gate", comparing->gates->share, "old",
                         side_json(&comparing->old), "new", side_json(&comparing->now), "notes",
                         notes_json(comparing, state.rows), "rows", state.rows);
    if (!json)
        return vmtp_fail(err, -ENOMEM, "comparison: out of memory");
    *ret = json;
    return 0;
}

enum exit_status compare_status(const json_t *comparison)
{
    const char *state = json_text(comparison, "state");

    if (strcmp(state, "fail") == 0)
        return EXIT_FAIL;
    return strcmp(state, "pass") == 0 ? EXIT_PASS : EXIT_UNDECIDED;
}
