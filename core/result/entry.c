/* SPDX-License-Identifier: Apache-2.0 */
#include "entry.h"

#include "../base/clock.h"
#include "json.h"
#include "limit_entry.h"
#include "search_entry.h"

#include <math.h>

static const struct {
    const char *name;
    double q;
} percentiles[] = {
    { "p50", 0.5 },  { "p90", 0.9 },     { "p95", 0.95 },
    { "p99", 0.99 }, { "p99.9", 0.999 }, { "p99.99", 0.9999 },
};

static const char *const event_names[] = {
    [VMTP_NOTE] = "note",
    [VMTP_GENERATOR_LIMITED] = "generator-limited",
    [VMTP_DISTURBED] = "disturbed",
    [VMTP_LOST_CONNECTION] = "lost-connection",
};

const char *event_name(uint32_t kind)
{
    return kind < COUNT(event_names) && event_names[kind] ? event_names[kind] : "note";
}

uint32_t event_find(const char *name)
{
    for (uint32_t kind = VMTP_NOTE; kind < COUNT(event_names); kind++)
        if (strcmp(event_names[kind], name) == 0)
            return kind;
    return VMTP_NOTE;
}

json_t *entry_pairs(const struct vmtp_pair *pairs, size_t count)
{
    json_t *json = json_object();

    for (size_t i = 0; i < count; i++)
        field_add(json, pairs[i].name, text_json(pairs[i].value));
    return json;
}

static json_t *interval_json(struct interval interval)
{
    return json_pack("[o, o]", figure_json(interval.low), figure_json(interval.high));
}

static json_t *figures_json(const double *values, size_t count)
{
    json_t *json = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(json, figure_json(values[i]));
    return json;
}

static void field_add_filled(json_t *object, const char *name, json_t *value)
{
    if (json_array_size(value) || json_object_size(value))
        field_add(object, name, value);
    else
        json_decref(value);
}

/* ---- metrics ---- */

static void better_add(json_t *json, const struct figure *figure)
{
    bool lower = figure->metric->flags & VMTP_LOWER_IS_BETTER;

    field_add(json, "better", json_string(lower ? "lower" : "higher"));
}

static json_t *scalar_json(const struct figure *figure)
{
    bool counter = figure->metric->kind == VMTP_COUNTER;
    json_t *json = json_object();

    field_add(json, "unit", text_json(figure->metric->unit));
    field_add(json, "kind", json_string(counter ? "counter" : "gauge"));
    better_add(json, figure);
    field_add(json, "value", figure_json(figure->value));
    field_add(json, "stat", json_string(counter ? "total" : "median"));
    if (figure->has_interval)
        field_add(json, "ci95", interval_json(figure->interval));
    if (figure->no_interval)
        field_add(json, "no_ci95", text_json(figure->no_interval));
    field_add(json, "n", json_integer((json_int_t)figure->n));
    field_add(json, "trials", figures_json(figure->trials, figure->n));
    return json;
}

/* A percentile of each trial; NULL: one of them has too few values for it. */
static json_t *parts_json(const struct figure *figure, double q)
{
    json_t *json = json_array();

    for (size_t i = 0; i < figure->part_count; i++) {
        double value = histogram_percentile(figure->parts[i], q);

        if (isnan(value)) {
            json_decref(json);
            return NULL;
        }
        json_array_append_new(json, figure_json(value));
    }
    return json;
}

