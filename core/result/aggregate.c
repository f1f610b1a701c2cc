/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregate.h"

#include "stats.h"

#include <errno.h>
#include <math.h>

/* The results of the pairs, on the way to their sum. */
struct pairs {
    struct result *const *results;
    size_t count;
};

static const struct measurement *pair_of(const struct pairs *pairs, size_t i)
{
    return pairs->results[i]->measurement;
}

static const struct component *tool_of(const struct measurement *measurement)
{
    return measurement->flow->variant->tool;
}

/* Things, and things in a second. */
static bool adds_up(const struct vmtp_metric *metric)
{
    size_t len = strlen(metric->unit);

    return metric->kind == VMTP_COUNTER || (len > 2 && strcmp(metric->unit + len - 2, "/s") == 0);
}

/* NAN: one of the pairs does not have it. */
static double final_sum(const struct pairs *pairs, size_t at, uint32_t row)
{
    double sum = 0;

    for (size_t i = 0; i < pairs->count; i++)
        sum += pair_of(pairs, i)->trials[at]->finals[row];
    return sum;
}

static int histograms_add(const struct pairs *pairs, size_t at, uint32_t row, struct trial *sum)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < pairs->count; i++) {
        const struct histogram *histogram = pair_of(pairs, i)->trials[at]->histograms[row];
        struct vmtp_histogram view;

        if (!histogram)
            continue;
        view = histogram_view(histogram);
        r = trial_add_histogram(sum, row, &view);
    }
    return r;
}

static int metrics_add(const struct pairs *pairs, size_t at, struct trial *sum)
{
    const struct component *tool = tool_of(pair_of(pairs, 0));
    int r = 0;

    for (uint32_t row = 0; r == 0 && row < sum->metrics; row++) {
        double value = final_sum(pairs, at, row);

        if (isfinite(value) && adds_up(component_metric(tool, row)))
            r = trial_add_final(sum, row, value);
        r = r < 0 ? r : histograms_add(pairs, at, row, sum);
    }
    return r;
}

/* What one of the pairs failed with, or was disturbed by, all of them were measured with. */
static int troubles_add(const struct pairs *pairs, size_t at, struct trial *sum)
{
    char text[1024];
    int r = 0;

    for (size_t i = 0; r == 0 && i < pairs->count; i++) {
        const struct trial *trial = pair_of(pairs, i)->trials[at];

        for (size_t e = 0; r == 0 && e < trial->event_count; e++)
            if (trial->marks & 1u << trial->events[e].kind)
                r = trial_add_event(sum, trial->events[e].kind, trial->events[e].time_ns,
                                    trial->events[e].subject, trial->events[e].text);
        if (r == 0 && trial->status && !sum->status) {
            snprintf(text, sizeof text, "pair %zu: %s", i + 1, trial->error);
            r = trial_fail(sum, trial->status, text);
        }
    }
    return r;
}

static int trial_sum(const struct pairs *pairs, size_t at, struct measurement *ret)
{
    const struct trial *first = pair_of(pairs, 0)->trials[at];
    _cleanup_(trial_freep) struct trial *sum = NULL;
    int r = trial_new(first->number, first->metrics, &sum);

    if (r == 0) {
        sum->wall_ns = first->wall_ns;
        sum->duration_ns = first->duration_ns;
        r = metrics_add(pairs, at, sum);
    }
    r = r < 0 ? r : troubles_add(pairs, at, sum);
    return r < 0 ? r : measurement_add(ret, TAKE(sum));
}

/* Else their metrics differ. */
static bool have_one_tool(const struct pairs *pairs)
{
    for (size_t i = 1; i < pairs->count; i++)
        if (tool_of(pair_of(pairs, i)) != tool_of(pair_of(pairs, 0)))
            return false;
    return true;
}

/* How many trials all of them have that can be added up. */
static size_t trials_common(const struct pairs *pairs)
{
    size_t count = have_one_tool(pairs) ? pair_of(pairs, 0)->trial_count : 0;

    for (size_t i = 1; i < pairs->count; i++)
        if (pair_of(pairs, i)->trial_count < count)
            count = pair_of(pairs, i)->trial_count;
    return count;
}

