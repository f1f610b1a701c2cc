/* SPDX-License-Identifier: Apache-2.0
 *
 * `vmtp-probe clock INTERVAL_MS`: a line on this machine's clock each interval, and one at each
 * step, until stdin ends.
 *
 *   {"ev":"clock","t":NS, as clock_state.h says, "drift":R,"steps":N}
 *   {"ev":"step","t":NS,"size_s":S,"within_s":S}
 *
 * t is CLOCK_MONOTONIC.  What this machine does not tell, or not to us, is absent.
 */
#ifndef PROBE_CLOCK_WATCH_H
#define PROBE_CLOCK_WATCH_H

/* interval: as it was written.  Returns the exit status. */
int clock_watch(const char *interval);

#endif
