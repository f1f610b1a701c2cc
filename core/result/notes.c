/* SPDX-License-Identifier: Apache-2.0 */
#include "notes.h"

#include "../base/units.h"
#include "repeat.h"
#include "search.h"

#include <errno.h>
#include <math.h>

#define NOTES_MAX 24
/* Autocorrelation of independent values is near 0, give or take 1 / sqrt(n). */
#define UNSTEADY_FROM 0.4
#define UNSTEADY_N    8
/* As rare as one in a hundred among values in random order. */
#define TREND_FROM 2.58
/* A figure may be a little above its ceiling by the clocks' and the shaper's grain. */
#define ABOVE_FROM 1.01

_printf_(2, 3) static int note_add(struct result *result, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    if (result->note_count == NOTES_MAX)
        return 0;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    result->notes[result->note_count] = arena_strdup(result->arena, text);
    return result->notes[result->note_count++] ? 0 : -ENOMEM;
}

/* The result's own error has said it already. */
static int failed_note(struct result *result)
{
    const struct measurement *measurement = result->measurement;
    size_t all = measurement->trial_count, good = measurement_good(measurement);

    if (result->status != RESULT_OK)
        return 0;
    for (size_t i = 0; i < all; i++)
        if (measurement->trials[i]->status != 0)
            return note_add(result, "%zu of %zu trials failed: %s", all - good, all,
                            measurement->trials[i]->error);
    return 0;
}

static const char *event_text(const struct trial *trial, uint32_t kind)
{
    for (size_t i = 0; i < trial->event_count; i++)
        if (trial->events[i].kind == kind)
            return trial->events[i].text;
    return "";
}

/* How many trials bear the mark, and what the first of them says of it. */
static int mark_note(struct result *result, uint32_t kind, const char *what)
{
    const struct measurement *measurement = result->measurement;
    const char *text = NULL;
    size_t marked = 0;

    for (size_t i = 0; i < measurement->trial_count; i++) {
        const struct trial *trial = measurement->trials[i];

        if (!(trial->marks & 1u << kind))
            continue;
        marked++;
        if (!text)
            text = event_text(trial, kind);
    }
    if (!marked)
        return 0;
    return note_add(result, "%s in %zu of %zu trials%s%s", what, marked, measurement->trial_count,
                    *text ? ": " : "", text);
}

static const struct figure *steering_figure(const struct result *result)
{
    int row = steering_metric(result->measurement);

    if (row < 0)
        return NULL;
    return result_figure(
        result, component_metric(result->measurement->flow->variant->tool, (uint32_t)row)->name);
}

static int imprecise_note(struct result *result, const struct figure *figure)
{
    double until = result->measurement->flow->spec->repeat.until, precision;

    if (until <= 0 || !figure)
        return 0;
    if (!figure->has_interval)
        return note_add(result, "imprecise: %llu trials, and an interval needs %d",
                        (unsigned long long)figure->n, STATS_MEDIAN_LEAST);
    precision = stats_precision(figure->value, figure->interval);
    if (precision <= until)
        return 0;
    if (!isfinite(precision))
        return note_add(result, "imprecise: the median is 0 and the interval is not");
    return note_add(result, "imprecise: ±%.2g %% after %llu trials, ±%.2g %% was wanted",
                    precision * 100, (unsigned long long)figure->n, until * 100);
}

static int unsteady_note(struct result *result, const struct figure *figure)
{
    double resemblance, trend;

    if (!figure || figure->n < UNSTEADY_N)
        return 0;
    resemblance = stats_autocorrelation(figure->trials, figure->n);
    trend = stats_trend(figure->trials, figure->n);
    if (fabs(trend) > TREND_FROM)
        return note_add(result, "unsteady: %s %s from trial to trial", figure->metric->name,
                        trend > 0 ? "rises" : "falls");
    if (resemblance > UNSTEADY_FROM)
        return note_add(result,
                        "unsteady: neighbouring trials are alike (autocorrelation %.2f), so the "
                        "interval is too narrow",
                        resemblance);
    return 0;
}

static int ceiling_note(struct result *result)
{
    if (!(result->share > ABOVE_FROM))
        return 0;
    return note_add(result,
                    "above the ceiling: goodput is %.1f %% of what the path should carry; one of "
                    "the two is wrong",
                    result->share * 100);
}

