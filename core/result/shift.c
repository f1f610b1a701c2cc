/* SPDX-License-Identifier: Apache-2.0
 *
 * How often each sum of ranks comes up is counted over all ways to deal the ranks to two sides.
 * Ranks are doubled, so that those of ties (the mean of their places) stay whole numbers.
 */
#include "shift.h"

#include "../base/attr.h"

#include <errno.h>
#include <math.h>

#define EXACT_PAIRS 400 /* beyond so many, and from so few of a side on, */
#define EXACT_FEW   8   /* the normal approximation is as good */
#define TAIL        0.025
#define Z_TAIL      1.959964 /* of which the normal distribution has TAIL above */
#define Z_POWER     0.841621 /* 80 % below */
#define MORE_MOST   10000

struct place {
    double value;
    bool now;
};

/* All values of both sides in rising order. */
struct ranking {
    struct place *places;
    size_t *ranks; /* doubled */
    size_t n;      /* of both sides */
    size_t few;    /* of the smaller side */
    size_t sum;    /* of its ranks, doubled */
    double ties;   /* sum of t^3 - t over each set of t that are the same */
};

static void ranking_clear(struct ranking *ranking)
{
    free(ranking->places);
    free(ranking->ranks);
}

static int place_order(const void *one, const void *other)
{
    double a = ((const struct place *)one)->value, b = ((const struct place *)other)->value;

    return (a > b) - (a < b);
}

static int double_order(const void *one, const void *other)
{
    double a, b;

    memcpy(&a, one, sizeof a);
    memcpy(&b, other, sizeof b);
    return (a > b) - (a < b);
}

/* Those that are the same share the mean of their ranks. */
static void ranks_give(struct ranking *ranking)
{
    for (size_t from = 0, to; from < ranking->n; from = to) {
        double same;

        for (to = from + 1;
             to < ranking->n && place_order(&ranking->places[from], &ranking->places[to]) == 0;)
            to++;
        for (size_t i = from; i < to; i++)
            ranking->ranks[i] = from + 1 + to;
        same = (double)(to - from);
        ranking->ties += same * same * same - same;
    }
}

static int ranking_make(const double *old, size_t old_n, const double *now, size_t now_n,
                        struct ranking *ret)
{
    bool few = now_n < old_n;

    ret->n = old_n + now_n;
    ret->few = few ? now_n : old_n;
    ret->places = calloc(ret->n + 1, sizeof *ret->places);
    ret->ranks = calloc(ret->n + 1, sizeof *ret->ranks);
    if (!ret->places || !ret->ranks)
        return -ENOMEM;
    for (size_t i = 0; i < old_n; i++)
        ret->places[i] = (struct place){ old[i], false };
    for (size_t i = 0; i < now_n; i++)
        ret->places[old_n + i] = (struct place){ now[i], true };
    qsort(ret->places, ret->n, sizeof *ret->places, place_order);
    ranks_give(ret);
    for (size_t i = 0; i < ret->n; i++)
        ret->sum += ret->places[i].now == few ? ret->ranks[i] : 0;
    return 0;
}

/* The greatest sum of `few` of the ranks, which rise. */
static size_t sum_most(const size_t *ranks, size_t n, size_t few)
{
    size_t sum = 0;

    for (size_t i = n - few; i < n; i++)
        sum += ranks[i];
    return sum;
}

/* The share of all choices of `few` of the ranks that has each sum 0..most; NULL: out of memory. */
static double *sums_make(const size_t *ranks, size_t n, size_t few, size_t most)
{
    size_t width = most + 1;
    double *ways = calloc((few + 1) * width, sizeof *ways), all = 0;

    if (!ways)
        return NULL;
    ways[0] = 1;
    for (size_t i = 0; i < n; i++)
        for (size_t taken = i < few ? i + 1 : few; taken > 0; taken--)
            for (size_t sum = ranks[i]; sum <= most; sum++)
                ways[taken * width + sum] += ways[(taken - 1) * width + sum - ranks[i]];
    memmove(ways, ways + few * width, width * sizeof *ways);
    for (size_t sum = 0; sum <= most; sum++)
        all += ways[sum];
    for (size_t sum = 0; sum <= most; sum++)
        ways[sum] /= all;
    return ways;
}

