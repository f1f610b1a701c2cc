/* SPDX-License-Identifier: Apache-2.0
 *
 * What a Linux machine tells of itself: its distribution, processors, network card, and versions of
 * programs.
 *
 * Pure: texts of commands and files in, one phrase out; false: it is not in there.
 */
#ifndef OPENSTACK_INVENTORY_H
#define OPENSTACK_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

#define INTERFACE_MAX 16

/* Of /etc/os-release and /etc/system-release, one behind the other: "Debian GNU/Linux 12". */
bool inventory_distro(const char *text, char *ret, size_t len);
/* Of /proc/cpuinfo, on a machine of this kind (uname -m): "40 * Intel(R) Xeon(R) ...". */
bool inventory_cpu(const char *text, const char *machine, char *ret, size_t len);
/* The first version that is written behind this word: "3.1.0". */
bool inventory_version(const char *text, const char *word, char *ret, size_t len);

/* A name that an interface may have, so that it can be part of a path or a command. */
bool inventory_is_interface(const char *name);
/* Of the entries of /sys/class/net/NAME: is it a card, and if not, what does it stand on?  "": on
 * nothing. */
bool inventory_is_card(const char *entries);
void inventory_lower(const char *entries, char ret[INTERFACE_MAX]);
/* The PCI address in what /sys/class/net/NAME/device leads to: "0000:3b:00.1". */
bool inventory_pci(const char *path, char *ret, size_t len);
/* Of lspci's line: "Intel Corporation Ethernet Controller X710 for 10GbE SFP+ (rev 02)". */
bool inventory_nic(const char *text, char *ret, size_t len);

#endif
