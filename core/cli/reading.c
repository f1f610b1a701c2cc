/* SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

#include "../base/fd.h"
#include "../classic/import.h"
#include "../engine/recall.h"
#include "../result/recover.h"
#include "prompt.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define FILE_MAX   (256u << 20)
#define VALUES_MAX (8u << 20) /* in one document: some 600 MB of memory */

/* ---- documents ---- */

static bool is_text(const json_t *object, const char *name, const char *wanted)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text && (!wanted || strcmp(text, wanted) == 0);
}

static const char *run_id(const json_t *document)
{
    return json_string_value(json_object_get(json_object_get(document, "run"), "id"));
}

/* What all readers rely on: the outline, but not each figure. */
static bool is_document(const json_t *json)
{
    const json_t *results = json_object_get(json, "results"), *result;
    size_t i;

    if (!is_text(json, "schema", "vmtp.result/1") || !json_is_array(results) || !run_id(json))
        return false;
    json_array_foreach(results, i, result)
    {
        if (!is_text(result, "key", NULL) || !is_text(result, "status", NULL) ||
            !json_is_object(json_object_get(result, "metrics")))
            return false;
    }
    return true;
}

/* Takes the document. */
static int push(struct reading *reading, const char *name, json_t *document, struct vmtp_error *err)
{
    size_t count = reading->count + 1;
    json_t **documents = reallocarray(reading->documents, count, sizeof *documents);
    char **names;

    reading->documents = documents ? documents : reading->documents;
    names = reallocarray(reading->names, count, sizeof *names);
    reading->names = names ? names : reading->names;
    if (documents && names && (names[reading->count] = strdup(name))) {
        documents[reading->count++] = document;
        return 0;
    }
    json_decref(document);
    return vmtp_fail(err, -ENOMEM, "%s: out of memory", name);
}

static int document_add(struct reading *reading, const char *name, json_t *json,
                        struct vmtp_error *err)
{
    json_t *document = NULL;
    int r = 0;

    if (is_document(json))
        return push(reading, name, json_incref(json), err);
    if (!classic_is(json))
        return vmtp_fail(err, -EINVAL,
                         "%s: neither a result document of vmtp nor one of VMTP nor a journal",
                         name);
    r = classic_import(json, &document, err);
    return r < 0 ? vmtp_wrap(err, "%s", name) : push(reading, name, document, err);
}

/* An array is as many documents as it has elements. */
static int value_add(struct reading *reading, const char *name, json_t *json,
                     struct vmtp_error *err)
{
    json_t *element;
    size_t i;
    int r = 0;

