/* SPDX-License-Identifier: Apache-2.0 */
#include "sketch.h"

#include "json.h"

/* All that stands behind one measurement. */
struct outline {
    struct component tool;
    struct flow_spec spec;
    struct variant variant;
};

struct sketch {
    struct arena *arena;
    struct component cloud;
    struct scenario scenario;
    struct plan plan;
    struct measurement *measurements;
    size_t room;
};

int sketch_new(size_t flows, struct sketch **ret)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct sketch *sketch = arena ? arena_alloc(arena, sizeof *sketch) : NULL;

    if (!sketch)
        return -ENOMEM;
    sketch->plan.flows = arena_array(arena, flows + 1, sizeof *sketch->plan.flows);
    sketch->measurements = arena_array(arena, flows + 1, sizeof *sketch->measurements);
    if (!sketch->plan.flows || !sketch->measurements)
        return -ENOMEM;
    sketch->room = flows;
    sketch->scenario.cloud.component = &sketch->cloud;
    sketch->plan.scenario = &sketch->scenario;
    sketch->arena = TAKE(arena); /* the sketch itself lives there */
    *ret = sketch;
    return 0;
}

void sketch_free(struct sketch *sketch)
{
    if (!sketch)
        return;
    for (size_t i = 0; i < sketch->plan.flow_count; i++)
        measurement_clear(&sketch->measurements[i]);
    arena_free(sketch->arena);
}

const char *sketch_text(struct sketch *sketch, const char *text)
{
    return arena_strdup(sketch->arena, text ? text : "");
}

/* NULL: out of memory. */
static const struct vmtp_pair *pairs_copy(struct sketch *sketch, const json_t *object,
                                          size_t *ret_count)
{
    struct vmtp_pair *pairs =
        arena_array(sketch->arena, json_object_size(object) + 1, sizeof *pairs);
    const char *name;
    json_t *value;

    *ret_count = 0;
    json_object_foreach((json_t *)object, name, value)
    {
        if (!pairs || !json_is_string(value))
            continue;
        pairs[*ret_count] = (struct vmtp_pair){ sketch_text(sketch, name),
                                                sketch_text(sketch, json_string_value(value)) };
        if (!pairs[*ret_count].name || !pairs[*ret_count].value)
            return NULL;
        (*ret_count)++;
    }
    return pairs;
}

static int metrics_copy(struct sketch *sketch, const struct sketch_flow *flow,
                        struct vmtp_table *ret)
{
    struct vmtp_metric *rows = arena_array(sketch->arena, flow->metric_count + 1u, sizeof *rows);

    if (!rows)
        return -ENOMEM;
    for (uint32_t i = 0; i < flow->metric_count; i++) {
        rows[i] = flow->metrics[i];
        rows[i].name = sketch_text(sketch, rows[i].name);
        rows[i].unit = sketch_text(sketch, rows[i].unit);
        rows[i].help = "";
        if (!rows[i].name || !rows[i].unit)
            return -ENOMEM;
    }
    *ret = (struct vmtp_table){ rows, flow->metric_count, sizeof *rows };
    return 0;
}

/* What the flow was written as. */
static struct outline *outline_make(struct sketch *sketch, const struct sketch_flow *flow)
{
    struct outline *outline = arena_alloc(sketch->arena, sizeof *outline);

    if (!outline || metrics_copy(sketch, flow, &outline->tool.table.metrics) < 0)
        return NULL;
    outline->tool.table.name = sketch_text(sketch, flow->tool);
    outline->spec.name = sketch_text(sketch, flow->name);
    outline->spec.repeat = (struct repeat){ flow->least, flow->least, 0 };
    outline->variant.tool = &outline->tool;
    outline->variant.family = flow->family;
    outline->variant.options = pairs_copy(sketch, flow->options, &outline->variant.option_count);
    return outline->tool.table.name && outline->spec.name && outline->variant.options ? outline
                                                                                      : NULL;
}

static int route_make(struct sketch *sketch, const struct sketch_flow *flow, struct vmtp_route *ret)
{
    *ret = (struct vmtp_route){
        .size = sizeof *ret,
        .path = sketch_text(sketch, flow->path),
        .placement = sketch_text(sketch, flow->placement),
        .from = sketch_text(sketch, flow->from),
        .to = sketch_text(sketch, flow->to),
        .family = flow->family,
    };
    return ret->path && ret->placement && ret->from && ret->to ? 0 : -ENOMEM;
}

struct measurement *sketch_flow(struct sketch *sketch, const struct sketch_flow *flow)
{
    size_t at = sketch->plan.flow_count;
    struct measurement *measurement = &sketch->measurements[at];
    struct planned_flow *planned = &sketch->plan.flows[at];
    const struct outline *outline = outline_make(sketch, flow);

    if (at == sketch->room || !outline || route_make(sketch, flow, &planned->route) < 0)
        return NULL;
    planned->key = sketch_text(sketch, flow->key);
    planned->spec = &outline->spec;
    planned->variant = &outline->variant;
    planned->labels = pairs_copy(sketch, flow->labels, &planned->label_count);
    measurement->flow = planned;
    measurement->tool_version = flow->version ? sketch_text(sketch, flow->version) : NULL;
    measurement->reason = flow->reason ? sketch_text(sketch, flow->reason) : NULL;
    if (!planned->key || !planned->labels || (flow->version && !measurement->tool_version) ||
        (flow->reason && !measurement->reason))
        return NULL;
    sketch->plan.flow_count++;
    return measurement;
}

/* The scenario and the cloud are no more than their names. */
static void head_set(struct sketch *sketch, const struct sketch_head *head)
{
    sketch->scenario.name = head->name ? head->name : "";
    snprintf(sketch->scenario.sha256, sizeof sketch->scenario.sha256, "%s",
             head->scenario_sha256 ? head->scenario_sha256 : "");
    sketch->cloud.table.name = head->cloud ? head->cloud : "";
    sketch->plan.seed = head->seed;
}

int sketch_document(struct sketch *sketch, const struct sketch_head *head, json_t **ret,
                    struct vmtp_error *err)
{
    struct run_info info = { .id = head->id,
                             .started_wall_ns = head->started_wall_ns,
                             .ended_wall_ns = head->ended_wall_ns,
                             .plan = &sketch->plan,
                             .measurements = sketch->measurements,
                             .facts = head->facts,
                             .sightings = head->sightings };
    json_t *document = NULL, *run;
    int r;

    head_set(sketch, head);
    r = document_make(&info, &document, err);
    if (r < 0)
        return r;
    run = json_object_get(document, "run");
    field_add(run, "version", text_json(head->version));
    field_add(document, "endpoints", json_incref(head->endpoints));
    field_add(document, "events", json_incref(head->events));
    if (head->monitors)
        field_add(document, "monitors", json_incref(head->monitors));
    *ret = document;
    return 0;
}
