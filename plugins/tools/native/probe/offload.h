/* SPDX-License-Identifier: Apache-2.0
 *
 * What the ethtool ioctls tell of an interface: driver, speed, queues, offloads.  They need no
 * privilege for reading.
 */
#ifndef PROBE_OFFLOAD_H
#define PROBE_OFFLOAD_H

#include "json.h"

/* "driver", "bus", "interrupts", "speed_bps", "channels", "rings", "coalescing", "offloads", as far
 * as the driver tells. */
void offload_add(struct json_writer *, const char *name);

#endif
