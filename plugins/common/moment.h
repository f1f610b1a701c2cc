/* SPDX-License-Identifier: Apache-2.0
 *
 * When something was, as result documents write it.  Pure, but for the zone that this machine is
 * in.
 */
#ifndef COMMON_MOMENT_H
#define COMMON_MOMENT_H

#include <stdint.h>

/* Nanoseconds since 1970 of "2026-11-21T17:04:49.097Z", or of VMTP's "2026-11-21 17:04:49", which
 * is local time; 0: neither, as NULL is. */
uint64_t moment_ns(const char *text);

#endif
