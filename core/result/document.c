/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include "../base/clock.h"
#include "aggregate_entry.h"
#include "entry.h"
#include "fitness_entry.h"
#include "json.h"

#include <math.h>

#ifndef VMTP_VERSION
#define VMTP_VERSION "unknown"
#endif

struct draft {
    const struct run_info *run;
    struct result **results; /* one for each measurement */
    enum verdict *verdicts;
    size_t count;
};

static void draft_clear(struct draft *draft)
{
    for (size_t i = 0; draft->results && i < draft->count; i++)
        result_free(draft->results[i]);
    free(draft->results);
    free(draft->verdicts);
}

static int draft_make(const struct run_info *run, struct draft *ret)
{
    ret->run = run;
    ret->count = run->plan->flow_count;
    ret->results = calloc(ret->count + 1, sizeof *ret->results);
    ret->verdicts = calloc(ret->count + 1, sizeof *ret->verdicts);
    if (!ret->results || !ret->verdicts)
        return -ENOMEM;
    for (size_t i = 0; i < ret->count; i++) {
        int r = result_make(&run->measurements[i], &ret->results[i]);

        if (r < 0)
            return r;
    }
    return 0;
}

static json_t *run_json(const struct run_info *run)
{
    const struct scenario *scenario = run->plan->scenario;
    json_t *json = json_object();

    field_add(json, "id", text_json(run->id));
    field_add(json, "name", text_json(scenario->name));
    field_add(json, "started", moment_json(run->started_wall_ns));
    if (run->ended_wall_ns)
        field_add(json, "ended", moment_json(run->ended_wall_ns));
    field_add(json, "version", json_string(VMTP_VERSION));
    field_add(json, "scenario_sha256", text_json(scenario->sha256));
    field_add(json, "seed", json_integer((json_int_t)(run->plan->seed & INT64_MAX)));
    return json;
}

/* watched: by endpoint, what monitors saw of it. */
static json_t *endpoints_json(const struct draft *draft, const json_t *watched)
{
    const struct run_info *run = draft->run;
    json_t *json = json_object(), *first = NULL;

    for (size_t i = 0; i < run->endpoint_count; i++) {
        const struct endpoint_facts *endpoint = &run->endpoints[i];

        json_t *entry =
            fitness_entry(run, endpoint, draft->results, json_object_get(watched, endpoint->name));

        if (run->frozen)
            json_share(entry, first); /* VMs are much alike */
        if (!json_is_object(first))
            first = entry;
        field_add(json, endpoint->name, entry);
    }
    return json;
}

static json_t *cloud_json(const struct run_info *run)
{
    json_t *json = json_object();

    field_add(json, "name", text_json(run->plan->scenario->cloud.component->table.name));
    field_add(json, "facts", json_incref(run->facts));
    return json;
}

static json_t *events_json(const struct run_info *run)
{
    json_t *json = json_array();

    for (size_t i = 0; i < run->event_count; i++) {
        json_t *event = json_object();

        field_add(event, "time", moment_json(run->events[i].wall_ns));
        field_add(event, "kind", text_json(run->events[i].kind));
        if (run->events[i].subject)
            field_add(event, "subject", text_json(run->events[i].subject));
        field_add(event, "text", text_json(run->events[i].text));
        json_array_append_new(json, event);
    }
    return json;
}

static json_t *monitors_json(const struct run_info *run)
{
    json_t *json = json_array();

    for (size_t i = 0; i < run->monitor_count; i++) {
        const struct monitor_state *monitor = &run->monitors[i];
        json_t *one = json_object();

        field_add(one, "name", text_json(monitor->name));
        field_add(one, "status", json_string(monitor->error ? "failed" : "ok"));
        if (monitor->error)
            field_add(one, "error", text_json(monitor->error));
        if (monitor->dropped)
            field_add(one, "dropped", json_integer((json_int_t)monitor->dropped));
        json_array_append_new(json, one);
    }
    return json;
}

static bool applies(const struct threshold *threshold, const struct result *result)
{
    return !*threshold->flow || strcmp(threshold->flow, result->measurement->flow->spec->name) == 0;
}

static json_t *judgement_json(const struct result *result, const struct judgement *judgement)
{
    json_t *json = json_object();

    field_add(json, "key", text_json(result->measurement->flow->key));
    field_add(json, "state", json_string(verdict_name(judgement->verdict)));
    field_add(json, "value", figure_json(judgement->value));
    if (*judgement->why)
        field_add(json, "why", text_json(judgement->why));
    return json;
}

