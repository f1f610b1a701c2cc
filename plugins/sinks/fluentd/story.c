/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

#include "../../common/clock.h"
#include "../../common/figure.h"
#include "../../common/moment.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_US 1000u

/* VMTP's levels, by the numbers that its summary has for them. */
enum level { LEVEL_INFO = 20, LEVEL_WARNING = 30, LEVEL_ERROR = 40 };

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value ? value : "";
}

static bool is(const json_t *object, const char *name, const char *value)
{
    return strcmp(text(object, name), value) == 0;
}

/* ---- times ---- */

static void time_write(uint64_t wall_ns, char ret[40])
{
    time_t seconds = (time_t)(wall_ns / NS_PER_S);
    struct tm tm;
    size_t n;

    gmtime_r(&seconds, &tm);
    n = strftime(ret, 30, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(ret + n, 40 - n, ".%06u+0000", (unsigned int)(wall_ns % NS_PER_S / NS_PER_US));
}

/* ---- records ---- */

/* What every record has; the array has it. */
static json_t *record_add(struct story *story, json_t *to, const char *level, const char *message)
{
    uint64_t wall_ns = story->next_ns;
    char when[40], id[128];
    json_t *record;

    story->next_ns += NS_PER_US;
    time_write(wall_ns, when);
    snprintf(id, sizeof id, "%.100s/%zu", story->run, ++story->records);
    record = json_pack("{s:s, s:s, s:s, s:s, s:s}", "runlogdate", story->began, "loglevel", level,
                       "message", message, "@timestamp", when, "id", id);
    json_array_append_new(to, json_pack("[I, O]", (json_int_t)wall_ns, record));
    json_decref(record); /* the array's alone */
    return record;
}

static void line_add(struct story *story, json_t *to, enum level level, const char *message)
{
    story->errors += level == LEVEL_ERROR;
    story->warnings += level == LEVEL_WARNING;
    record_add(story, to,
               level == LEVEL_ERROR     ? "ERROR"
               : level == LEVEL_WARNING ? "WARNING"
                                        : "INFO",
               message);
}

static void json_add(struct story *story, json_t *to, enum level level, const json_t *value)
{
    char *line = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15));

    if (line)
        line_add(story, to, level, line);
    free(line);
}

static void counts_set(json_t *record, enum level level, size_t errors, size_t warnings)
{
    json_object_set_new(record, "numloglevel", json_integer(level));
    json_object_set_new(record, "numerrors", json_integer((json_int_t)errors));
    json_object_set_new(record, "numwarnings", json_integer((json_int_t)warnings));
}

/* ---- the summary ---- */

static void row_add(struct story *story, const char *name, const char *status, json_t *data)
{
    story->passed += strcmp(status, "PASSED") == 0;
    story->failed += strcmp(status, "FAILED") == 0;
    story->skipped += strcmp(status, "SKIPPED") == 0;
    json_array_append_new(story->rows, json_pack("{s:s, s:s, s:o}", "Scenario Name", name,
                                                 "Functional Status", status, "Data", data));
}

static json_t *share(size_t part, size_t whole)
{
    return json_sprintf("%zu [%.2f%%]", part, whole ? 100.0 * (double)part / (double)whole : 0.0);
}

static void summary_add(struct story *story)
{
    size_t total = json_array_size(story->rows), judged = total - story->skipped;
    json_t *summary = json_pack(
        "{s:O, s:I, s:o, s:o, s:o}", "Result", story->rows, "Total Scenarios", (json_int_t)total,
        "Passed Scenarios", share(story->passed, judged), "Failed Scenarios",
        share(story->failed, judged), "Skipped Scenarios", json_sprintf("%zu", story->skipped));

    json_add(story, story->results, LEVEL_INFO, summary);
    json_decref(summary);
}

/* ---- results of vmtp.result/1 ---- */

static int figure_add(void *data, const struct figure_row *row)
{
    char name[256];

    snprintf(name, sizeof name, "%.200s %.40s", row->metric, row->stat);
    if (isfinite(row->value))
        json_object_set_new(data, name, json_real(row->value));
    return 0;
}

/* A result without what is too long for a line of a log: the single trials and the buckets. */
static json_t *result_short(const json_t *result)
{
    json_t *copy = json_copy((json_t *)result), *metrics = json_object(), *metric;
    const char *name;

    json_object_del(copy, "trials");
    json_object_del(copy, "options");
    json_object_del(copy, "search");
    json_object_foreach(json_object_get(result, "metrics"), name, metric)
    {
        json_t *rest = json_copy(metric);

        json_object_del(rest, "histogram");
        json_object_del(rest, "trials");
        json_object_set_new(metrics, name, rest);
    }
    json_object_set_new(copy, "metrics", metrics);
    return copy;
}

