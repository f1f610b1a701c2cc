/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the file is that this code was loaded from: the program, or libvmtp.so in somebody else's.
 * What belongs to vmtp stands beside it.
 *
 * Without state; any thread.
 */
#ifndef VMTP_BASE_SELF_H
#define VMTP_BASE_SELF_H

#include <limits.h>
#include <stdbool.h>

/* Its absolute path, links resolved; false: it can't be had. */
bool self_path(char ret[PATH_MAX]);
/* The path of what has this name relative to the folder that it is in. */
bool self_beside(const char *name, char ret[PATH_MAX]);

#endif
