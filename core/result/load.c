/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <errno.h>
#include <math.h>

#define LIMITED_BELOW 0.98 /* of the rate that was asked for */

#define FAILED_MAX 3    /* verifying trials; short ones may have passed on what a queue holds */
#define GRAIN      1e-9 /* of seconds that were added up */

/* How rarely trials may say of a load what they say if it is as likely one as the other: as four in
 * a row, or as seven. */
#define CHANCE         0.0626
#define CHANCE_DOUBTED 0.0079

/* Seconds of the load's trials, as RFC 9971 sorts them; and how many trials are full. */
struct sums {
    double full_low, full_high, short_low, short_high;
    uint32_t low_count, high_count;
    uint32_t held, failed; /* trials that were to verify it */
};

static bool is_full(const struct search_trial *trial, const struct goal *goal)
{
    return trial->duration_s >= goal->trial_s * (1 - GRAIN);
}

static struct sums sums_of(const struct load *load, const struct goal *goal)
{
    struct sums sums = { 0 };

    for (size_t i = 0; i < load->count; i++) {
        const struct search_trial *trial = &load->trials[i];
        bool high = trial->loss > goal->loss;
        double *full = high ? &sums.full_high : &sums.full_low;
        double *part = high ? &sums.short_high : &sums.short_low;

        if (trial->load_bps != load->bps || (trial->weak && !high))
            continue;
        *(is_full(trial, goal) ? full : part) += trial->duration_s;
        if (trial->verifying)
            *(high ? &sums.failed : &sums.held) += 1;
        else
            *(high ? &sums.high_count : &sums.low_count) += is_full(trial, goal);
    }
    return sums;
}

/* Short trials that lost much count as far as others that lost little don't outweigh them. */
static double high_seconds(const struct sums *sums, const struct goal *goal)
{
    double balance = sums->short_low * goal->exceed / (1 - goal->exceed);

    return sums->full_high + fmax(0, sums->short_high - balance);
}

enum load_class load_classify(const struct load *load, const struct goal *goal)
{
    struct sums sums = sums_of(load, goal);
    double high = high_seconds(&sums, goal), whole = fmax(sums.full_low + high, goal->sum_s);
    double allowed = whole * (goal->exceed + GRAIN);

    if (whole - sums.full_low <= allowed)
        return LOAD_LOWER;
    return high > allowed ? LOAD_UPPER : LOAD_UNDECIDED;
}

/* How likely are at most k of n, if each has the probability p?  0 < p < 1. */
static double at_most(uint32_t k, uint32_t n, double p)
{
    double term = pow(1 - p, n), sum = term;

    for (uint32_t i = 0; i < k; i++) {
        term *= (double)(n - i) / (i + 1) * p / (1 - p);
        sum += term;
    }
    return sum;
}

/* Could trials at the goal's very answer have said this by chance?  No more is asked for than that
 * all trials of the goal's sum agree. */
static bool is_chance(const struct sums *sums, const struct goal *goal, bool lower)
{
    double p = lower ? goal->exceed : 1 - goal->exceed;
    double agreed = pow(1 - p, floor(goal->sum_s / goal->trial_s + GRAIN));
    double most = goal->doubted ? CHANCE_DOUBTED : CHANCE;

    return at_most(lower ? sums->high_count : sums->low_count, sums->low_count + sums->high_count,
                   p) > fmax(most, agreed);
}

enum load_class load_judge(const struct load *load, const struct goal *goal)
{
    struct sums sums = sums_of(load, goal);
    enum load_class class = load_classify(load, goal);
    bool agreed = !sums.low_count || !sums.high_count;

    if (sums.failed >= FAILED_MAX && !sums.held)
        return LOAD_UPPER;
    if (class == LOAD_UNDECIDED || goal->exceed <= 0 || (agreed && !goal->doubted) ||
        !is_chance(&sums, goal, class == LOAD_LOWER))
        return class;
    return sums.full_low + sums.full_high >= goal->sum_s * (1 - GRAIN) ? LOAD_CONTESTED
                                                                       : LOAD_UNDECIDED;
}

enum load_class load_seems(const struct load *load, const struct goal *goal)
{
    struct sums sums = sums_of(load, goal);
    enum load_class class = load_judge(load, goal);
    double high = high_seconds(&sums, goal), full = sums.full_low + high;

    if (class != LOAD_UNDECIDED || full + sums.short_low <= 0)
        return class;
    return high > full * goal->exceed ? LOAD_UPPER : LOAD_LOWER;
}

