/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the programs are that vmtp ships for endpoints.
 */
#ifndef VMTP_ENGINE_HELPER_H
#define VMTP_ENGINE_HELPER_H

#include <stddef.h>
#include <vmtp/error.h>

/* Beside this program or library in a build tree; installed, in the lib folder that is beside the
 * program's, or the library's own; else where the build was told to install them. */
int helper_find(const char *name, char *ret_path, size_t len, struct vmtp_error *err);

#endif
