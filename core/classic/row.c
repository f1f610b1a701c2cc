/* SPDX-License-Identifier: Apache-2.0 */
#include "row.h"

#include "entry.h"
#include "repr.h"

#include <errno.h>
#include <math.h>

#define DATA_MAX (1u << 20)

enum { NATIVE = 7, EXTERNAL = 8 }; /* scenarios; those below are ways between VMs */

static const char *const protocols[] = { "TCP", "UDP", "ICMP", "Multicast" };

struct table {
    struct arena *arena;
    const json_t *flows;
    struct row *rows;
    size_t count;
    bool failed; /* out of memory */
};

/* ---- which entries ---- */

/* By the description; a flow between VMs that does not say where they are counts as inter-node. */
static int scenario_of(const json_t *flow)
{
    const char *desc = text_of(flow, "desc");
    int way = strstr(desc, "same network") ? 0 : strstr(desc, "fixed IP") ? 1 : 2;

    if (strstr(desc, "Native"))
        return NATIVE;
    if (strstr(desc, "External-VM"))
        return EXTERNAL;
    return 2 * way + (strstr(desc, "intra-node") ? 1 : 2);
}

/* Append the flow's entries of a protocol (NULL: of all); of ICMP, each packet size by itself. */
static void flow_pick(const json_t *flow, const char *protocol, json_t *entries)
{
    const json_t *results = json_object_get(flow, "results");
    json_t *entry;
    size_t i;

    json_array_foreach(results, i, entry)
    {
        json_t *inner = json_object_get(entry, "results");

        if (protocol && strcmp(text_of(entry, "protocol"), protocol) != 0)
            continue;
        if (json_is_array(inner))
            json_array_extend(entries, inner);
        else
            json_array_append(entries, entry);
    }
}

static json_t *scenario_pick(const json_t *flows, int scenario, const char *protocol)
{
    json_t *entries = json_array(), *flow;
    size_t i;

    json_array_foreach(flows, i, flow)
    {
        if (scenario_of(flow) == scenario)
            flow_pick(flow, protocol, entries);
    }
    return entries;
}

static enum row_state entries_state(const json_t *entries)
{
    enum row_state state = json_array_size(entries) ? ROW_PASSED : ROW_SKIPPED;
    const json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry)
    {
        if (json_object_get(entry, "error"))
            state = ROW_FAILED; /* it was asked for, and there is no figure */
    }
    return state;
}

/* ---- what they come to ---- */

/* The mean over the entries that have it; NAN: none has. */
static double mean_of(const json_t *entries, const char *field)
{
    const json_t *entry, *number;
    double sum = 0;
    size_t i, count = 0;

    json_array_foreach(entries, i, entry)
    {
        number = json_object_get(entry, field);
        if (!json_is_number(number))
            continue;
        sum += json_number_value(number);
        count++;
    }
    return count ? sum / (double)count : NAN;
}

/* The median's interval, if all entries are of one test that has one. */
static void interval_add(json_t *data, const json_t *entries)
{
    const json_t *first = json_array_get(entries, 0), *entry;
    const json_t *interval = json_object_get(first, "ci95_bps");
    size_t i;

    json_array_foreach(entries, i, entry)
    {
        if (strcmp(text_of(entry, "key"), text_of(first, "key")) != 0)
            return;
    }
    if (json_array_size(interval) == 2)
        json_object_set_new(data, "tp_kbps 95%",
                            json_sprintf("%.0f-%.0f",
                                         json_number_value(json_array_get(interval, 0)) / 1e3,
                                         json_number_value(json_array_get(interval, 1)) / 1e3));
}

/* {'tp_kbps': '940745', 'rtt_ms': '0.085'}: text, as VMTP has it. */
static void tcp_data(json_t *data, const json_t *entries)
{
    double kbps = mean_of(entries, "throughput_kbps"), rtt_ms = mean_of(entries, "rtt_ms");

    if (isfinite(kbps))
        json_object_set_new(data, "tp_kbps", json_sprintf("%.0f", kbps));
    if (isfinite(rtt_ms))
        json_object_set_new(data, "rtt_ms", json_sprintf("%.6g", rtt_ms));
    interval_add(data, entries);
}

