/* SPDX-License-Identifier: Apache-2.0 */
#include "pane.h"

#include "../base/clock.h"

#include <errno.h>

#define POINTS_MAX 3600           /* of a figure in one trial: six minutes at 100 ms */
#define KEPT_LEAST 10             /* and whatever is thinned */
#define EVENTS_MAX 100            /* of one trial */
#define LATE_NS    (2 * NS_PER_S) /* that what was seen may take to be told */

/* What a trial gets of a figure. */
struct share {
    const struct watched *texts;
    struct thinned points;
};

struct mark {
    uint32_t kind;
    uint64_t time_ns; /* since the trial's start */
    char *subject, *text;
};

struct pane *pane_new(const struct window *window)
{
    struct pane *pane = calloc(1, sizeof *pane);

    if (pane)
        pane->window = *window;
    return pane;
}

static void marks_clear(struct pane *pane)
{
    for (size_t i = 0; i < pane->mark_count; i++) {
        free(pane->marks[i].subject);
        free(pane->marks[i].text);
    }
    pane->mark_count = 0;
}

void pane_free(struct pane *pane)
{
    for (size_t i = 0; i < pane->share_count; i++)
        thinned_clear(&pane->shares[i].points);
    marks_clear(pane);
    free(pane->shares);
    free(pane->marks);
    free(pane);
}

bool pane_has(const struct pane *pane, const char *subject, uint64_t time_ns)
{
    const struct window *window = &pane->window;
    const struct vmtp_route *route = &window->measurement->flow->route;
    uint64_t since_ns = window->start_ns + window->warmup_ns;

    return time_ns > since_ns && time_ns - since_ns <= window->duration_ns &&
           (strcmp(subject, route->from) == 0 || strcmp(subject, route->to) == 0);
}

bool pane_is_over(const struct pane *pane, uint64_t now_ns)
{
    const struct window *window = &pane->window;

    return window->start_ns + window->warmup_ns + window->duration_ns + LATE_NS < now_ns;
}

/* NULL: out of memory. */
static struct share *share_of(struct pane *pane, const struct watched *texts)
{
    struct share *shares = pane->shares;

    for (size_t i = 0; i < pane->share_count; i++)
        if (shares[i].texts == texts)
            return &shares[i];
    if (pane->share_count == pane->share_room) {
        size_t room = pane->share_room ? 2 * pane->share_room : 16;

        shares = reallocarray(shares, room, sizeof *shares);
        if (!shares)
            return NULL;
        pane->shares = shares;
        pane->share_room = room;
    }
    shares[pane->share_count] = (struct share){ .texts = texts };
    return &shares[pane->share_count++];
}

int pane_add(struct pane *pane, const struct watched *texts, uint64_t time_ns, double value)
{
    struct share *share = share_of(pane, texts);
    const struct point point = { time_ns - pane->window.start_ns, value };

    return share ? thinned_add(&share->points, POINTS_MAX, thinning_of(texts->metric, texts->kind),
                               point)
                 : -ENOMEM;
}

int pane_mark(struct pane *pane, uint32_t kind, uint64_t time_ns, const char *subject,
              const char *text)
{
    struct mark *marks;

    if (pane->mark_count == EVENTS_MAX)
        return 0;
    marks = reallocarray(pane->marks, pane->mark_count + 1, sizeof *marks);
    if (!marks)
        return -ENOMEM;
    pane->marks = marks;
    marks += pane->mark_count++;
    *marks = (struct mark){ kind, time_ns - pane->window.start_ns, strdup(subject), strdup(text) };
    return marks->subject && marks->text ? 0 : -ENOMEM;
}

int pane_give(struct pane *pane, struct trial *trial, size_t *ret_points)
{
    int r = 0;

    for (size_t i = 0; i < pane->share_count && r == 0; i++) {
        struct thinned *points = &pane->shares[i].points;

        if (!points->count)
            continue;
        r = trial_add_watched(trial, pane->shares[i].texts, points->points, points->count);
        *ret_points += points->count;
        thinned_clear(points);
    }
    for (size_t i = 0; i < pane->mark_count && r == 0 && trial->event_count < EVENTS_MAX; i++) {
        const struct mark *mark = &pane->marks[i];

        r = trial_add_event(trial, mark->kind, mark->time_ns, mark->subject, mark->text);
    }
    marks_clear(pane);
    return r;
}

static void trial_thin(struct trial *trial, size_t *points)
{
    for (size_t i = 0; trial && i < trial->watched_count; i++) {
        struct watched *watched = &trial->watched[i];
        struct point *fewer;
        struct thinned thinned = { .points = watched->series.points,
                                   .count = watched->series.count,
                                   .stride = 1 };

        if (thinned.count < 2 * KEPT_LEAST)
            continue;
        thinned_halve(&thinned, thinning_of(watched->metric, watched->kind));
        *points -= watched->series.count - thinned.count;
        watched->series.count = thinned.count;
        fewer = reallocarray(thinned.points, thinned.count, sizeof *fewer);
        watched->series.points = fewer ? fewer : thinned.points;
    }
}

void measurement_thin(struct measurement *measurement, size_t *points)
{
    for (size_t i = 0; i < measurement->trial_count; i++)
        trial_thin(measurement->trials[i], points);
    trial_thin(measurement->wider, points);
    trial_thin(measurement->longer, points);
}
