/* SPDX-License-Identifier: Apache-2.0
 *
 * Small files of /proc and /sys as text.  What can't be read is absent, never 0.  [any thread]
 */
#ifndef PROBE_SYSFILE_H
#define PROBE_SYSFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The file's first bytes, tabs as spaces, without blanks at the end; false: it can't be read. */
bool sysfile_text(const char *path, char *to, size_t size);
/* The number that it begins with; false also where it begins with none. */
bool sysfile_uint(const char *path, uint64_t *ret);
/* The rest of the first line that begins so; false: there is none in the file's first 64 KiB. */
bool sysfile_line(const char *path, const char *begin, char *to, size_t size);

#endif