    if (!json_is_array(json))
        return document_add(reading, name, json, err);
    json_array_foreach(json, i, element)
    {
        r = document_add(reading, name, element, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Each value of a document but the first stands behind a comma, a colon or a bracket. */
static bool is_moderate(const char *text, size_t len)
{
    size_t values = 0;

    for (size_t i = 0; i < len; i++)
        values += text[i] == ',' || text[i] == ':' || text[i] == '[';
    return values <= VALUES_MAX;
}

/* The UTF-16 code of "\u1234"; -1: there is no such thing. */
static long escape_read(const char *text, size_t len)
{
    char digits[5] = "", *end;
    long code;

    if (len < 6 || memcmp(text, "\\u", 2) != 0 || !isxdigit((unsigned char)text[2]))
        return -1;
    memcpy(digits, text + 2, 4);
    code = strtol(digits, &end, 16);
    return end == digits + 4 ? code : -1;
}

/* JSON may say what no text can hold, a NUL and half a pair of surrogates: U+FFFD is as long. */
static void escapes_mend(char *text, size_t len)
{
    char *end = text + len;

    while ((text = memchr(text, '\\', (size_t)(end - text)))) {
        long code = escape_read(text, (size_t)(end - text));
        bool high = code >> 10 == 0xd800 >> 10;

        if (high && escape_read(text + 6, (size_t)(end - text) - 6) >> 10 == 0xdc00 >> 10)
            text += 6;
        else if (code == 0 || code >> 11 == 0xd800 >> 11)
            memcpy(text + 2, "fffd", 4);
        text += code >= 0 ? 6 : end - text > 1 ? 2 : 1;
    }
}

/* One document behind the other, as mongoexport writes them, is as good as one. */
static int text_add(struct reading *reading, const char *name, char *text, size_t len,
                    struct vmtp_error *err)
{
    static const char blank[] = " \t\r\n", mark[] = "\xef\xbb\xbf";
    size_t at = strncmp(text, mark, strlen(mark)) == 0 ? strlen(mark) : 0;

    at += strspn(text + at, blank);
    if (at == len)
        return vmtp_fail(err, -EINVAL, "%s: empty", name);
    if (!is_moderate(text, len))
        return vmtp_fail(err, -EFBIG, "%s: has more than %u values", name, VALUES_MAX);
    escapes_mend(text, len);
    while (at < len) {
        json_error_t why;
        _cleanup_(json_decrefp) json_t *json =
            json_loadb(text + at, len - at, JSON_DISABLE_EOF_CHECK, &why);
        int r;

        if (!json)
            return vmtp_fail(err, -EINVAL, "%s: no JSON: line %d, column %d: %.100s", name,
                             why.line, why.column, why.text);
        r = value_add(reading, name, json, err);
        if (r < 0)
            return r;
        at += (size_t)why.position;
        at += strspn(text + at, blank);
    }
    return 0;
}

/* ---- files and runs ---- */

static bool is_journal(const char *file)
{
    static const char begin[] = "{\"t\":";
    char text[sizeof begin] = "";
    _close_ int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    return pread(fd, text, sizeof begin - 1, 0) > 0 && strcmp(text, begin) == 0;
}

static int file_add(struct reading *reading, const char *name, const char *file,
                    struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf text = BUF(FILE_MAX);
    json_t *document = NULL;
    char none[] = "";
    int r;

    if (is_journal(file)) {
        r = journal_recover(file, &document, err);
        return r < 0 ? r : push(reading, name, document, err);
    }
    r = file_read(file, &text, err);
    return r < 0 ? r : text_add(reading, name, text.len ? text.data : none, text.len, err);
}

/* A run that was killed has no document, but a journal. */
static int folder_add(struct reading *reading, const char *name, const char *folder,
                      struct vmtp_error *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/result.json", folder);
    if (access(path, F_OK) < 0)
        snprintf(path, sizeof path, "%s/journal.ndjson", folder);
    return file_add(reading, name, path, err);
}

static int run_add(struct reading *reading, const char *id, struct vmtp_error *err)
{
    _free_ char *folder = NULL;
    int r = run_folder_find(id, &folder, err);

    if (r < 0 && strchr(id, '/'))
        return vmtp_fail(err, -ENOENT, "%s: %s", id, strerror(ENOENT));
    return r < 0 ? vmtp_wrap(err, "%.100s is no file", id)
                 : folder_add(reading, strrchr(folder, '/') + 1, folder, err);
}

int reading_add(struct reading *reading, const char *name, struct vmtp_error *err)
{
    struct stat st;

    if (stat(name, &st) < 0)
        return errno == ENOENT ? run_add(reading, name, err)
                               : vmtp_fail(err, -errno, "%s: %s", name, strerror(errno));
    return S_ISDIR(st.st_mode) ? folder_add(reading, name, name, err)
                               : file_add(reading, name, name, err);
}

/* ---- stores ---- */

struct taking {
    struct reading *reading;
    const char *sink;
    struct vmtp_error *err;
};

static int take(void *arg, const char *json, size_t len)
{
    struct taking *taking = arg;
    struct reading *reading = taking->reading;
    size_t first = reading->count;
    _free_ char *text = strndup(json, len);
    int r = text ? text_add(reading, taking->sink, text, strlen(text), taking->err)
                 : vmtp_fail(taking->err, -ENOMEM, "out of memory");

    for (size_t i = first; i < reading->count; i++) {
        char *id = strdup(run_id(reading->documents[i]));

        if (!id)
            return vmtp_fail(taking->err, -ENOMEM, "out of memory");
        free(reading->names[i]);
        reading->names[i] = id;
    }
    return r;
}

int reading_recall(struct reading *reading, const struct registry *registry, const struct log *log,
                   const char *store, const struct vmtp_question *question, struct vmtp_error *err)
{
    _cleanup_(scenario_freep) struct scenario *scenario = NULL;
    const struct means means = { .registry = registry, .log = log };
    struct taking taking = { .reading = reading, .err = err };
    int r = scenario_parse_sink(store, "--from", registry, &terminal_prompt, &scenario, err);

    if (r < 0)
        return r;
    taking.sink = scenario->sinks[0].component->table.name;
    return sink_recall(&means, &scenario->sinks[0], question, take, &taking, err);
}

void reading_clear(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        json_decref(reading->documents[i]);
        free(reading->names[i]);
    }
    free(reading->documents);
    free(reading->names);
    *reading = (struct reading){ 0 };
}