static bool is_exact(size_t few, size_t n)
{
    return few < EXACT_FEW || few * (n - few) <= EXACT_PAIRS;
}

/* ---- the test ---- */

/* The share of all sums that are at least so far from the middle. */
static int exact_p(const struct ranking *ranking, double *ret)
{
    size_t most = sum_most(ranking->ranks, ranking->n, ranking->few);
    double middle = (double)ranking->few * (double)(ranking->n + 1); /* doubled, too */
    double far = fabs((double)ranking->sum - middle) - 0.25, p = 0;
    _free_ double *ways = sums_make(ranking->ranks, ranking->n, ranking->few, most);

    if (!ways)
        return -ENOMEM;
    for (size_t sum = 0; sum <= most; sum++)
        p += fabs((double)sum - middle) >= far ? ways[sum] : 0;
    *ret = fmin(p, 1);
    return 0;
}

/* With continuity correction, and less variance for ties. */
static double normal_p(const struct ranking *ranking)
{
    double few = (double)ranking->few, n = (double)ranking->n, many = n - few;
    double far = fabs((double)ranking->sum / 2 - few * (n + 1) / 2) - 0.5;
    double variance = few * many / 12 * (n + 1 - ranking->ties / (n * (n - 1)));

    return variance > 0 ? fmin(1, erfc(fmax(0, far) / sqrt(2 * variance))) : 1;
}

static int test(const double *old, size_t old_n, const double *now, size_t now_n, double *ret)
{
    _cleanup_(ranking_clear) struct ranking ranking = { 0 };
    int r = ranking_make(old, old_n, now, now_n, &ranking);

    if (r == 0 && is_exact(ranking.few, ranking.n))
        return exact_p(&ranking, ret);
    if (r == 0)
        *ret = normal_p(&ranking);
    return r;
}

/* ---- the interval ---- */

/* The interval is from the difference of this rank, from below, to that from above.  0: none. */
static int exact_rank(size_t few, size_t n, size_t *ret)
{
    _free_ size_t *ranks = calloc(n + 1, sizeof *ranks);
    _free_ double *ways = NULL;
    size_t most, least = few * (few + 1), rank = 0; /* sums of doubled ranks are even */
    double below = 0;

    if (!ranks)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        ranks[i] = 2 * (i + 1);
    most = sum_most(ranks, n, few);
    ways = sums_make(ranks, n, few, most);
    if (!ways)
        return -ENOMEM;
    while (least + 2 * rank <= most && below + ways[least + 2 * rank] <= TAIL)
        below += ways[least + 2 * rank++];
    *ret = rank;
    return 0;
}

static size_t normal_rank(size_t few, size_t n)
{
    double pairs = (double)few * (double)(n - few);

    return (size_t)fmax(0, floor(pairs / 2 + 0.5 - Z_TAIL * sqrt(pairs * ((double)n + 1) / 12)));
}

static int rank_find(size_t few, size_t n, size_t *ret)
{
    if (is_exact(few, n))
        return exact_rank(few, n, ret);
    *ret = normal_rank(few, n);
    return 0;
}

bool shift_supports(size_t old_n, size_t now_n)
{
    size_t few = old_n < now_n ? old_n : now_n;
    double choices = 1;

    for (size_t i = 1; i <= few && choices < 1e9; i++)
        choices *= (double)(old_n + now_n - few + i) / (double)i;
    return choices >= 1 / TAIL;
}

static double pair_shift(double old, double now, bool relative)
{
    return relative ? now / old - 1 : now - old;
}

static void interval_take(const double *pairs, size_t count, size_t rank, struct shift *ret)
{
    ret->has_interval = rank > 0;
    if (rank > 0)
        ret->interval = (struct interval){ pairs[rank - 1], pairs[count - rank] };
}

