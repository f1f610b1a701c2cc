/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include "../base/clock.h"
#include "../result/json.h"

#include <math.h>
#include <stdbool.h>

/* Of a trial, in seconds since the run began. */
struct span {
    double since_s, until_s;
};

static double number_of(const json_t *object, const char *name)
{
    const json_t *number = json_object_get(object, name);

    return json_is_number(number) ? json_number_value(number) : 0;
}

/* NAN: it does not say. */
static double started_s(const json_t *object)
{
    const char *text = json_string_value(json_object_get(object, "started"));
    uint64_t ns;

    return text && clock_parse(text, &ns) == 0 ? (double)ns / (double)NS_PER_S : (double)NAN;
}

static struct span span_of(const json_t *document, const json_t *trial)
{
    double since_s = started_s(trial) - started_s(json_object_get(document, "run"));

    return (struct span){ since_s,
                          since_s + number_of(trial, "warmup") + number_of(trial, "duration") };
}

/* As VMTP rounds it. */
static json_t *cpus_json(double cpus)
{
    return json_real(round(cpus * 100) / 100);
}

/* [seconds, value]; false: it is no such thing. */
static bool point_read(const json_t *point, double *ret_at_s, double *ret_value)
{
    const json_t *at = json_array_get(point, 0), *value = json_array_get(point, 1);

    *ret_at_s = json_number_value(at);
    *ret_value = json_number_value(value);
    return json_is_number(at) && json_is_number(value);
}

/* Append those that lie in the trial. */
static void samples_add(json_t *list, const json_t *series, struct span span)
{
    const json_t *point;
    double at_s, cpus;
    size_t i;

    json_array_foreach(series, i, point)
    {
        if (point_read(point, &at_s, &cpus) && at_s > span.since_s && at_s <= span.until_s)
            json_array_append_new(list, cpus_json(cpus));
    }
}

/* The first reading, if it is from before the trial; NULL: it is not. */
static json_t *list_begin(const json_t *first, struct span span)
{
    double at_s, cpus;

    if (!point_read(json_array_get(json_object_get(first, "series"), 0), &at_s, &cpus))
        return NULL;
    return at_s <= span.since_s ? json_pack("[o]", cpus_json(cpus)) : NULL;
}

/* Of one host: NULL, or its list. */
static json_t *host_json(const json_t *document, const json_t *first, const json_t *series,
                         const json_t *result, const json_t *trial)
{
    const json_t *trials = json_object_get(result, "trials"), *one;
    struct span span = span_of(document, trial ? trial : json_array_get(trials, 0));
    json_t *list = list_begin(first, span);
    size_t i;

    if (trial)
        samples_add(list, series, span);
    else
        json_array_foreach(trials, i, one) samples_add(list, series, span_of(document, one));
    return list;
}

/* A host may stand there twice, as each of two endpoints: it is the same then. */
static void host_add(json_t *loads, const char *address, json_t *list)
{
    if (!list || json_object_get(loads, address))
        json_decref(list);
    else
        json_object_set_new(loads, address, list);
}

static void subject_add(json_t *loads, const json_t *document, const char *subject, json_t *metrics,
                        const json_t *result, const json_t *trial)
{
    json_t *firsts = json_object_get(metrics, "cpu_load_first"), *first;
    json_t *parts = json_object_get(firsts, "parts");
    const json_t *series = json_object_get(json_object_get(metrics, "cpu_load"), "series");
    const char *address;

    json_object_foreach(parts, address, first)
        host_add(loads, address, host_json(document, first, series, result, trial));
    if (!json_object_size(parts)) /* Ganglia had no address of it */
        host_add(loads, subject, host_json(document, firsts, series, result, trial));
}

json_t *load_json(const json_t *document, const json_t *result, const json_t *trial)
{
    json_t *watched = json_object_get(document, "watched"), *metrics;
    json_t *loads = json_object();
    const char *subject;

    json_object_foreach(watched, subject, metrics)
        subject_add(loads, document, subject, metrics, result, trial);
    if (json_object_size(loads))
        return loads;
    json_decref(loads);
    return NULL;
}