/* The threshold's state is the worst of those of its results. */
static json_t *threshold_json(const struct draft *draft, const struct threshold *threshold)
{
    json_t *json = json_object(), *results = json_array();
    enum verdict worst = VERDICT_NONE;

    for (size_t i = 0; i < draft->count; i++) {
        struct judgement judgement;

        if (!applies(threshold, draft->results[i]))
            continue;
        judgement = threshold_judge(threshold, draft->results[i]);
        if (judgement.verdict > worst)
            worst = judgement.verdict;
        if (judgement.verdict > draft->verdicts[i])
            draft->verdicts[i] = judgement.verdict;
        json_array_append_new(results, judgement_json(draft->results[i], &judgement));
    }
    field_add(json, "flow", text_json(threshold->flow));
    field_add(json, "metric", text_json(threshold->metric));
    field_add(json, "expect", text_json(threshold->expect));
    field_add(json, "state", json_string(verdict_name(worst)));
    field_add(json, "results", results);
    return json;
}

static json_t *thresholds_json(const struct draft *draft)
{
    const struct scenario *scenario = draft->run->plan->scenario;
    json_t *json = json_array();

    for (size_t i = 0; i < scenario->threshold_count; i++)
        json_array_append_new(json, threshold_json(draft, &scenario->thresholds[i]));
    return json;
}

static json_t *results_json(const struct draft *draft)
{
    json_t *json = json_array();

    for (size_t i = 0; i < draft->count; i++) {
        json_t *entry = entry_make(draft->results[i], draft->verdicts[i]);

        if (draft->run->frozen)
            json_share(entry, json_array_get(json, 0));
        json_array_append_new(json, entry);
    }
    return json;
}

/* One entry for each flow that says pairs; NULL: out of memory. */
static json_t *aggregates_json(const struct draft *draft)
{
    json_t *json = json_array();

    for (size_t i = 0; json && i < draft->count; i++) {
        const struct planned_flow *flow = draft->results[i]->measurement->flow;
        _cleanup_(aggregate_clear) struct aggregate aggregate = { 0 };

        if (flow->pair != 1)
            continue;
        if (aggregate_make(&draft->results[i], flow->variant->pairs, &aggregate) == 0 &&
            json_array_append_new(json, aggregate_json(&aggregate)) == 0)
            continue;
        json_decref(json);
        json = NULL;
    }
    return json;
}

int document_make(const struct run_info *run, json_t **ret, struct vmtp_error *err)
{
    _cleanup_(draft_clear) struct draft draft = { 0 };
    json_t *json, *thresholds, *watched;
    int r = draft_make(run, &draft);

    if (r < 0)
        return vmtp_fail(err, r, "result document: %s", strerror(-r));
    watched = run->sightings ? sightings_json(run->sightings) : json_object();
    thresholds = thresholds_json(&draft); /* before the results, which show the verdicts */
    json = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
                     "vmtp.result/1", "run", run_json(run), "cloud", cloud_json(run), "endpoints",
                     endpoints_json(&draft, watched), "results", results_json(&draft), "aggregates",
                     aggregates_json(&draft), "thresholds", thresholds, "monitors",
                     monitors_json(run), "watched", watched, "events", events_json(run));
    if (!json)
        return vmtp_fail(err, -ENOMEM, "result document: out of memory");
    *ret = json;
    return 0;
}

static bool field_is(const json_t *object, const char *name, const char *value)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text && strcmp(text, value) == 0;
}

/* Counted first: json_dumps() takes up to three times as much memory, which for a large document is
 * most of what vmtp ever has. */
char *document_text(const json_t *document)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(15);
    size_t len = json_dumpb(document, NULL, 0, flags);
    char *text = len ? malloc(len + 1) : NULL;

    if (!text)
        return NULL;
    json_dumpb(document, text, len, flags);
    text[len] = '\0';
    return text;
}

enum exit_status document_verdict(const json_t *document)
{
    const json_t *results = json_object_get(document, "results");
    const json_t *thresholds = json_object_get(document, "thresholds"), *one;
    bool failed = false, undecided = false, measured = false;
    size_t i;

    json_array_foreach(results, i, one)
    {
        failed = failed || field_is(one, "status", "failed");
        measured = measured || field_is(one, "status", "ok");
    }
    json_array_foreach(thresholds, i, one)
    {
        failed = failed || field_is(one, "state", "fail");
        undecided = undecided || field_is(one, "state", "undecided");
    }
    if (failed)
        return EXIT_FAIL;
    return undecided || !measured ? EXIT_UNDECIDED : EXIT_PASS;
}
