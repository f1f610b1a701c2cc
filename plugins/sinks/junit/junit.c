/* SPDX-License-Identifier: Apache-2.0
 *
 * junit: thresholds as test cases, for Jenkins, GitLab and their like.
 *
 * The file is replaced as a whole.
 */
#include "../../common/figure.h"
#include "../../common/file.h"
#include "suites.h"

#include <vmtp/plugin.h>

enum undecided { AS_FAILURE, AS_SKIPPED };

struct options {
    const char *path;
    int undecided;
};

static const struct vmtp_choice undecided[] = {
    { "failure", AS_FAILURE, "a failure of type undecided: not shown is not passed" },
    { "skipped", AS_SKIPPED, "skipped, which fails no build" },
    { NULL, 0, NULL },
};

static const struct vmtp_option options[] = {
    { "path", "File that is replaced; \"-\" is stdout", VMTP_OPT_PATH(struct options, path),
      .def = "junit.xml" },
    { "undecided", "What a threshold is that the figures do not decide",
      VMTP_OPT_ENUM(struct options, undecided, undecided), .def = "failure" },
};

static int junit_takes_stdout(const void *opt)
{
    return path_is_stdout(((const struct options *)opt)->path);
}

static int junit_end(struct vmtp_self *self, const char *json, size_t len, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    json_t *document = figures_load(json, len, err);
    int r;

    if (!document)
        return -EINVAL;
    r = out_file_keep(self, opt->path, suites_text(document, opt->undecided == AS_SKIPPED), err);
    json_decref(document);
    return r;
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .end = junit_end,
    .takes_stdout = junit_takes_stdout,
};

static const struct vmtp_component junit = {
    .size = sizeof junit,
    .kind = VMTP_SINK,
    .name = "junit",
    .summary = "Thresholds as test cases, in JUnit's XML",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct options),
    .ops = &sink,
};

VMTP_MODULE(.name = "junit", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&junit));
