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
 * takes too much CPU time: see SOURCES_BUDGET.
 */
#ifndef PROBE_WATCH_H
#define PROBE_WATCH_H

/* argv: behind "watch".  Returns the exit status. */
int watch_command(char *const *argv);

#endif
