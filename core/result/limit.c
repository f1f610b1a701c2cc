/* SPDX-License-Identifier: Apache-2.0 */
#include "limit.h"

#include "cause.h"
#include "drop.h"
#include "limit_search.h"
#include "limit_text.h"
#include "repeat.h"

#include <errno.h>
#include <math.h>

#define WIDER      1.5  /* times the goodput with twice the connections */
#define CLEARLY    1.3  /* times that of its best trial */
#define SAME       1.25 /* times the goodput, which a trial with as many may have */
#define MOST       0.5  /* of the time must have a cause that is the flow's */
#define ALIKE      0.15 /* a trial's goodput and the sustained level of another one's */
#define MEDIANS_OF 8192 /* looks, at most */

/* A trial and what its looks say. */
struct judged {
    const struct trial *trial;
    struct looks looks;
    enum limit_cause *causes; /* one for each look */
};

struct inquiry {
    const struct measurement *measurement;
    struct terms terms;
    struct judged *list; /* the good trials of the flow, and behind them the longer one */
    size_t count, own;   /* of these the flow's own */
    struct drop drop;    /* the longest that was found */
    bool dropped;
};

static void inquiry_clear(struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++) {
        looks_clear(&inquiry->list[i].looks);
        free(inquiry->list[i].causes);
    }
    free(inquiry->list);
}

static double goodput_of(const struct inquiry *inquiry, const struct trial *trial)
{
    int row = terms_row(inquiry->measurement, VMTP_GOODPUT);

    if (!trial || trial->status || row < 0 || (size_t)row >= trial->metrics)
        return NAN;
    return isfinite(trial->finals[row]) ? trial->finals[row] : NAN;
}

/* The median of the trials. */
static double goodput_whole(const struct inquiry *inquiry)
{
    const struct measurement *measurement = inquiry->measurement;
    _free_ double *values = calloc(measurement->trial_count + 1, sizeof *values);
    int row = terms_row(measurement, VMTP_GOODPUT);

    if (!values || row < 0)
        return NAN;
    return stats_median(values, measurement_finals(measurement, (uint32_t)row, values));
}

static double seconds_of(const struct look *look)
{
    return (double)(look->until_ns - look->since_ns) / 1e9;
}

/* ---- each trial by itself ---- */

static int trial_judge(struct inquiry *inquiry, const struct trial *trial)
{
    struct judged *judged = &inquiry->list[inquiry->count];
    int r = looks_make(inquiry->measurement, &inquiry->terms, trial, &judged->looks);

    if (r < 0 || !judged->looks.count) {
        looks_clear(&judged->looks);
        return r;
    }
    judged->trial = trial;
    inquiry->count++;
    judged->causes = calloc(judged->looks.count, sizeof *judged->causes);
    if (!judged->causes)
        return -ENOMEM;
    for (size_t i = 0; i < judged->looks.count; i++)
        judged->causes[i] = cause_of(&judged->looks.list[i], &inquiry->terms);
    return 0;
}

static int trials_judge(struct inquiry *inquiry)
{
    const struct measurement *measurement = inquiry->measurement;
    int r = 0;

    inquiry->list = calloc(measurement->trial_count + 2, sizeof *inquiry->list);
    if (!inquiry->list)
        return -ENOMEM;
    for (size_t i = 0; i < measurement->trial_count && r == 0; i++)
        r = trial_judge(inquiry, measurement->trials[i]);
    inquiry->own = inquiry->count;
    if (r == 0 && measurement->longer && inquiry->own)
        r = trial_judge(inquiry, measurement->longer);
    return r;
}

/* ---- token buckets ---- */

/* A drop that an endpoint explains is no bucket's. */
static bool hosts_explain(const struct inquiry *inquiry, const struct judged *judged, size_t from)
{
    size_t n = 0;

    for (size_t i = from; i < judged->looks.count; i++)
        n += !cause_may_be_network(&judged->looks.list[i], &inquiry->terms);
    return 10 * n > 3 * (judged->looks.count - from);
}

static void causes_set(struct judged *judged, enum limit_cause cause)
{
    for (size_t i = 0; i < judged->looks.count; i++)
        judged->causes[i] = cause;
}

/* The bucket is empty from the trial's beginning on. */
static bool is_sustained(const struct inquiry *inquiry, const struct judged *judged)
{
    double low_bps = inquiry->drop.low_bps;

    return fabs(goodput_of(inquiry, judged->trial) - low_bps) <= ALIKE * low_bps &&
           !hosts_explain(inquiry, judged, 0);
}

