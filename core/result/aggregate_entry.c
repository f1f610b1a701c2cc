/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregate_entry.h"

#include "entry.h"
#include "json.h"

#include <math.h>

static json_t *end_json(uint32_t pair, double goodput_bps)
{
    json_t *json = json_object();

    field_add(json, "pair", json_integer(pair));
    field_add(json, "goodput", figure_json(goodput_bps));
    return json;
}

static void fairness_add(json_t *json, const struct aggregate *aggregate)
{
    if (isnan(aggregate->fairness))
        return;
    field_add(json, "slowest", end_json(aggregate->slowest, aggregate->least_bps));
    field_add(json, "fastest", end_json(aggregate->fastest, aggregate->most_bps));
    field_add(json, "fairness", figure_json(aggregate->fairness));
}

static void where_add(json_t *json, const struct planned_flow *flow)
{
    field_add(json, "key", text_json(flow->whole));
    field_add(json, "flow", text_json(flow->spec->name));
    field_add(json, "tool", text_json(flow->variant->tool->table.name));
    field_add(json, "path", text_json(flow->route.path));
    if (flow->route.placement && *flow->route.placement)
        field_add(json, "placement", text_json(flow->route.placement));
    field_add(json, "family", json_integer(flow->route.family == 6 ? 6 : 4));
    field_add(json, "labels", entry_pairs(flow->labels, flow->label_count));
    json_object_del(json_object_get(json, "labels"), "pair");
}

json_t *aggregate_json(const struct aggregate *aggregate)
{
    const struct result *result = aggregate->result;
    json_t *json = json_object();

    where_add(json, aggregate->sum.flow);
    field_add(json, "pairs", json_integer((json_int_t)aggregate->pairs));
    field_add(json, "status", json_string(status_name(result->status)));
    if (result->status != RESULT_OK)
        field_add(json, result->status == RESULT_FAILED ? "error" : "reason",
                  text_json(result->why));
    field_add(json, "metrics", entry_metrics(result));
    fairness_add(json, aggregate);
    field_add(json, "notes", entry_notes(result));
    return json;
}
