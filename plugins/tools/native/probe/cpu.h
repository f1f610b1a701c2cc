/* SPDX-License-Identifier: Apache-2.0
 *
 * The CPUs that the probe may use, and what holds it back there: affinity, a quota of its cgroups,
 * the frequency governor, time that the hypervisor has taken since the machine was started.
 */
#ifndef PROBE_CPU_H
#define PROBE_CPU_H

#include "json.h"

#include <stdint.h>

/* CPUs that this process may use. */
uint32_t cpu_count(void);
/* "cpus", "cpus_online", "cpu_model", "cpu_quota", "cpu_governor", "cpu_driver", "steal_ratio". */
void cpu_add(struct json_writer *);

#endif
