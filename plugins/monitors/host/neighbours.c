/* SPDX-License-Identifier: Apache-2.0 */
#include "neighbours.h"

#include <stdio.h>
#include <string.h>

static bool same_machine(const struct neighbour *a, const struct neighbour *b)
{
    return a->boot[0] && strcmp(a->boot, b->boot) == 0;
}

void neighbours_meet(struct neighbour *all, size_t count, size_t index, const char *boot,
                     uint64_t net)
{
    struct neighbour *n = &all[index];

    snprintf(n->boot, sizeof n->boot, "%s", boot);
    n->net = net;
    n->machine = n->network = index;
    n->mute = false;
    for (size_t i = 0; i < count; i++) {
        const struct neighbour *other = &all[i];

        if (i == index || other->mute || !same_machine(n, other))
            continue;
        if (other->machine == i)
            n->machine = i;
        if (other->network == i && net && other->net == net)
            n->network = i;
    }
}

void neighbours_lose(struct neighbour *all, size_t count, size_t index)
{
    size_t machine = count, network = count;

    all[index].mute = true;
    for (size_t i = 0; i < count; i++) {
        if (i == index || all[i].mute || !same_machine(&all[i], &all[index]))
            continue;
        if (all[i].machine == index)
            all[i].machine = machine = machine < count ? machine : i;
        if (all[i].network == index)
            all[i].network = network = network < count ? network : i;
    }
}

enum role neighbours_role(const struct neighbour *all, size_t count, size_t index)
{
    bool network = false;

    for (size_t i = 0; i < count; i++) {
        if (all[i].boot[0] && !all[i].mute && all[i].machine == index)
            return ROLE_WHOLE;
        network = network || (all[i].boot[0] && !all[i].mute && all[i].network == index);
    }
    return network ? ROLE_NETWORK : ROLE_IDLE;
}
