/* SPDX-License-Identifier: Apache-2.0
 *
 * Text: UTF-8 that came from outside, the nearest of some names, and widths for tables.
 *
 * Pure, without state and independent of the locale.
 */
#ifndef VMTP_BASE_TEXT_H
#define VMTP_BASE_TEXT_H

#include "buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is it UTF-8 (RFC 3629: no surrogates, nothing overlong)?  If not, *ret_at is the offset of the
 * first byte that is wrong; ret_at may be NULL. */
bool utf8_valid(const void *data, size_t len, size_t *ret_at);
/* The same text with U+FFFD for each byte that is no UTF-8, and for control characters other than
 * newline and tab.  As buf_add(). */
int utf8_clean(const void *data, size_t len, struct buf *ret);

/* How many columns a terminal takes for it: 0 for marks that combine, 2 for wide letters. */
size_t text_width(const char *text);

/* Insertions, deletions, substitutions and swaps of neighbours that make one of the other; case
 * counts for nothing.  Texts longer than 63 bytes are SIZE_MAX away. */
size_t text_distance(const char *one, const char *other);

/* "Did you mean": the nearest of the names that are offered.
 *
 *     struct nearest nearest = { .word = key };
 *     nearest_offer(&nearest, "path");
 *     ... nearest_hint(&nearest).text     "; did you mean 'path'?", or "" if nothing is near */
struct nearest {
    const char *word;
    const char *best;
    size_t distance;
};

struct hint {
    char text[96];
};

void nearest_offer(struct nearest *nearest, const char *name);
struct hint nearest_hint(const struct nearest *nearest);

/* Is it a name: lower-case letters, digits and hyphens, beginning with a letter, up to 63? */
bool name_is_kebab(const char *name);
/* Is it a name that a person may give: letters, digits, '.', '_' and '-', beginning with a letter
 * or digit, up to 63? */
bool name_is_plain(const char *name);

#endif
