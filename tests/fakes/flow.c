/* SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

#include <assert.h>

static const struct vmtp_metric metrics[] = {
    [GOODPUT] = { VMTP_GOODPUT, "bit/s", "Goodput", VMTP_GAUGE, 0 },
    [SENT] = { VMTP_SENT, "packets", "Sent", VMTP_COUNTER, 0 },
    [RECEIVED] = { VMTP_RECEIVED, "packets", "Received", VMTP_COUNTER, 0 },
    [LOST_SOCKET] = { VMTP_LOST_SOCKET, "packets", "Dropped", VMTP_COUNTER, VMTP_LOWER_IS_BETTER },
    [MSS] = { VMTP_MSS, "bytes", "Segment", VMTP_GAUGE, 0 },
    [RTT] = { VMTP_RTT, "s", "Round trip", VMTP_DISTRIBUTION, VMTP_LOWER_IS_BETTER },
};

static struct vmtp_pair pairs[][2] = {
    { { "protocol", "tcp" }, { "direction", "up" } },
    { { "protocol", "udp" }, { "direction", "up" } },
};

void fake_flow_make(struct fake_flow *flow, const char *protocol)
{
    *flow = (struct fake_flow){ 0 };
    flow->tool.table.name = "native";
    flow->tool.table.metrics = (struct vmtp_table)VMTP_TABLE(metrics);
    flow->variant = (struct variant){
        .path = "same-network",
        .placement = "intra-node",
        .from = "",
        .to = "",
        .family = 4,
        .tool = &flow->tool,
        .labels = pairs[strcmp(protocol, "udp") == 0],
        .label_count = 1,
        .options = pairs[strcmp(protocol, "udp") == 0],
        .option_count = 2,
    };
    flow->spec = (struct flow_spec){ .name = "bulk",
                                     .duration_ns = 2000000000,
                                     .repeat = { .min = 3, .max = 20 } };
    flow->planned = (struct planned_flow){
        .key = strcmp(protocol, "udp") == 0 ? "flow=bulk,path=same-network,protocol=udp"
                                            : "flow=bulk,path=same-network,protocol=tcp",
        .spec = &flow->spec,
        .variant = &flow->variant,
        .labels = flow->variant.labels,
        .label_count = flow->variant.label_count,
        .route = { .size = sizeof(struct vmtp_route),
                   .path = "same-network",
                   .placement = "intra-node",
                   .from = "a",
                   .to = "b",
                   .family = 4 },
    };
    flow->measurement.flow = &flow->planned;
}

void fake_flow_clear(struct fake_flow *flow)
{
    measurement_clear(&flow->measurement);
}

struct trial *fake_trial(struct fake_flow *flow)
{
    struct trial *trial = NULL;
    uint32_t number = (uint32_t)flow->measurement.trial_count + 1;
    int r = trial_new(number, FLOW_METRICS, &trial);

    assert(r == 0);
    trial->wall_ns = 1795228800000000000ull + number * 3000000000ull;
    trial->duration_ns = 2000000000;
    r = measurement_add(&flow->measurement, trial);
    assert(r == 0);
    return trial;
}

struct trial *fake_goodput(struct fake_flow *flow, double goodput)
{
    struct trial *trial = fake_trial(flow);
    int r = trial_add_final(trial, GOODPUT, goodput);

    assert(r == 0);
    return trial;
}

struct trial *fake_failure(struct fake_flow *flow, const char *why)
{
    struct trial *trial = fake_trial(flow);
    int r = trial_fail(trial, -EIO, why);

    assert(r == 0);
    return trial;
}

void fake_rtt(struct trial *trial, uint64_t ns, uint64_t n)
{
    const struct vmtp_bucket bucket = { vmtp_bucket_index(ns), n };
    const struct vmtp_histogram histogram = { .size = sizeof histogram,
                                              .buckets = &bucket,
                                              .count = 1,
                                              .scale = 1e-9,
                                              .min = ns,
                                              .max = ns };
    int r = trial_add_histogram(trial, RTT, &histogram);

    assert(r == 0);
    (void)r;
}
