/* SPDX-License-Identifier: Apache-2.0
 *
 * What an interface is, and what its queueing discipline has dropped, over rtnetlink: both are told
 * to everyone.  A question waits for the kernel's RTNL lock, which others may hold for long, so
 * none is asked where a wait would lose datagrams.  [any thread]
 */
#ifndef PROBE_QUEUE_H
#define PROBE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link_name {
    bool known;
    char name[16], kind[16]; /* kind: "veth", "vlan"; "": a NIC, or the loopback */
};

struct queue_drops {
    bool known;
    char kind[16]; /* "tbf" */
    uint32_t handle;
    uint32_t dropped; /* of the whole tree below the root; wraps */
};

void link_name_read(int index, struct link_name *ret);
void queue_drops_read(int index, struct queue_drops *ret);

/* What the kernel answered, len bytes of it.  Pure. */
void link_name_take(const void *answer, size_t len, struct link_name *ret);
void queue_drops_take(const void *answer, size_t len, struct queue_drops *ret);

/* Does it tell the one who sends at once that there is no room, and drop nothing later?  Pure. */
bool queue_tells(const char *kind);

#endif
