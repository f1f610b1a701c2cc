/* SPDX-License-Identifier: Apache-2.0 */
#include "trial.h"

#include "search.h"

#include <errno.h>
#include <math.h>

static void *grow(void *items, size_t count, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 16;
    void *bigger;

    if (count < *room)
        return items;
    bigger = reallocarray(items, more, size);
    if (bigger)
        *room = more;
    return bigger;
}

int trial_new(uint32_t number, size_t metrics, struct trial **ret)
{
    _cleanup_(trial_freep) struct trial *trial = calloc(1, sizeof *trial);

    if (!trial)
        return -ENOMEM;
    trial->number = number;
    trial->finals = calloc(metrics + 1, sizeof *trial->finals);
    trial->series = calloc(metrics + 1, sizeof *trial->series);
    trial->histograms = calloc(metrics + 1, sizeof *trial->histograms);
    if (!trial->finals || !trial->series || !trial->histograms)
        return -ENOMEM;
    trial->metrics = metrics;
    for (size_t i = 0; i < metrics; i++)
        trial->finals[i] = NAN;
    *ret = TAKE(trial);
    return 0;
}

int trial_add_final(struct trial *trial, uint32_t metric, double value)
{
    if (metric >= trial->metrics || !isfinite(value))
        return -EINVAL;
    trial->finals[metric] = value;
    return 0;
}

int trial_add_point(struct trial *trial, uint32_t metric, uint64_t time_ns, double value)
{
    struct series *series;
    struct point *points;

    if (metric >= trial->metrics || !isfinite(value))
        return -EINVAL;
    series = &trial->series[metric];
    points = grow(series->points, series->count, &series->room, sizeof *points);
    if (!points)
        return -ENOMEM;
    series->points = points;
    series->points[series->count++] = (struct point){ time_ns, value };
    return 0;
}

int trial_add_histogram(struct trial *trial, uint32_t metric, const struct vmtp_histogram *more)
{
    int r;

    if (metric >= trial->metrics)
        return -EINVAL;
    if (!trial->histograms[metric]) {
        r = histogram_new(more->scale, &trial->histograms[metric]);
        if (r < 0)
            return r;
    }
    return histogram_merge(trial->histograms[metric], more);
}

int trial_add_event(struct trial *trial, uint32_t kind, uint64_t time_ns, const char *subject,
                    const char *text)
{
    struct trial_event *events, event = { .kind = kind, .time_ns = time_ns };

    if (kind < VMTP_NOTE || kind > 31)
        return -EINVAL;
    events = reallocarray(trial->events, trial->event_count + 1, sizeof *events);
    if (!events)
        return -ENOMEM;
    trial->events = events;
    event.subject = strdup(subject ? subject : "");
    event.text = strdup(text ? text : "");
    if (!event.subject || !event.text) {
        free(event.subject);
        free(event.text);
        return -ENOMEM;
    }
    trial->events[trial->event_count++] = event;
    if (kind == VMTP_GENERATOR_LIMITED || kind == VMTP_DISTURBED)
        trial->marks |= 1u << kind;
    return 0;
}

/* NULL: out of memory. */
static struct watched *watched_of(struct trial *trial, const struct watched *like)
{
    struct watched *more;

    for (size_t i = 0; i < trial->watched_count; i++) {
        struct watched *one = &trial->watched[i];

        if (strcmp(one->monitor, like->monitor) == 0 && strcmp(one->subject, like->subject) == 0 &&
            strcmp(one->metric, like->metric) == 0 && strcmp(one->part, like->part) == 0)
            return one;
    }
    more = reallocarray(trial->watched, trial->watched_count + 1, sizeof *more);
    if (!more)
        return NULL;
    trial->watched = more;
    more += trial->watched_count++;
    *more = *like;
    more->series = (struct series){ 0 };
    return more;
}

int trial_add_watched(struct trial *trial, const struct watched *like, const struct point *points,
                      size_t count)
{
    struct watched *watched = watched_of(trial, like);
    struct point *more;

    if (!watched)
        return -ENOMEM;
    more = reallocarray(watched->series.points, watched->series.count + count, sizeof *more);
    if (!more)
        return -ENOMEM;
    memcpy(more + watched->series.count, points, count * sizeof *points);
    watched->series.points = more;
    watched->series.count += count;
    watched->series.room = watched->series.count;
    return 0;
}

bool trial_is_measured(const struct trial *trial)
{
    for (size_t i = 0; i < trial->metrics; i++)
        if (isfinite(trial->finals[i]) || trial->histograms[i])
            return true;
    return false;
}

int trial_fail(struct trial *trial, int status, const char *text)
{
    trial->status = status < 0 ? status : -EIO;
    free(trial->error);
    trial->error = strdup(text && *text ? text : strerror(-trial->status));
    return trial->error ? 0 : -ENOMEM;
}

void trial_free(struct trial *trial)
{
    if (!trial)
        return;
    for (size_t i = 0; i < trial->metrics; i++) {
        free(trial->series[i].points);
        histogram_free(trial->histograms[i]);
    }
    for (size_t i = 0; i < trial->event_count; i++) {
        free(trial->events[i].subject);
        free(trial->events[i].text);
    }
    for (size_t i = 0; i < trial->watched_count; i++)
        free(trial->watched[i].series.points);
    free(trial->watched);
    free(trial->finals);
    free(trial->series);
    free(trial->histograms);
    free(trial->events);
    free(trial->error);
    free(trial);
}

int measurement_add(struct measurement *measurement, struct trial *trial)
{
    struct trial **trials =
        grow(measurement->trials, measurement->trial_count, &measurement->room, sizeof *trials);

    if (!trials) {
        trial_free(trial);
        return -ENOMEM;
    }
    measurement->trials = trials;
    measurement->trials[measurement->trial_count++] = trial;
    return 0;
}

struct trial *measurement_trial(const struct measurement *measurement, uint32_t number)
{
    for (size_t i = measurement->trial_count; i > 0; i--)
        if (measurement->trials[i - 1]->number == number)
            return measurement->trials[i - 1];
    if (measurement->wider && measurement->wider->number == number)
        return measurement->wider;
    return measurement->longer && measurement->longer->number == number ? measurement->longer
                                                                        : NULL;
}

void measurement_clear(struct measurement *measurement)
{
    for (size_t i = 0; i < measurement->trial_count; i++)
        trial_free(measurement->trials[i]);
    free(measurement->trials);
    trial_free(measurement->wider);
    trial_free(measurement->longer);
    search_free(measurement->search);
    free(measurement->error);
    measurement->trials = NULL;
    measurement->wider = measurement->longer = NULL;
    measurement->search = NULL;
    measurement->error = NULL;
    measurement->trial_count = measurement->room = 0;
}
