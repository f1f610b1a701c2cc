/* SPDX-License-Identifier: Apache-2.0
 *
 * How the text of a file of /proc is taken apart: lines, words, numbers.  Pure.
 */
#ifndef PROBE_TEXT_H
#define PROBE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A decimal number behind blanks: it is taken and *at moves behind it.  What is too large is
 * UINT64_MAX. */
bool text_number(const char **at, uint64_t *ret);
/* The same of hexadecimal ones without a sign. */
bool text_hex(const char **at, uint32_t *ret);
/* The word at *at, behind blanks of its line: its length, 0 at the line's end. */
size_t text_word(const char **at, const char **ret);
/* The line behind this one; NULL: there is none. */
const char *text_next_line(const char *at);
/* The rest of the first line that begins so; NULL: there is none. */
const char *text_line(const char *text, const char *begin);

/* Is that the word of this length? */
static inline bool text_is(const char *word, size_t len, const char *want)
{
    return word[0] == want[0] && strncmp(word, want, len) == 0 && !want[len];
}

#endif
