/* SPDX-License-Identifier: Apache-2.0
 *
 * A plugin from when the structs ended earlier.
 *
 * Its tool ends behind parse() and its component behind ops, as far as it must; what follows in
 * memory is not zero.  A loader that reads further than the sizes say finds rubbish there.
 */
#include <vmtp/plugin.h>

#define RUBBISH 0x5a5a5a5au

static const struct vmtp_metric metrics[] = {
    { VMTP_GOODPUT, "bit/s", "Nothing", VMTP_GAUGE, 0 },
};

static int short_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                         const struct vmtp_trial *trial, enum vmtp_role role, struct vmtp_argv *ret,
                         struct vmtp_error *err)
{
    (void)self, (void)flow, (void)trial, (void)role, (void)ret, (void)err;
    return 0;
}

static int short_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                       uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    (void)self, (void)flow, (void)role, (void)time_ns, (void)text, (void)err;
    return 0;
}

/* Without whole and ready_text. */
static const struct {
    size_t size;
    void (*can_run)(struct vmtp_self *, const struct vmtp_flow *, const struct vmtp_facts *,
                    const struct vmtp_facts *, struct vmtp_reasons *);
    int (*plan)(struct vmtp_self *, const struct vmtp_flow *, const struct vmtp_trial *,
                struct vmtp_cost *, struct vmtp_error *);
    int (*prepare)(struct vmtp_self *, const struct vmtp_flow *, struct vmtp_error *);
    void (*finish)(struct vmtp_self *, const struct vmtp_flow *);
    int (*run)(struct vmtp_self *, const struct vmtp_flow *, const struct vmtp_trial *,
               struct vmtp_error *);
    int (*command)(struct vmtp_self *, const struct vmtp_flow *, const struct vmtp_trial *,
                   enum vmtp_role, struct vmtp_argv *, struct vmtp_error *);
    int (*parse)(struct vmtp_self *, const struct vmtp_flow *, enum vmtp_role, uint64_t,
                 const char *, struct vmtp_error *);
    size_t rubbish[4];
} tool = {
    .size = offsetof(struct vmtp_tool, whole),
    .command = short_command,
    .parse = short_parse,
    .rubbish = { RUBBISH, RUBBISH, RUBBISH, RUBBISH },
};

static const struct vmtp_component component = {
    .size = sizeof component,
    .kind = VMTP_TOOL,
    .name = "short",
    .summary = "From when the structs ended earlier",
    .metrics = VMTP_TABLE(metrics),
    .ops = &tool,
};

VMTP_MODULE(.name = "short", .version = "0.9", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&component));
