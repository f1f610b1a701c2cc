/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_quota.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

bool quota_parse(const char *text, uint64_t *ret_ns)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } figures[] = { { "throttled_usec ", 1000 }, { "throttled_time ", 1 } };

    for (const char *line = text; line; line = text_next_line(line))
        for (int i = 0; i < 2; i++) {
            const char *at = line + strlen(figures[i].name);

            if (strncmp(line, figures[i].name, strlen(figures[i].name)) == 0 &&
                text_number(&at, ret_ns)) {
                *ret_ns *= figures[i].ns;
                return true;
            }
        }
    return false;
}

/* Is "cpu" one of "cpu,cpuacct"? */
static bool has_cpu(const char *controllers, size_t len)
{
    while (len) {
        const char *comma = memchr(controllers, ',', len);
        size_t word = comma ? (size_t)(comma - controllers) : len;

        if (word == 3 && strncmp(controllers, "cpu", 3) == 0)
            return true;
        controllers += comma ? word + 1 : word;
        len -= comma ? word + 1 : word;
    }
    return false;
}

/* "0::/a/b" is of version 2, "2:cpu,cpuacct:/a/b" of version 1, which has it where both are. */
bool quota_place(const char *text, const char **ret_mount, char *ret_group, size_t size)
{
    bool found = false;

    for (const char *line = text; line; line = text_next_line(line)) {
        const char *name = strchr(line, ':'), *path = name ? strchr(name + 1, ':') : NULL;
        bool v1 = path && has_cpu(name + 1, (size_t)(path - name - 1));

        if (!path || (!v1 && (found || path != name + 1)))
            continue;
        *ret_mount = v1 ? "/sys/fs/cgroup/cpu" : "/sys/fs/cgroup";
        snprintf(ret_group, size, "%.*s", (int)strcspn(path + 1, "\n"), path + 1);
        found = true;
    }
    return found;
}

void quota_open(struct watch_quota *q)
{
    char group[512], path[640];
    struct watch_file own;
    const char *text, *mount;
    bool placed;

    watch_file_open(&own, "/proc/self/cgroup");
    text = watch_file_read(&own);
    placed = text && quota_place(text, &mount, group, sizeof group) && !strstr(group, "..");
    if (placed && strcmp(group, "/") == 0)
        group[0] = 0; /* the mount itself */
    watch_file_close(&own);
    while (placed && q->count < QUOTA_LEVELS) {
        struct quota_level *level = &q->level[q->count];
        char *last;

        snprintf(path, sizeof path, "%s%s/cpu.stat", mount, group);
        watch_file_open(&level->file, path);
        if (level->file.fd >= 0)
            q->count++;
        last = strrchr(group, '/');
        if (!last)
            break;
        *last = 0; /* the one above it */
    }
}

void quota_take(struct watch_quota *q, uint64_t now_ns, struct figures *f)
{
    double span_ns = (double)(now_ns - q->time_ns), most = 0;
    bool first = q->time_ns == 0, known = false;

    q->time_ns = now_ns;
    for (size_t i = 0; i < q->count; i++) {
        const char *text = watch_file_read(&q->level[i].file);
        uint64_t ns;

        if (!text || !quota_parse(text, &ns))
            continue;
        ns = counter_moved(&q->level[i].throttled_ns, ns);
        most = (double)ns > most ? (double)ns : most;
        known = true;
    }
    q->limited = q->limited || most > 0;
    if (known && q->limited && !first && span_ns > 0)
        figures_add(f, FIGURE_NETWORK, "cpu_throttled", NULL, most / span_ns);
}
