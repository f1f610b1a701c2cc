/* SPDX-License-Identifier: Apache-2.0
 *
 * An instance of a component: the near side of struct vmtp_self.
 *
 * The engine opens it, lends it the host functions and says whose it is; what the plugin allocates
 * lives until it is closed.  Opened and closed by one thread; memory may be taken by any.
 */
#ifndef VMTP_PLUGIN_INSTANCE_H
#define VMTP_PLUGIN_INSTANCE_H

#include "component.h"

#include <pthread.h>

struct instance {
    struct vmtp_self self;
    const struct component *component;
    void *owner; /* who answers when the plugin calls the host */
    struct arena *arena;
    pthread_mutex_t lock; /* of the arena */
};

/* owner is what instance_owner() returns inside the host functions, also during open(). */
int instance_open(const struct component *component, const void *opt, const struct vmtp_host *host,
                  void *owner, struct instance **ret, struct vmtp_error *err);
void instance_close(struct instance *instance);
DEFINE_CLEANUP(instance_close, struct instance *)

static inline void *instance_owner(struct vmtp_self *self)
{
    return CONTAINER(self, struct instance, self)->owner;
}

/* host->alloc. */
void *instance_alloc(struct vmtp_self *self, size_t size);

#endif