static int loss_note(struct result *result)
{
    const struct loss *loss = &result->loss;

    if (!loss->known)
        return 0;
    if (isnan(loss->lost))
        return note_add(result, "more packets were received (%.0f) than sent (%.0f): no loss given",
                        loss->received, loss->sent);
    if (loss->socket > loss->lost)
        return note_add(result,
                        "the receiving socket dropped more (%.0f) than was lost (%.0f): "
                        "loss is not split",
                        loss->socket, loss->lost);
    if (!isnan(loss->socket) && isnan(loss->network))
        return note_add(result,
                        "more was dropped at the ends than was lost (%.0f): loss is not split",
                        loss->lost);
    return 0;
}

static int instead_note(struct result *result)
{
    const struct measurement *measurement = result->measurement;

    return measurement->instead
               ? note_add(result, "measured with %s: %s",
                          measurement->flow->variant->tool->table.name, measurement->instead)
               : 0;
}

/* The figures are those of another path than the flow names, it seems. */
static int doubt_note(struct result *result)
{
    const struct vmtp_reach *reach = &result->measurement->reach;

    if (!reach->doubt)
        return 0;
    return note_add(result, "traffic does not seem to take the path: %s",
                    *reach->proof ? reach->proof : "the cloud doubts it");
}

/* A goal whose answer is not simply the two bounds around it. */
static int goal_note(struct result *result, const struct search *search, size_t goal)
{
    struct search_answer answer = search_answer(search, goal);
    const struct search_spec *spec = search->spec;
    struct number loss = share_exact(spec->losses[goal]);

    if (answer.state == SEARCH_UNDECIDED)
        return note_add(result, "search %s: undecided after %zu trials and %s", loss.text,
                        answer.trials, duration_text(search->spent_ns).text);
    if (isnan(answer.lower_bps))
        return note_add(result, "search %s: more is lost even at %s", loss.text,
                        rate_text(answer.upper_bps).text);
    if (isnan(answer.upper_bps))
        return note_add(result,
                        "search %s: not more is lost at %s, which is the most that %s: the "
                        "path carries at least that",
                        loss.text, rate_text(answer.lower_bps).text,
                        search_cap(search) ? "the tool can send" : "was to be tried");
    if (answer.upper_bps - answer.lower_bps > 2 * spec->width * answer.upper_bps)
        return note_add(result,
                        "search %s: between %s and %s trials disagree, so the bounds are "
                        "no nearer",
                        loss.text, rate_text(answer.lower_bps).text,
                        rate_text(answer.upper_bps).text);
    return 0;
}

static int search_note(struct result *result)
{
    const struct search *search = result->measurement->search;
    size_t limited = 0;
    int r = 0;

    if (!search)
        return 0;
    for (size_t i = 0; i < search->count; i++)
        limited += search->trials[i].limited;
    for (size_t i = 0; r == 0 && i < search->spec->loss_count; i++)
        r = goal_note(result, search, i);
    if (r == 0 && limited)
        r = note_add(result, "search: limited by the generator in %zu of %zu trials", limited,
                     search->count);
    if (r == 0 && search->failures)
        r = note_add(result, "search: %u trials failed, the first: %s", search->failures,
                     search->failure);
    return r;
}

int notes_make(struct result *result)
{
    const struct figure *steering;
    int r;

    result->notes = arena_array(result->arena, NOTES_MAX, sizeof *result->notes);
    if (!result->notes)
        return -ENOMEM;
    steering = steering_figure(result);
    r = instead_note(result);
    if (r == 0)
        r = doubt_note(result);
    if (r == 0)
        r = failed_note(result);
    r = r < 0 ? r : search_note(result);
    if (r == 0)
        r = mark_note(result, VMTP_GENERATOR_LIMITED, "limited by the generator");
    if (r == 0)
        r = mark_note(result, VMTP_DISTURBED, "disturbed");
    if (r == 0)
        r = imprecise_note(result, steering);
    if (r == 0)
        r = unsteady_note(result, steering);
    if (r == 0)
        r = ceiling_note(result);
    return r < 0 ? r : loss_note(result);
}
