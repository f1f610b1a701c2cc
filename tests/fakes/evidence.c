/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence.h"

#include <assert.h>

static const struct vmtp_metric metrics[] = {
    { VMTP_GOODPUT, "bit/s", "Goodput", VMTP_GAUGE, 0 },
    { VMTP_OFFERED, "bit/s", "Offered", VMTP_GAUGE, 0 },
    { VMTP_SENT, "packets", "Sent", VMTP_COUNTER, 0 },
    { VMTP_RECEIVED, "packets", "Received", VMTP_COUNTER, 0 },
    { VMTP_RETRANSMITS, "segments", "Again", VMTP_COUNTER, VMTP_LOWER_IS_BETTER },
    { VMTP_SPURIOUS, "segments", "For nothing", VMTP_COUNTER, VMTP_LOWER_IS_BETTER },
    { VMTP_MSS, "bytes", "Segment", VMTP_GAUGE, 0 },
    { VMTP_CPU_CLIENT, "ratio", "CPU", VMTP_GAUGE, 0 },
    { VMTP_CPU_SERVER, "ratio", "CPU", VMTP_GAUGE, 0 },
    { VMTP_TCP_RTT, "s", "Round trip", VMTP_GAUGE, 0 },
    { VMTP_TCP_MIN_RTT, "s", "Least", VMTP_GAUGE, 0 },
    { VMTP_CWND, "bytes", "Window", VMTP_GAUGE, 0 },
    { VMTP_BUSY, "ratio", "Busy", VMTP_GAUGE, 0 },
    { VMTP_RWND_LIMITED, "ratio", "Held up", VMTP_GAUGE, 0 },
    { VMTP_SNDBUF_LIMITED, "ratio", "Held up", VMTP_GAUGE, 0 },
    { VMTP_DELIVERY_RATE, "bit/s", "Delivered", VMTP_GAUGE, 0 },
    { VMTP_PACING_RATE, "bit/s", "Paced", VMTP_GAUGE, 0 },
    { VMTP_APP_LIMITED, "ratio", "Too slow", VMTP_GAUGE, 0 },
    { VMTP_UNSENT, "bytes", "Unsent", VMTP_GAUGE, 0 },
    { VMTP_RECEIVE_FILL, "ratio", "Fill", VMTP_GAUGE, 0 },
    { VMTP_READING, "ratio", "Reading", VMTP_GAUGE, 0 },
    { VMTP_CPU_SENDER, "ratio", "CPU", VMTP_GAUGE, 0 },
    { VMTP_CPU_RECEIVER, "ratio", "CPU", VMTP_GAUGE, 0 },
    { VMTP_DELAY_SENDER, "ratio", "Delay", VMTP_GAUGE, 0 },
    { VMTP_DELAY_RECEIVER, "ratio", "Delay", VMTP_GAUGE, 0 },
    { VMTP_LOST_SENDER, "packets", "Lost", VMTP_COUNTER, 0 },
    { VMTP_LOST_NIC_SENDER, "packets", "Lost", VMTP_COUNTER, 0 },
    { VMTP_LOST_NIC_RECEIVER, "packets", "Lost", VMTP_COUNTER, 0 },
    { VMTP_LOST_SOFTNET, "packets", "Lost", VMTP_COUNTER, 0 },
    { VMTP_LOST_REASSEMBLY, "packets", "Lost", VMTP_COUNTER, 0 },
    { VMTP_LOST_SOCKET, "packets", "Lost", VMTP_COUNTER, 0 },
};

/* In the order of the table. */
const char *const evidence_metrics[] = {
    VMTP_GOODPUT,
    VMTP_OFFERED,
    VMTP_SENT,
    VMTP_RECEIVED,
    VMTP_RETRANSMITS,
    VMTP_SPURIOUS,
    VMTP_MSS,
    VMTP_CPU_CLIENT,
    VMTP_CPU_SERVER,
    VMTP_TCP_RTT,
    VMTP_TCP_MIN_RTT,
    VMTP_CWND,
    VMTP_BUSY,
    VMTP_RWND_LIMITED,
    VMTP_SNDBUF_LIMITED,
    VMTP_DELIVERY_RATE,
    VMTP_PACING_RATE,
    VMTP_APP_LIMITED,
    VMTP_UNSENT,
    VMTP_RECEIVE_FILL,
    VMTP_READING,
    VMTP_CPU_SENDER,
    VMTP_CPU_RECEIVER,
    VMTP_DELAY_SENDER,
    VMTP_DELAY_RECEIVER,
    VMTP_LOST_SENDER,
    VMTP_LOST_NIC_SENDER,
    VMTP_LOST_NIC_RECEIVER,
    VMTP_LOST_SOFTNET,
    VMTP_LOST_REASSEMBLY,
    VMTP_LOST_SOCKET,
    NULL,
};

