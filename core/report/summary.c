/* SPDX-License-Identifier: Apache-2.0 */
#include "summary.h"

#include "cells.h"

#include <errno.h>

#define TEXT_MAX 200 /* of one cell */

enum {
    WHERE,
    NETWORK,
    NODES,
    ADDRESS,
    PROTOCOL,
    TOOL,
    SIZE,
    FIGURE,
    INTERVAL,
    LOSS,
    RTT,
    RETRANSMITS,
    COUNTED,
    NOTES,
    COLUMNS
};

static const struct column columns[COLUMNS] = {
    [WHERE] = { .name = "path", .shrink = true, .extra = true },
    [NETWORK] = { .name = "network" },
    [NODES] = { .name = "nodes" },
    [ADDRESS] = { .name = "address" },
    [PROTOCOL] = { .name = "protocol" },
    [TOOL] = { .name = "tool", .extra = true },
    [SIZE] = { .name = "size", .right = true },
    [FIGURE] = { .name = "throughput", .right = true },
    [INTERVAL] = { .name = "95 %", .right = true },
    [LOSS] = { .name = "loss", .right = true },
    [RTT] = { .name = "round trip", .right = true },
    [RETRANSMITS] = { .name = "retransmits", .right = true, .extra = true },
    [COUNTED] = { .name = "n", .right = true },
    [NOTES] = { .name = "notes" },
};

/* ---- what a result is of ---- */

/* As VMTP's readers know the ways between VMs. */
static const struct way {
    const char *path, *network, *address;
} ways[] = {
    { "same-network", "L2", "fixed IP" },
    { "different-network", "L3", "fixed IP" },
    { "floating-ip", "L3", "floating IP" },
};

static const struct way *way_of(const json_t *result)
{
    for (size_t i = 0; i < COUNT(ways); i++)
        if (strcmp(ways[i].path, json_text(result, "path")) == 0)
            return &ways[i];
    return NULL;
}

const char *summary_protocol(const json_t *result)
{
    static const char *const known[] = { "TCP", "UDP", "ICMP", "Multicast" };
    const char *protocol = json_text(json_object_get(result, "options"), "protocol");

    if (!*protocol && strcmp(json_text(result, "tool"), "ping") == 0)
        protocol = "ICMP";
    for (size_t i = 0; i < COUNT(known); i++)
        if (strcasecmp(known[i], protocol) == 0)
            return known[i];
    return protocol;
}

json_t *summary_pick(const json_t *document, const char *protocol, int *ret_r)
{
    json_t *picked = json_array(), *copy = json_copy((json_t *)document), *result;
    size_t i;

    *ret_r = picked && copy ? 0 : -ENOMEM;
    json_array_foreach(json_object_get(document, "results"), i, result)
    {
        if (!*protocol || strcasecmp(summary_protocol(result), protocol) == 0)
            json_array_append(picked, result);
    }
    if (*ret_r == 0 && (json_array_size(picked) || !*protocol)) {
        json_object_set_new(copy, "results", picked);
        return copy;
    }
    json_decref(picked);
    json_decref(copy);
    return NULL;
}

/* ---- cells ---- */