/* Or it lasts to its end: trials that are shorter than the burst. */
static bool is_burst(const struct inquiry *inquiry, const struct judged *judged)
{
    double high_bps = inquiry->drop.high_bps;
    double end_s = (double)(judged->trial->warmup_ns + judged->trial->duration_ns) / 1e9;

    return fabs(goodput_of(inquiry, judged->trial) - high_bps) <= ALIKE * high_bps &&
           end_s <= inquiry->drop.high_s * 1.2;
}

/* A flow that was asked for a rate, and fell behind it, has not met a bucket by that alone: but the
 * level that it fell to has a cause all the same. */
static void buckets_find(struct inquiry *inquiry)
{
    _free_ bool *fell = calloc(inquiry->count + 1, sizeof *fell);
    struct drop drop;

    for (size_t i = 0; fell && i < inquiry->count; i++) {
        if (!drop_find(&inquiry->list[i].looks, &drop) ||
            hosts_explain(inquiry, &inquiry->list[i], drop.at))
            continue;
        fell[i] = true;
        if (!inquiry->dropped || drop.high_s > inquiry->drop.high_s)
            inquiry->drop = drop;
        inquiry->dropped = true;
    }
    for (size_t i = 0; fell && inquiry->dropped && i < inquiry->count; i++)
        if (fell[i] || is_sustained(inquiry, &inquiry->list[i]) ||
            is_burst(inquiry, &inquiry->list[i]))
            causes_set(&inquiry->list[i], LIMIT_TOKEN_BUCKET);
}

/* ---- the flow ---- */

static enum limit_cause majority(const struct inquiry *inquiry, double ret_share[LIMIT_CAUSES])
{
    enum limit_cause most = LIMIT_UNKNOWN;
    double all = 0;

    for (size_t i = 0; i < LIMIT_CAUSES; i++)
        ret_share[i] = 0;
    for (size_t i = 0; i < inquiry->own; i++)
        for (size_t k = 0; k < inquiry->list[i].looks.count; k++) {
            double seconds = seconds_of(&inquiry->list[i].looks.list[k]);

            ret_share[inquiry->list[i].causes[k]] += seconds;
            all += seconds;
        }
    for (size_t i = 0; i < LIMIT_CAUSES; i++) {
        ret_share[i] = all > 0 ? ret_share[i] / all : 0;
        if (ret_share[i] > ret_share[most])
            most = (enum limit_cause)i;
    }
    return ret_share[most] > MOST ? most : LIMIT_UNKNOWN;
}

static double goodput_most(const struct inquiry *inquiry)
{
    double most = 0;

    for (size_t i = 0; i < inquiry->own; i++)
        most = fmax(most, goodput_of(inquiry, inquiry->list[i].trial));
    return most;
}

/* Twice the connections carry more: then each had its own limit.  Unless something else has changed
 * since: the longer trial, which comes behind it with as many as the flow has, would show that. */
static bool is_per_flow(const struct inquiry *inquiry)
{
    double wider = goodput_of(inquiry, inquiry->measurement->wider);

    return wider >= WIDER * goodput_whole(inquiry) && wider >= CLEARLY * goodput_most(inquiry) &&
           goodput_of(inquiry, inquiry->measurement->longer) <= SAME * goodput_whole(inquiry);
}

static void flow_judge(const struct inquiry *inquiry, struct limit *limit,
                       struct findings *findings)
{
    limit->cause = majority(inquiry, findings->share);
    limit->share = findings->share[limit->cause];
    if (limit->cause == LIMIT_UNKNOWN && is_per_flow(inquiry)) {
        limit->cause = LIMIT_PER_FLOW;
        limit->share = 1;
    }
    if (limit->cause != LIMIT_TOKEN_BUCKET)
        return;
    limit->burst_bps = inquiry->drop.high_bps;
    limit->sustained_bps = inquiry->drop.low_bps;
    limit->burst_s = inquiry->drop.high_s;
}

/* ---- what is told of it ---- */

/* Over the looks that have the cause or, where none has it, over all. */
static size_t figures_collect(const struct inquiry *inquiry, enum limit_cause cause,
                              enum look_figure figure, double values[MEDIANS_OF])
{
    size_t n = 0;

