/* SPDX-License-Identifier: Apache-2.0
 *
 * One shared object: opened, its tables copied and checked.
 *
 * Of the plugin's own code nothing runs but the dynamic loader's part.  A plugin that was opened
 * stays mapped until the process ends: its constants are referred to everywhere.
 */
#ifndef VMTP_PLUGIN_PLUGIN_H
#define VMTP_PLUGIN_PLUGIN_H

#include "component.h"

struct plugin {
    const char *path, *name, *version, *license;
    uint32_t abi_minor;
    struct component *components; /* in the module's order */
};

/* Everything is made in the arena. */
int plugin_open(const char *path, struct arena *arena, struct plugin *ret, struct vmtp_error *err);

#endif
