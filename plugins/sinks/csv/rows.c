/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <math.h>

enum column {
    RUN,
    KEY,
    FLOW,
    TOOL,
    PATH,
    PLACEMENT,
    FROM,
    TO,
    STATUS,
    VERDICT,
    METRIC,
    STAT,
    UNIT,
    VALUE,
    LOW,
    HIGH,
    N,
    WHY,
    COLUMNS
};

static const char *const names[COLUMNS] = {
    [RUN] = "run",         [KEY] = "key",       [FLOW] = "flow",
    [TOOL] = "tool",       [PATH] = "path",     [PLACEMENT] = "placement",
    [FROM] = "from",       [TO] = "to",         [STATUS] = "status",
    [VERDICT] = "verdict", [METRIC] = "metric", [STAT] = "stat",
    [UNIT] = "unit",       [VALUE] = "value",   [LOW] = "ci95_low",
    [HIGH] = "ci95_high",  [N] = "n",           [WHY] = "why",
};

/* Figures of a distribution or of loss that have a row of their own, where there is one. */
static const char *const stats[] = {
    "p50",  "p90",  "p99",      "p99.9", "p99.99", "min",     "max",
    "mean", "sent", "received", "lost",  "socket", "network", "ratio",
};

static bool needs_quotes(const char *field)
{
    return strpbrk(field, ",\"\r\n") != NULL || field[0] == ' ' ||
           (field[0] && field[strlen(field) - 1] == ' ');
}

static void field_write(struct out_file *file, const char *field)
{
    if (!needs_quotes(field)) {
        out_file_write(file, field, strlen(field));
        return;
    }
    out_file_write(file, "\"", 1);
    for (const char *quote; (quote = strchr(field, '"')) != NULL; field = quote + 1) {
        out_file_write(file, field, (size_t)(quote - field));
        out_file_write(file, "\"\"", 2);
    }
    out_file_write(file, field, strlen(field));
    out_file_write(file, "\"", 1);
}

void row_write(struct out_file *file, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            out_file_write(file, ",", 1);
        field_write(file, fields[i] ? fields[i] : "");
    }
    out_file_write(file, "\r\n", 2);
}

struct digits number_digits(double value)
{
    struct digits digits;

    snprintf(digits.text, sizeof digits.text, "%.15g", value);
    for (char *at = digits.text; *at; at++)
        if (*at == ',') /* a locale that writes 1,5 */
            *at = '.';
    return digits;
}

static struct digits json_digits(const json_t *value)
{
    return json_is_number(value) ? number_digits(json_number_value(value)) : (struct digits){ "" };
}

static const char *text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void figure_write(struct out_file *file, const char **fields, const char *stat,
                         const json_t *value, const json_t *interval, const json_t *n)
{
    struct digits figure = json_digits(value), count = json_digits(n);
    struct digits low = json_digits(json_array_get(interval, 0));
    struct digits high = json_digits(json_array_get(interval, 1));

    fields[STAT] = stat;
    fields[VALUE] = figure.text;
    fields[LOW] = low.text;
    fields[HIGH] = high.text;
    fields[N] = count.text;
    row_write(file, fields, COLUMNS);
}

/* One metric: its median or total, or a row for each thing known of a distribution. */
static void metric_rows(struct out_file *file, const char **fields, const json_t *metric)
{
    const json_t *interval = json_object_get(metric, "ci95"), *n = json_object_get(metric, "n");
    const json_t *value = json_object_get(metric, "value");

    fields[UNIT] = text(metric, "unit");
    fields[WHY] = text(metric, "no_ci95");
    if (value)
        figure_write(file, fields, text(metric, "stat"), value, interval, n);
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++) {
        const json_t *figure = json_object_get(metric, stats[i]);

        if (strcmp(stats[i], "ratio") == 0)
            fields[UNIT] = "ratio";
        if (figure)
            figure_write(file, fields, stats[i], figure, json_object_get(interval, stats[i]), n);
    }
}

static void result_rows(struct out_file *file, const char *run, json_t *result)
{
    const char *fields[COLUMNS] = { [RUN] = run };
    json_t *metrics = json_object_get(result, "metrics"), *metric;
    const char *why = text(result, "error");

    for (int i = KEY; i <= VERDICT; i++)
        fields[i] = text(result, names[i]);
    fields[WHY] = why ? why : text(result, "reason");
    if (json_object_size(metrics) == 0 || (fields[WHY] && *fields[WHY]))
        row_write(file, fields, COLUMNS);
    json_object_foreach(metrics, fields[METRIC], metric) metric_rows(file, fields, metric);
}

void document_rows(struct out_file *file, const json_t *document)
{
    const char *run = text(json_object_get(document, "run"), "id");
    const json_t *results = json_object_get(document, "results");
    json_t *result;
    size_t i;

    row_write(file, names, COLUMNS);
    json_array_foreach(results, i, result) result_rows(file, run, result);
}
