/* SPDX-License-Identifier: Apache-2.0 */
#include "windows.h"

#include "../base/clock.h"

#include <errno.h>

#define TOLD_LATE_NS (600 * NS_PER_S) /* that a trial's line may stand behind its end */

int windows_add(struct windows *windows, const struct window *window)
{
    if (windows->count == windows->room) {
        size_t room = windows->room ? 2 * windows->room : 64;
        struct window *more = reallocarray(windows->windows, room, sizeof *more);

        if (!more)
            return -ENOMEM;
        windows->windows = more;
        windows->room = room;
    }
    windows->windows[windows->count++] = *window;
    return 0;
}

static int by_start(const void *one, const void *other)
{
    const struct window *a = one, *b = other;

    return (a->start_ns > b->start_ns) - (a->start_ns < b->start_ns);
}

void windows_sort(struct windows *windows)
{
    if (windows->count)
        qsort(windows->windows, windows->count, sizeof *windows->windows, by_start);
}

int windows_move(struct windows *windows, struct sightings *sightings, uint64_t time_ns)
{
    size_t before = windows->opened;
    int r = 0;

    while (r == 0 && windows->opened < windows->count &&
           windows->windows[windows->opened].start_ns < time_ns)
        r = sightings_open(sightings, &windows->windows[windows->opened++]);
    if (r == 0 && windows->opened > before && time_ns > TOLD_LATE_NS)
        r = sightings_collect(sightings, time_ns - TOLD_LATE_NS);
    return r;
}

void windows_clear(struct windows *windows)
{
    free(windows->windows);
    *windows = (struct windows){ 0 };
}
