/* SPDX-License-Identifier: Apache-2.0
 *
 * search: of a flow: the goals of a rate search and its limits.
 */
#include "loader.h"

#include "../base/clock.h"
#include "../base/units.h"

#define HOUR_NS   (3600 * NS_PER_S)
#define WIDTH     0.02
#define EXCEED    0.5
#define TRIAL_NS  (2 * NS_PER_S)
#define SUM_NS    (14 * NS_PER_S)
#define TIME_NS   (600 * NS_PER_S)
#define MIN_BPS   100000
#define RATE_MOST 10000000000000 /* 10T */

static const double usual_losses[] = { 0, 0.0001, 0.001, 0.01 };

static int loss_read(struct loader *loader, const struct node *node, const double *others,
                     size_t count, double *ret)
{
    int r = share_read(loader, node, ret);

    if (r == 0 && !(*ret >= 0 && *ret < 1))
        return node_fail(loader->err, node, "'%.40s' can't be a goal: 0 to less than 100%%",
                         node->text);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (others[i] == *ret)
            return node_fail(loader->err, node, "the goal '%.40s' stands there twice", node->text);
    return r;
}

/* One goal or a list of them. */
static int losses_read(struct loader *loader, const struct node *node, struct search_spec *spec)
{
    bool list = node && node->kind == NODE_LIST;
    size_t count = list ? node->count : 1;
    double *losses;
    int r = 0;

    if (!node)
        return 0;
    if (count == 0 || count > SEARCH_GOALS_MAX)
        return node_fail(loader->err, node, "%zu goals where 1 to %d are wanted", count,
                         SEARCH_GOALS_MAX);
    losses = arena_array(loader->arena, count, sizeof *losses);
    if (!losses)
        return loader_no_memory(loader);
    spec->losses = losses;
    spec->loss_count = 0;
    for (const struct node *one = list ? node->first : node; r == 0 && spec->loss_count < count;
         one = one->next) {
        r = loss_read(loader, one, losses, spec->loss_count, &losses[spec->loss_count]);
        spec->loss_count++;
    }
    return r;
}

static int limit_read(struct loader *loader, const struct node *node, double least, double most,
                      double *ret)
{
    double value = 0;
    int r = node ? share_read(loader, node, &value) : 0;

    if (r < 0 || !node)
        return r;
    if (!(value >= least && value <= most))
        return node_fail(loader->err, node, "'%.40s' is out of range: %s to %s", node->text,
                         share_text(least).text, share_text(most).text);
    *ret = value;
    return 0;
}

static int rate_read(struct loader *loader, const struct node *node, uint64_t *ret)
{
    uint64_t value = 0;
    int r = node ? text_check(loader, node, "a rate") : 0;

    if (r < 0 || !node)
        return r;
    if (rate_parse(node->text, &value) < 0)
        return node_fail(loader->err, node, "'%.40s' is not a rate: write bit/s, as 100K or 2.5G",
                         node->text);
    if (value < 1000 || value > RATE_MOST)
        return node_fail(loader->err, node, "'%.40s' is out of range: 1K to 10T", node->text);
    *ret = value;
    return 0;
}

static int times_read(struct loader *loader, const struct node *node, struct search_spec *spec)
{
    const struct node *sum = node_get(node, "sum"), *time = node_get(node, "time");
    int r =
        duration_read(loader, node_get(node, "trial"), 10 * NS_PER_MS, HOUR_NS, &spec->trial_ns);

    if (r == 0 && !sum && spec->sum_ns < spec->trial_ns)
        spec->sum_ns = spec->trial_ns;
    r = r < 0 ? r : duration_read(loader, sum, 10 * NS_PER_MS, 24 * HOUR_NS, &spec->sum_ns);
    if (r == 0 && spec->sum_ns < spec->trial_ns)
        return node_fail(loader->err, sum, "sum is less than one trial takes");
    if (r == 0 && !time && spec->time_ns < 10 * spec->sum_ns)
        spec->time_ns = 10 * spec->sum_ns;
    r = r < 0 ? r : duration_read(loader, time, NS_PER_MS, 240 * HOUR_NS, &spec->time_ns);
    if (r == 0 && spec->time_ns < spec->sum_ns)
        return node_fail(loader->err, time, "time is less than the sum that one bound takes");
    return r;
}

static int rates_read(struct loader *loader, const struct node *node, struct search_spec *spec)
{
    const struct node *max = node_get(node, "max");
    int r = rate_read(loader, node_get(node, "min"), &spec->min_bps);

    r = r < 0 ? r : rate_read(loader, max, &spec->max_bps);
    if (r == 0 && max && spec->max_bps <= spec->min_bps)
        return node_fail(loader->err, max, "max is not more than min");
    return r;
}

static int map_read(struct loader *loader, const struct node *node, struct search_spec *spec)
{
    static const char *const known[] = { "loss", "width", "trial", "sum", "exceed",
                                         "min",  "max",   "time",  NULL };
    int r = keys_check(loader, node, known);

    r = r < 0 ? r : losses_read(loader, node_get(node, "loss"), spec);
    r = r < 0 ? r : limit_read(loader, node_get(node, "width"), 0.001, 0.5, &spec->width);
    r = r < 0 ? r : limit_read(loader, node_get(node, "exceed"), 0, 0.9, &spec->exceed);
    r = r < 0 ? r : times_read(loader, node, spec);
    return r < 0 ? r : rates_read(loader, node, spec);
}

int search_read(struct loader *loader, const struct node *node, const struct search_spec **ret)
{
    static const char *const truths[] = { "false", "no", "true", "yes", NULL };
    struct search_spec *spec;
    size_t word = 2;
    int r = node && node->kind != NODE_MAP ? word_read(loader, node, truths, &word) : 0;

    if (r < 0 || !node || word < 2)
        return r;
    spec = arena_alloc(loader->arena, sizeof *spec);
    if (!spec)
        return loader_no_memory(loader);
    *spec = (struct search_spec){ .losses = usual_losses,
                                  .loss_count = COUNT(usual_losses),
                                  .width = WIDTH,
                                  .exceed = EXCEED,
                                  .trial_ns = TRIAL_NS,
                                  .sum_ns = SUM_NS,
                                  .min_bps = MIN_BPS,
                                  .time_ns = TIME_NS };
    r = node->kind == NODE_MAP ? map_read(loader, node, spec) : 0;
    *ret = spec;
    return r;
}
