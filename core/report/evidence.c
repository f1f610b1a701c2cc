/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence.h"

#include "../result/stats.h"
#include "cells.h"

#include <errno.h>
#include <math.h>

#define LOSS "loss"

/* ---- results ---- */

static int index_add(json_t *index, json_t *entries)
{
    json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry)
    {
        const char *key = json_text(entry, "key");
        _free_ char *name = strdup(key);

        for (unsigned n = 2; name && json_object_get(index, name); n++) {
            free(name);
            if (asprintf(&name, "%s #%u", key, n) < 0)
                name = NULL;
        }
        if (!name || json_object_set(index, name, entry) < 0)
            return -ENOMEM;
    }
    return 0;
}

json_t *results_index(const json_t *document)
{
    json_t *index = json_object();

    if (index && index_add(index, json_object_get(document, "results")) == 0 &&
        index_add(index, json_object_get(document, "aggregates")) == 0)
        return index;
    json_decref(index);
    return NULL;
}

/* ---- quantities ---- */

static bool is_percentile(const char *name, const json_t *value)
{
    return name[0] == 'p' && name[1] >= '0' && name[1] <= '9' && json_is_number(value);
}

static int name_add(json_t *names, const char *metric, const char *statistic)
{
    _free_ char *name = NULL;

    if (asprintf(&name, "%s%s%s", metric, statistic ? "." : "", statistic ? statistic : "") < 0)
        return -ENOMEM;
    if (json_object_get(names, name))
        return 0;
    return json_object_set_new(names, name, json_pack("[s, s?]", metric, statistic)) < 0 ? -ENOMEM
                                                                                         : 0;
}

static int percentiles_add(json_t *names, const char *metric, const json_t *distribution)
{
    const char *name;
    json_t *value;
    int r = 0;

    json_object_foreach((json_t *)distribution, name, value)
    {
        if (r == 0 && is_percentile(name, value))
            r = name_add(names, metric, name);
    }
    return r;
}

int quantities_add(const json_t *entry, json_t *names)
{
    const char *name;
    json_t *metric;
    int r = 0;

    json_object_foreach(json_object_get(entry, "metrics"), name, metric)
    {
        if (strcmp(json_text(metric, "kind"), "distribution") == 0)
            r = percentiles_add(names, name, metric);
        else if (json_object_get(metric, strcmp(name, LOSS) == 0 ? "ratio" : "value"))
            r = name_add(names, name, NULL);
        if (r < 0)
            return r;
    }
    return 0;
}

struct quantity quantity_of(const json_t *element)
{
    return (struct quantity){ json_string_value(json_array_get(element, 0)),
                              json_string_value(json_array_get(element, 1)) };
}

/* ---- figures ---- */

/* The numbers of an array; room for all of them. */
static size_t numbers_take(const json_t *array, double *ret)
{
    const json_t *value;
    size_t i, n = 0;

    json_array_foreach(array, i, value) if (json_is_number(value)) ret[n++] =
        json_number_value(value);
    return n;
}

/* Loss of each trial, where all trials have counted both ends. */
static size_t losses_take(const json_t *metrics, double *ret)
{
    const json_t *sent = json_object_get(json_object_get(metrics, "sent"), "trials");
    const json_t *received = json_object_get(json_object_get(metrics, "received"), "trials");
    size_t count = json_array_size(sent), n = 0;

    for (size_t i = 0; i < count && json_array_size(received) == count; i++) {
        double all = json_number_value(json_array_get(sent, i));
        double lost = all - json_number_value(json_array_get(received, i));

        if (all > 0 && lost >= 0)
            ret[n++] = lost / all;
    }
    return n == count ? n : 0;
}

static const json_t *trials_of(const json_t *metric, const struct quantity *quantity)
{
    const json_t *trials = json_object_get(metric, "trials");

    return quantity->statistic ? json_object_get(trials, quantity->statistic) : trials;
}

static bool is_loss(const struct quantity *quantity)
{
    return strcmp(quantity->metric, LOSS) == 0;
}

/* How many trials there may be: room for them. */
static size_t trials_most(const json_t *metrics, const struct quantity *quantity)
{
    const char *name = is_loss(quantity) ? "sent" : quantity->metric;
    const struct quantity counted = { name, is_loss(quantity) ? NULL : quantity->statistic };

    return json_array_size(trials_of(json_object_get(metrics, name), &counted));
}

/* A run's own figure: NAN where it has none. */
static double run_figure(const json_t *metric, const struct quantity *quantity,
                         const double *trials, size_t count)
{
    const char *field = is_loss(quantity)     ? "ratio"
                        : quantity->statistic ? quantity->statistic
                                              : "value";
    const json_t *value = json_object_get(metric, field);

    if (count && strcmp(json_text(metric, "kind"), "counter") == 0)
        return stats_median(trials, count);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void traits_note(const json_t *metric, const struct quantity *quantity,
                        struct evidence *evidence)
{
    const char *better = is_loss(quantity) ? "lower" : json_text(metric, "better");

    evidence->unit = is_loss(quantity) ? "ratio" : json_text(metric, "unit");
    evidence->counted = strcmp(json_text(metric, "kind"), "counter") == 0;
    if (strcmp(better, "lower") == 0)
        evidence->better = BETTER_LOWER;
    else if (strcmp(better, "higher") == 0)
        evidence->better = BETTER_HIGHER;
}

static void duration_note(const json_t *entry, struct evidence *evidence)
{
    const json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(entry, "trials"), i, trial)
    {
        const json_t *duration = json_object_get(trial, "duration");

        if (json_is_number(duration) && strcmp(json_text(trial, "status"), "ok") == 0)
            evidence->duration = json_number_value(duration);
    }
}

static void entry_gather(const json_t *entry, const struct quantity *quantity,
                         struct evidence *evidence)
{
    const json_t *metrics = json_object_get(entry, "metrics");
    const json_t *metric = json_object_get(metrics, quantity->metric);
    double *trials = evidence->trials + evidence->trial_count, value;
    size_t count = is_loss(quantity) ? losses_take(metrics, trials)
                                     : numbers_take(trials_of(metric, quantity), trials);

    value = run_figure(metric, quantity, trials, count);
    if (isnan(value))
        return;
    if (!count && json_integer_value(json_object_get(metric, "n")) == 1 && !quantity->statistic)
        trials[count++] = value;
    evidence->trial_count += count;
    evidence->runs[evidence->run_count++] = value;
    traits_note(metric, quantity, evidence);
    duration_note(entry, evidence);
}

int evidence_gather(struct arena *arena, const json_t *const *entries, size_t count,
                    const struct quantity *quantity, struct evidence *ret)
{
    struct evidence evidence = { .unit = "", .duration = NAN };
    size_t most = count;

    for (size_t i = 0; i < count; i++)
        most += trials_most(json_object_get(entries[i], "metrics"), quantity);
    evidence.trials = arena_array(arena, most + 1, sizeof *evidence.trials);
    evidence.runs = arena_array(arena, count + 1, sizeof *evidence.runs);
    if (!evidence.trials || !evidence.runs)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (entries[i])
            entry_gather(entries[i], quantity, &evidence);
    *ret = evidence;
    return 0;
}
