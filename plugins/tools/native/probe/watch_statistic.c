/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_statistic.h"

#include "ethtool.h"

#include <linux/ethtool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

bool statistic_is_wanted(const char *name)
{
    static const char *const words[] = { "drop",   "discard", "exceeded", "out_of_buf", "missed",
                                         "no_buf", "nobuf",   "no_dma",   "overflow",   "overrun",
                                         "fifo",   "timeout", "fail" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(name, words[i]))
            return true;
    return false;
}

static void choose(struct statistics *s, const struct ethtool_gstrings *names)
{
    for (uint32_t i = 0; i < s->total && s->count < STATISTIC_WATCHED; i++) {
        struct statistic *one = &s->watched[s->count];

        memcpy(one->name, names->data + (size_t)i * ETH_GSTRING_LEN, sizeof one->name - 1);
        if (!statistic_is_wanted(one->name))
            continue;
        one->row = i;
        s->count++;
    }
}

/* The names may grow between two questions, and old kernels write as many as there are then. */
static size_t room_for(uint32_t total)
{
    return 2 * (size_t)total + 256;
}

static void names_read(struct watch_statistic *w, struct statistics *s)
{
    struct ethtool_gstrings *names;

    s->total = ethtool_count(w->fd, s->device, ETH_SS_STATS);
    if (!s->total || s->total > STATISTIC_MAX)
        return;
    names = calloc(1, sizeof *names + room_for(s->total) * ETH_GSTRING_LEN);
    if (!names)
        return;
    names->cmd = ETHTOOL_GSTRINGS;
    names->string_set = ETH_SS_STATS;
    names->len = s->total;
    if (!ethtool_ask(w->fd, s->device, names) && names->len == s->total)
        choose(s, names);
    free(names);
}

static struct statistics *statistics_of(struct watch_statistic *w, const char *device)
{
    struct statistics *s;

    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->of[i]->device, device) == 0)
            return w->of[i];
    s = w->count < STATISTIC_DEVICES ? calloc(1, sizeof *s) : NULL;
    if (!s)
        return NULL;
    snprintf(s->device, sizeof s->device, "%s", device);
    names_read(w, s);
    w->of[w->count++] = s;
    return s;
}

static void tell(const struct statistics *s, uint64_t moved[], struct figures *f)
{
    for (int shown = 0; shown < STATISTIC_SHOWN; shown++) {
        char part[FIGURE_PART_MAX];
        uint32_t most = 0;

        for (uint32_t i = 1; i < s->count; i++)
            if (moved[i] > moved[most])
                most = i;
        if (!moved[most])
            return;
        snprintf(part, sizeof part, "%s/%s", s->device, s->watched[most].name);
        figures_add_moved(f, FIGURE_NETWORK, "nic_statistic", part, moved[most]);
        moved[most] = 0;
    }
}

static void values_read(struct watch_statistic *w, struct statistics *s, struct figures *f)
{
    uint64_t moved[STATISTIC_WATCHED] = { 0 };
    struct ethtool_stats *values =
        calloc(1, sizeof *values + room_for(s->total) * sizeof(uint64_t));

    if (!values)
        return;
    values->cmd = ETHTOOL_GSTATS;
    values->n_stats = s->total;
    if (ethtool_ask(w->fd, s->device, values) || values->n_stats != s->total)
        s->count = s->total = 0; /* it is another device now, or has other queues */
    for (uint32_t i = 0; i < s->count; i++)
        moved[i] = counter_moved(&s->watched[i].counter, values->data[s->watched[i].row]);
    free(values);
    if (s->count)
        tell(s, moved, f);
    else
        names_read(w, s);
}

void statistic_take(struct watch_statistic *w, const struct watch_device *devices,
                    struct figures *f)
{
    if (w->fd < 0)
        w->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (size_t i = 0; w->fd >= 0 && i < devices->count; i++) {
        const struct device *d = &devices->device[i];
        struct statistics *s = d->received || d->sent ? statistics_of(w, d->name) : NULL;

        if (s && s->count)
            values_read(w, s, f);
    }
}
