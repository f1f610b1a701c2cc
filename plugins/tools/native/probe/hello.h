/* SPDX-License-Identifier: Apache-2.0
 *
 * The handshake in the data channel: one packet_header each way, which carries the trial's
 * token and the number and direction of the connection.  Pure.
 */
#ifndef PROBE_HELLO_H
#define PROBE_HELLO_H

#include "../protocol.h"
#include "trial.h"

#include <endian.h>

static inline struct packet_header hello_make(const struct trial *t, enum direction dir,
                                              uint64_t index, uint64_t time_ns)
{
    uint64_t seq =
        (uint64_t)PHASE_HELLO << PACKET_PHASE_SHIFT | index | (dir == DOWN ? PACKET_DOWN : 0);

    return (struct packet_header){ htobe64(t->p.token), htobe64(seq), htobe64(time_ns) };
}

static inline struct packet_header hello_answer(struct packet_header h)
{
    h.seq |= htobe64(PACKET_ACK);
    return h;
}

static inline bool hello_is(const struct trial *t, const struct packet_header *h)
{
    return be64toh(h->token) == t->p.token && be64toh(h->seq) >> PACKET_PHASE_SHIFT == PHASE_HELLO;
}

static inline bool hello_is_answer(const struct packet_header *h)
{
    return be64toh(h->seq) & PACKET_ACK;
}

static inline enum direction hello_direction(const struct packet_header *h)
{
    return be64toh(h->seq) & PACKET_DOWN ? DOWN : UP;
}

static inline uint64_t hello_index(const struct packet_header *h)
{
    return be64toh(h->seq) & 0xffffffffu;
}

#endif
