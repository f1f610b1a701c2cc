/* SPDX-License-Identifier: Apache-2.0 */
#include "thinned.h"

#include <errno.h>
#include <math.h>

enum thinning thinning_of(const char *metric, uint32_t kind)
{
    if (kind == VMTP_COUNTER)
        return THIN_SUM;
    return strcmp(metric, VMTP_STALL) == 0 ? THIN_MOST : THIN_MEAN;
}

/* Both as one; the first stands for weight times as much as the other.  It ends when the later one
 * does. */
static struct point joined(struct point one, struct point other, uint64_t weight,
                           enum thinning thinning)
{
    struct point both = { .time_ns = other.time_ns > one.time_ns ? other.time_ns : one.time_ns };

    if (thinning == THIN_SUM)
        both.value = one.value + other.value;
    else if (thinning == THIN_MOST)
        both.value = fmax(one.value, other.value);
    else
        both.value = one.value + (other.value - one.value) / (double)(weight + 1);
    return both;
}

void thinned_halve(struct thinned *thinned, enum thinning thinning)
{
    size_t pairs = thinned->count / 2;

    for (size_t i = 0; i < pairs; i++)
        thinned->points[i] =
            joined(thinned->points[2 * i], thinned->points[2 * i + 1], 1, thinning);
    if (thinned->count % 2) {
        thinned->points[pairs] = thinned->points[thinned->count - 1];
        thinned->filled = thinned->filled ? thinned->filled : thinned->stride;
    } else if (thinned->filled) {
        thinned->filled += thinned->stride;
    }
    thinned->count -= pairs;
    thinned->stride *= 2;
}

static int append(struct thinned *thinned, size_t most, struct point point)
{
    if (thinned->count == thinned->room) {
        size_t room = thinned->room ? 2 * thinned->room : 8;
        struct point *points;

        room = room > most ? most : room;
        points = reallocarray(thinned->points, room, sizeof *points);
        if (!points)
            return -ENOMEM;
        thinned->points = points;
        thinned->room = room;
    }
    thinned->points[thinned->count++] = point;
    return 0;
}

int thinned_add(struct thinned *thinned, size_t most, enum thinning thinning, struct point point)
{
    struct point *last;
    int r;

    if (!thinned->stride)
        thinned->stride = 1;
    while (thinned->count > 1 &&
           (thinned->count > most || (thinned->count == most && !thinned->filled)))
        thinned_halve(thinned, thinning);
    if (thinned->count == 1 && most == 1 && !thinned->filled)
        thinned_halve(thinned, thinning);
    if (thinned->filled) {
        last = &thinned->points[thinned->count - 1];
        *last = joined(*last, point, thinned->filled, thinning);
        thinned->filled = thinned->filled + 1 < thinned->stride ? thinned->filled + 1 : 0;
        return 0;
    }
    r = append(thinned, most, point);
    if (r == 0 && thinned->stride > 1)
        thinned->filled = 1;
    return r;
}

void thinned_clear(struct thinned *thinned)
{
    free(thinned->points);
    *thinned = (struct thinned){ 0 };
}
