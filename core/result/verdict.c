/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict.h"

#include "../base/units.h"

#include <math.h>

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = { "none", "pass", "undecided", "fail" };

    return names[verdict];
}

static bool holds(enum comparison comparison, double value, double expected)
{
    switch (comparison) {
    case AT_LEAST:
        return value >= expected;
    case AT_MOST:
        return value <= expected;
    case MORE_THAN:
        return value > expected;
    case LESS_THAN:
        return value < expected;
    case EQUAL:
        return value == expected;
    }
    return false;
}

/* 107000 ns and 107 us are the same, whatever the last bit of the one in seconds says. */
static double snap(double value, double expected)
{
    return fabs(value - expected) <= 1e-12 * fabs(expected) ? expected : value;
}

enum verdict interval_judge(enum comparison comparison, double expected, struct interval interval)
{
    double from = snap(interval.low, expected), to = snap(interval.high, expected);
    bool low = holds(comparison, from, expected), high = holds(comparison, to, expected);

    if (low && high)
        return VERDICT_PASS;
    /* Two ends that both miss a value may still lie on either side of it. */
    return low || high || (from < expected && expected < to) ? VERDICT_UNDECIDED : VERDICT_FAIL;
}

_printf_(2, 3) static void undecided(struct judgement *judgement, const char *fmt, ...)
{
    va_list ap;

    judgement->verdict = VERDICT_UNDECIDED;
    va_start(ap, fmt);
    vsnprintf(judgement->why, sizeof judgement->why, fmt, ap);
    va_end(ap);
}

static void judge_value(struct judgement *judgement, const struct threshold *threshold,
                        double value)
{
    struct interval point = { value, value };

    judgement->value = value;
    judgement->verdict = interval_judge(threshold->comparison, threshold->value, point);
}

static void judge_interval(struct judgement *judgement, const struct threshold *threshold,
                           struct interval interval)
{
    judgement->verdict = interval_judge(threshold->comparison, threshold->value, interval);
    if (judgement->verdict == VERDICT_UNDECIDED)
        undecided(judgement, "the 95 %% interval lies on both sides of it");
}

/* Of "loss.socket" the socket's part; of "loss" all of it. */
static double loss_part(const struct loss *loss, const char *metric)
{
    const struct {
        const char *name;
        double count;
    } parts[] = {
        { ".sender", loss->sender },   { ".nic_sender", loss->nic_sender },
        { ".network", loss->network }, { ".nic_receiver", loss->nic_receiver },
        { ".softnet", loss->softnet }, { ".reassembly", loss->reassembly },
        { ".socket", loss->socket },
    };
    const char *part = strchr(metric, '.');

    for (size_t i = 0; part && i < COUNT(parts); i++)
        if (strcmp(parts[i].name, part) == 0)
            return parts[i].count;
    return loss->lost;
}

/* Packets, or a share of what was sent if the threshold was written in percent. */
static void judge_loss(struct judgement *judgement, const struct threshold *threshold,
                       const struct loss *loss)
{
    double value = loss_part(loss, threshold->metric);

    if (loss->known && threshold->unit && strcmp(threshold->unit, "ratio") == 0)
        value /= loss->sent;
    if (!loss->known)
        undecided(judgement, "packets were not counted at both ends");
    else if (!isfinite(value))
        undecided(judgement, "the tool can't tell where packets were lost");
    else
        judge_value(judgement, threshold, value);
}

static void judge_percentile(struct judgement *judgement, const struct threshold *threshold,
                             const struct histogram *histogram, const char *statistic)
{
    struct interval interval;
    double percent;

    if (statistic[0] != 'p' || real_parse(statistic + 1, &percent) < 0 || !(percent < 100) ||
        !(percent > 0)) {
        undecided(judgement, "there is no statistic '%.20s'", statistic);
        return;
    }
    if (!histogram_interval(histogram, percent / 100, &interval)) {
        undecided(judgement, "%llu values are too few for %.20s", (unsigned long long)histogram->n,
                  statistic);
        return;
    }
    judgement->value = histogram_percentile(histogram, percent / 100);
    judge_interval(judgement, threshold, interval);
}

static void judge_distribution(struct judgement *judgement, const struct threshold *threshold,
                               const struct histogram *histogram)
{
    const char *statistic = strchr(threshold->metric, '.');

    statistic = statistic ? statistic + 1 : "p50";
    if (strcmp(statistic, "min") == 0)
        judge_value(judgement, threshold, histogram_min(histogram));
    else if (strcmp(statistic, "max") == 0)
        judge_value(judgement, threshold, histogram_max(histogram));
    else if (strcmp(statistic, "mean") == 0)
        judge_value(judgement, threshold, histogram_mean(histogram));
    else
        judge_percentile(judgement, threshold, histogram, statistic);
}

static void judge_figure(struct judgement *judgement, const struct threshold *threshold,
                         const struct figure *figure)
{
    if (figure->histogram) {
        judge_distribution(judgement, threshold, figure->histogram);
        return;
    }
    judgement->value = figure->value;
    if (figure->metric->kind == VMTP_COUNTER)
        judge_value(judgement, threshold, figure->value);
    else if (figure->has_interval)
        judge_interval(judgement, threshold, figure->interval);
    else
        undecided(judgement, "no interval: %s", figure->no_interval);
}

static const struct figure *figure_find(const struct result *result, const char *metric)
{
    size_t len = strcspn(metric, ".");

    for (size_t i = 0; i < result->figure_count; i++) {
        const char *name = result->figures[i].metric->name;

        if (strlen(name) == len && strncmp(name, metric, len) == 0)
            return &result->figures[i];
    }
    return NULL;
}

struct judgement threshold_judge(const struct threshold *threshold, const struct result *result)
{
    struct judgement judgement = { .verdict = VERDICT_NONE, .value = NAN };
    const struct figure *figure = figure_find(result, threshold->metric);

    if (result->status == RESULT_SKIPPED)
        undecided(&judgement, "skipped");
    else if (result->status == RESULT_FAILED)
        undecided(&judgement, "the measurement failed");
    else if (figure)
        judge_figure(&judgement, threshold, figure);
    else if (strncmp(threshold->metric, "loss", 4) == 0 &&
             (threshold->metric[4] == '.' || !threshold->metric[4]))
        judge_loss(&judgement, threshold, &result->loss);
    else
        undecided(&judgement, "'%.40s' was not measured", threshold->metric);
    return judgement;
}