static json_t *distribution_json(const struct figure *figure)
{
    const struct histogram *histogram = figure->histogram;
    json_t *json = json_object(), *intervals = json_object(), *trials = json_object();
    struct interval interval;

    field_add(json, "unit", text_json(figure->metric->unit));
    field_add(json, "kind", json_string("distribution"));
    better_add(json, figure);
    for (size_t i = 0; i < COUNT(percentiles); i++) {
        if (!histogram_interval(histogram, percentiles[i].q, &interval))
            continue;
        field_add(json, percentiles[i].name,
                  figure_json(histogram_percentile(histogram, percentiles[i].q)));
        field_add(intervals, percentiles[i].name, interval_json(interval));
        field_add(trials, percentiles[i].name, parts_json(figure, percentiles[i].q));
    }
    field_add(json, "min", figure_json(histogram_min(histogram)));
    field_add(json, "mean", figure_json(histogram_mean(histogram)));
    field_add(json, "max", figure_json(histogram_max(histogram)));
    field_add(json, "n", json_integer((json_int_t)figure->n));
    if (json_object_size(intervals))
        field_add(json, "ci95", json_incref(intervals));
    json_decref(intervals);
    if (figure->no_interval)
        field_add(json, "no_ci95", text_json(figure->no_interval));
    field_add_filled(json, "trials", trials);
    field_add(json, "histogram", histogram_to_json(histogram));
    return json;
}

static json_t *loss_json(const struct loss *loss)
{
    json_t *json = json_object();

    field_add(json, "unit", json_string("packets"));
    field_add(json, "sent", figure_json(loss->sent));
    field_add(json, "received", figure_json(loss->received));
    field_add(json, "lost", figure_json(loss->lost));
    field_add(json, "sender", figure_json(loss->sender));
    field_add(json, "nic_sender", figure_json(loss->nic_sender));
    field_add(json, "network", figure_json(loss->network));
    field_add(json, "nic_receiver", figure_json(loss->nic_receiver));
    field_add(json, "softnet", figure_json(loss->softnet));
    field_add(json, "reassembly", figure_json(loss->reassembly));
    field_add(json, "socket", figure_json(loss->socket));
    field_add(json, "ratio", figure_json(loss->ratio));
    return json;
}

json_t *entry_metrics(const struct result *result)
{
    json_t *json = json_object(), *goodput;

    for (size_t i = 0; i < result->figure_count; i++) {
        const struct figure *figure = &result->figures[i];

        field_add(json, figure->metric->name,
                  figure->histogram ? distribution_json(figure) : scalar_json(figure));
    }
    if (result->loss.known)
        field_add(json, "loss", loss_json(&result->loss));
    goodput = json_object_get(json, VMTP_GOODPUT);
    if (goodput && isfinite(result->share)) {
        field_add(goodput, "ceiling", figure_json(result->ceiling_bps));
        field_add(goodput, "of_ceiling", figure_json(result->share));
    }
    return json;
}

/* ---- trials ---- */

static json_t *marks_json(uint32_t marks)
{
    json_t *json = json_array();

    for (uint32_t kind = VMTP_NOTE; kind < COUNT(event_names); kind++)
        if (marks & 1u << kind)
            json_array_append_new(json, json_string(event_name(kind)));
    return json;
}

static json_t *events_json(const struct trial *trial)
{
    json_t *json = json_array();

    for (size_t i = 0; i < trial->event_count; i++) {
        const struct trial_event *event = &trial->events[i];
        json_t *one = json_object();

        field_add(one, "t", seconds_json(event->time_ns));
        field_add(one, "kind", json_string(event_name(event->kind)));
        if (*event->subject)
            field_add(one, "subject", text_json(event->subject));
        field_add(one, "text", text_json(event->text));
        json_array_append_new(json, one);
    }
    return json;
}

/* [[seconds since the trial's start, value], ...] */
static json_t *points_json(const struct series *series)
{
    json_t *json = json_array();

    for (size_t i = 0; i < series->count; i++)
        json_array_append_new(json, json_pack("[o, o]", seconds_json(series->points[i].time_ns),
                                              figure_json(series->points[i].value)));
    return json;
}

static json_t *series_json(const struct component *tool, const struct trial *trial)
{
    json_t *json = json_object();

    for (uint32_t i = 0; i < trial->metrics && i < tool->table.metrics.count; i++)
        if (trial->series[i].count)
            field_add(json, component_metric(tool, i)->name, points_json(&trial->series[i]));
    return json;
}

