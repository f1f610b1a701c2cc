/* SPDX-License-Identifier: Apache-2.0
 *
 * What the kernel of one end has dropped on the way of a trial's datagrams, by place: read before
 * the measured window and after it.  These counters are of the interface, the network namespace or
 * the machine, so others' packets move them too; whoever reads them holds them against what is
 * missing.  Owned by the job's thread.
 */
#ifndef PROBE_DROPS_H
#define PROBE_DROPS_H

#include "json.h"
#include "queue.h"

/* A counter that could be read. */
struct drops_count {
    bool known;
    uint64_t count;
};

struct drops {
    struct drops_count nic;
    struct queue_drops queue;   /* sender */
    struct drops_count refused; /* sender: UDP datagrams that the path below them did not take */
    struct drops_count softnet; /* receiver, all CPUs; wraps */
    uint32_t cpus;
    struct drops_count waiting, expired, failed; /* receiver: datagrams in fragments: now; ever;
                                                    fragments without room and the expired */
};

/* At the end that receives; fast, and without locks. */
void drops_read(struct drops *, const char *interface, bool ipv6);
/* At the one that sends. */
void drops_read_sender(struct drops *, int index, const char *interface, bool ipv6);

/* The difference as fields of the job's result; what is not known of both is left out. */
void drops_add(struct json_writer *, const struct drops *before, const struct drops *after);

#endif
