/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include "cgroup.h"
#include "sysfile.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FREQUENCY "/sys/devices/system/cpu/cpu0/cpufreq/"

uint32_t cpu_count(void)
{
    cpu_set_t set;
    long online;

    if (!sched_getaffinity(0, sizeof set, &set))
        return (uint32_t)CPU_COUNT(&set);
    online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint32_t)online : 1;
}

static void add_model(struct json_writer *w)
{
    char text[128], *p;

    if (!sysfile_line("/proc/cpuinfo", "model name", text, sizeof text))
        return;
    p = strchr(text, ':');
    if (p)
        json_add_text(w, "cpu_model", p + 1 + strspn(p + 1, " "));
}

/* "200000 100000" is 2 CPUs, "max 100000" and "-1 100000" are all. */
static double quota_of(const char *text)
{
    char *end;
    double quota = strtod(text, &end), period = strtod(end, NULL);

    return end != text && quota > 0 && period > 0 ? quota / period : 0;
}

/* cgroup 2: one file; cgroup 1: two. */
static double group_quota(const struct cgroup *group)
{
    char path[CGROUP_PATH_MAX], text[64], period[32];

    cgroup_path(group, "cpu.max", path);
    if (sysfile_text(path, text, sizeof text))
        return quota_of(text);
    cgroup_path(group, "cpu.cfs_quota_us", path);
    if (!sysfile_text(path, text, 32))
        return 0;
    cgroup_path(group, "cpu.cfs_period_us", path);
    if (!sysfile_text(path, period, sizeof period))
        return 0;
    snprintf(text + strlen(text), sizeof text - strlen(text), " %s", period);
    return quota_of(text);
}

/* The least of the group and of all above it; 0: there is none. */
static double quota_find(void)
{
    struct cgroup group;
    double least = 0;

    for (bool more = cgroup_find(&group); more; more = cgroup_up(&group)) {
        double one = group_quota(&group);

        if (one > 0 && (least <= 0 || one < least))
            least = one;
    }
    return least;
}

/* Of the time since the start, all CPUs together: user nice system idle iowait irq softirq steal.
 */
static void add_steal(struct json_writer *w)
{
    char text[256], *at = text;
    double all = 0, steal = 0;

    if (!sysfile_line("/proc/stat", "cpu ", text, sizeof text))
        return;
    for (int i = 0; i < 8; i++) {
        char *end;

        steal = (double)strtoull(at, &end, 10);
        if (end == at)
            return;
        all += steal;
        at = end;
    }
    if (all > 0)
        json_add_real(w, "steal_ratio", steal / all);
}

void cpu_add(struct json_writer *w)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    char text[64];
    double quota = quota_find();

    json_add_uint(w, "cpus", cpu_count());
    if (online > 0)
        json_add_uint(w, "cpus_online", (uint64_t)online);
    add_model(w);
    if (quota > 0)
        json_add_real(w, "cpu_quota", quota);
    if (sysfile_text(FREQUENCY "scaling_governor", text, sizeof text))
        json_add_text(w, "cpu_governor", text);
    if (sysfile_text(FREQUENCY "scaling_driver", text, sizeof text))
        json_add_text(w, "cpu_driver", text);
    add_steal(w);
}
