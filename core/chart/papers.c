/* SPDX-License-Identifier: Apache-2.0 */
#include "papers.h"

#include <math.h>
#include <strings.h>

const char *const percentiles[PERCENTILES] = { "p50", "p90", "p95", "p99", "p99.9", "p99.99" };

static const char *text_of(const json_t *result, const char *part, const char *name)
{
    return json_text(json_object_get(result, part), name);
}

const char *result_transport(const json_t *result)
{
    static const char *const known[] = { "tcp", "udp", "icmp" };
    const char *said = text_of(result, "labels", "protocol");

    said = *said ? said : text_of(result, "options", "protocol");
    if (strcmp(json_text(result, "tool"), "ping") == 0)
        return "icmp";
    for (size_t i = 0; i < COUNT(known); i++)
        if (strcasecmp(said, known[i]) == 0)
            return known[i];
    return "";
}

bool result_is_pair(const json_t *result)
{
    return json_object_get(json_object_get(result, "labels"), "pair") != NULL;
}

bool papers_show(const struct papers *papers, const json_t *result)
{
    static const char *const wanted[] = { [TRANSPORT_TCP] = "tcp", [TRANSPORT_UDP] = "udp" };

    return papers->transport == TRANSPORT_ALL ||
           strcmp(result_transport(result), wanted[papers->transport]) == 0;
}

bool figure_is_distribution(const json_t *figure)
{
    return strcmp(json_text(figure, "kind"), "distribution") == 0;
}

/* The higher, the rather it is shown. */
static int rank_of(const char *name, const json_t *metric)
{
    if (strcmp(name, "goodput") == 0)
        return 3;
    return figure_is_distribution(metric) ? 2 : strcmp(json_text(metric, "kind"), "gauge") == 0;
}

const json_t *main_figure(const json_t *result, const char **ret_name)
{
    const json_t *metrics = json_object_get(result, "metrics"), *best = NULL;
    const char *name;
    json_t *metric;
    int rank = 0;

    json_object_foreach((json_t *)metrics, name, metric)
    {
        if (rank_of(name, metric) <= rank)
            continue;
        rank = rank_of(name, metric);
        best = metric;
        *ret_name = name;
    }
    return best;
}

const char *middle_field(const json_t *figure)
{
    return figure_is_distribution(figure) ? "p50" : "value";
}

double figure_middle(const json_t *figure)
{
    const json_t *value = json_object_get(figure, middle_field(figure));

    return json_is_number(value) ? json_number_value(value) : NAN;
}

bool figure_interval(const json_t *figure, double *ret_low, double *ret_high)
{
    const json_t *interval = json_object_get(figure, "ci95");

    if (figure_is_distribution(figure))
        interval = json_object_get(interval, "p50");
    if (json_array_size(interval) != 2)
        return false;
    *ret_low = json_number_value(json_array_get(interval, 0));
    *ret_high = json_number_value(json_array_get(interval, 1));
    return true;
}

/* ---- what limited it ---- */

#define REACHED 0.95 /* of what could be: more is not to be had */

bool trial_has_mark(const json_t *trial, const char *mark)
{
    const json_t *each;
    size_t i;

    json_array_foreach(json_object_get(trial, "marks"), i, each)
    {
        if (json_is_string(each) && strcmp(json_string_value(each), mark) == 0)
            return true;
    }
    return false;
}

static bool fell_short(const json_t *result)
{
    const json_t *trials = json_object_get(result, "trials"), *trial;
    size_t i, short_n = 0;

    json_array_foreach(trials, i, trial) short_n += trial_has_mark(trial, "generator-limited");
    return 2 * short_n > json_array_size(trials);
}

const char *result_limit(const json_t *result)
{
    const json_t *goodput = json_object_get(json_object_get(result, "metrics"), "goodput");
    const json_t *limit = json_object_get(result, "limit");
    const char *cause = json_text(limit, "cause"), *by = json_text(limit, "by");
    uint64_t asked_bps = 0;

    if (strcmp(cause, "unknown") == 0)
        return NULL; /* it was looked into */
    if (*cause)
        return *by ? by : cause;
    if (!goodput)
        return NULL;
    if (fell_short(result))
        return "the generator";
    if (json_number_value(json_object_get(goodput, "of_ceiling")) >= REACHED)
        return "the path";
    if (rate_parse(text_of(result, "options", "rate"), &asked_bps) == 0 && asked_bps > 0 &&
        figure_middle(goodput) >= REACHED * (double)asked_bps)
        return "the rate asked for";
    return NULL;
}

const char *figure_span(struct table *cells, const json_t *figure)
{
    const char *unit = json_text(figure, "unit"), *end;
    struct number first, last;
    double low, high, half;

    if (!figure_interval(figure, &low, &high))
        return NULL;
    half = (high - low) / 2 / fabs(figure_middle(figure));
    if (isfinite(half) && half <= 0.1)
        return cell_printf(cells, "±%.2g %%", half * 100);
    first = low > 0 || low < 0 ? figure_text(low, unit) : (struct number){ "0" };
    last = figure_text(high, unit);
    end = strchr(last.text, ' ');
    if (end && strlen(first.text) > strlen(end) &&
        strcmp(first.text + strlen(first.text) - strlen(end), end) == 0)
        first.text[strlen(first.text) - strlen(end)] = '\0'; /* the same unit is said once */
    return cell_printf(cells, "%s to %s", first.text, last.text);
}
