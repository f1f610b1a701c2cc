/* SPDX-License-Identifier: Apache-2.0
 *
 * A component of a plugin, as the core knows it: a checked copy, in which the fields for which the
 * plugin is too old are zero.
 *
 * Constant once its plugin has been opened.
 */
#ifndef VMTP_PLUGIN_COMPONENT_H
#define VMTP_PLUGIN_COMPONENT_H

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