/* Text of a document that may be anybody's; "" is absent. */
static const char *clean(struct table *table, const char *text)
{
    size_t len = strnlen(text, TEXT_MAX);

    while (len && len == TEXT_MAX && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--; /* not within a letter */
    return len ? cell_plain(table, cell_printf(table, "%.*s", (int)len, text)) : NULL;
}

/* The round trip as the tool knows it: under its own load, of its connecting, or ping's. */
static const char *rtt_text(struct table *table, const json_t *metrics)
{
    static const char *const gauges[] = { "connect_rtt", "tcp_min_rtt", "rtt_avg", "tcp_rtt" };
    const char *text = cell_value(table, json_object_get(metrics, "rtt"), "p50");

    for (size_t i = 0; i < COUNT(gauges) && !text; i++)
        text = cell_value(table, json_object_get(metrics, gauges[i]), "value");
    return text;
}

static const char *count_text(struct table *table, const json_t *metric)
{
    const json_t *value = json_object_get(metric, "value");

    return json_is_number(value) ? cell_printf(table, "%.0f", json_number_value(value)) : NULL;
}

static void figures_fill(struct table *table, const json_t *result, struct cell *row)
{
    const json_t *metrics = json_object_get(result, "metrics");
    const json_t *goodput = json_object_get(metrics, "goodput");
    const char *status = json_text(result, "status");
    const json_t *round = json_object_get(metrics, "rtt");

    if (strcmp(status, "ok") != 0) {
        row[FIGURE] =
            (struct cell){ clean(table, status), *status == 'f' ? COLOUR_RED : COLOUR_YELLOW };
        return;
    }
    row[FIGURE].text = cell_value(table, goodput, "value");
    row[INTERVAL].text = cell_interval(table, goodput);
    row[LOSS].text = cell_loss(table, json_object_get(metrics, "loss"));
    row[RTT].text = rtt_text(table, metrics);
    row[RETRANSMITS].text = count_text(table, json_object_get(metrics, "retransmits"));
    row[COUNTED].text =
        cell_count(table, goodput, round ? round : json_object_get(metrics, "rtt_avg"));
}

static void row_fill(struct table *table, const json_t *result, struct cell *row)
{
    const json_t *options = json_object_get(result, "options");
    const struct way *way = way_of(result);
    const char *size = json_text(options, "length");

    row[WHERE].text = clean(table, cell_where(table, result));
    row[NETWORK].text = way ? way->network : NULL;
    row[NODES].text = clean(table, json_text(result, "placement"));
    row[ADDRESS].text = way ? way->address : NULL;
    row[PROTOCOL].text = clean(table, summary_protocol(result));
    row[TOOL].text = clean(table, json_text(result, "tool"));
    size = *size ? size : json_text(options, "size");
    row[SIZE].text = strcmp(size, "0") == 0 ? NULL : clean(table, size); /* 0: left to the tool */
    figures_fill(table, result, row);
    row[NOTES].text = clean(table, cell_notes(table, result));
}

/* ---- a document ---- */

static int line_add(struct table *table, const char *name, const char *text, struct buf *ret)
{
    const char *safe = clean(table, text);

    return safe ? buf_printf(ret, "  %-16s %s\n", name, safe) : 0;
}

/* What pnsdb_summary told of a record, and what else tells one cloud from another. */
static int head_format(struct table *table, const json_t *document, struct buf *ret)
{
    static const char *const shown[][2] = {
        { "openstack_version", "release" },
        { "encapsulation", "encapsulation" },
        { "l2agent_type", "agent" },
        { "l2agent_version", "agent's version" },
        { "distro", "distribution" },
        { "cpu_info", "CPU" },
        { "nic_name", "NIC" },
    };
    const json_t *run = json_object_get(document, "run");
    const json_t *cloud = json_object_get(document, "cloud");
    const char *name = clean(table, json_text(run, "name"));
    const char *started = clean(table, json_text(run, "started"));
    const char *id = clean(table, json_text(run, "id"));
    int r;

    r = buf_printf(ret, "%.19s  %s  (run %s)\n", started ? started : "", name ? name : "",
                   id ? id : "");
    r = r < 0 ? r : line_add(table, "cloud", json_text(cloud, "name"), ret);
    for (size_t i = 0; i < COUNT(shown) && r == 0; i++)
        r = line_add(table, shown[i][1], json_text(json_object_get(cloud, "facts"), shown[i][0]),
                     ret);
    return r;
}

static int notes_format(struct table *table, struct buf *ret)
{
    int r = 0;

    for (size_t i = 0; i < table->note_count && r == 0; i++) {
        const char *note = clean(table, table->notes[i]);

        r = buf_printf(ret, "  %zu  %s\n", i + 1, note ? note : "");
    }
    return r;
}

int summary_format(const json_t *document, const struct style *style, struct buf *ret)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct table table = { .arena = arena, .style = style };
    struct grid *grid = arena ? grid_new(arena, columns, COLUMNS) : NULL;
    const json_t *result;
    size_t i;
    int r;

    if (!grid)
        return -ENOMEM;
    r = head_format(&table, document, ret);
    json_array_foreach(json_object_get(document, "results"), i, result)
    {
        struct cell *row = grid_row(grid);

        if (!row)
            return -ENOMEM;
        row_fill(&table, result, row);
    }
    r = r < 0 ? r : grid_format(grid, style, ret);
    r = r < 0 ? r : notes_format(&table, ret);
    r = r < 0 ? r : buf_add_text(ret, "\n");
    if (table.failed)
        return -ENOMEM;
    return r < 0 || style->utf8 ? r : ascii_mend(ret);
}