bool load_disagrees(const struct load *load, const struct goal *goal)
{
    struct sums sums = sums_of(load, goal);

    return sums.low_count && sums.high_count;
}

double load_seconds(const struct load *load, const struct goal *goal)
{
    struct sums sums = sums_of(load, goal);

    return sums.full_low + sums.full_high;
}

double load_offered(const struct load *load)
{
    double bits = 0, seconds = 0;

    for (size_t i = 0; i < load->count; i++)
        if (load->trials[i].load_bps == load->bps && !load->trials[i].weak) {
            bits += load->trials[i].offered_bps * load->trials[i].duration_s;
            seconds += load->trials[i].duration_s;
        }
    return seconds > 0 ? bits / seconds : (double)load->bps;
}

/* The full trial of least loss above (or, as the first among equals, behind) the last one. */
static const struct search_trial *next_by_loss(const struct load *load, const struct goal *goal,
                                               const struct search_trial *last)
{
    const struct search_trial *next = NULL;

    for (size_t i = 0; i < load->count; i++) {
        const struct search_trial *trial = &load->trials[i];

        if (trial->load_bps != load->bps || trial->weak || !is_full(trial, goal))
            continue;
        if (last && (trial->loss < last->loss || (trial->loss == last->loss && trial <= last)))
            continue;
        if (!next || trial->loss < next->loss)
            next = trial;
    }
    return next;
}

/* Seconds that are missing up to the goal's sum count as if all were lost. */
double load_conditional(const struct load *load, const struct goal *goal)
{
    double remaining = fmax(goal->sum_s, load_seconds(load, goal)) * (1 - goal->exceed);
    const struct search_trial *trial = next_by_loss(load, goal, NULL);
    double loss = NAN;

    for (; trial && (isnan(loss) || remaining > 0); trial = next_by_loss(load, goal, trial)) {
        loss = trial->loss;
        remaining -= trial->duration_s;
    }
    if (!trial && remaining > 0 && !isnan(loss))
        loss = 1;
    return load_offered(load) * (1 - loss);
}

/* ---- from a trial ---- */

static double final_of(const struct component *tool, const struct trial *trial, const char *name)
{
    for (uint32_t i = 0; i < tool->table.metrics.count && i < trial->metrics; i++)
        if (strcmp(component_metric(tool, i)->name, name) == 0)
            return trial->finals[i];
    return NAN;
}

/* One datagram less than the rate takes is the clock's doing. */
static bool falls_short(const struct search_trial *trial)
{
    double most = trial->offered_bps * (trial->sent + 1) / trial->sent;

    return trial->rate_bps && most < LIMITED_BELOW * (double)trial->rate_bps;
}

int search_trial_read(const struct component *tool, const struct trial *trial,
                      struct search_trial *ret, struct vmtp_error *err)
{
    struct search_trial read = {
        .number = trial->number,
        .rate_bps = trial->rate_bps,
        .offered_bps = final_of(tool, trial, VMTP_OFFERED),
        .goodput_bps = final_of(tool, trial, VMTP_GOODPUT),
        .sent = final_of(tool, trial, VMTP_SENT),
        .received = final_of(tool, trial, VMTP_RECEIVED),
        .socket = final_of(tool, trial, VMTP_LOST_SOCKET),
        .kernel = fmax(final_of(tool, trial, VMTP_LOST_SOFTNET),
                       final_of(tool, trial, VMTP_LOST_NIC_RECEIVER)),
        .sender = final_of(tool, trial, VMTP_CPU_SENDER),
        .receiver = final_of(tool, trial, VMTP_CPU_RECEIVER),
        .duration_s = (double)trial->duration_ns / 1e9,
    };

    if (!(read.sent > 0) || isnan(read.received))
        return vmtp_fail(err, -ENODATA,
                         read.sent == 0 ? "no datagram was sent, so none could be lost"
                                        : "the tool did not count datagrams, so their loss is "
                                          "not known");
    read.loss = fmax(0, 1 - read.received / read.sent);
    if (isnan(read.offered_bps) && read.received > 0)
        read.offered_bps = read.goodput_bps * read.sent / read.received;
    if (isnan(read.offered_bps) && read.rate_bps)
        read.offered_bps = (double)read.rate_bps;
    if (!(read.offered_bps > 0))
        return vmtp_fail(err, -ENODATA, "the tool did not tell how fast it sent");
    read.limited = falls_short(&read);
    *ret = read;
    return 0;
}
