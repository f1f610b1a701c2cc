/* SPDX-License-Identifier: Apache-2.0
 *
 * A look at a shared object before the dynamic loader gets it: a truncated file would kill the
 * process in dlopen(), and dlopen() runs the constructors of whatever it is given.
 */
#ifndef VMTP_PLUGIN_ELF_H
#define VMTP_PLUGIN_ELF_H

#include <stdbool.h>
#include <vmtp/error.h>

/* Is this a whole shared object that exports this symbol?  1, or 0 when it is
 * one but has no such symbol; -ENOEXEC when it is none. */
int elf_exports(const char *path, const char *symbol, struct vmtp_error *err);

#endif
