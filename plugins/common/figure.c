/* SPDX-License-Identifier: Apache-2.0 */
#include "figure.h"

#include <math.h>

/* Figures of a distribution or of loss that have a row of their own, where there is one. */
static const char *const stats[] = {
    "p50",   "p90",    "p95",        "p99",          "p99.9",   "p99.99",     "min",
    "max",   "mean",   "sent",       "received",     "lost",    "socket",     "network",
    "ratio", "sender", "nic_sender", "nic_receiver", "softnet", "reassembly",
};

struct walk {
    int (*row)(void *arg, const struct figure_row *row);
    void *arg;
};

struct digits number_digits(double value)
{
    struct digits digits;

    snprintf(digits.text, sizeof digits.text, "%.15g", value);
    for (char *at = digits.text; *at; at++)
        if (*at == ',') /* a locale that writes 1,5 */
            *at = '.';
    return digits;
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value ? value : "";
}

json_t *figures_load(const char *json, size_t len, struct vmtp_error *err)
{
    json_t *document = json_loadb(json, len, 0, NULL);

    if (document && strcmp(text(document, "schema"), "vmtp.result/1") == 0)
        return document;
    vmtp_fail(err, -EINVAL, "the result document is %s", document ? "no vmtp.result/1" : "no JSON");
    json_decref(document);
    return NULL;
}

static double number(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static int figure(const struct walk *walk, const struct figure_row *metric, const char *stat,
                  const json_t *value, const json_t *interval)
{
    struct figure_row row = *metric;

    row.stat = stat;
    row.value = number(value);
    row.low = number(json_array_get(interval, 0));
    row.high = number(json_array_get(interval, 1));
    return walk->row(walk->arg, &row);
}

/* One metric: its median or total, or a row for each thing known of a distribution or of loss. */
static int metric_figures(const struct walk *walk, const struct figure_row *of, const char *name,
                          const json_t *metric)
{
    const json_t *interval = json_object_get(metric, "ci95");
    const json_t *value = json_object_get(metric, "value");
    struct figure_row row = *of;
    int r = 0;

    row.metric = name;
    row.unit = text(metric, "unit");
    row.why = text(metric, "no_ci95");
    row.n = number(json_object_get(metric, "n"));
    if (value)
        r = figure(walk, &row, text(metric, "stat"), value, interval);
    for (size_t i = 0; r == 0 && i < sizeof stats / sizeof *stats; i++) {
        value = json_object_get(metric, stats[i]);
        if (strcmp(stats[i], "ratio") == 0)
            row.unit = "ratio";
        if (value)
            r = figure(walk, &row, stats[i], value, json_object_get(interval, stats[i]));
    }
    return r;
}

int figures_of(const json_t *result, int (*row)(void *arg, const struct figure_row *row), void *arg)
{
    const json_t *metrics = json_object_get(result, "metrics"), *metric;
    const struct walk walk = { row, arg };
    const char *error = text(result, "error"), *name;
    struct figure_row whole = {
        .result = result,
        .key = text(result, "key"),
        .flow = text(result, "flow"),
        .tool = text(result, "tool"),
        .path = text(result, "path"),
        .placement = text(result, "placement"),
        .from = text(result, "from"),
        .to = text(result, "to"),
        .status = text(result, "status"),
        .verdict = text(result, "verdict"),
        .metric = "",
        .stat = "",
        .unit = "",
        .value = NAN,
        .low = NAN,
        .high = NAN,
        .n = NAN,
        .why = *error ? error : text(result, "reason"),
    };
    int r = 0;

    if (json_object_size(metrics) == 0 || *whole.why)
        r = row(arg, &whole);
    json_object_foreach((json_t *)metrics, name, metric)
    {
        if (r == 0)
            r = metric_figures(&walk, &whole, name, metric);
    }
    return r;
}

int figures_each(const json_t *document, int (*row)(void *arg, const struct figure_row *row),
                 void *arg)
{
    static const char *const lists[] = { "results", "aggregates" };
    const json_t *result;
    size_t i;
    int r = 0;

    for (size_t list = 0; list < sizeof lists / sizeof *lists; list++)
        json_array_foreach(json_object_get(document, lists[list]), i, result)
        {
            if (r == 0)
                r = figures_of(result, row, arg);
        }
    return r;
}
