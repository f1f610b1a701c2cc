/* SPDX-License-Identifier: Apache-2.0
 *
 * What an openrc file assigns to OS_*, read line by line and never run.
 *
 * "export" may be there or not; values are bare or in single or double quotes.  A value that
 * begins with '$' is the work of a shell and is left out, as are quotes that do not end in their
 * line, lines that are anything else, and nothing ("").
 */
#ifndef VMTP_CLASSIC_OPENRC_H
#define VMTP_CLASSIC_OPENRC_H

#include "../base/arena.h"

#include <vmtp/option.h>

/* Pairs in the order written, their names without "OS_".  0 or -ENOMEM. */
int openrc_parse(const char *text, size_t len, struct arena *arena, struct vmtp_map *ret);

#endif
