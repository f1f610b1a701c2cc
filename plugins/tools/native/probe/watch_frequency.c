/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_frequency.h"

#include "text.h"

#include <stdio.h>
#include <unistd.h>

void frequency_open(struct watch_frequency *q)
{
    long cpus = sysconf(_SC_NPROCESSORS_CONF);

    for (long i = 0; i < cpus && q->count < FREQUENCY_CPUS; i++) {
        char path[80];

        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%ld/cpufreq/scaling_cur_freq", i);
        watch_file_open(&q->file[q->count], path);
        if (q->file[q->count].fd >= 0)
            q->count++;
    }
}

void frequency_take(struct watch_frequency *q, struct figures *f)
{
    double sum = 0;
    size_t known = 0;

    for (size_t i = 0; i < q->count; i++) {
        const char *text = watch_file_read(&q->file[i]);
        uint64_t khz;

        if (text && text_number(&text, &khz)) {
            sum += (double)khz * 1e3;
            known++;
        }
    }
    if (known)
        figures_add(f, FIGURE_MACHINE, "cpu_frequency", NULL, sum / (double)known);
}
