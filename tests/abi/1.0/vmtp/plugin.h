/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole contract between the vmtp core and a plugin.
 *
 * A plugin is one shared object that exports one symbol, VMTP_SYMBOL, a constant struct
 * vmtp_module.  Nothing in a plugin runs before the core has checked that struct and the tables
 * it leads to.
 *
 * Rules
 *   memory    What the core passes in is borrowed until the call returns; what a plugin needs for
 *             longer it copies with host->alloc(), which lasts until its close() has returned.
 *             Nothing is ever freed across the boundary.
 *   errors    A function returns 0 (or a count) or a negative errno.  With the errno it fills the
 *             error, once, at the place that knows why.  Plugins do not print and do not exit.
 *   threads   [main] load, check, open, close and what is called pure; [worker] one thread per
 *             instance, never two at a time; [any] from every thread.
 *   state     No globals that change: all of it is in self->state, so that instances are
 *             independent.
 *   growth    Every struct that crosses the boundary starts with its size.  Fields are only ever
 *             added at the end; zero always means "not given".  A plugin may be older than the
 *             core, or newer as long as it uses nothing that the core does not know.
 *
 * ABI history
 *   1.0  first (not frozen before vmtp 1.0)
 */
#ifndef VMTP_PLUGIN_H
#define VMTP_PLUGIN_H

#include <vmtp/cloud.h>
#include <vmtp/error.h>
#include <vmtp/histogram.h>
#include <vmtp/host.h>
#include <vmtp/metric.h>
#include <vmtp/monitor.h>
#include <vmtp/option.h>
#include <vmtp/sink.h>
#include <vmtp/tool.h>

#define VMTP_ABI_MAJOR 1 /* in the symbol's name: another major is another symbol */
#define VMTP_ABI_MINOR 0
#define VMTP_SYMBOL    "vmtp_module_v1"

enum vmtp_kind { VMTP_TOOL = 1, VMTP_CLOUD, VMTP_SINK, VMTP_MONITOR };

struct vmtp_component {
    size_t size;
    uint32_t kind;       /* enum vmtp_kind */
    const char *name;    /* kebab-case: what a scenario calls it */
    const char *summary; /* one line without a full stop */
    struct vmtp_table options, metrics;
    size_t opt_size, state_size;
    /* Pure [main].  Rules across options; its text is shown behind file:line:column.  -ENOKEY: they
     * are right, but credentials that they name are not there.  NULL: none. */
    int (*check)(const void *opt, struct vmtp_error *);
    /* [main] NULL: nothing to do. */
    int (*open)(struct vmtp_self *, struct vmtp_error *);
    /* [main] After every open, also a failed one.  NULL: nothing to do. */
    void (*close)(struct vmtp_self *);
    const void *ops; /* struct vmtp_tool, vmtp_cloud, vmtp_sink or vmtp_monitor */
};

struct vmtp_module {
    size_t size; /* the size and the two versions come first: they protect the rest */
    uint32_t abi_major, abi_minor;
    const char *name, *version, *license, *url;
    const struct vmtp_component *const *components; /* ends with NULL */
};

/* VMTP_MODULE(.name = "hello", .version = "1.0", .license = "Apache-2.0",
 *             .components = VMTP_COMPONENTS(&hello)); */
#define VMTP_MODULE(...)                                                                           \
    extern __attribute__((visibility("default"))) const struct vmtp_module vmtp_module_v1;         \
    const struct vmtp_module vmtp_module_v1 = { .size = sizeof(struct vmtp_module),                \
                                                .abi_major = VMTP_ABI_MAJOR,                       \
                                                .abi_minor = VMTP_ABI_MINOR,                       \
                                                __VA_ARGS__ }

#define VMTP_COMPONENTS(...)                                                                       \
    (const struct vmtp_component *const[])                                                         \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* Does a sized struct that the other side filled reach as far as this field, and is it set? */
#define VMTP_HAS(p, field)                                                                         \
    ((p)->size >= offsetof(__typeof__(*(p)), field) + sizeof(p)->field && (p)->field)

#endif
