/* SPDX-License-Identifier: Apache-2.0 */
#include "drop.h"

#include "stats.h"

#include <math.h>

#define LEAST     3    /* looks of a level */
#define APART     1.3  /* the high level over the low one */
#define FLAT      0.2  /* of the median: so far a look may be from it ... */
#define VERY_FLAT 0.07 /* the same where nothing shows that the ends had no part in it */
#define MOST_FLAT 0.75 /* ... in so many of them */
#define STEADY    0.15 /* of a level: so far its halves may be apart */
#define PENALTY   4    /* of a change-point, in logarithms of the number of looks */

/* A stretch of looks, [from, to). */
struct stretch {
    const double *values;
    size_t count;
};

static double squares(const double *sums, const double *sums2, size_t from, size_t to)
{
    double n = (double)(to - from), sum = sums[to] - sums[from];

    return fmax(sums2[to] - sums2[from] - sum * sum / n, 0);
}

/* Where two means fit best; 0: no change fits better than none by what it costs. */
static size_t change_find(const double *values, size_t n, double *sums, double *sums2)
{
    double whole, best = INFINITY, floor;
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        sums[i + 1] = sums[i] + values[i];
        sums2[i + 1] = sums2[i] + values[i] * values[i];
    }
    whole = squares(sums, sums2, 0, n);
    for (size_t i = LEAST; i + LEAST <= n; i++) {
        double both = squares(sums, sums2, 0, i) + squares(sums, sums2, i, n);

        if (both < best) {
            best = both;
            at = i;
        }
    }
    floor = 1e-6 * sums2[n]; /* levels without any noise */
    if (!at || !(whole > 0))
        return 0;
    return (double)n * log(whole / fmax(best, floor)) > PENALTY * log((double)n) ? at : 0;
}

static double median_of(struct stretch stretch)
{
    return stats_median(stretch.values, stretch.count);
}

static bool is_flat(struct stretch stretch, double flat)
{
    double median = median_of(stretch);
    size_t near = 0;

    for (size_t i = 0; i < stretch.count; i++)
        near += fabs(stretch.values[i] - median) <= flat * median;
    return (double)near >= MOST_FLAT * (double)stretch.count;
}

/* Neither growing nor decaying. */
static bool is_steady(struct stretch stretch)
{
    size_t half = stretch.count / 2;
    double first = stats_median(stretch.values, half);
    double last = stats_median(stretch.values + stretch.count - half, half);

    return half == 0 || fabs(first - last) <= STEADY * median_of(stretch);
}

/* Does it ever come as far as the middle between both levels, for longer than a look? */
static bool crosses(struct stretch stretch, double middle, bool from_below)
{
    for (size_t i = 0; i + 1 < stretch.count; i++) {
        double mean = (stretch.values[i] + stretch.values[i + 1]) / 2;

        if (from_below ? mean > middle : mean < middle)
            return true;
    }
    return false;
}

/* What comes behind a drop may be rough at first: a sender that had the whole of the burst on its
 * way has lost much of it. */
static struct stretch settled(struct stretch stretch)
{
    size_t rough = (stretch.count - LEAST) / 3;

    return (struct stretch){ stretch.values + rough, stretch.count - rough };
}

static double seconds_of(const struct look *look)
{
    return (double)(look->until_ns - look->since_ns) / 1e9;
}

/* The change lies within the look before it or the first one behind it: which part of that still
 * had the high level, its goodput tells. */
static double high_seconds(const struct looks *looks, const double *values, const struct drop *drop)
{
    double s = (double)looks->list[0].since_ns / 1e9, span = drop->high_bps - drop->low_bps;

    for (size_t i = 0; i <= drop->at && i < looks->count; i++) {
        double part = i + 1 < drop->at ? 1 : (values[i] - drop->low_bps) / span;

        s += seconds_of(&looks->list[i]) * fmin(fmax(part, 0), 1);
    }
    return s;
}

static bool levels_fit(const struct looks *looks, const double *values, size_t at, struct drop *ret)
{
    struct stretch high = { values, at }, low = { values + at, looks->count - at };
    struct drop drop = { .at = at };
    double flat = isnan(looks->list[at].of[LOOK_CPU_SENDER]) ? VERY_FLAT : FLAT, middle;

    drop.high_bps = median_of(high);
    drop.low_bps = median_of(settled(low));
    middle = (drop.high_bps + drop.low_bps) / 2;
    if (!(drop.low_bps > 0) || drop.high_bps < APART * drop.low_bps)
        return false;
    if (!is_flat(high, flat) || !is_flat(settled(low), flat) || !is_steady(high) ||
        !is_steady(settled(low)))
        return false;
    if (crosses(high, middle, false) || crosses(low, middle, true))
        return false;
    drop.high_s = high_seconds(looks, values, &drop);
    *ret = drop;
    return true;
}

bool drop_find(const struct looks *looks, struct drop *ret)
{
    size_t n = looks->count, at;
    _free_ double *values = calloc(n + 1, sizeof *values);
    _free_ double *sums = calloc(n + 2, sizeof *sums);
    _free_ double *sums2 = calloc(n + 2, sizeof *sums2);

    if (!values || !sums || !sums2 || n < 2 * LEAST)
        return false;
    for (size_t i = 0; i < n; i++) {
        values[i] = looks->list[i].of[LOOK_GOODPUT];
        if (isnan(values[i]))
            return false; /* what was there, nobody knows */
    }
    at = change_find(values, n, sums, sums2);
    return at && levels_fit(looks, values, at, ret);
}
