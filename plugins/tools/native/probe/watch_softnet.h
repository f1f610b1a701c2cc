/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel's receiving in soft interrupts, from /proc/net/softnet_stat: one line for each CPU,
 * of hexadecimal 32-bit counters that wrap.  One thread.
 */
#ifndef PROBE_WATCH_SOFTNET_H
#define PROBE_WATCH_SOFTNET_H

#include "proc_net.h"
#include "watch_figures.h"

#define SOFTNET_MAX 512 /* CPUs */

struct watch_softnet {
    struct counter dropped[SOFTNET_MAX], squeezed[SOFTNET_MAX];
    size_t count;
};

/* How many rows; lines that are none are passed over. */
size_t softnet_parse(const char *text, struct softnet_row *ret, size_t max);
void softnet_take(struct watch_softnet *, const char *text, struct figures *);

#endif
