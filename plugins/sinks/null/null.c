/* SPDX-License-Identifier: Apache-2.0
 *
 * null: a sink that counts what it gets and keeps nothing, to test everything around a sink with.
 */
#include <vmtp/plugin.h>

struct state {
    uint64_t records, bytes;
};

struct options {
    bool fail;
};

static const struct vmtp_option options[] = {
    { "fail", "Refuse the result document", VMTP_OPT_BOOL(struct options, fail), .def = "false" },
};

static int null_record(struct vmtp_self *self, const struct vmtp_record *record,
                       struct vmtp_error *err)
{
    struct state *state = self->state;

    (void)record, (void)err;
    state->records++;
    return 0;
}

static int null_end(struct vmtp_self *self, const char *json, size_t len, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    struct state *state = self->state;

    (void)json;
    if (opt->fail)
        return vmtp_fail(err, -EIO, "null: told to fail");
    state->bytes += len;
    vmtp_debug(self, "dropped %llu records and a document of %llu bytes",
               (unsigned long long)state->records, (unsigned long long)state->bytes);
    return 0;
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .record = null_record,
    .end = null_end,
};

static const struct vmtp_component null = {
    .size = sizeof null,
    .kind = VMTP_SINK,
    .name = "null",
    .summary = "Counts results and drops them",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct options),
    .state_size = sizeof(struct state),
    .ops = &sink,
};

VMTP_MODULE(.name = "null", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&null));
