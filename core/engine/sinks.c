/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "context.h"

#include <limits.h>

#define FEED_NS (5 * 60 * NS_PER_S)

/* A trial that failed, was a search's or was to tell what limits its flow: its figures were in the
 * journal before that was known. */
struct aside {
    struct aside *next;
    const char *flow;
    uint32_t trial;
    bool failed, search;
};

struct feed {
    struct instance *instance;
    const struct vmtp_sink *sink;
    const char *run;
    struct arena *arena;
    struct aside *asides;
    struct vmtp_error *err;
};

static int aside_line(void *arg, const json_t *line)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    const char *status = json_string_value(json_object_get(line, "status"));
    const char *flow = json_string_value(json_object_get(line, "flow"));
    bool search = json_is_true(json_object_get(line, "search")) || json_object_get(line, "probe");
    bool failed = status && strcmp(status, "failed") == 0;
    struct feed *feed = arg;
    struct aside *aside;

    if (!type || !flow || strcmp(type, "trial") != 0 || !(failed || search))
        return 0;
    aside = arena_alloc(feed->arena, sizeof *aside);
    flow = arena_strdup(feed->arena, flow);
    if (!aside || !flow)
        return -ENOMEM;
    *aside = (struct aside){ feed->asides, flow,
                             (uint32_t)json_integer_value(json_object_get(line, "trial")), failed,
                             search };
    feed->asides = aside;
    return 0;
}

static void record_mark(const struct feed *feed, struct vmtp_record *record)
{
    for (const struct aside *aside = feed->asides; aside; aside = aside->next)
        if (aside->trial == record->trial && strcmp(aside->flow, record->flow) == 0) {
            record->failed = aside->failed;
            record->search = aside->search;
        }
}

static int feed_line(void *arg, const json_t *line)
{
    struct feed *feed = arg;
    struct vmtp_record record;

    if (journal_record(line, &record) < 0)
        return 0; /* not a figure */
    record.run = feed->run;
    record_mark(feed, &record);
    return feed->sink->record(&feed->instance->self, &record, feed->err);
}

/* A damaged line of the journal is told after all the good ones: they are worth having. */
static int journal_feed(struct run *run, struct feed *feed)
{
    int r = journal_read(run->folder, aside_line, feed, NULL);

    if (r == 0 || r == -EBADMSG)
        r = journal_read(run->folder, feed_line, feed, feed->err);
    if (r != -EBADMSG)
        return r;
    log_line(run->log, VMTP_WARN, "%s", feed->err->text);
    return 0;
}

static int feed(struct run *run, struct feed *feed, const char *document)
{
    struct vmtp_self *self = &feed->instance->self;
    int r = feed->sink->begin ? feed->sink->begin(self, run->id, feed->err) : 0;

    if (r == 0 && feed->sink->record)
        r = journal_feed(run, feed);
    if (r == 0 && feed->sink->end)
        r = feed->sink->end(self, document, strlen(document), feed->err);
    return r;
}

int sink_feed(struct run *run, const struct section *sink, const char *document,
              struct vmtp_error *err)
{
    _cleanup_(instance_closep) struct instance *instance = NULL;
    struct context context = {
        .run = run,
        .component = sink->component,
        .name = sink->component->table.name,
        .cancel_fd = run->hurry_fd, /* results are kept also when the run was cancelled */
    };
    int r = instance_open(sink->component, sink->opt, &context_host, &context, &instance, err);

    if (r == 0) {
        context_step(&context, FEED_NS);
        r = feed(run,
                 &(struct feed){ .instance = instance,
                                 .sink = &sink->component->ops.sink,
                                 .run = run->id,
                                 .arena = instance->arena,
                                 .err = err },
                 document);
    }
    return r < 0 ? vmtp_wrap(err, "sink %s", sink->component->table.name) : 0;
}

static int document_keep(struct run *run, const char *text, struct vmtp_error *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/result.json", run->folder);
    return file_replace(path, text, strlen(text), 0644, err);
}

static void results_journal(struct run *run, const json_t *document)
{
    const json_t *result;
    size_t i;

    json_array_foreach(json_object_get(document, "results"), i, result) run_journal(
        run, "result",
        json_pack("{s:O?, s:O?, s:O?, s:O?}", "key", json_object_get(result, "key"), "status",
                  json_object_get(result, "status"), "verdict", json_object_get(result, "verdict"),
                  "metrics", json_object_get(result, "metrics")));
}

int sinks_feed(struct run *run, const char *document, struct vmtp_error *err)
{
    const struct scenario *scenario = run->plan->scenario;
    struct vmtp_error first = { 0 };

    for (size_t i = 0; i < scenario->sink_count; i++) {
        struct vmtp_error why = { 0 };

        run_doing(run, "writing results: %s", scenario->sinks[i].component->table.name);
        if (sink_feed(run, &scenario->sinks[i], document, &why) == 0)
            continue;
        run_note(run, "sink-failed", "%s (vmtp replay %s sends it again)", why.text, run->id);
        if (!first.code)
            first = why;
    }
    if (first.code && err)
        *err = first;
    return first.code;
}

int sinks_write(struct run *run, const json_t *document, struct vmtp_error *err)
{
    _free_ char *text = document_text(document);
    struct vmtp_error why = { 0 };
    int kept, fed;

    if (!text)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    results_journal(run, document);
    run_journal_sync(run);
    kept = document_keep(run, text, &why);
    if (kept < 0)
        run_note(run, "result-not-kept", "%s", why.text);
    fed = run->sinks_later ? 0 : sinks_feed(run, text, kept < 0 ? NULL : err);
    if (kept < 0 && err)
        *err = why;
    return kept < 0 ? kept : fed;
}
