/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the file is that this code was loaded from: the program, or libvmtp.so in a program of
 * somebody else's.  What belongs to vmtp stands beside it.
 *
 * Without state; any thread.
 */
#ifndef VMTP_BASE_SELF_H
#define VMTP_BASE_SELF_H

#include <limits.h>
#include <stdbool.h>

/* Its absolute path, links resolved; false: it can't be had. */
bool self_path(char ret[PATH_MAX]);

/* The path of a file or folder that belongs to vmtp: in a build tree it is below build_folder ("" or
 * "plugins/") beside this code; installed, below `vmtp/` in the lib folder, in which this code stands
 * or which stands beside its own.  false: in neither; ret is then undefined. */
bool self_find(const char *build_folder, const char *lib_folder, const char *name, int mode,
               char ret[PATH_MAX]);

#endif
