/* SPDX-License-Identifier: Apache-2.0
 *
 * The busiest interrupts, from the line "intr" of /proc/stat, which has all of them without their
 * names; those of the few that are told are the folders of /proc/irq/N.  One thread.
 */
#ifndef PROBE_WATCH_INTERRUPT_H
#define PROBE_WATCH_INTERRUPT_H

#include "watch_figures.h"

#define INTERRUPT_MAX   8192
#define INTERRUPT_SHOWN 4

struct watch_interrupt {
    struct counter irq[INTERRUPT_MAX];
    uint64_t time_ns;
};

void interrupt_take(struct watch_interrupt *, const char *text, uint64_t now_ns, struct figures *);

#endif
