/* SPDX-License-Identifier: Apache-2.0
 *
 * Room to keep results at: memory, and the disk that the user's files are on.
 */
#ifndef PROBE_PLACE_H
#define PROBE_PLACE_H

#include "json.h"

/* "memory_bytes", "memory_available_bytes", "disk_bytes", "disk_available_bytes". */
void place_add(struct json_writer *);

#endif
