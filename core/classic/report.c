/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "entry.h"
#include "repr.h"
#include "row.h"

#include <errno.h>

#define TEXT_MAX  (64u << 20)
#define DATA_WIDE 80 /* columns of a table's cell, as in VMTP */
#define INDENT    "    "
#define RULE      "============================================================"

/* ---- flows ---- */

/* Of an entry, what VMTP has too. */
static json_t *entry_short(const json_t *entry)
{
    static const char *const keys[] = {
        "bandwidth_limit_kbps", "direction",  "error",      "jitter",     "loss_rate",
        "packet_size",          "pkt_size",   "protocol",   "retrans",    "rtt_avg_ms",
        "rtt_max_ms",           "rtt_min_ms", "rtt_ms",     "rtt_stddev", "rx_packets",
        "throughput_kbps",      "tool",       "tx_packets",
    };
    json_t *copy = json_object();

    for (size_t i = 0; i < COUNT(keys); i++)
        if (json_object_get(entry, keys[i]))
            json_object_set(copy, keys[i], json_object_get(entry, keys[i]));
    return copy;
}

static void entry_format(const json_t *entry, const char *indent, struct buf *ret)
{
    json_t *copy = entry_short(entry);

    buf_add_text(ret, indent);
    repr_add(ret, copy);
    buf_add_text(ret, "\n");
    json_decref(copy);
}

static void notes_format(const json_t *notes, const char *indent, struct buf *ret)
{
    const json_t *note;
    size_t i;

    json_array_foreach(notes, i, note)
    {
        const char *text = json_string_value(note);

        buf_printf(ret, "%sNote: %s\n", indent, text ? text : "");
    }
}

/* Trials of one test have the same notes: they are said behind the last. */
static void entries_format(const json_t *entries, const char *indent, struct buf *ret)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry)
    {
        const json_t *notes = json_object_get(entry, "notes");
        const json_t *next = json_object_get(json_array_get(entries, i + 1), "notes");

        entry_format(entry, indent, ret);
        if (!json_equal((json_t *)notes, (json_t *)next))
            notes_format(notes, indent, ret);
        entries_format(json_object_get(entry, "results"), INDENT INDENT, ret);
    }
}

static int flows_format(const json_t *flows, struct buf *ret)
{
    const json_t *flow;
    size_t i;

    json_array_foreach(flows, i, flow)
    {
        buf_printf(ret, RULE "\nFlow %zu: %s, %s to %s\n", i + 1, text_of(flow, "desc"),
                   flow_end(flow, "from"), flow_end(flow, "to"));
        entries_format(json_object_get(flow, "results"), INDENT, ret);
    }
    return buf_add_text(ret, RULE "\n");
}

/* ---- the summary ---- */

static size_t rows_count(const struct row *rows, size_t count, enum row_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += rows[i].state == state;
    return n;
}

static int summary_format(const struct row *rows, size_t count, struct buf *ret)
{
    size_t passed = rows_count(rows, count, ROW_PASSED);
    size_t failed = rows_count(rows, count, ROW_FAILED);
    double valid = passed + failed ? (double)(passed + failed) : 1;

    return buf_printf(ret,
                      "Summary of results\n"
                      "==================\n"
                      "Total Scenarios:   %zu\n"
                      "Passed Scenarios:  %zu [%.2f%%]\n"
                      "Failed Scenarios:  %zu [%.2f%%]\n"
                      "Skipped Scenarios: %zu\n",
                      count, passed, (double)passed / valid * 100, failed,
                      (double)failed / valid * 100, rows_count(rows, count, ROW_SKIPPED));
}

static struct cell state_cell(enum row_state state)
{
    if (state == ROW_PASSED)
        return (struct cell){ "PASSED", COLOUR_GREEN };
    if (state == ROW_FAILED)
        return (struct cell){ "FAILED", COLOUR_RED };
    return (struct cell){ "SKIPPED", COLOUR_NONE };
}

static int rows_format(const struct row *rows, size_t count, struct arena *arena,
                       const struct style *style, struct buf *ret)
{
    static const struct column columns[] = {
        { .name = "Scenario" },
        { .name = "Scenario Name", .wrap = DATA_WIDE },
        { .name = "Functional Status" },
        { .name = "Data", .wrap = DATA_WIDE },
    };
    struct grid *grid = grid_new(arena, columns, COUNT(columns));
    struct style framed = *style;

    framed.frame = true;
    framed.width = SIZE_MAX / 2; /* as wide as it is */
    for (size_t i = 0; grid && i < count; i++) {
        struct cell *cells = grid_row(grid);

        if (!cells)
            return -ENOMEM;
        cells[0].text = rows[i].number;
        cells[1].text = rows[i].name;
        cells[2] = state_cell(rows[i].state);
        cells[3].text = rows[i].data;
    }
    return grid ? grid_format(grid, &framed, ret) : -ENOMEM;
}

/* ---- the whole ---- */

int classic_report_format(const json_t *document, const struct style *style, struct buf *ret)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct row *rows = NULL;
    size_t count = 0;
    int r = arena ? rows_make(document, arena, &rows, &count) : -ENOMEM;

    if (r == 0)
        r = flows_format(json_object_get(document, "flows"), ret);
    if (r == 0)
        r = summary_format(rows, count, ret);
    if (r == 0)
        r = rows_format(rows, count, arena, style, ret);
    if (r == 0)
        notes_format(json_object_get(document, "notes"), "", ret);
    return r < 0 || style->utf8 ? r : ascii_mend(ret);
}

int classic_report(FILE *stream, const json_t *document)
{
    _cleanup_(buf_clear) struct buf text = BUF(TEXT_MAX);
    struct style style = style_of(stream);
    int r = classic_report_format(document, &style, &text);

    if (r < 0)
        return r;
    return fputs(buf_text(&text), stream) < 0 || fflush(stream) != 0 ? -errno : 0;
}

static bool any_error(const json_t *object)
{
    const json_t *inner = json_object_get(object, "results"), *one;
    size_t i;

    if (json_object_get(object, "error"))
        return true;
    json_array_foreach(inner, i, one)
    {
        if (any_error(one))
            return true;
    }
    return false;
}

int classic_status(const json_t *document)
{
    const json_t *flows = json_object_get(document, "flows"), *flow;
    size_t i;

    if (!json_array_size(flows))
        return 5;
    json_array_foreach(flows, i, flow)
    {
        if (any_error(flow))
            return 1;
    }
    return 0;
}
