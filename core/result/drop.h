/* SPDX-License-Identifier: Apache-2.0
 *
 * A drop: two levels of goodput in one trial, a high one and behind it a low one that stays, as a
 * token bucket makes them.
 *
 * One change-point (binary segmentation with a BIC penalty), and then what a level is: flat, long
 * enough, clearly apart from the other.  A ramp, a dip and a slow decay are none.  Pure.
 */
#ifndef VMTP_RESULT_DROP_H
#define VMTP_RESULT_DROP_H

#include "look.h"

struct drop {
    size_t at;                /* the first look of the low level */
    double high_bps, low_bps; /* the levels, each without the look in which it changed */
    double high_s;            /* how long the high one lasted, warm-up included */
};

bool drop_find(const struct looks *looks, struct drop *ret);

#endif
