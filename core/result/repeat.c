/* SPDX-License-Identifier: Apache-2.0 */
#include "repeat.h"

#include <math.h>

size_t measurement_good(const struct measurement *measurement)
{
    size_t good = 0;

    for (size_t i = 0; i < measurement->trial_count; i++)
        good += measurement->trials[i]->status == 0;
    return good;
}

size_t measurement_finals(const struct measurement *measurement, uint32_t metric, double *values)
{
    size_t n = 0;

    for (size_t i = 0; i < measurement->trial_count; i++) {
        const struct trial *trial = measurement->trials[i];

        if (trial->status == 0 && metric < trial->metrics && !isnan(trial->finals[metric]))
            values[n++] = trial->finals[metric];
    }
    return n;
}

static bool measured(const struct measurement *measurement, uint32_t metric)
{
    for (size_t i = 0; i < measurement->trial_count; i++) {
        const struct trial *trial = measurement->trials[i];

        if (trial->status == 0 && metric < trial->metrics && !isnan(trial->finals[metric]))
            return true;
    }
    return false;
}

int steering_metric(const struct measurement *measurement)
{
    const struct component *tool = measurement->flow->variant->tool;
    int first = -1;

    for (uint32_t i = 0; i < tool->table.metrics.count; i++) {
        const struct vmtp_metric *metric = component_metric(tool, i);

        if (metric->kind != VMTP_GAUGE || !measured(measurement, i))
            continue;
        if (strcmp(metric->name, VMTP_GOODPUT) == 0)
            return (int)i;
        if (first < 0)
            first = (int)i;
    }
    return first;
}

double measurement_precision(const struct measurement *measurement)
{
    int metric = steering_metric(measurement);
    _free_ double *values = calloc(measurement->trial_count + 1, sizeof *values);
    struct interval interval;
    size_t n;

    if (metric < 0 || !values)
        return NAN;
    n = measurement_finals(measurement, (uint32_t)metric, values);
    if (!stats_median_interval(values, n, &interval))
        return NAN;
    return stats_precision(stats_median(values, n), interval);
}

static bool precise(const struct measurement *measurement, const struct repeat *repeat)
{
    return repeat->until <= 0 || steering_metric(measurement) < 0 ||
           measurement_precision(measurement) <= repeat->until;
}

enum repeat_state repeat_state(const struct measurement *measurement, const struct repeat *repeat)
{
    size_t good = measurement_good(measurement);

    if (good > 0 && good >= repeat->min && precise(measurement, repeat))
        return REPEAT_ENOUGH;
    if (measurement->trial_count >= repeat->max)
        return REPEAT_MAX_REACHED;
    if (good == 0 && measurement->trial_count > 0 && measurement->trial_count >= repeat->min)
        return REPEAT_HOPELESS;
    return REPEAT_MORE;
}
