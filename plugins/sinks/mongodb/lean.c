/* SPDX-License-Identifier: Apache-2.0 */
#include "lean.h"

static bool metrics_lean(json_t *metrics)
{
    const char *name;
    json_t *metric;
    bool any = false;

    json_object_foreach(metrics, name, metric) any |= json_object_del(metric, "histogram") == 0;
    return any;
}

static bool entries_lean(json_t *entries)
{
    json_t *entry, *trial;
    bool any = false;
    size_t i, k;

    json_array_foreach(entries, i, entry)
    {
        any |= metrics_lean(json_object_get(entry, "metrics"));
        json_array_foreach(json_object_get(entry, "trials"), k, trial) any |=
            json_object_del(trial, "series") == 0;
    }
    return any;
}

/* A figure has parts, and these have none. */
static bool figures_lean(json_t *figures)
{
    const char *name;
    json_t *figure;
    bool any = false;

    json_object_foreach(figures, name, figure)
    {
        any |= json_object_del(figure, "series") == 0;
        any |= figures_lean(json_object_get(figure, "parts"));
    }
    return any;
}

static bool watched_lean(json_t *watched)
{
    const char *name;
    json_t *figures;
    bool any = false;

    json_object_foreach(watched, name, figures) any |= figures_lean(figures);
    return any;
}

bool document_lean(json_t *document, size_t bytes)
{
    json_t *events = json_object_get(document, "events");
    json_t *ended = json_object_get(json_object_get(document, "run"), "ended");
    bool results = entries_lean(json_object_get(document, "results"));
    bool aggregates = entries_lean(json_object_get(document, "aggregates"));
    bool watched = watched_lean(json_object_get(document, "watched"));

    if (!results && !aggregates && !watched)
        return false;
    return json_array_append_new(
               events, json_pack("{s:O, s:s, s:o}", "time", ended, "kind", "left-out", "text",
                                 json_sprintf("series and histograms are left out: with them it is "
                                              "%zu MB, and MongoDB takes 16",
                                              bytes >> 20))) == 0;
}
