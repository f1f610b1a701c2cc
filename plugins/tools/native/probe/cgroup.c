/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup.h"

#include "sysfile.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define TEXT_BYTES 8192

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
bool cgroup_parse(const char *text, struct cgroup *ret)
{
    bool found = false;

    for (const char *line = text; line; line = text_next_line(line)) {
        const char *name = strchr(line, ':'), *path = name ? strchr(name + 1, ':') : NULL;
        bool v1 = path && has_cpu(name + 1, (size_t)(path - name - 1));

        if (!path || (!v1 && (found || path != name + 1)))
            continue;
        ret->mount = v1 ? "/sys/fs/cgroup/cpu" : "/sys/fs/cgroup";
        snprintf(ret->group, sizeof ret->group, "%.*s", (int)strcspn(path + 1, "\n"), path + 1);
        found = true;
    }
    if (found && strcmp(ret->group, "/") == 0)
        ret->group[0] = 0;
    return found && !strstr(ret->group, "..");
}

bool cgroup_find(struct cgroup *ret)
{
    char text[TEXT_BYTES];

    return sysfile_read("/proc/self/cgroup", text, sizeof text) && cgroup_parse(text, ret);
}

bool cgroup_up(struct cgroup *g)
{
    char *last = strrchr(g->group, '/');

    if (last)
        *last = 0;
    return last;
}

void cgroup_path(const struct cgroup *g, const char *file, char ret[CGROUP_PATH_MAX])
{
    snprintf(ret, CGROUP_PATH_MAX, "%s%s/%s", g->mount, g->group, file);
}
