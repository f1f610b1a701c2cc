/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry: every component of every plugin that was found and found good.
 *
 * Loaded once by the main thread, read by all afterwards.
 */
#ifndef VMTP_PLUGIN_REGISTRY_H
#define VMTP_PLUGIN_REGISTRY_H

#include "../base/log.h"
#include "component.h"

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
 * $VMTP_PLUGIN_PATH, ~/.local/lib/vmtp/plugins-1 and the folder that belongs to this vmtp.
 * Bad ones are refused, the others load.  path may be NULL. */
int registry_load(const char *path, struct registry **ret, struct vmtp_error *err);
/* Load one shared object into an otherwise empty registry, for `vmtp plugins test`. */
int registry_load_file(const char *file, struct registry **ret, struct vmtp_error *err);
/* What was refused and why, as warnings. */
void registry_tell(const struct registry *registry, const struct log *log);
void registry_free(struct registry *registry);
DEFINE_CLEANUP(registry_free, struct registry *)

/* NULL: there is none of this name. */
const struct component *registry_find(const struct registry *registry, enum vmtp_kind kind,
                                      const char *name);

#endif
