/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_softnet.h"

#include "text.h"

#include <string.h>

size_t softnet_parse(const char *text, struct softnet_row *ret, size_t max)
{
    size_t count = 0;

    for (const char *line = text; line && count < max; line = text_next_line(line))
        count += proc_net_softnet(line, &ret[count]);
    return count;
}

void softnet_take(struct watch_softnet *s, const char *text, struct figures *f)
{
    static struct softnet_row row[SOFTNET_MAX];
    size_t count = softnet_parse(text, row, SOFTNET_MAX);
    uint64_t dropped = 0, squeezed = 0;

    if (count != s->count) { /* a CPU came or went: the rows are others now */
        memset(s, 0, sizeof *s);
        s->count = count;
    }
    for (size_t i = 0; i < count; i++) {
        dropped += counter_moved_32(&s->dropped[i], row[i].dropped);
        squeezed += counter_moved_32(&s->squeezed[i], row[i].squeezed);
    }
    figures_add_moved(f, FIGURE_MACHINE, "softnet_dropped", NULL, dropped);
    figures_add_moved(f, FIGURE_MACHINE, "softnet_squeezed", NULL, squeezed);
}
