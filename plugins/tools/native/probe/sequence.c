/* SPDX-License-Identifier: Apache-2.0
 *
 * What became of numbered datagrams.  The bitmap holds whole words: the one that next falls into
 * is valid, and so are the SEQUENCE_BITS / 64 - 1 before it.  What is older can't be told from
 * a duplicate and counts as received late.
 */
#include "sequence.h"

#include <string.h>

#define WORDS (SEQUENCE_BITS / 64)

static void advance(struct sequence *s, uint64_t seq)
{
    uint64_t from = s->next / 64, to = (seq + 1) / 64;

    if (to - from >= WORDS)
        memset(s->seen, 0, sizeof s->seen);
    else
        for (uint64_t word = from + 1; word <= to; word++)
            s->seen[word % WORDS] = 0;
    s->next = seq + 1;
}

void sequence_add_slow(struct sequence *s, uint64_t seq)
{
    uint64_t bit = 1ull << (seq % 64), word = seq / 64;

    if (seq >= s->next) {
        advance(s, seq);
        s->received++;
        /* With seq the last of its word, next lies in the word after it. */
        s->seen[word % WORDS] |= bit;
        return;
    }
    if (s->next / 64 - word < WORDS) {
        if (s->seen[word % WORDS] & bit) {
            s->duplicated++;
            return;
        }
        s->seen[word % WORDS] |= bit;
    }
    s->received++;
    s->reordered++;
}
