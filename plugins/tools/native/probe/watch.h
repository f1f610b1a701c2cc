/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch INTERVAL_MS [--network-only]: what happens to this machine, as a line of JSON
 * each interval, until stdin ends.
 *
 *   {"ev":"hello","t":NS,"boot":ID,"net":INODE,"hz":100,"cpus":2}
 *   {"ev":"figures","t":NS,"span":S,"machine":{...},"network":{...}}
 *
 * A figure's key is its metric, and behind a blank the part that it is of: "cpu_busy cpu3".
 * Counters are what they moved since the last line.  On stdin, lines: "whole" (all figures),
 * "network" (only those of this network namespace) or "idle" (none, but a line all the same).
 *
 * Each source of figures is looked at as often as the interval says, or more rarely where that
 * takes too much CPU time: see SOURCES_BUDGET.  And where a line still takes more than
 * 1 / WATCH_COST of the interval, as on an emulated machine, it comes so much later, but each
 * WATCH_MOST_NS at least: what it costs would be missing from what is measured there.
 */
#ifndef PROBE_WATCH_H
#define PROBE_WATCH_H

#include <stdint.h>

#define WATCH_COST    200
#define WATCH_MOST_NS 1000000000ull

/* argv: behind "watch".  Returns the exit status. */
int watch_command(char *const *argv);

/* From one line to the next, where one takes so much CPU time. */
static inline uint64_t watch_pause(uint64_t interval_ns, uint64_t look_ns)
{
    uint64_t pause_ns = look_ns < WATCH_MOST_NS / WATCH_COST ? look_ns * WATCH_COST : WATCH_MOST_NS;

    return pause_ns > interval_ns ? pause_ns : interval_ns;
}

#endif
