/* SPDX-License-Identifier: Apache-2.0 */
#include "journal.h"

#include "../base/buf.h"
#include "../base/clock.h"
#include "json.h"
#include "lines.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>

#define NAME "journal.ndjson"

struct journal {
    pthread_mutex_t lock; /* guards all below */
    int fd;
    uint64_t end;
    int status; /* 0, or why no more lines are taken */
};

static const char *const kinds[] = {
    [VMTP_GAUGE] = "gauge",
    [VMTP_COUNTER] = "counter",
    [VMTP_DISTRIBUTION] = "distribution",
};

static int path_make(const char *folder, char *ret, size_t len, struct vmtp_error *err)
{
    int n = snprintf(ret, len, "%s/" NAME, folder);

    if (n < 0 || (size_t)n >= len)
        return vmtp_fail(err, -ENAMETOOLONG, "folder '%.60s...': its name is too long", folder);
    return 0;
}

int journal_create(const char *folder, struct journal **ret, struct vmtp_error *err)
{
    char path[PATH_MAX];
    struct journal *journal;
    int r = path_make(folder, path, sizeof path, err);

    if (r < 0)
        return r;
    journal = calloc(1, sizeof *journal);
    if (!journal)
        return vmtp_fail(err, -ENOMEM, "journal: out of memory");
    journal->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (journal->fd < 0) {
        r = vmtp_fail(err, -errno, "%s: %s", path, strerror(errno));
        free(journal);
        return r;
    }
    pthread_mutex_init(&journal->lock, NULL);
    *ret = journal;
    return 0;
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    close(journal->fd);
    pthread_mutex_destroy(&journal->lock);
    free(journal);
}

/* A line that is too long is refused alone; any other failure is the disk's and stays. */
static int text_add(struct journal *journal, const char *text, size_t len)
{
    int r;

    pthread_mutex_lock(&journal->lock);
    r = journal->status;
    if (r == 0) {
        r = lines_append(journal->fd, &journal->end, text, len);
        if (r < 0 && r != -EMSGSIZE)
            journal->status = r;
    }
    pthread_mutex_unlock(&journal->lock);
    return r;
}

/* "t" and "type" come first, so that a journal can be read and sorted by eye; t has microseconds
 * and not the digits that a double adds to them. */
static int line_add(struct journal *journal, uint64_t wall_ns, const char *type, const json_t *line)
{
    _cleanup_(buf_clear) struct buf buf = BUF(LINES_MAX_BYTES);
    _free_ char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(17));
    uint64_t us = (wall_ns + 500) / 1000;
    int r;

    if (!text)
        return -ENOMEM;
    r = buf_printf(&buf, "{\"t\":%llu.%06llu,\"type\":\"%s\"", (unsigned long long)(us / 1000000),
                   (unsigned long long)(us % 1000000), type);
    if (r == 0 && text[1] != '}')
        r = buf_add_text(&buf, ",");
    if (r == 0)
        r = buf_add_text(&buf, text + 1);
    return r < 0 ? r : text_add(journal, buf.data, buf.len);
}

int journal_add(struct journal *journal, const char *type, json_t *line)
{
    return journal_add_at(journal, clock_wall_ns(), type, line);
}

int journal_add_at(struct journal *journal, uint64_t wall_ns, const char *type, json_t *line)
{
    int r = -EINVAL;

    if (json_is_object(line)) {
        json_object_del(line, "t");
        json_object_del(line, "type");
        r = line_add(journal, wall_ns, type, line);
    } else if (!line) {
        r = -ENOMEM;
    }
    json_decref(line);
    return r;
}

/* monitor NULL: it is a tool's. */
static int record_add(struct journal *journal, const struct vmtp_record *record,
                      const char *monitor)
{
    json_t *line;
    int r;

    if (record->kind < VMTP_GAUGE || record->kind > VMTP_DISTRIBUTION || !isfinite(record->value))
        return -EINVAL;
    line = json_pack("{s:o, s:o, s:o, s:o, s:s, s:I, s:b, s:f, s:o*, s:o*}", "flow",
                     text_json(record->flow), "subject", text_json(record->subject), "metric",
                     text_json(record->metric), "unit", text_json(record->unit), "kind",
                     kinds[record->kind], "trial", (json_int_t)record->trial, "final",
                     record->final != 0, "value", record->value, "part",
                     record->part && *record->part ? text_json(record->part) : NULL, "monitor",
                     monitor ? text_json(monitor) : NULL);
    if (!line)
        return -ENOMEM;
    r = line_add(journal, record->wall_ns, "sample", line);
    json_decref(line);
    return r;
}

int journal_add_record(struct journal *journal, const struct vmtp_record *record)
{
    return record_add(journal, record, NULL);
}

int journal_add_watched(struct journal *journal, const struct vmtp_record *record,
                        const char *monitor)
{
    return record_add(journal, record, monitor);
}

int journal_sync(struct journal *journal)
{
    int r;

    pthread_mutex_lock(&journal->lock);
    r = journal->status;
    if (r == 0 && fdatasync(journal->fd) < 0 && errno != EINVAL && errno != EROFS)
        r = journal->status = -errno;
    pthread_mutex_unlock(&journal->lock);
    return r;
}

int journal_read(const char *folder, int (*line)(void *arg, const json_t *line), void *arg,
                 struct vmtp_error *err)
{
    char path[PATH_MAX];
    _close_ int fd = -1;
    int r = path_make(folder, path, sizeof path, err);

    if (r < 0)
        return r;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return vmtp_fail(err, -errno, "%s: %s", path, strerror(errno));
    return lines_read(fd, path, line, arg, NULL, err);
}

static uint32_t kind_find(const char *name)
{
    for (uint32_t i = VMTP_GAUGE; name && i < COUNT(kinds); i++)
        if (strcmp(kinds[i], name) == 0)
            return i;
    return 0;
}

uint64_t journal_wall_ns(const json_t *line)
{
    double t = json_number_value(json_object_get(line, "t"));

    return t >= 0 && t < 1e10 ? (uint64_t)llround(t * 1e6) * 1000 : 0;
}

uint64_t journal_ns(const json_t *line, const char *name)
{
    double s = json_number_value(json_object_get(line, name));

    return s >= 0 && s < 1e9 ? (uint64_t)llround(s * 1e9) : 0;
}

int journal_record(const json_t *line, struct vmtp_record *ret)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    json_int_t trial = json_integer_value(json_object_get(line, "trial"));
    double t = json_number_value(json_object_get(line, "t"));
    const char *part = json_string_value(json_object_get(line, "part"));
    struct vmtp_record record = {
        .size = sizeof record,
        .run = "",
        .flow = json_string_value(json_object_get(line, "flow")),
        .subject = json_string_value(json_object_get(line, "subject")),
        .metric = json_string_value(json_object_get(line, "metric")),
        .unit = json_string_value(json_object_get(line, "unit")),
        .kind = kind_find(json_string_value(json_object_get(line, "kind"))),
        .final = json_is_true(json_object_get(line, "final")),
        .value = json_number_value(json_object_get(line, "value")),
        .part = part ? part : "",
    };

    if (!type || strcmp(type, "sample") != 0 || !record.flow || !record.subject || !record.metric ||
        !record.unit || !record.kind || !json_is_number(json_object_get(line, "value")) ||
        trial < 0 || trial > UINT32_MAX || !(t >= 0 && t < 1e10))
        return -EINVAL;
    record.trial = (uint32_t)trial;
    record.wall_ns = (uint64_t)llround(t * 1e6) * 1000;
    *ret = record;
    return 0;
}
