/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_quota.h"

#include "cgroup.h"
#include "text.h"

bool quota_parse(const char *text, uint64_t *ret_ns)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } figures[] = { { "throttled_usec ", 1000 }, { "throttled_time ", 1 } };

    for (int i = 0; i < 2; i++) {
        const char *at = text_line(text, figures[i].name);

        if (at && text_number(&at, ret_ns)) {
            *ret_ns *= figures[i].ns;
            return true;
        }
    }
    return false;
}

void quota_open(struct watch_quota *q)
{
    struct cgroup group;

    for (bool more = cgroup_find(&group); more && q->count < QUOTA_LEVELS;
         more = cgroup_up(&group)) {
        struct quota_level *level = &q->level[q->count];
        char path[CGROUP_PATH_MAX];

        cgroup_path(&group, "cpu.stat", path);
        watch_file_open(&level->file, path);
        if (level->file.fd >= 0)
            q->count++;
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
