/* SPDX-License-Identifier: Apache-2.0 */
#include "result.h"

#include "ceiling.h"
#include "notes.h"
#include "repeat.h"

#include <errno.h>
#include <math.h>

void result_free(struct result *result)
{
    if (!result)
        return;
    for (size_t i = 0; i < result->figure_count; i++)
        histogram_free(result->figures[i].histogram);
    limit_free(result->limit);
    arena_free(result->arena); /* the result itself lives there */
}

const struct figure *result_figure(const struct result *result, const char *metric)
{
    for (size_t i = 0; i < result->figure_count; i++)
        if (strcmp(result->figures[i].metric->name, metric) == 0)
            return &result->figures[i];
    return NULL;
}

static int interval_make(struct arena *arena, struct figure *figure)
{
    if (figure->metric->kind == VMTP_COUNTER) {
        figure->no_interval = "a total, not an estimate";
        return 0;
    }
    figure->has_interval = stats_median_interval(figure->trials, figure->n, &figure->interval);
    if (figure->has_interval)
        return 0;
    figure->no_interval = arena_printf(arena, "n too small: %llu < %d",
                                       (unsigned long long)figure->n, STATS_MEDIAN_LEAST);
    return figure->no_interval ? 0 : -ENOMEM;
}

/* A gauge or a counter, from the final figures of the good trials. */
static int scalar_make(struct arena *arena, const struct measurement *measurement, uint32_t row,
                       struct figure *ret)
{
    double *values = arena_array(arena, measurement->trial_count + 1, sizeof *values);
    double total = 0;

    if (!values)
        return -ENOMEM;
    ret->trials = values;
    ret->n = measurement_finals(measurement, row, values);
    for (size_t i = 0; i < ret->n; i++)
        total += values[i];
    ret->value = ret->metric->kind == VMTP_COUNTER ? total : stats_median(values, ret->n);
    return ret->n ? interval_make(arena, ret) : 0;
}

static int histogram_add(struct figure *figure, const struct histogram *more)
{
    struct vmtp_histogram view = histogram_view(more);
    int r = 0;

    if (!figure->histogram)
        r = histogram_new(more->scale, &figure->histogram);
    return r < 0 ? r : histogram_merge(figure->histogram, &view);
}

static int distribution_make(struct arena *arena, const struct measurement *measurement,
                             uint32_t row, struct figure *ret)
{
    int r = 0;

    ret->parts = arena_array(arena, measurement->trial_count + 1, sizeof *ret->parts);
    if (!ret->parts)
        return -ENOMEM;
    for (size_t i = 0; i < measurement->trial_count && r == 0; i++) {
        const struct trial *trial = measurement->trials[i];

        if (trial->status != 0 || row >= trial->metrics || !trial->histograms[row])
            continue;
        ret->parts[ret->part_count++] = trial->histograms[row];
        r = histogram_add(ret, trial->histograms[row]);
    }
    ret->value = NAN;
    ret->n = ret->histogram ? ret->histogram->n : 0;
    if (r == 0 && ret->n && ret->n < STATS_MEDIAN_LEAST) {
        ret->no_interval = arena_printf(arena, "n too small: %llu < %d", (unsigned long long)ret->n,
                                        STATS_MEDIAN_LEAST);
        r = ret->no_interval ? 0 : -ENOMEM;
    }
    return r;
}

static int figures_make(struct result *result)
{
    const struct measurement *measurement = result->measurement;
    const struct component *tool = measurement->flow->variant->tool;
    uint32_t count = tool->table.metrics.count;

    result->figures = arena_array(result->arena, count + 1u, sizeof *result->figures);
    if (!result->figures)
        return -ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        struct figure figure = { .metric = component_metric(tool, i) };
        bool distribution = figure.metric->kind == VMTP_DISTRIBUTION;
        int r = distribution ? distribution_make(result->arena, measurement, i, &figure)
                             : scalar_make(result->arena, measurement, i, &figure);

        if (r < 0 || !figure.n)
            histogram_free(figure.histogram);
        else
            result->figures[result->figure_count++] = figure;
        if (r < 0)
            return r;
    }
    return 0;
}

static double trial_final(const struct measurement *measurement, const struct trial *trial,
                          const char *name)
{
    const struct component *tool = measurement->flow->variant->tool;

    for (uint32_t i = 0; i < tool->table.metrics.count && i < trial->metrics; i++)
        if (strcmp(component_metric(tool, i)->name, name) == 0)
            return trial->finals[i];
    return NAN;
}

