/* SPDX-License-Identifier: Apache-2.0
 *
 * Which release of OpenStack it is, by what its services say of themselves.
 *
 * Pure.
 */
#ifndef OPENSTACK_RELEASE_H
#define OPENSTACK_RELEASE_H

#include <stdbool.h>
#include <stddef.h>

/* By what `nova-manage --version` prints, warnings around it or not: "Zed (26.2.2)", "Kilo
 * (2015.1.1)"; of a release that is not known, and newer than all that are, "later than Hibiscus
 * (40.0.0)".  false: there is no version in it. */
bool release_by_version(const char *text, char *ret, size_t len);
/* By the largest microversion that compute knows, "2.93": "Zed", "Ussuri or Victoria", "later than
 * Zed".  "" and "2.0": "Juno or earlier". */
bool release_by_microversion(const char *text, char *ret, size_t len);

#endif
