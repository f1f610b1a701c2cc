/* SPDX-License-Identifier: Apache-2.0
 *
 * A series that never has more points than it may: when it is full, each two neighbours become one,
 * and what comes then is put together in the same way.
 *
 * One thread at a time.
 */
#ifndef VMTP_RESULT_THINNED_H
#define VMTP_RESULT_THINNED_H

#include "trial.h"

/* What several points are as one. */
enum thinning { THIN_MEAN, THIN_SUM, THIN_MOST };

struct thinned {
    struct point *points; /* owned */
    size_t count, room;
    uint64_t stride; /* so many values a point stands for; 0: nothing came yet */
    uint64_t filled; /* so many of them has the last point; 0: it is complete */
};

/* How figures of this name and kind are put together. */
enum thinning thinning_of(const char *metric, uint32_t kind);

/* A value at a time; most >= 1.  0 or -ENOMEM. */
int thinned_add(struct thinned *thinned, size_t most, enum thinning thinning, struct point point);
/* Half as many points. */
void thinned_halve(struct thinned *thinned, enum thinning thinning);
void thinned_clear(struct thinned *thinned);

#endif
