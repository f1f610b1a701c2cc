/* SPDX-License-Identifier: Apache-2.0 */
#include "points.h"

#include "../../common/clock.h"
#include "../../common/figure.h"
#include "../../common/moment.h"
#include "line.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <vmtp/plugin.h>

/* The points of a document on their way: the one of a metric is open until the next one's figure.
 */
struct writer {
    const struct points *points;
    const char *run;
    uint64_t wall_ns;
    struct line line;
    const json_t *result; /* that the open point is of; NULL: none is open */
    const char *metric;
};

bool tag_is_ours(const char *name)
{
    static const char *const ours[] = {
        "key",    "flow", "tool", "path", "placement", "from",  "to",
        "metric", "unit", "kind", "part", "subject",   "final", "time",
    };

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcmp(name, ours[i]) == 0)
            return true;
    return false;
}

static void tags_write(struct line *line, const struct vmtp_map *tags)
{
    for (size_t i = 0; i < tags->count; i++)
        line_tag(line, tags->pairs[i].name, tags->pairs[i].value);
}

/* ---- results ---- */

/* Digits below the millisecond, which documents have not: runs that began together differ there. */
static uint64_t run_digits(const char *run)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */

    for (; *run; run++)
        hash = (hash ^ (unsigned char)*run) * 1099511628211u;
    return hash % NS_PER_MS;
}

static void point_close(struct writer *writer)
{
    if (writer->result)
        line_end(&writer->line, writer->wall_ns);
    writer->result = NULL;
}

static void point_open(struct writer *writer, const struct figure_row *row)
{
    struct line *line = &writer->line;

    line_begin(line, writer->points->measurement);
    tags_write(line, &writer->points->tags);
    line_tag(line, "flow", row->flow);
    line_tag(line, "from", row->from);
    line_tag(line, "key", row->key);
    line_tag(line, "metric", row->metric);
    line_tag(line, "path", row->path);
    line_tag(line, "placement", row->placement);
    line_tag(line, "to", row->to);
    line_tag(line, "tool", row->tool);
    line_tag(line, "unit", row->unit);
    line_text(line, "run", writer->run);
    line_text(line, "status", row->status);
    line_text(line, "verdict", row->verdict);
    line_text(line, "why", row->why);
    line_number(line, "n", row->n);
    writer->result = row->result;
    writer->metric = row->metric;
}

static void interval_write(struct line *line, const struct figure_row *row)
{
    char name[64];

    snprintf(name, sizeof name, "%.50s_low", row->stat);
    line_number(line, name, row->low);
    snprintf(name, sizeof name, "%.50s_high", row->stat);
    line_number(line, name, row->high);
}

static int figure_write(void *arg, const struct figure_row *row)
{
    struct writer *writer = arg;

    if (writer->result != row->result || strcmp(writer->metric, row->metric) != 0) {
        point_close(writer);
        point_open(writer, row);
    }
    line_number(&writer->line, row->stat, row->value);
    interval_write(&writer->line, row);
    return ferror(writer->line.to) ? -ENOMEM : 0;
}

int document_points(const struct points *points, const json_t *document, FILE *to)
{
    const json_t *run = json_object_get(document, "run");
    const char *id = json_string_value(json_object_get(run, "id"));
    const char *started = json_string_value(json_object_get(run, "started"));
    struct writer writer = { .points = points,
                             .run = id ? id : "",
                             .wall_ns = moment_ns(started) / NS_PER_MS * NS_PER_MS,
                             .line = { .to = to } };
    int r;

    if (!writer.wall_ns)
        return -EINVAL;
    writer.wall_ns += run_digits(writer.run);
    r = figures_each(document, figure_write, &writer);
    point_close(&writer);
    return r;
}

/* ---- samples ---- */

void sample_point(const struct points *points, const struct vmtp_record *record, FILE *to)
{
    struct line line = { .to = to };
    char name[256];

    if (!isfinite(record->value))
        return;
    snprintf(name, sizeof name, "%.200s_sample", points->measurement);
    line_begin(&line, name);
    tags_write(&line, &points->tags);
    line_tag(&line, "final", record->final ? "true" : "false");
    line_tag(&line, "key", record->flow);
    line_tag(&line, "metric", record->metric);
    line_tag(&line, "part", VMTP_HAS(record, part) ? record->part : "");
    line_tag(&line, "subject", record->subject);
    line_tag(&line, "unit", record->unit);
    line_text(&line, "run", record->run);
    line_number(&line, "value", record->value);
    line_number(&line, "trial", record->trial ? record->trial : NAN);
    line_flag(&line, "failed", record->failed);
    line_flag(&line, "search", record->search);
    line_end(&line, record->wall_ns);
}
