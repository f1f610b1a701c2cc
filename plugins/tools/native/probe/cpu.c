/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include "sysfile.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FREQUENCY "/sys/devices/system/cpu/cpu0/cpufreq/"
#define GROUPS    "/sys/fs/cgroup"

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
static double group_quota(const char *folder)
{
    char path[PATH_MAX + 32], text[64], period[32];

    snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (sysfile_text(path, text, sizeof text))
        return quota_of(text);
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    if (!sysfile_text(path, text, 32))
        return 0;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    if (!sysfile_text(path, period, sizeof period))
        return 0;
    snprintf(text + strlen(text), sizeof text - strlen(text), " %s", period);
    return quota_of(text);
}

/* The least of the group and of all above it; 0: there is none. */
static double groups_quota(const char *root, const char *group)
{
    char folder[PATH_MAX];
    double least = 0, one;
    size_t len = strlen(root);

    if (snprintf(folder, sizeof folder, "%s%s", root, group) >= (int)sizeof folder)
        return 0;
    for (;;) {
        char *slash;

        one = group_quota(folder);
        if (one > 0 && (least <= 0 || one < least))
            least = one;
        slash = strrchr(folder, '/');
        if (!slash || (size_t)(slash - folder) < len)
            return least;
        *slash = 0;
    }
}

/* A line of /proc/self/cgroup is NUMBER:CONTROLLERS:PATH; number 0 is cgroup 2. */
static bool has_controller(const char *line, const char *name)
{
    size_t len = strlen(name);

    for (line = strchr(line, ':'); line; line = strchr(line, ',')) {
        line++;
        if (strncmp(line, name, len) == 0 && (line[len] == ',' || line[len] == ':'))
            return true;
        if (strcspn(line, ",") > strcspn(line, ":"))
            return false;
    }
    return false;
}

static double quota_find(void)
{
    char text[4096], *save = NULL;
    double least = 0, one;

    if (!sysfile_text("/proc/self/cgroup", text, sizeof text))
        return 0;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        const char *path = strrchr(line, ':');

        if (!path)
            continue;
        path += path[1] == '/' && !path[2] ? 2 : 1;
        if (strncmp(line, "0::", 3) == 0)
            one = groups_quota(GROUPS, path);
        else if (has_controller(line, "cpu"))
            one = groups_quota(GROUPS "/cpu", path);
        else
            continue;
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
