/* SPDX-License-Identifier: Apache-2.0
 *
 * Time.  Everything inside vmtp is CLOCK_MONOTONIC nanoseconds; wall-clock time only dates
 * what leaves it.
 */
#ifndef VMTP_BASE_CLOCK_H
#define VMTP_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

uint64_t clock_now_ns(void);
uint64_t clock_wall_ns(void);
/* The wall-clock time of a moment of the monotonic clock, by the two clocks' distance now. */
uint64_t clock_to_wall_ns(uint64_t monotonic_ns);
/* "2026-11-21T02:40:00Z", or with milliseconds "2026-11-21T02:40:00.123Z". */
void clock_format(uint64_t wall_ns, int milliseconds, char *ret, size_t len);
/* Back from such text, whose end may be missing: "2026-11-21 02:40", "2026-11-21" is its beginning.
 * 0 or -EINVAL. */
int clock_parse(const char *text, uint64_t *ret_wall_ns);

#endif
