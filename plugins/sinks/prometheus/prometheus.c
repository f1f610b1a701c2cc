/* SPDX-License-Identifier: Apache-2.0
 *
 * prometheus: the last run's figures as a file for node_exporter's textfile collector.
 *
 * node_exporter may read at any moment, so the file is replaced as a whole.
 */
#include "../../common/figure.h"
#include "../../common/file.h"
#include "exposition.h"

#include <vmtp/plugin.h>

struct options {
    const char *path;
    struct vmtp_map labels;
};

static const struct vmtp_option options[] = {
    { "path", "File that is replaced, NAME.prom for node_exporter; \"-\" is stdout",
      VMTP_OPT_PATH(struct options, path), .def = "vmtp.prom" },
    { "labels", "Labels for every series", VMTP_OPT_MAP(struct options, labels) },
};

static int prometheus_takes_stdout(const void *opt)
{
    return path_is_stdout(((const struct options *)opt)->path);
}

static int prometheus_check(const void *opt, struct vmtp_error *err)
{
    const struct options *o = opt;

    for (size_t i = 0; i < o->labels.count; i++)
        if (!label_is_free(o->labels.pairs[i].name))
            return vmtp_fail(err, -EINVAL,
                             "labels: '%.40s' is no name for a label (letters, digits and '_'), or "
                             "one that vmtp gives",
                             o->labels.pairs[i].name);
    return 0;
}

static int prometheus_end(struct vmtp_self *self, const char *json, size_t len,
                          struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    json_t *document = figures_load(json, len, err);
    int r;

    if (!document)
        return -EINVAL;
    r = out_file_keep(self, opt->path, exposition_text(document, &opt->labels), err);
    json_decref(document);
    return r;
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .end = prometheus_end,
    .takes_stdout = prometheus_takes_stdout,
};

static const struct vmtp_component prometheus = {
    .size = sizeof prometheus,
    .kind = VMTP_SINK,
    .name = "prometheus",
    .summary = "Figures as a text file for node_exporter's collector",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct options),
    .check = prometheus_check,
    .ops = &sink,
};

VMTP_MODULE(.name = "prometheus", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&prometheus));