static const struct {
    const char *metric;
    size_t offset; /* in struct loss */
} stages[] = {
    { VMTP_LOST_SENDER, offsetof(struct loss, sender) },
    { VMTP_LOST_NIC_SENDER, offsetof(struct loss, nic_sender) },
    { VMTP_LOST_NIC_RECEIVER, offsetof(struct loss, nic_receiver) },
    { VMTP_LOST_SOFTNET, offsetof(struct loss, softnet) },
    { VMTP_LOST_REASSEMBLY, offsetof(struct loss, reassembly) },
    { VMTP_LOST_SOCKET, offsetof(struct loss, socket) },
};

static double *stage_of(struct loss *loss, size_t i)
{
    return (double *)(void *)((char *)loss + stages[i].offset);
}

/* What no stage has dropped; only where the last one counts, since without it most of what is lost
 * at an end would be the network's. */
static void loss_locate(struct loss *ret)
{
    double dropped = 0;

    for (size_t i = 0; i < COUNT(stages); i++)
        dropped += isnan(*stage_of(ret, i)) ? 0 : *stage_of(ret, i);
    ret->network = !isnan(ret->socket) && dropped <= ret->lost ? ret->lost - dropped : NAN;
}

/* NAN in one trial makes the sum NAN: a part of the drops is not all of them. */
static void loss_make(const struct measurement *measurement, struct loss *ret)
{
    for (size_t i = 0; i < measurement->trial_count; i++) {
        const struct trial *trial = measurement->trials[i];
        double sent = trial_final(measurement, trial, VMTP_SENT);
        double received = trial_final(measurement, trial, VMTP_RECEIVED);

        if (trial->status != 0 || isnan(sent) || isnan(received))
            continue;
        ret->known = true;
        ret->sent += sent;
        ret->received += received;
        for (size_t k = 0; k < COUNT(stages); k++)
            *stage_of(ret, k) += trial_final(measurement, trial, stages[k].metric);
    }
    ret->lost = ret->received <= ret->sent ? ret->sent - ret->received : NAN;
    ret->ratio = ret->sent > 0 ? ret->lost / ret->sent : NAN;
    loss_locate(ret);
}

static const struct trial *first_failed(const struct measurement *measurement)
{
    for (size_t i = 0; i < measurement->trial_count; i++)
        if (measurement->trials[i]->status != 0)
            return measurement->trials[i];
    return NULL;
}

static int failed(struct result *result, const char *why)
{
    result->status = RESULT_FAILED;
    result->why = why;
    return why ? 0 : -ENOMEM;
}

static int status_make(struct result *result)
{
    const struct measurement *measurement = result->measurement;
    const struct trial *trial = first_failed(measurement);
    size_t good = measurement_good(measurement), all = measurement->trial_count;
    uint32_t min = measurement->flow->spec->repeat.min;

    result->status = RESULT_OK;
    if (measurement->reason) {
        result->status = RESULT_SKIPPED;
        result->why = measurement->reason;
    } else if (measurement->error) {
        return failed(result, measurement->error);
    } else if (trial && (good < min || good == 0)) {
        return failed(result, arena_printf(result->arena, "%zu of %zu trials failed: %s",
                                           all - good, all, trial->error));
    } else if (all == 0 && measurement->searched) {
        return failed(result, "the run ended before the rate was found");
    } else if (good < min || good == 0) {
        return failed(result, arena_printf(result->arena, "only %zu of %u trials were run", good,
                                           min ? min : 1));
    } else if (!result->figure_count) {
        return failed(result, "no trial gave a final figure");
    }
    return 0;
}

static void ceiling_make(struct result *result)
{
    const struct figure *goodput = result_figure(result, VMTP_GOODPUT);

    result->ceiling_bps = measurement_ceiling(result->measurement);
    result->share = goodput && result->ceiling_bps > 0 ? goodput->value / result->ceiling_bps : NAN;
}

int result_make(const struct measurement *measurement, struct result **ret)
{
    struct arena *arena = arena_new();
    _cleanup_(result_freep) struct result *result = NULL;
    int r;

    if (!arena)
        return -ENOMEM;
    result = arena_alloc(arena, sizeof *result);
    if (!result) {
        arena_free(arena);
        return -ENOMEM;
    }
    result->arena = arena;
    result->measurement = measurement;
    r = figures_make(result);
    if (r < 0)
        return r;
    loss_make(measurement, &result->loss);
    ceiling_make(result);
    r = status_make(result);
    if (r == 0)
        r = limit_make(measurement, &result->limit);
    if (r == 0)
        r = notes_make(result);
    if (r < 0)
        return r;
    *ret = TAKE(result);
    return 0;
}
