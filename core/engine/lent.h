/* SPDX-License-Identifier: Apache-2.0
 *
 * What monitors are lent: copies of the fleet's endpoints, in the same order, which outlive it if
 * they have to.
 *
 * Made before the first monitor and freed after the last, unless one of them does not stop;
 * constant in between.
 */
#ifndef VMTP_ENGINE_LENT_H
#define VMTP_ENGINE_LENT_H

#include "fleet.h"

struct lent {
    struct vmtp_endpoint **endpoints;
    size_t count;
    struct arena *arena; /* of all that */
};

/* NULL: out of memory. */
struct lent *lent_new(const struct fleet *fleet);
void lent_free(struct lent *lent);

#endif
