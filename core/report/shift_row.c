/* SPDX-License-Identifier: Apache-2.0 */
#include "shift_row.h"

#include "../result/json.h"
#include "../result/shift.h"
#include "../result/verdict.h"
#include "cells.h"
#include "noise.h"

#include <errno.h>
#include <math.h>

/* What a shift is counted in. */
enum scale {
    SCALE_RELATIVE = 0, /* a share of the old figure */
    SCALE_POINTS,       /* of a share, such as loss: the difference of the two */
    SCALE_ABSOLUTE,     /* the difference in the metric's unit: the old figure is 0 */
};

struct judging {
    const struct shift_row *row;
    const double *old, *now; /* one value for each run or each trial */
    size_t old_n, now_n;
    bool of_runs;
    enum scale scale;
    struct shift shift;
    enum verdict verdict;
    size_t more; /* values a side; 0: can't be said */
    char why[160];
};

/* What was not measured in OLD can't have become worse. */
_printf_(2, 3) static void undecided(struct judging *judging, const char *fmt, ...)
{
    va_list ap;

    if (!isnan(judging->row->gate) && judging->row->old.run_count)
        judging->verdict = VERDICT_UNDECIDED;
    va_start(ap, fmt);
    vsnprintf(judging->why, sizeof judging->why, fmt, ap);
    va_end(ap);
}

/* ---- the values ---- */

static void values_choose(struct judging *judging)
{
    const struct evidence *old = &judging->row->old, *now = &judging->row->now;

    judging->of_runs = shift_supports(old->run_count, now->run_count);
    judging->old = judging->of_runs ? old->runs : old->trials;
    judging->now = judging->of_runs ? now->runs : now->trials;
    judging->old_n = judging->of_runs ? old->run_count : old->trial_count;
    judging->now_n = judging->of_runs ? now->run_count : now->trial_count;
}

static bool are_positive(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(values[i] > 0))
            return false;
    return true;
}

static void shift_divide(struct shift *shift, double by)
{
    shift->value /= by;
    shift->interval.low /= by;
    shift->interval.high /= by;
}

/* The quotient where it exists; a share of the old median where single values are 0. */
static int shift_scaled(struct judging *judging)
{
    double reference = fabs(stats_median(judging->old, judging->old_n));
    bool points = strcmp(judging->row->now.unit, "ratio") == 0;
    bool quotient = !points && are_positive(judging->old, judging->old_n) &&
                    are_positive(judging->now, judging->now_n);
    int r = shift_find(judging->old, judging->old_n, judging->now, judging->now_n, quotient,
                       &judging->shift);

    judging->scale = points ? SCALE_POINTS : SCALE_RELATIVE;
    if (r < 0 || points || quotient)
        return r;
    if (reference > 0)
        shift_divide(&judging->shift, reference);
    else
        judging->scale = SCALE_ABSOLUTE;
    return 0;
}

/* Trials of a run share its conditions: the interval is no narrower than what runs differ by. */
static void noise_add(struct judging *judging)
{
    const struct shift_row *row = judging->row;
    struct interval *interval = &judging->shift.interval;
    double floor;

    if (judging->of_runs || judging->scale == SCALE_ABSOLUTE || !judging->shift.has_interval)
        return;
    floor = noise_floor(row->noise, row->key, row->name, row->old.run_count, row->now.run_count);
    if (isnan(floor))
        return;
    interval->low = fmin(interval->low, judging->shift.value - floor);
    interval->high = fmax(interval->high, judging->shift.value + floor);
}

/* ---- the verdict ---- */

/* How far it may go down and up; where nobody knows what is better, neither. */
static void judge(struct judging *judging)
{
    double gate = judging->scale == SCALE_ABSOLUTE ? 0 : judging->row->gate;
    struct interval interval = judging->shift.interval;
    enum better better = judging->row->now.better;
    enum verdict down = VERDICT_PASS, up = VERDICT_PASS;

    if (isnan(judging->row->gate))
        return;
    if (better != BETTER_LOWER)
        down = interval_judge(AT_LEAST, -gate, interval);
    if (better != BETTER_HIGHER)
        up = interval_judge(AT_MOST, gate, interval);
    judging->verdict = down > up ? down : up;
    if (judging->verdict != VERDICT_UNDECIDED)
        return;
    judging->more = shift_more(&judging->shift, judging->old_n, judging->now_n,
                               down == VERDICT_UNDECIDED ? -gate : gate);
    undecided(judging, "the interval lies across the gate");
}

