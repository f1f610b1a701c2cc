/* SPDX-License-Identifier: Apache-2.0
 *
 * What an interface's queueing discipline has dropped, over rtnetlink.  A question waits for the
 * kernel's RTNL lock, which others may hold for long, so none is asked where a wait would lose
 * datagrams.  [any thread]
 */
#ifndef PROBE_QUEUE_H
#define PROBE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_drops {
    bool known;    /* what it has dropped is */
    char kind[16]; /* "tbf" */
    uint32_t handle;
    uint32_t dropped; /* of the whole tree below the root; wraps */
    uint32_t parent;  /* TC_H_ROOT */
    int index;        /* of its interface; 0: this was no answer */
};

void queue_drops_read(int index, struct queue_drops *ret);

/* What the kernel answered (RTM_NEWQDISC), len bytes of it.  Pure. */
void queue_drops_take(const void *answer, size_t len, struct queue_drops *ret);

/* Does it tell the one who sends at once that there is no room, and drop nothing later?  Pure. */
bool queue_tells(const char *kind);

#endif
