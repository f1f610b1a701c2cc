/* SPDX-License-Identifier: Apache-2.0 */
#include "stats.h"

#include "../base/attr.h"

#include <math.h>

#define TAIL 0.025
/* From this variance on the binomial is normal enough: the ranks differ by less than one. */
#define NORMAL_FROM 1000.0

static int compare(const void *a, const void *b)
{
    double x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static double *sorted(const double *values, size_t n)
{
    double *copy = n ? malloc(n * sizeof *copy) : NULL;

    if (copy) {
        memcpy(copy, values, n * sizeof *copy);
        qsort(copy, n, sizeof *copy, compare);
    }
    return copy;
}

double stats_quantile(const double *values, size_t n, double q)
{
    _free_ double *copy = sorted(values, n);
    double at, below;
    size_t i;

    if (!copy || !(q >= 0 && q <= 1))
        return NAN;
    at = (double)(n - 1) * q;
    below = floor(at);
    i = (size_t)below;
    if (i + 1 >= n || at <= below)
        return copy[i];
    return copy[i] + (copy[i + 1] - copy[i]) * (at - below);
}

double stats_median(const double *values, size_t n)
{
    return stats_quantile(values, n, 0.5);
}

double stats_mean(const double *values, size_t n)
{
    double mean = 0;

    if (!n)
        return NAN;
    for (size_t i = 0; i < n; i++)
        mean += (values[i] - mean) / (double)(i + 1);
    return mean;
}

/* The chance that of n values k lie below the quantile q. */
static double binomial(double n, double q, double k)
{
    int sign;
    double log_ways = lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);

    return exp(log_ways + k * log(q) + (n - k) * log1p(-q));
}

/* The largest k for which at most `tail` of the chance lies below k, counted from where the
 * binomial begins to be more than nothing.  0: there is none. */
static double lower_rank(double n, double q, double tail)
{
    double spread = 10 * sqrt(n * q * (1 - q)) + 20;
    double k = fmax(0, floor(n * q - spread)), below = binomial(n, q, k);

    while (k < n && below <= tail)
        below += binomial(n, q, ++k);
    return k;
}

static double normal_rank(double n, double q)
{
    return fmax(0, floor(n * q - 1.959964 * sqrt(n * q * (1 - q))));
}

bool stats_supports(double q, uint64_t n)
{
    return q > 0 && q < 1 && 1 - pow(q, (double)n) - pow(1 - q, (double)n) >= 0.95;
}

bool stats_interval_ranks(uint64_t n, double q, uint64_t *ret_low, uint64_t *ret_high)
{
    double count = (double)n, low, high, spare;
    bool normal = count * q * (1 - q) >= NORMAL_FROM;

    if (!stats_supports(q, n))
        return false;
    /* From the top: the same question of the quantile 1 - q. */
    low = normal ? normal_rank(count, q) : lower_rank(count, q, TAIL);
    high = normal ? normal_rank(count, 1 - q) : lower_rank(count, 1 - q, TAIL);
    if (high < 1) {
        spare = 2 * TAIL - pow(q, count);
        low = lower_rank(count, q, spare);
        high = 1;
    } else if (low < 1) {
        spare = 2 * TAIL - pow(1 - q, count);
        high = lower_rank(count, 1 - q, spare);
        low = 1;
    }
    *ret_low = (uint64_t)low;
    *ret_high = n + 1 - (uint64_t)high;
    return true;
}

bool stats_median_interval(const double *values, size_t n, struct interval *ret)
{
    _free_ double *copy = NULL;
    uint64_t low, high;

    if (!stats_interval_ranks(n, 0.5, &low, &high))
        return false;
    copy = sorted(values, n);
    if (!copy)
        return false;
    *ret = (struct interval){ copy[low - 1], copy[high - 1] };
    return true;
}

double stats_precision(double median, struct interval interval)
{
    double half = (interval.high - interval.low) / 2;

    if (half <= 0)
        return 0;
    return half / fabs(median);
}

double stats_autocorrelation(const double *values, size_t n)
{
    double mean = stats_mean(values, n), all = 0, next = 0;

    if (n < 3)
        return NAN;
    for (size_t i = 0; i < n; i++) {
        all += (values[i] - mean) * (values[i] - mean);
        if (i + 1 < n)
            next += (values[i] - mean) * (values[i + 1] - mean);
    }
    return all > 0 ? next / all : NAN;
}

double stats_trend(const double *values, size_t n)
{
    double count = (double)n, score = 0;

    if (n < 3)
        return 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            score += (values[j] > values[i]) - (values[j] < values[i]);
    if (score > 0)
        score -= 1;
    else if (score < 0)
        score += 1;
    return score / sqrt(count * (count - 1) * (2 * count + 5) / 18);
}
