/* SPDX-License-Identifier: Apache-2.0
 *
 * json: keeps the result document in a file, or writes it to stdout.
 *
 * The file's name shows either what it held before or the whole new document: it is written
 * beside, brought down to the disk, and renamed.
 */
#include "../../common/file.h"

#include <jansson.h>
#include <stdlib.h>
#include <vmtp/plugin.h>

struct options {
    const char *path;
    bool pretty;
};

static const struct vmtp_option options[] = {
    { "path", "File for the result document; \"-\" is stdout", VMTP_OPT_PATH(struct options, path),
      .def = "-" },
    { "pretty", "Indent it for people", VMTP_OPT_BOOL(struct options, pretty), .def = "true" },
};

static char *document_format(const char *json, size_t len, bool pretty)
{
    size_t flags = JSON_REAL_PRECISION(15) | (pretty ? JSON_INDENT(2) : JSON_COMPACT);
    json_t *document = json_loadb(json, len, 0, NULL);
    char *text = document ? json_dumps(document, flags) : NULL;

    json_decref(document);
    return text;
}

static int json_end(struct vmtp_self *self, const char *json, size_t len, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    char *text = document_format(json, len, opt->pretty);
    struct out_file file;
    int r;

    if (!text)
        return vmtp_fail(err, -EINVAL, "the result document is no JSON");
    r = out_file_open(&file, opt->path, err);
    if (r == 0) {
        out_file_write(&file, text, strlen(text));
        out_file_write(&file, "\n", 1);
        r = out_file_close(&file, err);
    }
    if (r == 0)
        out_file_tell(self, opt->path);
    free(text);
    return r;
}

static int json_takes_stdout(const void *opt)
{
    return path_is_stdout(((const struct options *)opt)->path);
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .end = json_end,
    .takes_stdout = json_takes_stdout,
};

static const struct vmtp_component json = {
    .size = sizeof json,
    .kind = VMTP_SINK,
    .name = "json",
    .summary = "The result document in a file or on stdout",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct options),
    .ops = &sink,
};

VMTP_MODULE(.name = "json", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&json));