static int pairs_find(const double *old, size_t old_n, const double *now, size_t now_n,
                      bool relative, struct shift *ret)
{
    _free_ double *pairs = calloc(old_n * now_n + 1, sizeof *pairs);
    size_t count = 0, few = old_n < now_n ? old_n : now_n, rank;
    int r = pairs ? rank_find(few, old_n + now_n, &rank) : -ENOMEM;

    if (r < 0)
        return r;
    for (size_t i = 0; i < old_n; i++)
        for (size_t j = 0; j < now_n; j++)
            pairs[count++] = pair_shift(old[i], now[j], relative);
    qsort(pairs, count, sizeof *pairs, double_order);
    ret->value = (pairs[(count - 1) / 2] + pairs[count / 2]) / 2;
    interval_take(pairs, count, rank, ret);
    return 0;
}

int shift_find(const double *old, size_t old_n, const double *now, size_t now_n, bool relative,
               struct shift *ret)
{
    struct shift shift = { .value = NAN, .p = 1 };
    int r;

    if (old_n > SHIFT_MOST || now_n > SHIFT_MOST)
        return -E2BIG;
    if (old_n > 0 && now_n > 0) {
        r = pairs_find(old, old_n, now, now_n, relative, &shift);
        r = r < 0 ? r : test(old, old_n, now, now_n, &shift.p);
        if (r < 0)
            return r;
    }
    *ret = shift;
    return 0;
}

/* ---- planning ---- */

/* Intervals narrow with the root of the number; what is aimed at is the edge, and a shift that
 * chance puts nearer to it. */
size_t shift_more(const struct shift *shift, size_t old_n, size_t now_n, double edge)
{
    double n = (double)(old_n < now_n ? old_n : now_n), gap = fabs(edge - shift->value);
    double reach, times;
    size_t more = 0;

    if (!shift->has_interval) {
        while (!shift_supports(old_n + more, now_n + more))
            more++;
        return more;
    }
    reach = shift->value < edge ? shift->interval.high - shift->value
                                : shift->value - shift->interval.low;
    times = (1 + Z_POWER / Z_TAIL) * reach / gap;
    if (!(gap > 0) || n * times * times - n > MORE_MOST)
        return 0;
    return (size_t)fmax(1, ceil(n * times * times - n));
}

/* Rank i of the sorted tests is found, and all before it, if its p is at most i/count of rate. */
int discoveries_find(const double *p, size_t count, double rate, bool *ret)
{
    _free_ double *sorted = calloc(count + 1, sizeof *sorted);
    double limit = -1;

    if (!sorted)
        return -ENOMEM;
    memcpy(sorted, p, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, double_order);
    for (size_t i = 0; i < count; i++)
        if (sorted[i] <= rate * (double)(i + 1) / (double)count)
            limit = sorted[i];
    for (size_t i = 0; i < count; i++)
        ret[i] = p[i] <= limit;
    return 0;
}

/* Student's quantile from the normal one (Cornish and Fisher; Abramowitz and Stegun 26.7.5): 3 %
 * too small with two degrees of freedom, 1 % with three. */
static double student(double z, double freedom)
{
    double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;

    return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * pow(freedom, 2)) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * pow(freedom, 3));
}

static double chance(double spread, double old_n, double now_n)
{
    return spread * sqrt(1 / old_n + 1 / now_n);
}

double chance_floor(double spread, size_t count, size_t old_n, size_t now_n)
{
    return student(Z_TAIL, (double)count - 1) * chance(spread, (double)old_n, (double)now_n);
}

/* Ranks of a few values tell less than the values: what is found in four of five cases is a third
 * more of 4 against 4, and a tenth of 12 against 12 (by simulation). */
static double ranks_cost(size_t old_n, size_t now_n)
{
    return shift_supports(old_n, now_n) ? 1 + 1.3 / (double)(old_n < now_n ? old_n : now_n) : 1;
}

double chance_detectable(double spread, size_t count, size_t old_n, size_t now_n)
{
    double freedom = (double)count - 1;

    return (student(Z_TAIL, freedom) + student(Z_POWER, freedom)) *
           chance(spread, (double)old_n, (double)now_n) * ranks_cost(old_n, now_n);
}
