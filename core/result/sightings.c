/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings.h"

#include "../plugin/lint.h"
#include "json.h"
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>

#define SLOTS_LEAST  64         /* of the table; a power of two */
#define JSON_BYTES   (8u << 20) /* that all series take in the document's memory */
#define FIGURE_BYTES 1000u      /* of these, a figure without its points */
#define POINT_BYTES  190u       /* and a point */
#define WHOLE_WEIGHT 4          /* a whole has so many points for each one of a part */
#define KEPT_POINTS  2000000    /* of all trials of a run: 32 MB */

/* A figure of a subject. */
struct sight {
    struct watched texts; /* its series is not used */
    enum thinning thinning;
    bool shared; /* it is one that trials are judged by */
    uint32_t rank;
    size_t number; /* in which it came */
    uint64_t n;
    double least, most, total;
    struct thinned run;
};

struct sightings {
    pthread_mutex_t lock; /* of all below */
    uint64_t began_ns;
    struct arena *arena;
    struct sight **slots; /* by the hash of what they are of; NULL: free */
    size_t slot_count;
    struct sight **sights; /* all of them */
    size_t count, room, parts;
    size_t whole_most, part_most; /* points that each may have */
    struct pane *panes;
    size_t kept; /* points that trials have */
};

/* ---- figures ---- */

static uint64_t hash_add(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3ull; /* FNV-1a */
    while (*text++);
    return hash;
}

static uint64_t hash_of(const char *monitor, const char *subject, const char *metric,
                        const char *part)
{
    uint64_t hash = hash_add(0xcbf29ce484222325ull, monitor);

    return hash_add(hash_add(hash_add(hash, subject), metric), part);
}

static bool is_of(const struct sight *sight, const struct sighting *sighting)
{
    return strcmp(sight->texts.subject, sighting->subject) == 0 &&
           strcmp(sight->texts.metric, sighting->metric) == 0 &&
           strcmp(sight->texts.part, sighting->part) == 0 &&
           strcmp(sight->texts.monitor, sighting->monitor) == 0;
}

/* Where it is, or would be. */
static struct sight **slot_find(struct sightings *sightings, const struct sighting *sighting)
{
    uint64_t at = hash_of(sighting->monitor, sighting->subject, sighting->metric, sighting->part);

    for (;; at++) {
        struct sight **slot = &sightings->slots[at & (sightings->slot_count - 1)];

        if (!*slot || is_of(*slot, sighting))
            return slot;
    }
}

/* So that at most half of them are taken. */
static int slots_grow(struct sightings *sightings)
{
    size_t count = sightings->slot_count ? 2 * sightings->slot_count : SLOTS_LEAST;
    struct sight **slots;

    if (2 * (sightings->count + 1) <= sightings->slot_count)
        return 0;
    slots = calloc(count, sizeof(struct sight *));
    if (!slots)
        return -ENOMEM;
    for (size_t i = 0; i < sightings->count; i++) {
        const struct watched *texts = &sightings->sights[i]->texts;
        uint64_t at = hash_of(texts->monitor, texts->subject, texts->metric, texts->part);

        while (slots[at & (count - 1)])
            at++;
        slots[at & (count - 1)] = sightings->sights[i];
    }
    free(sightings->slots);
    sightings->slots = slots;
    sightings->slot_count = count;
    return 0;
}

static int sights_grow(struct sightings *sightings)
{
    size_t room = sightings->room ? 2 * sightings->room : SLOTS_LEAST;
    struct sight **sights;

    if (sightings->count < sightings->room)
        return 0;
    sights = reallocarray(sightings->sights, room, sizeof *sights);
    if (!sights)
        return -ENOMEM;
    sightings->sights = sights;
    sightings->room = room;
    return 0;
}