static bool are_alike(double one, double other)
{
    return isnan(one) || isnan(other) || fabs(one - other) <= 0.01 * fabs(one);
}

/* Why the two can't be compared at all; false: they can. */
static bool is_hopeless(struct judging *judging)
{
    const struct evidence *old = &judging->row->old, *now = &judging->row->now;

    if (!old->run_count || !now->run_count)
        undecided(judging, "not measured in %s", old->run_count ? "NEW" : "OLD");
    else if (strcmp(old->unit, now->unit) != 0)
        undecided(judging, "in '%.20s' and in '%.20s'", old->unit, now->unit);
    else if (now->counted && !judging->of_runs && !are_alike(old->duration, now->duration))
        undecided(judging, "counted in trials of %.3g s and of %.3g s", old->duration,
                  now->duration);
    else if (!judging->old_n || !judging->now_n)
        undecided(judging, "no figures of single trials");
    else
        return false;
    return true;
}

static int row_judge(struct judging *judging)
{
    int r;

    values_choose(judging);
    if (is_hopeless(judging))
        return 0;
    r = shift_scaled(judging);
    if (r == -E2BIG)
        undecided(judging, "more than %d values on a side", SHIFT_MOST);
    if (r < 0)
        return r == -E2BIG ? 0 : r;
    noise_add(judging);
    if (judging->shift.has_interval) {
        judge(judging);
        return 0;
    }
    judging->more = shift_more(&judging->shift, judging->old_n, judging->now_n, 0);
    undecided(judging, "%zu and %zu trials are too few for an interval", judging->old_n,
              judging->now_n);
    return 0;
}

/* ---- as JSON ---- */

static json_t *end_json(const struct evidence *evidence)
{
    double value = evidence->run_count > 1 || !evidence->trial_count
                       ? stats_median(evidence->runs, evidence->run_count)
                       : stats_median(evidence->trials, evidence->trial_count);
    json_t *json = json_object();

    field_add(json, "value", figure_json(value));
    field_add(json, "trials", json_integer((json_int_t)evidence->trial_count));
    field_add(json, "runs", json_integer((json_int_t)evidence->run_count));
    return json;
}

static const char *better_name(enum better better)
{
    return better == BETTER_LOWER ? "lower" : better == BETTER_HIGHER ? "higher" : NULL;
}

static void shift_add(json_t *json, const struct judging *judging)
{
    static const char *const scales[] = { "relative", "points", "absolute" };
    const struct shift *shift = &judging->shift;

    field_add(json, "of", json_string(judging->of_runs ? "runs" : "trials"));
    if (isnan(shift->value))
        return;
    field_add(json, "scale", json_string(scales[judging->scale]));
    field_add(json, "shift", figure_json(shift->value));
    if (!shift->has_interval)
        return;
    field_add(
        json, "ci95",
        json_pack("[o, o]", figure_json(shift->interval.low), figure_json(shift->interval.high)));
    field_add(json, "p", figure_json(shift->p));
}

static json_t *row_json(const struct judging *judging)
{
    const struct shift_row *row = judging->row;
    const struct evidence *evidence = row->now.run_count ? &row->now : &row->old;
    const char *better = better_name(evidence->better);
    json_t *json = json_object();

    field_add(json, "key", json_string(row->key));
    field_add(json, "metric", json_string(row->name));
    field_add(json, "unit", text_json(evidence->unit));
    if (better)
        field_add(json, "better", json_string(better));
    field_add(json, "old", end_json(&row->old));
    field_add(json, "new", end_json(&row->now));
    shift_add(json, judging);
    field_add(json, "gate", figure_json(row->gate));
    field_add(json, "state", json_string(verdict_name(judging->verdict)));
    if (*judging->why)
        field_add(json, "why", json_string(judging->why));
    if (judging->verdict == VERDICT_UNDECIDED && judging->more)
        field_add(json, "more", json_integer((json_int_t)judging->more));
    return json;
}

int shift_row_add(const struct shift_row *row, json_t *rows)
{
    struct judging judging = { .row = row, .shift = { .value = NAN, .p = 1 } };
    int r = row_judge(&judging);

    if (r < 0)
        return r;
    return json_array_append_new(rows, row_json(&judging)) < 0 ? -ENOMEM : 0;
}

bool shift_row_moved(const json_t *row)
{
    const json_t *interval = json_object_get(row, "ci95");

    return json_number_value(json_array_get(interval, 0)) > 0 ||
           json_number_value(json_array_get(interval, 1)) < 0;
}
