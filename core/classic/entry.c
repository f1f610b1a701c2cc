/* SPDX-License-Identifier: Apache-2.0 */
#include "entry.h"

#include "../result/histogram.h"
#include "../result/json.h"
#include "load.h"

#include <math.h>

#define VAGUE         2 /* bounds that are further apart than this factor are no answer */
#define NO_THROUGHPUT "the tool gave no throughput"

const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

static bool text_is(const json_t *object, const char *name, const char *text)
{
    return strcmp(text_of(object, name), text) == 0;
}

/* NAN: there is no such number. */
static double number_of(const json_t *object, const char *name)
{
    const json_t *number = json_object_get(object, name);

    return json_is_number(number) ? json_number_value(number) : NAN;
}

static const json_t *metric_of(const json_t *result, const char *name)
{
    return json_object_get(json_object_get(result, "metrics"), name);
}

/* A gauge's median, a counter's total. */
static double value_of(const json_t *result, const char *metric)
{
    return number_of(metric_of(result, metric), "value");
}

/* A float, even where it is whole.  NULL: there is no such figure. */
static json_t *real_json(double value, int decimals)
{
    double scale = pow(10, decimals);

    return isfinite(value) ? json_real(round(value * scale) / scale) : NULL;
}

static json_t *kbps_json(double bps)
{
    return figure_json(round(bps / 1000));
}

/* ---- what every entry has ---- */

/* Of a test that has no result. */
static const char *silence_why(const json_t *document)
{
    return document ? "the run says nothing of it" : "its run was not begun";
}

static const json_t *result_next(const struct classic_test *test, const json_t *document,
                                 size_t *at)
{
    const json_t *results = json_object_get(document, "results"), *result;

    while ((result = json_array_get(results, (*at)++)))
        if (text_is(result, "flow", test->name))
            return result;
    return NULL;
}

const json_t *test_result(const struct classic_test *test, const json_t *document)
{
    size_t at = 0;

    return result_next(test, document, &at);
}

/* What ended the run before its time; NULL: nothing did. */
static const char *run_failure(const json_t *document)
{
    const json_t *events = json_object_get(document, "events"), *event;
    size_t i;

    json_array_foreach(events, i, event)
    {
        if (text_is(event, "kind", "failed") || text_is(event, "kind", "journal-failed"))
            return text_of(event, "text");
    }
    return NULL;
}

/* Why there is no figure; a result that was skipped says so, and what the run failed with. */
static void error_add(json_t *entry, const json_t *document, const json_t *result, const char *text)
{
    bool skipped = text_is(result, "status", "skipped");
    const char *failure = skipped ? run_failure(document) : NULL;

    field_add(entry, "error", failure ? json_sprintf("%s: %s", text, failure) : text_json(text));
    if (skipped)
        field_add(entry, "skipped", json_true());
}

static const char *result_why(const json_t *result)
{
    return text_is(result, "status", "skipped") ? text_of(result, "reason")
                                                : text_of(result, "error");
}

/* "nuttcp-6.1.2", as VMTP names them; our own traffic has vmtp's version. */
static void tool_add(json_t *entry, const json_t *document, const json_t *result)
{
    const char *tool = text_of(result, "tool"), *version = text_of(result, "tool_version");

    if (!*version && strcmp(tool, "native") == 0)
        version = text_of(json_object_get(document, "run"), "version");
    field_add(entry, "tool", json_sprintf("%s%s%s", tool, *version ? "-" : "", version));
}

static json_t *entry_new(const struct classic_test *test, const json_t *document,
                         const json_t *result)
{
    static const char *const names[] = {
        [CLASSIC_TCP] = "TCP", [CLASSIC_UDP] = "UDP", [CLASSIC_MULTICAST] = "Multicast"
    };
    json_t *entry = json_object();

    field_add(entry, "protocol", json_string(names[test->protocol]));
    field_add(entry, "pkt_size", json_integer((json_int_t)test->size_bytes));
    if (test->reverse)
        field_add(entry, "direction", json_string("reverse"));
    if (test->limit_kbps)
        field_add(entry, "bandwidth_limit_kbps", json_integer((json_int_t)test->limit_kbps));
    tool_add(entry, document, result);
    return entry;
}

static bool trial_marked(const json_t *trial, const char *mark)
{
    const json_t *marks = json_object_get(trial, "marks"), *one;
    size_t i;

    json_array_foreach(marks, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), mark) == 0)
            return true;
    }
    return false;
}

