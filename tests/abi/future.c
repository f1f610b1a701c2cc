/* SPDX-License-Identifier: Apache-2.0
 *
 * A plugin from the future: module, component and tool are longer than this vmtp knows them.
 *
 * As it stands it uses nothing of that and loads.  With -DUSES=CASE it uses one thing that this
 * vmtp can't know, and is refused.
 */
#include <vmtp/plugin.h>

enum {
    NOTHING,
    MODULE_TAIL,
    COMPONENT_TAIL,
    TOOL_TAIL,
    OPTION_TYPE,
    METRIC_KIND,
    COMPONENT_KIND,
    OPTION_TAIL,
    METRIC_TAIL,
};

#ifndef USES
#define USES NOTHING
#endif
#define IF(what, then, otherwise) (USES == (what) ? (then) : (otherwise))

struct future_module {
    struct vmtp_module now;
    size_t more[2];
};

struct future_component {
    struct vmtp_component now;
    size_t more[2];
};

struct future_tool {
    struct vmtp_tool now;
    size_t more[2];
};

struct options {
    uint64_t count;
};

/* Rows may be longer too. */
static const struct {
    struct vmtp_option now;
    size_t more;
} options[] = {
    { .now = { "count", "A number", .type = IF(OPTION_TYPE, 99, VMTP_UINT), .def = "7" },
      .more = IF(OPTION_TAIL, 1, 0) },
    { .now = { "flag", "A flag", .type = VMTP_BOOL, .offset = sizeof(struct options) } },
};

static const struct {
    struct vmtp_metric now;
    size_t more;
} metrics[] = {
    { .now = { VMTP_GOODPUT, "bit/s", "Nothing", IF(METRIC_KIND, 9, VMTP_GAUGE), 0 },
      .more = IF(METRIC_TAIL, 1, 0) },
};

static int future_run(struct vmtp_self *self, const struct vmtp_flow *flow,
                      const struct vmtp_trial *trial, struct vmtp_error *err)
{
    (void)self, (void)flow, (void)trial;
    return vmtp_fail(err, -ENOTSUP, "future: only for the loader");
}

static const struct future_tool tool = {
    .now = { .size = sizeof tool, .run = future_run },
    .more = { 0, IF(TOOL_TAIL, 1, 0) },
};

static const struct future_component component = {
    .now = { .size = sizeof component,
             .kind = IF(COMPONENT_KIND, 9, VMTP_TOOL),
             .name = "future",
             .summary = "Longer than today",
             .options = VMTP_TABLE(options),
             .metrics = VMTP_TABLE(metrics),
             .opt_size = sizeof(struct options) + sizeof(bool),
             .ops = &tool },
    .more = { IF(COMPONENT_TAIL, 1, 0), 0 },
};

extern __attribute__((visibility("default"))) const struct future_module vmtp_module_v1;
const struct future_module vmtp_module_v1 = {
    .now = { .size = sizeof vmtp_module_v1,
             .abi_major = VMTP_ABI_MAJOR,
             .abi_minor = VMTP_ABI_MINOR + 7,
             .name = "future",
             .version = "9.0",
             .license = "Apache-2.0",
             .components = VMTP_COMPONENTS(&component.now) },
    .more = { 0, IF(MODULE_TAIL, 1, 0) },
};