    for (size_t i = 0; i < inquiry->own; i++)
        for (size_t k = 0; k < inquiry->list[i].looks.count && n < MEDIANS_OF; k++) {
            double value = inquiry->list[i].looks.list[k].of[figure];

            if (!isnan(value) && (cause == LIMIT_NONE || inquiry->list[i].causes[k] == cause))
                values[n++] = value;
        }
    return n;
}

static int findings_fill(const struct inquiry *inquiry, enum limit_cause cause,
                         struct findings *ret)
{
    _free_ double *values = calloc(MEDIANS_OF, sizeof *values);

    if (!values)
        return -ENOMEM;
    if (cause == LIMIT_UNKNOWN || ret->share[cause] == 0)
        cause = LIMIT_NONE;
    for (size_t i = 0; i < LOOK_FIGURES; i++) {
        size_t n = figures_collect(inquiry, cause, (enum look_figure)i, values);

        ret->median[i] = stats_median(values, n);
        ret->total[i] = n ? stats_mean(values, n) * (double)n : NAN;
    }
    ret->goodput_bps = goodput_whole(inquiry);
    return 0;
}

static int spans_make(const struct inquiry *inquiry, struct limit *limit)
{
    size_t room = 0;

    for (size_t i = 0; i < inquiry->own; i++)
        room += inquiry->list[i].looks.count;
    limit->spans = calloc(room + 1, sizeof *limit->spans);
    if (!limit->spans)
        return -ENOMEM;
    for (size_t i = 0; i < inquiry->own; i++)
        for (size_t k = 0; k < inquiry->list[i].looks.count; k++) {
            const struct look *look = &inquiry->list[i].looks.list[k];
            struct limit_span *last =
                limit->span_count ? &limit->spans[limit->span_count - 1] : NULL;

            if (k > 0 && last && last->cause == inquiry->list[i].causes[k])
                last->until_ns = look->until_ns;
            else
                limit->spans[limit->span_count++] =
                    (struct limit_span){ inquiry->list[i].trial->number, look->since_ns,
                                         look->until_ns, inquiry->list[i].causes[k] };
        }
    return 0;
}

/* What a rate search has found is what its bounds say: its trials are kept below what they show. */
static int inquire(struct inquiry *inquiry, struct limit *limit)
{
    struct findings findings = { .measurement = inquiry->measurement, .terms = &inquiry->terms };
    int r = trials_judge(inquiry);

    if (r < 0 || !inquiry->own)
        return r;
    if (limit_is_searched(inquiry->measurement)) {
        r = findings_fill(inquiry, LIMIT_NONE, &findings);
        return r < 0 ? r : limit_search(limit, &findings);
    }
    buckets_find(inquiry);
    flow_judge(inquiry, limit, &findings);
    r = findings_fill(inquiry, limit->cause, &findings);
    r = r < 0 ? r : spans_make(inquiry, limit);
    return r < 0 ? r : limit_tell(limit, &findings);
}

int limit_make(const struct measurement *measurement, struct limit **ret)
{
    _cleanup_(inquiry_clear) struct inquiry inquiry = { .measurement = measurement };
    _cleanup_(limit_freep) struct limit *limit = calloc(1, sizeof *limit);
    int r;

    if (!limit)
        return -ENOMEM;
    limit->burst_bps = limit->sustained_bps = limit->burst_s = NAN;
    if (terms_row(measurement, VMTP_GOODPUT) >= 0) {
        inquiry.terms = terms_make(measurement);
        r = inquire(&inquiry, limit);
        if (r < 0)
            return r;
    }
    *ret = TAKE(limit);
    return 0;
}

void limit_free(struct limit *limit)
{
    if (!limit)
        return;
    for (size_t i = 0; i < limit->evidence_count; i++)
        free(limit->evidence[i]);
    free(limit->spans);
    free(limit);
}

void limit_wants(const struct measurement *measurement, bool *ret_wider, bool *ret_longer)
{
    _cleanup_(limit_freep) struct limit *limit = NULL;
    const struct component *tool = measurement->flow->variant->tool;

    *ret_wider = *ret_longer = false;
    if (limit_is_searched(measurement) || limit_make(measurement, &limit) < 0 ||
        limit->cause != LIMIT_UNKNOWN)
        return;
    *ret_wider = !measurement->wider && tool->ops.tool.streamed;
    *ret_longer = !measurement->longer;
}
