/* SPDX-License-Identifier: Apache-2.0
 *
 * Structs and rows from a plugin that may be older or newer than this core.
 */
#ifndef VMTP_PLUGIN_SIZED_H
#define VMTP_PLUGIN_SIZED_H

#include <vmtp/error.h>
#include <vmtp/option.h>

/* Copy a sized struct that a plugin filled into a zeroed one of ours: what it is too old for is
 * zero; what it has and we don't know must be zero, or it is refused. */
int sized_copy(void *dst, size_t dst_size, const void *src, const char *what,
               struct vmtp_error *err);

/* The same rule for the rows of a table: what stands behind the row that we know must be zero. */
int rows_check(const struct vmtp_table *table, size_t row_size, const char *what,
               struct vmtp_error *err);

#endif
