/* SPDX-License-Identifier: Apache-2.0 */
#include "slice.h"

#include <math.h>

/* The first point behind the time. */
static size_t point_behind(const struct series *series, uint64_t time_ns)
{
    size_t low = 0, high = series->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (series->points[middle].time_ns > time_ns)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* From when on a point holds. */
static uint64_t point_since(const struct series *series, size_t at)
{
    uint64_t time_ns = series->points[at].time_ns, step_ns;

    if (at > 0)
        return series->points[at - 1].time_ns;
    step_ns = series->count > 1 ? series->points[1].time_ns - time_ns : time_ns;
    return step_ns < time_ns ? time_ns - step_ns : 0;
}

/* How much of the time a point has. */
static double overlap_ns(const struct series *series, size_t at, uint64_t since_ns,
                         uint64_t until_ns)
{
    uint64_t begin_ns = point_since(series, at), end_ns = series->points[at].time_ns;

    if (begin_ns < since_ns)
        begin_ns = since_ns;
    if (end_ns > until_ns)
        end_ns = until_ns;
    return end_ns > begin_ns ? (double)(end_ns - begin_ns) : 0;
}

double slice_mean(const struct series *series, uint64_t since_ns, uint64_t until_ns)
{
    double sum = 0, weights = 0;

    for (size_t i = point_behind(series, since_ns); i < series->count; i++) {
        double weight = overlap_ns(series, i, since_ns, until_ns);

        if (point_since(series, i) >= until_ns)
            break;
        if (isfinite(series->points[i].value)) {
            sum += weight * series->points[i].value;
            weights += weight;
        }
    }
    return weights > 0 ? sum / weights : NAN;
}

double slice_most(const struct series *series, uint64_t since_ns, uint64_t until_ns)
{
    double most = NAN;

    for (size_t i = point_behind(series, since_ns); i < series->count; i++) {
        if (point_since(series, i) >= until_ns)
            break;
        if (isfinite(series->points[i].value))
            most = fmax(most, series->points[i].value);
    }
    return most;
}

double slice_sum(const struct series *series, uint64_t since_ns, uint64_t until_ns)
{
    double sum = 0;

    for (size_t i = point_behind(series, since_ns);
         i < series->count && series->points[i].time_ns <= until_ns; i++)
        if (isfinite(series->points[i].value) && series->points[i].value > 0)
            sum += series->points[i].value;
    return sum;
}
