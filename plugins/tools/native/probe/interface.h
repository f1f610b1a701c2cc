/* SPDX-License-Identifier: Apache-2.0
 *
 * Network interfaces, over netlink and ioctls only: both follow the network namespace, which a
 * mounted /sys need not.
 */
#ifndef PROBE_INTERFACE_H
#define PROBE_INTERFACE_H

#include "json.h"

#include <stdint.h>

/* The index of the interface that carries this connected socket; 0: unknown. */
int interface_of_socket(int fd);
/* The index of the interface that has the address, or by which it is reached; NULL or "": that of
 * the default route, else the first that is up and not the loopback; 0: unknown. */
int interface_by_address(const char *address);
/* Packets that it has sent; 0: unknown. */
uint64_t interface_tx_packets(int index);
bool interface_is_loopback(int index);
/* KEY: { ... }; nothing when the index is 0. */
void interface_add(struct json_writer *, const char *key, int index);

#endif