static void copy_add(json_t *object, const char *name, const json_t *entry, const char *field)
{
    json_t *value = json_object_get(entry, field);

    if (value)
        json_object_set(object, name, value);
}

/* Between which rates the search has the answer. */
static void bounds_add(json_t *object, const json_t *entry)
{
    const json_t *search = json_object_get(entry, "search");
    const json_t *goal = json_array_get(json_object_get(search, "goals"), 0);
    const json_t *lower = json_object_get(goal, "lower"), *upper = json_object_get(goal, "upper");

    if (json_is_number(lower) && json_is_number(upper))
        json_object_set_new(object, "bounds_kbps",
                            json_sprintf("%.0f-%.0f", json_number_value(lower) / 1e3,
                                         json_number_value(upper) / 1e3));
}

/* By size: {128: {'tp_kbps': 127744, 'loss_rate': 0.11}} */
static void udp_data(json_t *data, const json_t *entries)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry)
    {
        json_t *one = json_object();
        char size[32];

        snprintf(size, sizeof size, "%lld",
                 (long long)json_integer_value(json_object_get(entry, "pkt_size")));
        copy_add(one, "tp_kbps", entry, "throughput_kbps");
        copy_add(one, "loss_rate", entry, "loss_rate");
        copy_add(one, "jitter", entry, "jitter");
        bounds_add(one, entry);
        copy_add(one, "error", entry, "error");
        json_object_set_new(data, size, one);
    }
}

static const char *figure_or_dash(const json_t *entry, const char *name)
{
    return *text_of(entry, name) ? text_of(entry, name) : "-";
}

/* {'rtt avg/min/max/stddev msec': {'64-byte': '0.321/0.187/0.741/0.212'}} */
static void icmp_data(json_t *data, const json_t *entries)
{
    json_t *sizes = json_object(), *losses = json_object();
    const json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry)
    {
        double lost = json_number_value(json_object_get(entry, "loss_percent"));
        char size[40];

        snprintf(size, sizeof size, "%lld-byte",
                 (long long)json_integer_value(json_object_get(entry, "packet_size")));
        if (json_object_get(entry, "error"))
            copy_add(sizes, size, entry, "error");
        else
            json_object_set_new(sizes, size,
                                json_sprintf("%s/%s/%s/%s", figure_or_dash(entry, "rtt_avg_ms"),
                                             figure_or_dash(entry, "rtt_min_ms"),
                                             figure_or_dash(entry, "rtt_max_ms"),
                                             figure_or_dash(entry, "rtt_stddev")));
        if (lost > 0)
            json_object_set_new(losses, size, json_real(lost));
    }
    json_object_set_new(data, "rtt avg/min/max/stddev msec", sizes);
    if (json_object_size(losses))
        json_object_set(data, "loss_rate", losses);
    json_decref(losses);
}

static void error_add(json_t *data, const json_t *entries)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry)
    {
        if (!json_object_get(data, "error"))
            copy_add(data, "error", entry, "error");
    }
}

static json_t *entries_data(const char *protocol, const json_t *entries)
{
    json_t *data = json_object();

    if (!json_array_size(entries))
        return data;
    if (strcmp(protocol, "TCP") == 0) {
        tcp_data(data, entries);
        error_add(data, entries);
    } else if (strcmp(protocol, "ICMP") == 0) {
        icmp_data(data, entries);
    } else {
        udp_data(data, entries);
    }
    return data;
}

/* ---- rows ---- */

/* Takes the entries and the data. */
static void row_add(struct table *table, int scenario, size_t at, const char *name, json_t *entries,
                    json_t *data)
{
    _cleanup_(buf_clear) struct buf text = BUF(DATA_MAX);
    struct row *row = &table->rows[table->count++];
    int r = data ? repr_add(&text, data) : -ENOMEM;

    row->number = arena_printf(table->arena, "%d.%zu", scenario, at + 1);
    row->name = name;
    row->state = entries_state(entries);
    row->data = r == 0 ? arena_strdup(table->arena, buf_text(&text)) : NULL;
    table->failed = table->failed || !row->number || !row->name || !row->data;
    json_decref(entries);
    json_decref(data);
}

