/* SPDX-License-Identifier: Apache-2.0
 *
 * The interrupts of a network device, and on how many CPUs they arrive.
 */
#ifndef PROBE_IRQ_H
#define PROBE_IRQ_H

#include "json.h"

/* "interrupts": { "count", "cpus" }; nothing when none is found.  bus: where the device is
 * ("0000:00:03.0", "virtio0"), "" unknown. */
void irq_add(struct json_writer *, const char *name, const char *bus);

#endif
