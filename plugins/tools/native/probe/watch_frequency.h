/* SPDX-License-Identifier: Apache-2.0
 *
 * How fast the CPUs run, from cpufreq; virtual machines have none.  One thread.
 */
#ifndef PROBE_WATCH_FREQUENCY_H
#define PROBE_WATCH_FREQUENCY_H

#include "watch_figures.h"
#include "watch_file.h"

#define FREQUENCY_CPUS 8 /* that are asked */

struct watch_frequency {
    struct watch_file file[FREQUENCY_CPUS];
    size_t count;
};

void frequency_open(struct watch_frequency *);
/* Their mean, in hertz. */
void frequency_take(struct watch_frequency *, struct figures *);

#endif