/* Why there is nothing to add up; 0 also where there is. */
static int hindrance_find(const struct pairs *pairs, struct measurement *ret)
{
    for (size_t i = 0; i < pairs->count && !ret->reason && !ret->error; i++) {
        const struct measurement *pair = pair_of(pairs, i);

        ret->reason = pair->reason;
        if (pair->error && asprintf(&ret->error, "pair %zu: %s", i + 1, pair->error) < 0)
            ret->error = NULL;
        if (pair->error && !ret->error)
            return -ENOMEM;
    }
    if (!ret->reason && !ret->error && !have_one_tool(pairs))
        ret->reason = "its pairs were measured with different tools";
    return 0;
}

static int sum_make(const struct pairs *pairs, struct measurement *ret)
{
    size_t trials = trials_common(pairs);
    int r;

    ret->flow = pair_of(pairs, 0)->flow;
    ret->searched = pair_of(pairs, 0)->searched;
    r = hindrance_find(pairs, ret);
    for (size_t at = 0; r == 0 && at < trials && !ret->reason; at++)
        r = trial_sum(pairs, at, ret);
    return r;
}

/* Jain's index of what the pairs got in one trial: 1 where all got the same, 1/n where one got all;
 * NAN: there is no such figure. */
static double trial_fairness(const struct pairs *pairs, size_t at, uint32_t row)
{
    double sum = 0, squares = 0;

    for (size_t i = 0; i < pairs->count; i++) {
        double value = pair_of(pairs, i)->trials[at]->finals[row];

        sum += value;
        squares += value * value;
    }
    return squares > 0 ? sum * sum / ((double)pairs->count * squares) : NAN;
}

static int fairness_make(const struct pairs *pairs, uint32_t row, struct aggregate *ret)
{
    _free_ double *values = calloc(ret->sum.trial_count + 1, sizeof *values);
    size_t n = 0;

    if (!values)
        return -ENOMEM;
    for (size_t at = 0; at < ret->sum.trial_count; at++) {
        values[n] = trial_fairness(pairs, at, row);
        n += ret->sum.trials[at]->status == 0 && !isnan(values[n]);
    }
    ret->fairness = stats_median(values, n);
    return 0;
}

/* By the medians of the pairs. */
static void ends_find(const struct pairs *pairs, struct aggregate *ret)
{
    for (uint32_t i = 0; i < pairs->count; i++) {
        const struct figure *goodput = result_figure(pairs->results[i], VMTP_GOODPUT);

        if (!goodput)
            continue;
        if (!ret->slowest || goodput->value < ret->least_bps) {
            ret->slowest = i + 1;
            ret->least_bps = goodput->value;
        }
        if (!ret->fastest || goodput->value > ret->most_bps) {
            ret->fastest = i + 1;
            ret->most_bps = goodput->value;
        }
    }
}

int aggregate_make(struct result *const *results, size_t count, struct aggregate *ret)
{
    const struct pairs pairs = { results, count };
    const struct figure *goodput;
    int r;

    *ret = (struct aggregate){ .pairs = count, .fairness = NAN };
    r = sum_make(&pairs, &ret->sum);
    r = r < 0 ? r : result_make(&ret->sum, &ret->result);
    if (r < 0)
        return r;
    goodput = result_figure(ret->result, VMTP_GOODPUT);
    if (!goodput)
        return 0;
    ends_find(&pairs, ret);
    for (uint32_t row = 0; r == 0 && row < tool_of(&ret->sum)->table.metrics.count; row++)
        if (component_metric(tool_of(&ret->sum), row) == goodput->metric)
            r = fairness_make(&pairs, row, ret);
    return r;
}

void aggregate_clear(struct aggregate *aggregate)
{
    result_free(aggregate->result);
    measurement_clear(&aggregate->sum);
    aggregate->result = NULL;
}
