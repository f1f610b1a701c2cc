/* SPDX-License-Identifier: Apache-2.0
 *
 * The ethtool ioctls of a network device, on any datagram socket.  [any thread]
 */
#ifndef PROBE_ETHTOOL_H
#define PROBE_ETHTOOL_H

#include <stdint.h>

/* data: a struct of linux/ethtool.h that begins with its command.  0, or -1 with errno. */
int ethtool_ask(int fd, const char *device, void *data);
/* How many strings it has in the set ETH_SS_...; 0: none, or it does not tell. */
uint32_t ethtool_count(int fd, const char *device, unsigned set);

#endif
