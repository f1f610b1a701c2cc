/* SPDX-License-Identifier: Apache-2.0
 *
 * crowd: a tool for tests, without traffic, that keeps to a trial's streams: each of them carries
 * as much as one does, and nothing says why it is no more.
 */
#include <vmtp/plugin.h>

#include <time.h>

struct options {
    uint64_t connections;
    bool shy;
};

static const struct vmtp_option options[] = {
    { "connections", "Streams", VMTP_OPT_UINT(struct options, connections), .def = "1" },
    { "shy", "Fails with more streams than that", VMTP_OPT_BOOL(struct options, shy),
      .def = "false" },
};

static const struct vmtp_metric metrics[] = {
    { VMTP_GOODPUT, "bit/s", "Made up", VMTP_GAUGE, 0 },
};

static int crowd_run(struct vmtp_self *self, const struct vmtp_flow *flow,
                     const struct vmtp_trial *trial, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    double goodput = 1e8 * (double)(trial->streams ? trial->streams : opt->connections);
    uint64_t start_ns = 0, end_ns;
    int r = self->host->ready(self, &start_ns, err);

    (void)flow;
    if (r == 0 && opt->shy && trial->streams > opt->connections)
        return vmtp_fail(err, -EUSERS, "too many people");
    end_ns = start_ns + trial->warmup_ns + trial->duration_ns;
    for (uint64_t i = 1; r == 0 && i <= 10; i++)
        r = vmtp_emit(self, 0, end_ns - trial->duration_ns / 10 * (10 - i), goodput, false);
    r = r < 0 ? r : self->host->pause(self, end_ns);
    return r < 0 ? r : vmtp_emit(self, 0, 0, goodput, true);
}

static const struct vmtp_tool tool = { .size = sizeof tool, .run = crowd_run, .streamed = 1 };

static const struct vmtp_component crowd = {
    .size = sizeof crowd,
    .kind = VMTP_TOOL,
    .name = "crowd",
    .summary = "As much as there are streams",
    .options = VMTP_TABLE(options),
    .metrics = VMTP_TABLE(metrics),
    .opt_size = sizeof(struct options),
    .ops = &tool,
};

VMTP_MODULE(.name = "crowd", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&crowd));
