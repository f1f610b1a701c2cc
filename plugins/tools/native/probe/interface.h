/* SPDX-License-Identifier: Apache-2.0
 *
 * Network interfaces: which one it is, and what is told of it as a fact.  Over netlink and ioctls
 * only: both follow the network namespace, which a mounted /sys need not.  [any thread]
 */
#ifndef PROBE_INTERFACE_H
#define PROBE_INTERFACE_H

#include "json.h"

#include <stdbool.h>

/* The index of the interface that carries this connected socket; 0: unknown. */
int interface_of_socket(int fd);
/* The index of the interface that has the address, or by which it is reached; NULL or "": that of
 * the default route, else the first that is up and not the loopback; 0: unknown. */
int interface_by_address(const char *address);
bool interface_is_loopback(int index);
/* KEY: { ... }; nothing when the index is 0. */
void interface_add(struct json_writer *, const char *key, int index);

#endif
