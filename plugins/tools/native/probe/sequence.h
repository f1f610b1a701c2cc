/* SPDX-License-Identifier: Apache-2.0
 *
 * What became of numbered datagrams: received, received twice, received behind a younger one
 * (RFC 4737 type-P-reordered).  A sliding bitmap; loss is the sender's count less received.
 * Owned by one thread.
 */
#ifndef PROBE_SEQUENCE_H
#define PROBE_SEQUENCE_H

#include <stdint.h>

#define SEQUENCE_BITS 65536u

struct sequence {
    uint64_t next; /* one above the highest seen */
    uint64_t received, duplicated, reordered;
    uint64_t seen[SEQUENCE_BITS / 64]; /* of the SEQUENCE_BITS numbers below next */
};

/* Out of order, or after a gap: the slow half of sequence_add(). */
void sequence_add_slow(struct sequence *, uint64_t seq);

static inline void sequence_add(struct sequence *s, uint64_t seq)
{
    if (__builtin_expect(seq == s->next, 1)) {
        s->seen[seq / 64 % (SEQUENCE_BITS / 64)] |= 1ull << (seq % 64);
        if (seq % 64 == 63) /* the word that is next must not keep bits of the last round */
            s->seen[(seq / 64 + 1) % (SEQUENCE_BITS / 64)] = 0;
        s->next++;
        s->received++;
        return;
    }
    sequence_add_slow(s, seq);
}

#endif