static void mark_add(json_t *entry, const char *name, bool marked)
{
    if (marked)
        field_add(entry, name, json_true());
}

/* How sure the throughput is, over all trials of the test, and what to know beside it. */
static void certainty_add(json_t *entry, const json_t *result)
{
    const json_t *goodput = metric_of(result, "goodput");
    json_t *notes = json_object_get(result, "notes");

    field_add(entry, "key", text_json(text_of(result, "key")));
    field_add(entry, "n", json_incref(json_object_get(goodput, "n")));
    field_add(entry, "median_bps", figure_json(round(number_of(goodput, "value"))));
    field_add(entry, "ci95_bps", json_incref(json_object_get(goodput, "ci95")));
    field_add(entry, "ceiling_bps", figure_json(round(number_of(goodput, "ceiling"))));
    if (json_array_size(notes))
        field_add(entry, "notes", json_incref(notes));
}

/* ---- TCP ---- */

/* One good trial among all. */
struct good {
    size_t at, count;
};

/* What a gauge or counter was in this trial.  NAN: unknown, or the figures are fewer than the good
 * trials, so that nobody can say whose they are. */
static double trial_figure(const json_t *result, const char *metric, struct good good)
{
    const json_t *trials = json_object_get(metric_of(result, metric), "trials");
    const json_t *one =
        json_array_size(trials) == good.count ? json_array_get(trials, good.at) : NULL;

    return json_is_number(one) ? json_number_value(one) : NAN;
}

/* VMTP's is the time of connect(); without one, the least that TCP itself has seen. */
static void rtt_add(json_t *entry, const json_t *result, struct good good)
{
    static const char *const sources[] = { "connect_rtt", "tcp_min_rtt" };

    for (size_t i = 0; i < COUNT(sources); i++) {
        double rtt_s = trial_figure(result, sources[i], good);

        if (!isfinite(rtt_s))
            continue;
        field_add(entry, "rtt_ms", real_json(rtt_s * 1e3, 3));
        field_add(entry, "rtt_source", json_string(sources[i]));
        return;
    }
}

static void tcp_fill(json_t *entry, const json_t *document, const json_t *result,
                     const json_t *trial, struct good good)
{
    double goodput_bps = trial_figure(result, "goodput", good);

    if (!isfinite(goodput_bps)) {
        error_add(entry, document, result, NO_THROUGHPUT);
        return;
    }
    field_add(entry, "throughput_kbps", kbps_json(goodput_bps));
    field_add(entry, "throughput_bps", figure_json(round(goodput_bps)));
    rtt_add(entry, result, good);
    field_add(entry, "retrans", figure_json(trial_figure(result, "retransmits", good)));
    field_add(entry, "cpu_client", real_json(trial_figure(result, "cpu_client", good), 4));
    field_add(entry, "cpu_server", real_json(trial_figure(result, "cpu_server", good), 4));
    mark_add(entry, "generator_limited", trial_marked(trial, "generator-limited"));
    mark_add(entry, "disturbed", trial_marked(trial, "disturbed"));
    field_add(entry, "cpu_load", load_json(document, result, trial));
    certainty_add(entry, result);
}

static size_t good_trials(const json_t *trials)
{
    const json_t *trial;
    size_t i, count = 0;

    json_array_foreach(trials, i, trial) count += text_is(trial, "status", "ok");
    return count;
}

static void tcp_add(json_t *entries, const struct classic_test *test, const json_t *document,
                    const json_t *result)
{
    const json_t *trials = json_object_get(result, "trials"), *trial;
    struct good good = { .count = good_trials(trials) };
    bool whole = text_is(result, "status", "ok") || good.count < json_array_size(trials);
    json_t *entry;
    size_t i;

    json_array_foreach(trials, i, trial)
    {
        entry = entry_new(test, document, result);
        field_add(entry, "trial", json_integer((json_int_t)i + 1));
        if (text_is(trial, "status", "ok")) {
            tcp_fill(entry, document, result, trial, good);
            good.at++;
        } else {
            error_add(entry, document, result, text_of(trial, "error"));
        }
        json_array_append_new(entries, entry);
    }
    if (whole)
        return;
    entry = entry_new(test, document, result);
    error_add(entry, document, result, result_why(result));
    json_array_append_new(entries, entry);
}

/* ---- UDP and multicast ---- */

