/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of Ganglia, whose encoding nobody knows: gmond declares ISO-8859-1 and passes on whatever
 * bytes it got, mostly UTF-8.  Pure.
 */
#ifndef GMOND_SPELLING_H
#define GMOND_SPELLING_H

#include <stddef.h>

/* The text as UTF-8, cut to size with its NUL.  It was read as ISO-8859-1, whatever it is: bytes
 * that make sense as UTF-8 are that. */
void spelling_mend(const char *text, char *ret, size_t size);

#endif
