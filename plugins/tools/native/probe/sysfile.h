/* SPDX-License-Identifier: Apache-2.0
 *
 * Small files of /proc and /sys as text.  Those of many records come a page at a time, so that one
 * read() is not all of them.  What can't be read is absent, never 0.  [any thread]
 */
#ifndef PROBE_SYSFILE_H
#define PROBE_SYSFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* As much of the file as fits, with a NUL; false: it can't be read or is empty, and to is "". */
bool sysfile_read(const char *path, char *to, size_t size);
/* The same with tabs as spaces, and without blanks at the end. */
bool sysfile_text(const char *path, char *to, size_t size);
/* The number that it begins with; false also where it begins with none. */
bool sysfile_uint(const char *path, uint64_t *ret);
/* The rest of the first line that begins so; false: there is none in the file's first 64 KiB. */
bool sysfile_line(const char *path, const char *begin, char *to, size_t size);

/* Of an open file, from its beginning: the length, -1 where it can't be read.  A read of fewer
 * bytes than least is taken for the last: 1 is always right. */
ssize_t sysfile_fill(int fd, char *to, size_t size, size_t least);
/* Least for who reads so often that a call counts: as the kernel gives pages of whole lines, it is
 * right for all files without lines of more than 3 KiB. */
#define SYSFILE_PAGE 1024

#endif