/* The search, but for its single trials. */
static json_t *search_json(const json_t *search)
{
    json_t *copy = json_copy((json_t *)search);
    size_t count = json_array_size(json_object_get(search, "trials"));

    if (copy)
        field_add(copy, "trials", json_integer((json_int_t)count));
    return copy;
}

static bool any_marked(const json_t *result, const char *mark)
{
    const json_t *trials = json_object_get(result, "trials"), *trial;
    size_t i;

    json_array_foreach(trials, i, trial)
    {
        if (trial_marked(trial, mark))
            return true;
    }
    return false;
}

static void loss_add(json_t *entry, const json_t *result)
{
    double ratio = number_of(metric_of(result, "loss"), "ratio");

    field_add(entry, "loss_rate", real_json(ratio * 100, 2));
    field_add(entry, "loss_percent", real_json(ratio * 100, 6));
    field_add(entry, "sent", figure_json(value_of(result, "sent")));
    field_add(entry, "received", figure_json(value_of(result, "received")));
}

/* A search that was cut off leaves the best rate it knew, which may lose more than was asked for:
 * then there are figures, but not those that were wanted; as there are where nothing arrived.  What
 * is known to a factor of VAGUE is told, with its loss beside it; and of a sender that sends no
 * more, in the search or when its answer was measured, it is known that the path carries about as
 * much. */
static void loss_judge(json_t *entry, const json_t *result)
{
    const json_t *search = json_object_get(result, "search");
    const json_t *goal = json_array_get(json_object_get(search, "goals"), 0);
    double ratio = number_of(metric_of(result, "loss"), "ratio"), most = number_of(goal, "loss");
    double lower = number_of(goal, "lower"), upper = number_of(goal, "upper");
    bool undecided = text_is(goal, "state", "undecided");
    bool sent_all = any_marked(result, "generator-limited") ||
                    (isfinite(lower) && json_is_true(json_object_get(search, "generator_limited")));

    if (undecided && !(upper <= lower * VAGUE) && !sent_all)
        field_add(
            entry, "error",
            json_sprintf("the search was cut off while the rate was not known to a factor of %d",
                         VAGUE));
    else if (goal && isfinite(most) && ratio > most * (undecided || sent_all ? VAGUE : 1))
        field_add(
            entry, "error",
            json_sprintf("the search ended (%s) at a rate at which %.2f %% is lost, more than "
                         "the %.2f %% of its goal",
                         text_of(goal, "state"), ratio * 100, most * 100));
    else if (ratio >= 1)
        field_add(entry, "error", json_string("nothing of what was sent arrived"));
}

/* Of a search, the result's figures are of the trials that verified its first goal. */
static void udp_fill(json_t *entry, const struct classic_test *test, const json_t *document,
                     const json_t *result)
{
    const json_t *search = json_object_get(result, "search");
    double goodput_bps = value_of(result, "goodput");

    if (!isfinite(goodput_bps)) {
        error_add(entry, document, result, NO_THROUGHPUT);
        return;
    }
    field_add(entry, "throughput_kbps", kbps_json(goodput_bps));
    field_add(entry, "throughput_bps", figure_json(round(goodput_bps)));
    field_add(entry, "offered_bps", figure_json(round(value_of(result, "offered"))));
    loss_add(entry, result);
    loss_judge(entry, result);
    if (test->protocol == CLASSIC_MULTICAST)
        field_add(entry, "jitter", real_json(value_of(result, "jitter_max") * 1e3, 4));
    field_add(entry, "jitter_ms", real_json(value_of(result, "jitter") * 1e3, 4));
    field_add(entry, "cpu_client", real_json(value_of(result, "cpu_client"), 4));
    field_add(entry, "cpu_server", real_json(value_of(result, "cpu_server"), 4));
    mark_add(entry, "generator_limited",
             json_is_true(json_object_get(search, "generator_limited")) ||
                 any_marked(result, "generator-limited"));
    mark_add(entry, "disturbed", any_marked(result, "disturbed"));
    field_add(entry, "cpu_load", load_json(document, result, NULL));
    certainty_add(entry, result);
}

static void udp_add(json_t *entries, const struct classic_test *test, const json_t *document,
                    const json_t *result)
{
    json_t *entry = entry_new(test, document, result);
    const json_t *search = json_object_get(result, "search");

    if (search)
        field_add(entry, "search", search_json(search));
    if (!text_is(result, "status", "ok"))
        error_add(entry, document, result, result_why(result));
    else
        udp_fill(entry, test, document, result);
    json_array_append_new(entries, entry);
}

