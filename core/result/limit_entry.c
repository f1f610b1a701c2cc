/* SPDX-License-Identifier: Apache-2.0 */
#include "limit_entry.h"

#include "json.h"
#include "terms.h"

#include <math.h>

#define SPANS_MAX 500 /* of a document's result */

static json_t *texts_json(char *const *texts, size_t count)
{
    json_t *json = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(json, text_json(texts[i]));
    return json;
}

static json_t *span_json(const struct limit_span *span)
{
    json_t *json = json_object();

    field_add(json, "trial", json_integer(span->trial));
    field_add(json, "since", seconds_json(span->since_ns));
    field_add(json, "until", seconds_json(span->until_ns));
    field_add(json, "cause", json_string(limit_name(span->cause)));
    return json;
}

static json_t *spans_json(const struct limit *limit)
{
    json_t *json = json_array();

    for (size_t i = 0; i < limit->span_count && i < SPANS_MAX; i++)
        json_array_append_new(json, span_json(&limit->spans[i]));
    return json;
}

/* A trial that was only run to learn the cause; NULL: it was not, or failed. */
static json_t *probe_json(const struct measurement *measurement, const struct trial *trial,
                          const char *name, json_t *value)
{
    int row = terms_row(measurement, VMTP_GOODPUT);
    json_t *json = json_object();

    field_add(json, name, value);
    if (trial && trial->status == 0 && row >= 0 && (size_t)row < trial->metrics)
        field_add(json, "goodput", figure_json(trial->finals[row]));
    if (json_object_get(json, "goodput"))
        return json;
    json_decref(json);
    return NULL;
}

static json_t *probes_json(const struct measurement *measurement)
{
    const struct trial *wider = measurement->wider, *longer = measurement->longer;
    json_t *json = json_array();

    if (wider)
        json_array_append_new(
            json, probe_json(measurement, wider, "streams", json_integer(wider->streams)));
    if (longer)
        json_array_append_new(
            json, probe_json(measurement, longer, "duration", seconds_json(longer->duration_ns)));
    if (json_array_size(json))
        return json;
    json_decref(json);
    return NULL;
}

json_t *limit_json(const struct limit *limit, const struct measurement *measurement)
{
    json_t *json;

    if (!limit || limit->cause == LIMIT_NONE)
        return NULL;
    json = json_object();
    field_add(json, "cause", json_string(limit_name(limit->cause)));
    field_add(json, "by", json_string(limit_phrase(limit->cause)));
    field_add(json, "share", figure_json(limit->share));
    field_add(json, "evidence", texts_json(limit->evidence, limit->evidence_count));
    if (*limit->advice)
        field_add(json, "advice", text_json(limit->advice));
    field_add(json, "burst", figure_json(limit->burst_bps));
    field_add(json, "sustained", figure_json(limit->sustained_bps));
    field_add(json, "burst_time", figure_json(limit->burst_s));
    field_add(json, "spans", spans_json(limit));
    field_add(json, "probes", probes_json(measurement));
    return json;
}
