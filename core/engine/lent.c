/* SPDX-License-Identifier: Apache-2.0 */
#include "lent.h"

static struct vmtp_endpoint *endpoint_copy(struct arena *arena, const struct vmtp_endpoint *from)
{
    struct vmtp_endpoint *copy = arena_alloc(arena, sizeof *copy);

    if (!copy)
        return NULL;
    *copy = *from;
    copy->name = arena_strdup(arena, from->name);
    copy->address = arena_strdup(arena, from->address);
    copy->location = arena_strdup(arena, from->location);
    return copy->name && copy->address && copy->location ? copy : NULL;
}

struct lent *lent_new(const struct fleet *fleet)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct lent *lent = arena ? arena_alloc(arena, sizeof *lent) : NULL;

    if (!lent)
        return NULL;
    lent->endpoints = arena_array(arena, fleet->endpoint_count + 1, sizeof *lent->endpoints);
    for (size_t i = 0; lent->endpoints && i < fleet->endpoint_count; i++) {
        lent->endpoints[i] = endpoint_copy(arena, fleet->endpoints[i]);
        if (!lent->endpoints[i])
            return NULL;
        lent->count++;
    }
    if (!lent->endpoints)
        return NULL;
    lent->arena = TAKE(arena);
    return lent;
}

void lent_free(struct lent *lent)
{
    if (lent)
        arena_free(lent->arena);
}