void entries_add(json_t *entries, const struct classic_test *test, const json_t *document)
{
    const json_t *result;
    size_t at = 0, before = json_array_size(entries);

    while ((result = result_next(test, document, &at)))
        if (test->protocol == CLASSIC_TCP)
            tcp_add(entries, test, document, result);
        else
            udp_add(entries, test, document, result);
    if (json_array_size(entries) > before)
        return;
    json_array_append_new(entries, entry_new(test, document, NULL));
    error_add(json_array_get(entries, before), document, NULL, silence_why(document));
}

/* ---- ICMP ---- */

/* VMTP's figures of ping are text, as ping prints them. */
static void ping_text_add(json_t *entry, const char *name, double value, int decimals)
{
    if (isfinite(value))
        field_add(entry, name, json_sprintf("%.*f", decimals, value));
}

/* The standard deviation of what a distribution's histogram holds; NAN: it has none. */
static double deviation_of(const json_t *distribution)
{
    _cleanup_(histogram_freep) struct histogram *histogram = NULL;
    double mean, squares = 0;
    uint64_t rank = 0;

    if (histogram_from_json(json_object_get(distribution, "histogram"), &histogram) < 0)
        return NAN;
    mean = histogram_mean(histogram);
    for (size_t i = 0; i < histogram->count; i++) {
        rank += histogram->buckets[i].count;
        squares +=
            (double)histogram->buckets[i].count * pow(histogram_at_rank(histogram, rank) - mean, 2);
    }
    return rank ? sqrt(squares / (double)rank) : NAN;
}

/* Round trips, as text where VMTP has text, as numbers in "rtt". */
static void ping_rtt_add(json_t *entry, const json_t *result)
{
    static const struct {
        const char *name, *gauge, *field, *number;
    } figures[] = {
        { "rtt_min_ms", "rtt_min", "min", "min_ms" },
        { "rtt_avg_ms", "rtt_avg", "mean", "avg_ms" },
        { "rtt_max_ms", "rtt_max", "max", "max_ms" },
        { "rtt_stddev", "rtt_mdev", NULL, "stddev_ms" },
        { NULL, NULL, "p50", "p50_ms" },
        { NULL, NULL, "p90", "p90_ms" },
        { NULL, NULL, "p99", "p99_ms" },
    };
    const json_t *packets = metric_of(result, "rtt");
    json_t *rtt = json_object();

    for (size_t i = 0; i < COUNT(figures); i++) {
        double s = figures[i].gauge ? value_of(result, figures[i].gauge) : NAN;

        if (isnan(s)) /* busybox has no deviation */
            s = figures[i].field ? number_of(packets, figures[i].field) : deviation_of(packets);
        if (figures[i].name)
            ping_text_add(entry, figures[i].name, s * 1e3, 3);
        field_add(rtt, figures[i].number, real_json(s * 1e3, 6));
    }
    field_add(rtt, "n", json_incref(json_object_get(packets, "n")));
    field_add(entry, "rtt", rtt);
}

static void ping_fill(json_t *entry, const json_t *result)
{
    double sent = value_of(result, "sent");
    double received = value_of(result, "received");
    double lost = number_of(metric_of(result, "loss"), "ratio");
    json_t *notes = json_object_get(result, "notes");

    ping_text_add(entry, "tx_packets", sent, 0);
    ping_text_add(entry, "rx_packets", received, 0);
    field_add(entry, "loss_percent", real_json(lost * 100, 6));
    if (received > 0)
        ping_rtt_add(entry, result);
    else
        field_add(entry, "error", json_sprintf("no reply to %.0f requests", sent));
    if (json_array_size(notes))
        field_add(entry, "notes", json_incref(notes));
}

json_t *ping_json(const struct classic_test *test, const json_t *document)
{
    const json_t *result = test_result(test, document);
    json_t *entry = json_object();

    field_add(entry, "packet_size", json_integer((json_int_t)test->size_bytes));
    if (!result) {
        error_add(entry, document, NULL, silence_why(document));
        return entry;
    }
    field_add(entry, "key", text_json(text_of(result, "key")));
    if (text_is(result, "status", "ok"))
        ping_fill(entry, result);
    else
        error_add(entry, document, result, result_why(result));
    return entry;
}
