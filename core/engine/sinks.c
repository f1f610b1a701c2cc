/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "context.h"

#include <limits.h>

#define FEED_NS (5 * 60 * NS_PER_S)

struct feed {
    struct instance *instance;
    const struct vmtp_sink *sink;
    const char *run;
    struct vmtp_error *err;
};

static int feed_line(void *arg, const json_t *line)
{
    struct feed *feed = arg;
    struct vmtp_record record;

    if (journal_record(line, &record) < 0)
        return 0; /* not a figure */
    record.run = feed->run;
    return feed->sink->record(&feed->instance->self, &record, feed->err);
}

static int feed(struct run *run, struct feed *feed, const char *document, struct vmtp_error *err)
{
    struct vmtp_self *self = &feed->instance->self;
    int r;

    feed->run = run->id;
    feed->err = err;
    r = feed->sink->begin ? feed->sink->begin(self, run->id, err) : 0;

    if (r == 0 && feed->sink->record)
        r = journal_read(run->folder, feed_line, feed, err);
    if (r == -EBADMSG) { /* after all the good lines: they are worth having */
        log_line(run->log, VMTP_WARN, "%s", err->text);
        r = 0;
    }
    if (r == 0 && feed->sink->end)
        r = feed->sink->end(self, document, strlen(document), err);
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
        r = feed(run, &(struct feed){ .instance = instance, .sink = &sink->component->ops.sink },
                 document, err);
    }
    return r < 0 ? vmtp_wrap(err, "sink %s", sink->component->table.name) : 0;
}

static int document_keep(struct run *run, const char *text, struct vmtp_error *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/result.json", run->folder);
    return file_replace(path, text, strlen(text), err);
}

int sinks_write(struct run *run, const json_t *document, struct vmtp_error *err)
{
    const struct scenario *scenario = run->plan->scenario;
    _free_ char *text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(15));
    struct vmtp_error first = { 0 };
    int r;

    if (!text)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    journal_sync(run->journal);
    if (document_keep(run, text, &first) < 0)
        run_note(run, "result-not-kept", "%s", first.text);
    for (size_t i = 0; i < scenario->sink_count; i++) {
        struct vmtp_error why = { 0 };

        r = sink_feed(run, &scenario->sinks[i], text, &why);
        if (r == 0)
            continue;
        run_note(run, "sink-failed", "%s (vmtp replay %s sends it again)", why.text, run->id);
        if (!first.code)
            first = why;
    }
    if (first.code && err)
        *err = first;
    return first.code;
}
