/* SPDX-License-Identifier: Apache-2.0 */
#include "outlook.h"

#include "../base/clock.h"

#include <jansson.h>

static json_t *seconds(uint64_t ns)
{
    return json_real((double)ns / NS_PER_S);
}

/* Absent is not "". */
static json_t *name_json(const char *name)
{
    return name && *name ? json_string(name) : NULL;
}

/* What a search is after; NULL: there is none. */
static json_t *search_json(const struct search_spec *search)
{
    json_t *losses = search ? json_array() : NULL;

    for (size_t i = 0; losses && i < search->loss_count; i++)
        json_array_append_new(losses, json_real(search->losses[i]));
    return losses ? json_pack("{s:o, s:o, s:o}", "loss", losses, "trial", seconds(search->trial_ns),
                              "time", seconds(search->time_ns))
                  : NULL;
}

static json_t *flow_json(const struct planned_flow *flow)
{
    const struct planned_flow *otherwise = flow->otherwise;

    return json_pack("{s:s, s:s, s:s, s:o*, s:o*, s:s, s:s, s:i, s:o, s:o, s:o*, s:o*, s:o*, s:o*}",
                     "key", flow->key, "flow", flow->spec->name, "tool",
                     flow->variant->tool->table.name, "path", name_json(flow->route.path),
                     "placement", name_json(flow->route.placement), "from", flow->route.from, "to",
                     flow->route.to, "family", (int)flow->route.family, "duration",
                     seconds(flow->spec->duration_ns), "warmup", seconds(flow->warmup_ns), "reason",
                     name_json(flow->reason), "instead", name_json(flow->instead), "otherwise",
                     name_json(otherwise ? otherwise->variant->tool->table.name : NULL), "search",
                     search_json(flow->spec->search));
}

static json_t *stage_json(const struct stage *stage)
{
    json_t *flows = json_array();

    for (size_t i = 0; i < stage->flow_count; i++)
        if (json_array_append_new(flows, flow_json(stage->flows[i])) < 0) {
            json_decref(flows);
            return NULL;
        }
    return json_pack("{s:{s:I, s:I}, s:o*, s:o}", "trials", "min", (json_int_t)stage->repeat.min,
                     "max", (json_int_t)stage->repeat.max, "explain",
                     stage->explain_ns ? seconds(stage->explain_ns) : NULL, "flows", flows);
}

static json_t *stages_json(const struct plan *plan)
{
    json_t *stages = json_array();

    for (size_t i = 0; i < plan->stage_count; i++)
        if (json_array_append_new(stages, stage_json(&plan->stages[i])) < 0) {
            json_decref(stages);
            return NULL;
        }
    return stages;
}

static json_t *endpoints_json(const struct plan *plan)
{
    json_t *endpoints = json_array();

    for (uint32_t i = 0; i < plan->wants.count; i++) {
        const struct vmtp_want *want = table_row(&plan->wants, i);

        if (json_array_append_new(endpoints, json_string(want->name)) < 0) {
            json_decref(endpoints);
            return NULL;
        }
    }
    return endpoints;
}

static json_t *monitors_json(const struct scenario *scenario)
{
    json_t *monitors = json_array();

    for (size_t i = 0; i < scenario->monitor_count; i++)
        json_array_append_new(monitors, json_string(scenario->monitors[i].component->table.name));
    return monitors;
}

static json_t *needs_json(const struct plan *plan)
{
    json_t *needs = json_object();

    for (size_t i = 0; i < plan->need_count; i++)
        if (json_object_set_new(needs, plan->needs[i].kind,
                                json_integer((json_int_t)plan->needs[i].count)) < 0) {
            json_decref(needs);
            return NULL;
        }
    return needs;
}

char *outlook_text(const struct plan *plan)
{
    const struct scenario *scenario = plan->scenario;
    json_t *outlook = json_pack(
        "{s:s, s:s, s:s, s:I, s:{s:o, s:o}, s:I, s:b, s:o, s:o, s:o, s:o}", "schema", "vmtp.plan/1",
        "name", scenario->name, "cloud", scenario->cloud.component->table.name, "seed",
        (json_int_t)plan->seed, "duration", "least", seconds(plan->least_ns), "most",
        seconds(plan->most_ns), "bytes", (json_int_t)plan->bytes, "bytes_unbounded",
        plan->bytes_unbounded, "endpoints", endpoints_json(plan), "needs", needs_json(plan),
        "monitors", monitors_json(scenario), "stages", stages_json(plan));
    char *text = outlook ? json_dumps(outlook, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;

    json_decref(outlook);
    return text;
}
