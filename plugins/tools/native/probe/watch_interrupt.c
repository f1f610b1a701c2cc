/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_interrupt.h"

#include "text.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

struct hottest {
    uint32_t irq[INTERRUPT_SHOWN];
    uint64_t moved[INTERRUPT_SHOWN];
};

static void hottest_take(struct hottest *b, uint32_t irq, uint64_t moved)
{
    int at = INTERRUPT_SHOWN;

    while (at > 0 && b->moved[at - 1] < moved)
        at--;
    if (at == INTERRUPT_SHOWN)
        return;
    for (int i = INTERRUPT_SHOWN - 1; i > at; i--) {
        b->irq[i] = b->irq[i - 1];
        b->moved[i] = b->moved[i - 1];
    }
    b->irq[at] = irq;
    b->moved[at] = moved;
}

/* "virtio3-tx", or the number where it has no name. */
static void name_find(uint32_t irq, char *ret, size_t size)
{
    char path[32];
    struct dirent *entry;
    DIR *dir;

    snprintf(ret, size, "%u", irq);
    snprintf(path, sizeof path, "/proc/irq/%u", irq);
    dir = opendir(path);
    while (dir && (entry = readdir(dir)))
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            snprintf(ret, size, "%.40s", entry->d_name);
    if (dir)
        closedir(dir);
}

void interrupt_take(struct watch_interrupt *w, const char *text, uint64_t now_ns, struct figures *f)
{
    const char *at = text_line(text, "intr ");
    double span_s = (double)(now_ns - w->time_ns) * 1e-9;
    struct hottest hottest = { .moved = { 0 } };
    bool first = w->time_ns == 0;
    uint64_t value;

    w->time_ns = now_ns;
    if (!at || !text_number(&at, &value)) /* the first is their sum */
        return;
    for (uint32_t i = 0; i < INTERRUPT_MAX && text_number(&at, &value); i++)
        hottest_take(&hottest, i, counter_moved(&w->irq[i], value));
    for (int i = 0; !first && span_s > 0 && i < INTERRUPT_SHOWN && hottest.moved[i]; i++) {
        char name[FIGURE_PART_MAX];

        name_find(hottest.irq[i], name, sizeof name);
        figures_add(f, FIGURE_MACHINE, "interrupts", name, (double)hottest.moved[i] / span_s);
    }
}