static json_t *trial_json(const struct component *tool, const struct trial *trial)
{
    json_t *json = json_object();

    field_add(json, "number", json_integer(trial->number));
    if (trial->wall_ns)
        field_add(json, "started", moment_json(trial->wall_ns));
    field_add(json, "warmup", seconds_json(trial->warmup_ns));
    field_add(json, "duration", seconds_json(trial->duration_ns));
    if (trial->rate_bps)
        field_add(json, "rate", json_integer((json_int_t)trial->rate_bps));
    field_add(json, "status", json_string(trial->status ? "failed" : "ok"));
    if (trial->status)
        field_add(json, "error", text_json(trial->error ? trial->error : ""));
    field_add_filled(json, "marks", marks_json(trial->marks));
    field_add_filled(json, "events", events_json(trial));
    field_add_filled(json, "series", series_json(tool, trial));
    return json;
}

static json_t *trials_json(const struct measurement *measurement)
{
    json_t *json = json_array();

    for (size_t i = 0; i < measurement->trial_count; i++)
        json_array_append_new(json,
                              trial_json(measurement->flow->variant->tool, measurement->trials[i]));
    return json;
}

/* ---- the whole ---- */

const char *status_name(enum result_status status)
{
    return status == RESULT_OK ? "ok" : status == RESULT_FAILED ? "failed" : "skipped";
}

static json_t *reach_json(const struct vmtp_reach *reach)
{
    json_t *json = json_object();

    if (*reach->address)
        field_add(json, "address", text_json(reach->address));
    if (reach->mtu)
        field_add(json, "mtu", json_integer(reach->mtu));
    if (reach->rate_bps) {
        field_add(json, "rate", figure_json((double)reach->rate_bps));
        field_add(json, "overhead", json_integer(reach->overhead_bytes));
    }
    if (*reach->proof)
        field_add(json, "proof", text_json(reach->proof));
    return json;
}

static void where_add(json_t *json, const struct measurement *measurement)
{
    const struct planned_flow *flow = measurement->flow;
    const struct vmtp_route *route = &flow->route;
    const char *version = measurement->tool_version;

    field_add(json, "tool", text_json(flow->variant->tool->table.name));
    if (version)
        field_add(json, "tool_version", text_json(version));
    if (route->path && *route->path)
        field_add(json, "path", text_json(route->path));
    if (route->placement && *route->placement)
        field_add(json, "placement", text_json(route->placement));
    field_add(json, "from", text_json(route->from));
    field_add(json, "to", text_json(route->to));
    field_add(json, "family", json_integer(route->family == 6 ? 6 : 4));
}

json_t *entry_notes(const struct result *result)
{
    json_t *json = json_array();

    for (size_t i = 0; i < result->note_count; i++)
        json_array_append_new(json, text_json(result->notes[i]));
    return json;
}

json_t *entry_make(const struct result *result, enum verdict verdict)
{
    const struct measurement *measurement = result->measurement;
    const struct planned_flow *flow = measurement->flow;
    const struct variant *variant = flow->variant;
    json_t *json = json_object();

    field_add(json, "key", text_json(flow->key));
    field_add(json, "flow", text_json(flow->spec->name));
    where_add(json, measurement);
    field_add(json, "labels", entry_pairs(flow->labels, flow->label_count));
    field_add(json, "options", entry_pairs(variant->options, variant->option_count));
    field_add_filled(json, "reach", reach_json(&measurement->reach));
    field_add(json, "status", json_string(status_name(result->status)));
    if (result->status != RESULT_OK)
        field_add(json, result->status == RESULT_FAILED ? "error" : "reason",
                  text_json(result->why));
    field_add(json, "verdict", json_string(verdict_name(verdict)));
    field_add(json, "metrics", entry_metrics(result));
    if (measurement->search)
        field_add(json, "search", search_json(measurement->search));
    field_add(json, "trials", trials_json(measurement));
    field_add(json, "limit", limit_json(result->limit, measurement));
    field_add(json, "notes", entry_notes(result));
    return json;
}
