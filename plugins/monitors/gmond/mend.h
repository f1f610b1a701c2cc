/* SPDX-License-Identifier: Apache-2.0
 *
 * Mends XML as gmond writes it, piece by piece.
 *
 * gmond escapes a byte that is not ASCII as "&#", the byte itself and more: one such value of one
 * host would cost all hosts behind it.  So a reference that is none gets "?" for its "&", as does
 * each control character.  Names stay as long as they are.  Pure.
 */
#ifndef GMOND_MEND_H
#define GMOND_MEND_H

#include <stddef.h>
#include <stdint.h>

#define MEND_REFERENCE_MAX 12 /* "&#x0010FFFF;" */

struct mend {
    char held[MEND_REFERENCE_MAX]; /* the beginning of a reference */
    size_t held_len;
    uint64_t count; /* places that were mended */
};

/* What comes of len bytes: at most len + MEND_REFERENCE_MAX; how many. */
size_t mend_feed(struct mend *mend, const char *data, size_t len, char *ret);

#endif