static void vm_rows(struct table *table)
{
    static const char *const ways[] = { "Same Network, Fixed IP", "Different Network, Fixed IP",
                                        "Different Network, Floating IP" };

    for (int scenario = 1; scenario < NATIVE; scenario++)
        for (size_t at = 0; at < COUNT(protocols); at++) {
            json_t *entries = scenario_pick(table->flows, scenario, protocols[at]);

            row_add(table, scenario, at,
                    arena_printf(table->arena, "%s, %s, %s", ways[(scenario - 1) / 2],
                                 scenario % 2 ? "Intra-node" : "Inter-node", protocols[at]),
                    entries, entries_data(protocols[at], entries));
        }
}

const char *flow_end(const json_t *flow, const char *end)
{
    bool from = strcmp(end, "from") == 0;
    const char *address = text_of(flow, from ? "ip_from" : "ip_to");

    return *address ? address : text_of(flow, from ? "endpoint_from" : "endpoint_to");
}

static size_t same_desc(const json_t *flows, const char *desc)
{
    const json_t *flow;
    size_t i, count = 0;

    json_array_foreach(flows, i, flow) count += strcmp(text_of(flow, "desc"), desc) == 0;
    return count;
}

/* "Native Throughput, TCP, Inter-host", and from which client if there are several. */
static const char *native_name(const struct table *table, const char *protocol, const json_t *flow)
{
    const char *desc = text_of(flow, "desc");
    bool several = same_desc(table->flows, desc) > 1;

    return arena_printf(table->arena, "Native Throughput, %s, %s%s%s", protocol,
                        strstr(desc, "intra") ? "Intra-host" : "Inter-host",
                        several ? " from " : "", several ? flow_end(flow, "from") : "");
}

static void native_rows(struct table *table)
{
    for (size_t at = 0; at < COUNT(protocols); at++) {
        size_t i, before = table->count;
        const json_t *flow;

        json_array_foreach(table->flows, i, flow)
        {
            json_t *entries = json_array();

            if (scenario_of(flow) == NATIVE)
                flow_pick(flow, protocols[at], entries);
            if (json_array_size(entries))
                row_add(table, NATIVE, at, native_name(table, protocols[at], flow), entries,
                        entries_data(protocols[at], entries));
            else
                json_decref(entries);
        }
        if (table->count == before)
            row_add(table, NATIVE, at,
                    arena_printf(table->arena, "Native Throughput, %s", protocols[at]),
                    json_array(), json_object());
    }
}

static json_t *direction_pick(const json_t *entries, bool reverse)
{
    json_t *picked = json_array(), *entry;
    size_t i;

    json_array_foreach(entries, i, entry)
    {
        if (!json_object_get(entry, "direction") == !reverse)
            json_array_append(picked, entry);
    }
    return picked;
}

/* All protocols decide whether it passed; the figures are TCP's, as in VMTP. */
static void external_rows(struct table *table)
{
    static const char *const names[] = { "VM to Host Uploading", "VM to Host Downloading" };
    json_t *all = scenario_pick(table->flows, EXTERNAL, NULL);
    json_t *tcp = scenario_pick(table->flows, EXTERNAL, "TCP");

    for (size_t at = 0; at < COUNT(names); at++) {
        json_t *entries = direction_pick(all, at == 1), *figures = direction_pick(tcp, at == 1);
        json_t *data = entries_data("TCP", figures);

        error_add(data, entries);
        row_add(table, EXTERNAL, at, names[at], entries, data);
        json_decref(figures);
    }
    json_decref(all);
    json_decref(tcp);
}

int rows_make(const json_t *document, struct arena *arena, struct row **ret, size_t *ret_count)
{
    const json_t *flows = json_object_get(document, "flows");
    size_t most = COUNT(protocols) * (NATIVE - 1 + 1 + json_array_size(flows)) + 2;
    struct table table = { .arena = arena,
                           .flows = flows,
                           .rows = arena_array(arena, most, sizeof *table.rows) };

    if (!table.rows)
        return -ENOMEM;
    vm_rows(&table);
    native_rows(&table);
    external_rows(&table);
    *ret = table.rows;
    *ret_count = table.count;
    return table.failed ? -ENOMEM : 0;
}
