/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_figures.h"

#include <stdio.h>
#include <string.h>

static bool is_plain(char ch)
{
    return (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') ||
           (ch && strchr("._:@-/", ch));
}

void figures_add(struct figures *f, enum figure_group group, const char *metric, const char *part,
                 double value)
{
    struct figure *row = &f->row[f->count];

    if (f->count == FIGURES_MAX)
        return;
    f->count++;
    row->group = group;
    row->metric = metric;
    row->value = value;
    snprintf(row->part, sizeof row->part, "%s", part ? part : "");
    for (char *p = row->part; *p; p++)
        if (!is_plain(*p))
            *p = '?';
}

void figures_add_moved(struct figures *f, enum figure_group group, const char *metric,
                       const char *part, uint64_t moved)
{
    if (moved)
        figures_add(f, group, metric, part, (double)moved);
}

void figures_write(const struct figures *f, enum figure_group group, struct json_writer *w,
                   const char *name)
{
    char key[32 + FIGURE_PART_MAX];

    json_open(w, name);
    for (size_t i = 0; i < f->count; i++) {
        const struct figure *row = &f->row[i];

        if (row->group != group)
            continue;
        snprintf(key, sizeof key, "%s%s%s", row->metric, row->part[0] ? " " : "", row->part);
        json_add_real(w, key, row->value);
    }
    json_close(w);
}
