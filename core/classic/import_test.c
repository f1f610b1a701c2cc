/* SPDX-License-Identifier: Apache-2.0 */
#include "import_test.h"

#include "../result/json.h"
#include "entry.h"

#include <math.h>

enum {
    GOODPUT,
    OFFERED,
    SENT,
    RECEIVED,
    RETRANSMITS,
    CONNECT_RTT,
    TCP_MIN_RTT,
    JITTER,
    JITTER_MAX,
    CPU_CLIENT,
    CPU_SERVER,
    RTT_AVG,
    RTT_MIN,
    RTT_MAX,
    RTT_MDEV,
    METRICS
};

static const struct vmtp_metric metrics[METRICS] = {
    [GOODPUT] = { VMTP_GOODPUT, "bit/s", "", VMTP_GAUGE, 0 },
    [OFFERED] = { VMTP_OFFERED, "bit/s", "", VMTP_GAUGE, 0 },
    [SENT] = { VMTP_SENT, "packets", "", VMTP_COUNTER, 0 },
    [RECEIVED] = { VMTP_RECEIVED, "packets", "", VMTP_COUNTER, 0 },
    [RETRANSMITS] = { VMTP_RETRANSMITS, "segments", "", VMTP_COUNTER, VMTP_LOWER_IS_BETTER },
    [CONNECT_RTT] = { VMTP_CONNECT_RTT, "s", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [TCP_MIN_RTT] = { "tcp_min_rtt", "s", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [JITTER] = { VMTP_JITTER, "s", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [JITTER_MAX] = { "jitter_max", "s", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [CPU_CLIENT] = { VMTP_CPU_CLIENT, "ratio", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [CPU_SERVER] = { VMTP_CPU_SERVER, "ratio", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [RTT_AVG] = { "rtt_avg", "s", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [RTT_MIN] = { "rtt_min", "s", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [RTT_MAX] = { "rtt_max", "s", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [RTT_MDEV] = { "rtt_mdev", "s", "", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
};

/* Of two fields of one metric, the later one is the more exact. */
static const struct {
    const char *name;
    uint32_t metric;
    double unit;
} fields[] = {
    { "throughput_kbps", GOODPUT, 1e3 }, { "throughput_bps", GOODPUT, 1 },
    { "offered_bps", OFFERED, 1 },       { "sent", SENT, 1 },
    { "received", RECEIVED, 1 },         { "tx_packets", SENT, 1 },
    { "rx_packets", RECEIVED, 1 },       { "retrans", RETRANSMITS, 1 },
    { "rtt_ms", CONNECT_RTT, 1e-3 },     { "jitter_ms", JITTER, 1e-3 },
    { "jitter", JITTER_MAX, 1e-3 },      { "cpu_client", CPU_CLIENT, 1 },
    { "cpu_server", CPU_SERVER, 1 },     { "rtt_avg_ms", RTT_AVG, 1e-3 },
    { "rtt_min_ms", RTT_MIN, 1e-3 },     { "rtt_max_ms", RTT_MAX, 1e-3 },
    { "rtt_stddev", RTT_MDEV, 1e-3 },
};

static bool is_nuttcp(const json_t *entry)
{
    return strncmp(text_of(entry, "tool"), "nuttcp", 6) == 0;
}

/* ---- trials ---- */

/* VMTP took nuttcp's Mbit/s 1024 times for kbit/s. */
static double value_of(const json_t *entry, size_t field, bool inflated)
{
    double value = import_number(entry, fields[field].name) * fields[field].unit;

    return inflated && fields[field].metric == GOODPUT && is_nuttcp(entry) ? value * 1000 / 1024
                                                                           : value;
}

static uint32_t metric_of(const json_t *entry, size_t field)
{
    bool least = strcmp(text_of(entry, "rtt_source"), "tcp_min_rtt") == 0;

    return fields[field].metric == CONNECT_RTT && least ? TCP_MIN_RTT : fields[field].metric;
}

/* An error beside figures is what VMTP mode thinks of a search: they were measured all the same. */
static bool is_failed(const json_t *entry)
{
    return json_object_get(entry, "error") && isnan(import_number(entry, "throughput_kbps"));
}

static void marks_add(struct trial *trial, const json_t *entry)
{
    if (json_is_true(json_object_get(entry, "generator_limited")))
        trial->marks |= 1u << VMTP_GENERATOR_LIMITED;
    if (json_is_true(json_object_get(entry, "disturbed")))
        trial->marks |= 1u << VMTP_DISTURBED;
}

static int trial_fill(struct trial *trial, const json_t *entry, bool inflated)
{
    for (size_t i = 0; i < COUNT(fields); i++) {
        double value = value_of(entry, i, inflated);

        if (isfinite(value) && (value >= 0 || fields[i].unit < 1))
            (void)trial_add_final(trial, metric_of(entry, i), value);
    }
    marks_add(trial, entry);
    return is_failed(entry) ? trial_fail(trial, -EIO, text_of(entry, "error")) : 0;
}

/* Retransmissions that were none are left out by VMTP; that the tool counts them at all, another
 * trial shows. */
static void zeros_fill(struct measurement *measurement)
{
    bool counted = false;

    for (size_t i = 0; i < measurement->trial_count; i++)
        counted = counted || isfinite(measurement->trials[i]->finals[RETRANSMITS]);
    for (size_t i = 0; counted && i < measurement->trial_count; i++)
        if (isnan(measurement->trials[i]->finals[RETRANSMITS]))
            measurement->trials[i]->finals[RETRANSMITS] = 0;
}

static int trials_add(const struct import_test *test, bool inflated,
                      struct measurement *measurement)
{
    const json_t *entry;
    size_t i;
    int r = 0;

    json_array_foreach(test->entries, i, entry)
    {
        struct trial *trial = NULL;

        r = trial_new((uint32_t)i + 1, METRICS, &trial);
        r = r < 0 ? r : measurement_add(measurement, trial);
        r = r < 0 ? r : trial_fill(trial, entry, inflated);
        if (r < 0)
            return r;
    }
    zeros_fill(measurement);
    return 0;
}

/* ---- the test ---- */

static const char *skipped_why(const struct import_test *test)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(test->entries, i, entry)
    {
        if (!json_is_true(json_object_get(entry, "skipped")))
            return NULL;
    }
    return text_of(json_array_get(test->entries, 0), "error");
}

/* "nuttcp-7.3.2": the tool, cut off from its version. */
static const char *tool_split(char *name)
{
    char *dash = strrchr(name, '-');

    if (!dash || !(dash[1] >= '0' && dash[1] <= '9'))
        return NULL;
    *dash = '\0';
    return dash + 1;
}

static bool is_ping(const struct import_test *test)
{
    return strcmp(test->protocol, "icmp") == 0;
}

static json_t *options_json(const struct import_test *test)
{
    const json_t *entry = json_array_get(test->entries, 0);
    double limit_kbps = import_number(entry, "bandwidth_limit_kbps");
    json_t *options = json_object();

    if (*test->protocol && !is_ping(test))
        field_add(options, "protocol", text_json(test->protocol));
    if (test->size_bytes)
        field_add(options, is_ping(test) ? "size" : "length",
                  json_sprintf("%lld", (long long)test->size_bytes));
    if (limit_kbps > 0)
        field_add(options, "rate", json_sprintf("%.0fk", limit_kbps));
    if (test->reverse)
        field_add(options, "direction", json_string("down"));
    return options;
}

int import_measure(const struct import_test *test, bool inflated, struct sketch *sketch)
{
    const json_t *entry = json_array_get(test->entries, 0);
    _free_ char *tool = strdup(is_ping(test) ? "ping" : text_of(entry, "tool"));
    _cleanup_(json_decrefp) json_t *options = options_json(test);
    const struct import_place *place = test->place;
    struct sketch_flow flow = { .key = test->key,
                                .name = test->name,
                                .path = place->path,
                                .placement = place->placement,
                                .from = place->from,
                                .to = place->to,
                                .family = place->family,
                                .options = options,
                                .metrics = metrics,
                                .metric_count = METRICS,
                                .least = (uint32_t)json_array_size(test->entries),
                                .reason = skipped_why(test) };
    struct measurement *measurement;

    if (!tool || !options)
        return -ENOMEM;
    flow.version = tool_split(tool);
    flow.tool = tool;
    measurement = sketch_flow(sketch, &flow);
    if (!measurement)
        return -ENOMEM;
    return flow.reason ? 0 : trials_add(test, inflated, measurement);
}

/* ---- what a sketch does not know ---- */

/* The mean over the entries that have it; NAN: none has. */
static double mean_of(const struct import_test *test, const char *field)
{
    const json_t *entry;
    double sum = 0;
    size_t i, count = 0;

    json_array_foreach(test->entries, i, entry)
    {
        double value = import_number(entry, field);

        sum += isfinite(value) ? value : 0;
        count += isfinite(value);
    }
    return count ? sum / (double)count : NAN;
}

/* VMTP tells the share alone. */
static void loss_add(const struct import_test *test, json_t *metrics_of)
{
    double percent = mean_of(test, "loss_rate");

    if (percent >= 0 && percent <= 100 && !json_object_get(metrics_of, "loss"))
        field_add(metrics_of, "loss",
                  json_pack("{s:s, s:o}", "unit", "packets", "ratio", figure_json(percent / 100)));
}

static void ceiling_add(const struct import_test *test, json_t *goodput)
{
    double ceiling_bps = mean_of(test, "ceiling_bps");
    double value = json_number_value(json_object_get(goodput, "value"));

    if (!goodput || !(ceiling_bps > 0))
        return;
    field_add(goodput, "ceiling", figure_json(ceiling_bps));
    field_add(goodput, "of_ceiling", figure_json(value / ceiling_bps));
}

/* VMTP mode has the number of the search's trials, but not these. */
static void search_add(const json_t *entry, json_t *result)
{
    const json_t *search = json_object_get(entry, "search");
    json_t *goals = json_object_get(search, "goals"), *cap = json_object_get(search, "cap");

    if (json_is_array(goals))
        field_add(result, "search",
                  json_pack("{s:O, s:[], s:b, s:O*}", "goals", goals, "trials", "generator_limited",
                            json_is_true(json_object_get(search, "generator_limited")), "cap",
                            json_is_number(cap) ? cap : NULL));
}

/* Once each. */
static void note_add(json_t *notes, json_t *text)
{
    const json_t *note;
    size_t i;

    json_array_foreach(notes, i, note)
    {
        if (json_equal(note, text))
            return;
    }
    if (i < 100)
        json_array_append(notes, text);
}

/* Of -m: the first is from before the test. */
static void load_add(const json_t *entry, json_t *notes)
{
    json_t *loads = json_object_get(entry, "cpu_load"), *list;
    const char *host;

    json_object_foreach(loads, host, list)
    {
        double sum = 0, first = json_number_value(json_array_get(list, 0));
        size_t count = json_array_size(list);
        json_t *text;

        for (size_t i = 1; i < count; i++)
            sum += json_number_value(json_array_get(list, i));
        if (count < 2)
            continue;
        text = json_sprintf("CPUs busy on %.60s: %.2f before, %.2f during the test", host, first,
                            sum / (double)(count - 1));
        if (text)
            note_add(notes, text);
        json_decref(text);
    }
}

static void entry_complete(const json_t *entry, json_t *notes)
{
    const json_t *own = json_object_get(entry, "notes");
    json_t *note, *error = json_object_get(entry, "error");
    size_t i;

    json_array_foreach(own, i, note)
    {
        if (json_is_string(note))
            note_add(notes, note);
    }
    if (json_is_string(error) && !is_failed(entry))
        note_add(notes, error);
    load_add(entry, notes);
}

/* How long they took is not told. */
static void trials_strip(json_t *result)
{
    json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(result, "trials"), i, trial)
    {
        json_object_del(trial, "warmup");
        json_object_del(trial, "duration");
    }
}

int import_complete(const struct import_test *test, bool inflated, json_t *result)
{
    json_t *figures = json_object_get(result, "metrics"), *notes = json_object_get(result, "notes");
    json_t *goodput = json_object_get(figures, VMTP_GOODPUT);
    const json_t *entry, *first = json_array_get(test->entries, 0);
    size_t i;

    trials_strip(result);
    loss_add(test, figures);
    ceiling_add(test, goodput);
    search_add(first, result);
    json_array_foreach(test->entries, i, entry) entry_complete(entry, notes);
    if (inflated && goodput && is_nuttcp(first))
        return json_array_append_new(
            notes, json_string("VMTP gave nuttcp's throughput 2.4 % too high, which is corrected"));
    return 0;
}
