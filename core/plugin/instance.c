/* SPDX-License-Identifier: Apache-2.0 */
#include "instance.h"

static int instance_new(const struct component *component, struct instance **ret)
{
    struct arena *arena = arena_new();
    struct instance *instance = arena ? arena_alloc(arena, sizeof *instance) : NULL;
    void *state = instance ? arena_alloc(arena, component->table.state_size) : NULL;

    if (!state) {
        arena_free(arena);
        return -ENOMEM;
    }
    instance->component = component;
    instance->arena = arena;
    instance->self.state = state;
    pthread_mutex_init(&instance->lock, NULL);
    *ret = instance;
    return 0;
}

int instance_open(const struct component *component, const void *opt, const struct vmtp_host *host,
                  void *owner, struct instance **ret, struct vmtp_error *err)
{
    const struct vmtp_component *table = &component->table;
    struct instance *instance;
    struct vmtp_error inner = { 0 };
    int r = instance_new(component, &instance);

    if (r < 0)
        return vmtp_fail(err, r, "out of memory");
    instance->self.host = host;
    instance->self.opt = opt;
    instance->owner = owner;
    r = table->open ? table->open(&instance->self, &inner) : 0;
    if (r < 0) {
        instance_close(instance);
        return vmtp_fail(err, r, "%s %s: %s", kind_name(table->kind), table->name,
                         inner.code ? inner.text : "failed to open without saying why");
    }
    *ret = instance;
    return 0;
}

void instance_close(struct instance *instance)
{
    if (!instance)
        return;
    if (instance->component->table.close)
        instance->component->table.close(&instance->self);
    pthread_mutex_destroy(&instance->lock);
    arena_free(instance->arena);
}

void *instance_alloc(struct vmtp_self *self, size_t size)
{
    struct instance *instance = CONTAINER(self, struct instance, self);
    void *memory;

    pthread_mutex_lock(&instance->lock);
    memory = arena_alloc(instance->arena, size);
    pthread_mutex_unlock(&instance->lock);
    return memory;
}