static size_t within(size_t value, size_t least, size_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* The more figures there are, the fewer points each may have. */
static void points_divide(struct sightings *sightings)
{
    size_t fixed = sightings->count * FIGURE_BYTES;
    size_t points = fixed < JSON_BYTES ? (JSON_BYTES - fixed) / POINT_BYTES : 0;
    size_t wholes = sightings->count - sightings->parts;
    size_t each = points / (WHOLE_WEIGHT * wholes + sightings->parts);

    sightings->whole_most = within(WHOLE_WEIGHT * each, 8, SIGHTINGS_SERIES_MAX);
    sightings->part_most = within(each, 2, SIGHTINGS_SERIES_MAX);
}

static int texts_copy(struct arena *arena, const struct sighting *sighting, struct watched *ret)
{
    *ret = (struct watched){ .monitor = arena_strdup(arena, sighting->monitor),
                             .subject = arena_strdup(arena, sighting->subject),
                             .part = arena_strdup(arena, sighting->part),
                             .metric = arena_strdup(arena, sighting->metric),
                             .unit = arena_strdup(arena, sighting->unit),
                             .kind = sighting->kind };
    return ret->monitor && ret->subject && ret->part && ret->metric && ret->unit ? 0 : -ENOMEM;
}

static int sight_new(struct sightings *sightings, const struct sighting *sighting,
                     struct sight **ret)
{
    struct sight *sight;
    int r = slots_grow(sightings);

    r = r < 0 ? r : sights_grow(sightings);
    if (r < 0)
        return r;
    if (sightings->count == SIGHTINGS_FIGURES_MAX)
        return -ENOSPC;
    sight = arena_alloc(sightings->arena, sizeof *sight);
    if (!sight || texts_copy(sightings->arena, sighting, &sight->texts) < 0)
        return -ENOMEM;
    sight->thinning = thinning_of(sighting->metric, sighting->kind);
    sight->shared = metric_is_shared(sighting->metric);
    sight->rank = sighting->rank;
    sight->least = sight->most = sighting->value;
    sight->number = sightings->count;
    *slot_find(sightings, sighting) = sight;
    sightings->sights[sightings->count++] = sight;
    sightings->parts += *sighting->part != '\0';
    points_divide(sightings);
    *ret = sight;
    return 0;
}

static int sight_find(struct sightings *sightings, const struct sighting *sighting,
                      struct sight **ret)
{
    struct sight **slot = sightings->slot_count ? slot_find(sightings, sighting) : NULL;

    if (!slot || !*slot)
        return sight_new(sightings, sighting, ret);
    *ret = *slot;
    return 0;
}

/* ---- trials ---- */

static int panes_add(struct sightings *sightings, const struct sight *sight,
                     const struct sighting *sighting)
{
    int r = 0;

    for (struct pane *pane = sightings->panes; r == 0 && pane; pane = pane->next)
        if (pane_has(pane, sighting->subject, sighting->time_ns))
            r = pane_add(pane, &sight->texts, sighting->time_ns, sighting->value);
    return r;
}

int sightings_open(struct sightings *sightings, const struct window *window)
{
    struct pane *pane = pane_new(window);

    if (!pane)
        return -ENOMEM;
    pthread_mutex_lock(&sightings->lock);
    pane->next = sightings->panes;
    sightings->panes = pane;
    pthread_mutex_unlock(&sightings->lock);
    return 0;
}

/* ---- from outside ---- */

int sightings_new(uint64_t began_ns, struct sightings **ret)
{
    struct sightings *sightings = calloc(1, sizeof *sightings);

    if (!sightings)
        return -ENOMEM;
    sightings->arena = arena_new();
    if (!sightings->arena) {
        free(sightings);
        return -ENOMEM;
    }
    pthread_mutex_init(&sightings->lock, NULL);
    sightings->began_ns = began_ns;
    *ret = sightings;
    return 0;
}

void sightings_free(struct sightings *sightings)
{
    if (!sightings)
        return;
    while (sightings->panes) {
        struct pane *pane = sightings->panes;

        sightings->panes = pane->next;
        pane_free(pane);
    }
    for (size_t i = 0; i < sightings->count; i++)
        thinned_clear(&sightings->sights[i]->run);
    free(sightings->sights);
    free(sightings->slots);
    pthread_mutex_destroy(&sightings->lock);
    arena_free(sightings->arena);
    free(sightings);
}

static bool fits(const char *text)
{
    return text && strnlen(text, SIGHTINGS_TEXT_MAX + 1) <= SIGHTINGS_TEXT_MAX;
}

static int take(struct sightings *sightings, const struct sighting *sighting)
{
    struct point point = { .value = sighting->value };
    struct sight *sight;
    int r = sight_find(sightings, sighting, &sight);

    if (r < 0)
        return r;
    if (sighting->time_ns > sightings->began_ns)
        point.time_ns = sighting->time_ns - sightings->began_ns;
    sight->n++;
    sight->total += sighting->value;
    sight->least = fmin(sight->least, sighting->value);
    sight->most = fmax(sight->most, sighting->value);
    r = thinned_add(&sight->run, *sighting->part ? sightings->part_most : sightings->whole_most,
                    sight->thinning, point);
    return r == 0 && sight->shared ? panes_add(sightings, sight, sighting) : r;
}

int sightings_add(struct sightings *sightings, const struct sighting *sighting)
{
    int r;

    if (!fits(sighting->subject) || !*sighting->subject || !fits(sighting->part) ||
        !isfinite(sighting->value))
        return -EINVAL;
    pthread_mutex_lock(&sightings->lock);
    r = take(sightings, sighting);
    pthread_mutex_unlock(&sightings->lock);
    return r;
}

int sightings_event(struct sightings *sightings, uint32_t kind, uint64_t time_ns,
                    const char *subject, const char *text)
{
    int r = 0;

    pthread_mutex_lock(&sightings->lock);
    for (struct pane *pane = sightings->panes; r == 0 && pane; pane = pane->next)
        if (pane_has(pane, subject, time_ns))
            r = pane_mark(pane, kind, time_ns, subject, text);
    pthread_mutex_unlock(&sightings->lock);
    return r;
}

/* The measurements whose trials there are most points of are those that are given some now. */
static void keep_within(struct sightings *sightings, struct measurement *measurement)
{
    size_t before = sightings->kept + 1;

    while (sightings->kept > KEPT_POINTS && sightings->kept < before) {
        before = sightings->kept;
        measurement_thin(measurement, &sightings->kept);
    }
}

int sightings_collect(struct sightings *sightings, uint64_t now_ns)
{
    int r = 0;

    pthread_mutex_lock(&sightings->lock);
    for (struct pane **at = &sightings->panes; *at && r == 0;) {
        struct pane *pane = *at;
        struct trial *trial = measurement_trial(pane->window.measurement, pane->window.number);

        if (trial)
            r = pane_give(pane, trial, &sightings->kept);
        keep_within(sightings, pane->window.measurement);
        if (!pane_is_over(pane, now_ns)) {
            at = &pane->next;
            continue;
        }
        *at = pane->next;
        pane_free(pane);
    }
    pthread_mutex_unlock(&sightings->lock);
    return r;
}

/* ---- the document ---- */

/* More digits than anything was measured with only take room. */
static json_t *rounded_json(double value)
{
    double scale;

    if (value == 0 || fabs(value) >= 1e9)
        return figure_json(value);
    scale = pow(10, 8 - floor(log10(fabs(value))));
    return figure_json(isfinite(scale) ? round(value * scale) / scale : value);
}

static json_t *series_json(const struct thinned *thinned)
{
    json_t *series = json_array();

    for (size_t i = 0; i < thinned->count; i++) {
        uint64_t ms = (thinned->points[i].time_ns + 500000) / 1000000;

        json_array_append_new(series, json_pack("[o, o]", json_real((double)ms / 1000),
                                                rounded_json(thinned->points[i].value)));
    }
    return series;
}

/* Of the points there are, which for a long run stand for several values each. */
static double median_of(const struct thinned *thinned)
{
    _free_ double *values = calloc(thinned->count + 1, sizeof *values);

    for (size_t i = 0; values && i < thinned->count; i++)
        values[i] = thinned->points[i].value;
    return values ? stats_median(values, thinned->count) : NAN;
}

static void figure_fill(json_t *json, const struct sight *sight)
{
    field_add(json, "n", json_integer((json_int_t)sight->n));
    if (sight->texts.kind == VMTP_COUNTER) {
        field_add(json, "total", figure_json(sight->total));
    } else {
        field_add(json, "min", rounded_json(sight->least));
        field_add(json, "median", rounded_json(median_of(&sight->run)));
        field_add(json, "max", rounded_json(sight->most));
    }
    field_add(json, "series", series_json(&sight->run));
}

static json_t *object_of(json_t *parent, const char *name)
{
    json_t *child = json_object_get(parent, name);

    if (child)
        return child;
    field_add(parent, name, json_object());
    return json_object_get(parent, name);
}

/* Two monitors may watch the same: the first has the plain name, the others' is put before theirs.
 */
static json_t *metric_of(json_t *subject, const struct watched *texts)
{
    json_t *metric = object_of(subject, texts->metric);
    const char *monitor = json_string_value(json_object_get(metric, "monitor"));
    char name[SIGHTINGS_TEXT_MAX];

    if (monitor && strcmp(monitor, texts->monitor) != 0) {
        snprintf(name, sizeof name, "%.100s.%.100s", texts->monitor, texts->metric);
        metric = object_of(subject, name);
    }
    if (!json_object_size(metric)) {
        field_add(metric, "monitor", text_json(texts->monitor));
        field_add(metric, "unit", text_json(texts->unit));
        field_add(metric, "kind", json_string(texts->kind == VMTP_COUNTER ? "counter" : "gauge"));
    }
    return metric;
}

static void sight_add(json_t *json, const struct sight *sight)
{
    const struct watched *texts = &sight->texts;
    json_t *name = text_json(texts->subject), *part = text_json(texts->part);
    json_t *metric = metric_of(object_of(json, json_string_value(name)), texts);

    figure_fill(*texts->part ? object_of(object_of(metric, "parts"), json_string_value(part))
                             : metric,
                sight);
    json_decref(name);
    json_decref(part);
}

/* By the rank of their monitors, else as they came. */
static int by_rank(const void *one, const void *other)
{
    const struct sight *const *a = one, *const *b = other;

    if ((*a)->rank != (*b)->rank)
        return (*a)->rank < (*b)->rank ? -1 : 1;
    return (*a)->number < (*b)->number ? -1 : (*a)->number > (*b)->number;
}

static void subjects_share(json_t *json)
{
    json_t *first = json_object_iter_value(json_object_iter(json)), *subject;
    const char *name;

    json_object_foreach(json, name, subject) if (subject != first) json_share(subject, first);
}

json_t *sightings_json(struct sightings *sightings)
{
    json_t *json = json_object();

    pthread_mutex_lock(&sightings->lock);
    if (sightings->count)
        qsort(sightings->sights, sightings->count, sizeof *sightings->sights, by_rank);
    for (size_t i = 0; json && i < sightings->count; i++)
        sight_add(json, sightings->sights[i]);
    pthread_mutex_unlock(&sightings->lock);
    subjects_share(json);
    return json;
}