static uint32_t row_of(const char *metric)
{
    for (uint32_t i = 0; i < COUNT(metrics); i++)
        if (strcmp(metrics[i].name, metric) == 0)
            return i;
    assert(!"a metric of the table");
    return 0;
}

void evidence_make(struct evidence *evidence, const char *protocol)
{
    *evidence = (struct evidence){ 0 };
    evidence->tool.table.name = "native";
    evidence->tool.table.metrics = (struct vmtp_table)VMTP_TABLE(metrics);
    evidence->tool.ops.tool.streamed = 1;
    evidence->variant = (struct variant){ .path = "same-network",
                                          .placement = "",
                                          .from = "a",
                                          .to = "b",
                                          .family = 4,
                                          .tool = &evidence->tool,
                                          .options = evidence->options };
    evidence->spec = (struct flow_spec){ .name = "bulk",
                                         .duration_ns = 2000000000,
                                         .repeat = { .min = 1, .max = 20 } };
    evidence->planned = (struct planned_flow){
        .key = "flow=bulk",
        .spec = &evidence->spec,
        .variant = &evidence->variant,
        .route = { .size = sizeof(struct vmtp_route),
                   .path = "",
                   .placement = "",
                   .from = "a",
                   .to = "b",
                   .family = 4 },
    };
    evidence->measurement.flow = &evidence->planned;
    evidence->measurement.reach =
        (struct vmtp_reach){ .mtu = 1500, .rate_bps = 1000000000, .overhead_bytes = 38 };
    evidence_option(evidence, "protocol", protocol);
    evidence_option(evidence, "direction", "up");
}

void evidence_clear(struct evidence *evidence)
{
    measurement_clear(&evidence->measurement);
}

void evidence_option(struct evidence *evidence, const char *name, const char *value)
{
    size_t i = 0;

    while (i < evidence->variant.option_count && strcmp(evidence->options[i].name, name) != 0)
        i++;
    assert(i < COUNT(evidence->options));
    evidence->options[i] = (struct vmtp_pair){ name, value };
    if (i == evidence->variant.option_count)
        evidence->variant.option_count++;
}

struct trial *evidence_loose(size_t intervals, double goodput_bps)
{
    struct trial *trial = NULL;
    int r = trial_new(1, COUNT(metrics), &trial);

    assert(r == 0);
    trial->warmup_ns = EVIDENCE_STEP_NS;
    trial->duration_ns = intervals * EVIDENCE_STEP_NS;
    evidence_final(trial, VMTP_GOODPUT, goodput_bps);
    evidence_set(trial, VMTP_GOODPUT, 0, intervals, goodput_bps);
    (void)r;
    return trial;
}

struct trial *evidence_trial(struct evidence *evidence, size_t intervals, double goodput_bps)
{
    struct trial *trial = evidence_loose(intervals, goodput_bps);
    int r;

    trial->number = (uint32_t)evidence->measurement.trial_count + 1;
    r = measurement_add(&evidence->measurement, trial);
    assert(r == 0);
    (void)r;
    return trial;
}

size_t evidence_intervals(const struct trial *trial)
{
    return trial->duration_ns / EVIDENCE_STEP_NS;
}

static uint64_t end_of(const struct trial *trial, size_t interval)
{
    return trial->warmup_ns + (interval + 1) * EVIDENCE_STEP_NS;
}

/* The point at a time, in the order of times. */
static struct point *point_at(struct trial *trial, uint32_t row, uint64_t time_ns)
{
    struct series *series = &trial->series[row];
    size_t k = 0;
    int r;

    while (k < series->count && series->points[k].time_ns < time_ns)
        k++;
    if (k < series->count && series->points[k].time_ns == time_ns)
        return &series->points[k];
    r = trial_add_point(trial, row, time_ns, 0);
    assert(r == 0);
    (void)r;
    memmove(&series->points[k + 1], &series->points[k],
            (series->count - 1 - k) * sizeof *series->points);
    series->points[k].time_ns = time_ns;
    return &series->points[k];
}

/* Figures that are no numbers get in as well, past the check that keeps them out. */
void evidence_set(struct trial *trial, const char *metric, size_t from, size_t to, double value)
{
    for (size_t i = from; i < to; i++)
        point_at(trial, row_of(metric), end_of(trial, i))->value = value;
}

void evidence_final(struct trial *trial, const char *metric, double value)
{
    trial->finals[row_of(metric)] = value;
}

void evidence_watch(struct trial *trial, const char *subject, const char *part, const char *metric,
                    uint32_t kind, size_t from, size_t to, double value)
{
    const struct watched like = { .monitor = "host",
                                  .subject = subject,
                                  .part = part,
                                  .metric = metric,
                                  .unit = "",
                                  .kind = kind };

    for (size_t i = from; i < to; i++) {
        const struct point point = { end_of(trial, i), value };
        int r = trial_add_watched(trial, &like, &point, 1);

        assert(r == 0);
        (void)r;
    }
}
