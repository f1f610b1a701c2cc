/* SPDX-License-Identifier: Apache-2.0
 *
 * Endpoints that share a machine, or a network namespace of it: what belongs to all of them is
 * looked at by the probe of one, and told of each.
 *
 * Pure: who is asked for what; the monitor tells the probes.
 */
#ifndef HOST_NEIGHBOURS_H
#define HOST_NEIGHBOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role { ROLE_WHOLE, ROLE_NETWORK, ROLE_IDLE }; /* a probe begins with the first */

struct neighbour {
    char boot[64];           /* of the machine; "": it has not said hello */
    uint64_t net;            /* of the namespace */
    size_t machine, network; /* whose probe looks at these for it; its own index: its own */
    bool mute;               /* its probe has ended or is silent */
    enum role told;
};

/* It has said who it is. */
void neighbours_meet(struct neighbour *all, size_t count, size_t index, const char *boot,
                     uint64_t net);
/* It has ended or is silent: another one looks for those that it looked for. */
void neighbours_lose(struct neighbour *all, size_t count, size_t index);
enum role neighbours_role(const struct neighbour *all, size_t count, size_t index);

#endif
