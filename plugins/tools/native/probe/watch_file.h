/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of /proc that is opened once and read again and again, and how its text is taken apart.
 *
 * /proc/net belongs to the namespace that the file was opened in.  Owned by who opened it; one
 * thread at a time.
 */
#ifndef PROBE_WATCH_FILE_H
#define PROBE_WATCH_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file is at most this long for us; /proc/stat of 500 CPUs is. */
#define WATCH_TEXT_MAX (256 * 1024)

struct watch_file {
    int fd; /* -1: it is not there */
};

void watch_file_open(struct watch_file *, const char *path);
void watch_file_close(struct watch_file *);
/* All of it, with a NUL, into a buffer that all files share; NULL: it can't be read, or is too
 * long. */
const char *watch_file_read(struct watch_file *);

/* A decimal number behind blanks: it is taken and *at moves behind it.  What is too large is
 * UINT64_MAX. */
bool text_number(const char **at, uint64_t *ret);
/* The same of hexadecimal ones without a sign. */
bool text_hex(const char **at, uint32_t *ret);
/* The word at *at, behind blanks of its line: its length, 0 at the line's end. */
size_t text_word(const char **at, const char **ret);
/* The line behind this one; NULL: there is none. */
const char *text_next_line(const char *at);

#endif
