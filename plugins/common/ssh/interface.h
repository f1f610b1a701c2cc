/* SPDX-License-Identifier: Apache-2.0
 *
 * The addresses of a machine's interfaces, from what `ip -o addr` or `ifconfig -a` print there.
 *
 * Pure.
 */
#ifndef COMMON_SSH_INTERFACE_H
#define COMMON_SSH_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SSH_ADDRESS_MAX 64

/* The first address of this family (4 or 6) that an interface has; link-local ones are passed
 * over. */
bool ssh_interface_address(const char *text, const char *interface, uint32_t family,
                           char ret[SSH_ADDRESS_MAX]);
/* The interface that has this numeric address. */
bool ssh_interface_find(const char *text, const char *address, char *ret, size_t len);
/* The names, for errors: "lo, eth0". */
void ssh_interface_names(const char *text, char *ret, size_t len);

#endif
