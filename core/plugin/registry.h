/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry: every component of every plugin that was found and found good.
 *
 * Loaded once by the main thread, read by all afterwards.  A component stands here as a checked
 * copy: fields for which its plugin is too old are zero.
 */
#ifndef VMTP_PLUGIN_REGISTRY_H
#define VMTP_PLUGIN_REGISTRY_H

#include "../base/arena.h"

#include <vmtp/plugin.h>

struct component {
    struct component *next;
    struct vmtp_component table; /* table.ops leads to ops below */
    union {
        struct vmtp_tool tool;
        struct vmtp_cloud cloud;
        struct vmtp_sink sink;
        struct vmtp_monitor monitor;
    } ops;
    const char *path; /* of the shared object */
    const char *version;
};

/* A shared object that was not loaded, or a component that was not taken, and why. */
struct refusal {
    struct refusal *next;
    const char *path, *reason;
};

struct registry {
    struct arena *arena;
    struct component *components; /* by kind, then by name */
    struct refusal *refusals;     /* in the order met */
};

/* Load all plugins below the folders of path ("a:b", searched in turn), then
 * $VMTP_PLUGIN_PATH, ~/.local/lib/vmtp/plugins-1 and the folder that belongs to this program.
 * Bad ones are refused, the others load.  path may be NULL. */
int registry_load(const char *path, struct registry **ret, struct vmtp_error *err);
/* Load one shared object into an otherwise empty registry, for `vmtp plugins test`. */
int registry_load_file(const char *file, struct registry **ret, struct vmtp_error *err);
void registry_free(struct registry *registry);
DEFINE_CLEANUP(registry_free, struct registry *)

/* NULL: there is none of this name. */
const struct component *registry_find(const struct registry *registry, enum vmtp_kind kind,
                                      const char *name);

/* "tool", "cloud", "sink", "monitor". */
const char *kind_name(enum vmtp_kind kind);

/* The rows of a table, whose stride may be larger than the row that this core knows. */
static inline const void *table_row(const struct vmtp_table *table, uint32_t i)
{
    return (const char *)table->rows + (size_t)i * table->stride;
}

static inline const struct vmtp_metric *component_metric(const struct component *c, uint32_t i)
{
    return i < c->table.metrics.count ? table_row(&c->table.metrics, i) : NULL;
}

#endif