static void result_add(struct story *story, const json_t *result)
{
    bool failed = is(result, "status", "failed") || is(result, "verdict", "fail");
    bool skipped = is(result, "status", "skipped");
    json_t *rest = result_short(result), *data = json_object();

    json_add(story, story->results,
             failed                               ? LEVEL_ERROR
             : is(result, "verdict", "undecided") ? LEVEL_WARNING
                                                  : LEVEL_INFO,
             rest);
    figures_of(result, figure_add, data);
    row_add(story, text(result, "key"), failed ? "FAILED" : skipped ? "SKIPPED" : "PASSED", data);
    json_decref(rest);
}

static void result_document_add(struct story *story, const json_t *document)
{
    const json_t *item;
    size_t i;

    json_array_foreach(json_object_get(document, "events"), i, item)
        line_add(story, story->log, LEVEL_WARNING, text(item, "text"));
    json_array_foreach(json_object_get(document, "results"), i, item) result_add(story, item);
}

/* ---- flows of VMTP's document ---- */

/* Of an entry, or of the pings that it holds. */
static bool entry_failed(const json_t *entry)
{
    const json_t *ping;
    size_t i;

    json_array_foreach(json_object_get(entry, "results"), i, ping)
    {
        if (json_object_get(ping, "error"))
            return true;
    }
    return json_object_get(entry, "error") != NULL;
}

/* Does one of the flow's entries fail? */
static bool entries_add(struct story *story, const json_t *flow)
{
    const json_t *entry;
    bool any = false;
    size_t i;

    json_array_foreach(json_object_get(flow, "results"), i, entry)
    {
        bool skipped = json_is_true(json_object_get(entry, "skipped"));
        bool failed = !skipped && entry_failed(entry);
        char name[400];

        snprintf(name, sizeof name, "%.300s, %.60s", text(flow, "desc"), text(entry, "protocol"));
        row_add(story, name,
                skipped  ? "SKIPPED"
                : failed ? "FAILED"
                         : "PASSED",
                json_incref((json_t *)entry));
        any = any || failed;
    }
    return any;
}

static void classic_document_add(struct story *story, const json_t *document)
{
    const json_t *item;
    size_t i;

    if (json_is_true(json_object_get(document, "interrupted")))
        line_add(story, story->log, LEVEL_WARNING, "VMTP run was interrupted");
    json_array_foreach(json_object_get(document, "notes"), i, item)
    {
        const char *note = json_string_value(item);

        line_add(story, story->log, LEVEL_WARNING, note ? note : "");
    }
    json_array_foreach(json_object_get(document, "flows"), i, item)
        json_add(story, story->results, entries_add(story, item) ? LEVEL_ERROR : LEVEL_INFO, item);
}

/* ---- the whole ---- */

static void end_add(struct story *story)
{
    enum level level = story->errors ? LEVEL_ERROR : story->warnings ? LEVEL_WARNING : LEVEL_INFO;
    json_t *record = record_add(story, story->log, "RUN_SUMMARY",
                                level == LEVEL_ERROR     ? "RUN WITH ERRORS"
                                : level == LEVEL_WARNING ? "RUN WITH WARNINGS"
                                                         : "GOOD RUN");

    counts_set(record, level, story->errors, story->warnings);
}

/* When it began and ended; 0: it is no document of a run. */
static uint64_t begin_read(const json_t *document, struct story *story)
{
    const json_t *run = json_object_get(document, "run");
    uint64_t began_ns;

    if (!run) {
        story->run = text(document, "vmtp_run");
        began_ns = moment_ns(text(document, "date"));
        story->next_ns = began_ns;
    } else {
        story->run = text(run, "id");
        began_ns = moment_ns(text(run, "started"));
        story->next_ns = moment_ns(text(run, "ended"));
    }
    return story->next_ns ? began_ns : 0;
}

/* Fewer records than were added: there was no memory for one. */
static size_t story_len(const struct story *story)
{
    size_t apart = story->results == story->log ? 0 : json_array_size(story->results);

    return json_array_size(story->log) + apart;
}

int story_make(const json_t *document, bool results_apart, struct story *ret)
{
    struct story story = { 0 };
    uint64_t began_ns = begin_read(document, &story), ended_ns = story.next_ns;

    if (!began_ns)
        return -EINVAL;
    story.log = json_array();
    story.results = results_apart ? json_array() : json_incref(story.log);
    story.rows = json_array();
    time_write(began_ns, story.began);
    story.next_ns = began_ns;
    counts_set(record_add(&story, story.log, "START", "VMTP run is started"), 0, 0, 0);
    if (ended_ns > story.next_ns)
        story.next_ns = ended_ns;
    if (json_object_get(document, "run"))
        result_document_add(&story, document);
    else
        classic_document_add(&story, document);
    summary_add(&story);
    end_add(&story);
    if (story_len(&story) < story.records) {
        story_clear(&story);
        return -ENOMEM;
    }
    *ret = story;
    return 0;
}

void story_clear(struct story *story)
{
    json_decref(story->log);
    json_decref(story->results);
    json_decref(story->rows);
    *story = (struct story){ 0 };
}
