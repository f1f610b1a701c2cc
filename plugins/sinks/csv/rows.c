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

static struct digits figure_digits(double value)
{
    return isnan(value) ? (struct digits){ "" } : number_digits(value);
}

/* Where rows go, and the run that they are of. */
struct rows {
    struct out_file *file;
    const char *run;
};

static int figure_write(void *arg, const struct figure_row *row)
{
    struct digits value = figure_digits(row->value), n = figure_digits(row->n);
    struct digits low = figure_digits(row->low), high = figure_digits(row->high);
    const struct rows *rows = arg;
    const char *fields[COLUMNS] = {
        [RUN] = rows->run,        [KEY] = row->key,       [FLOW] = row->flow,
        [TOOL] = row->tool,       [PATH] = row->path,     [PLACEMENT] = row->placement,
        [FROM] = row->from,       [TO] = row->to,         [STATUS] = row->status,
        [VERDICT] = row->verdict, [METRIC] = row->metric, [STAT] = row->stat,
        [UNIT] = row->unit,       [VALUE] = value.text,   [LOW] = low.text,
        [HIGH] = high.text,       [N] = n.text,           [WHY] = row->why,
    };

    row_write(rows->file, fields, COLUMNS);
    return 0;
}

void document_rows(struct out_file *file, const json_t *document)
{
    const json_t *run = json_object_get(document, "run");
    struct rows rows = { file, json_string_value(json_object_get(run, "id")) };

    row_write(file, names, COLUMNS);
    figures_each(document, figure_write, &rows);
}
