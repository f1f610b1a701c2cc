/* SPDX-License-Identifier: Apache-2.0
 *
 * Sinks keep results.
 *
 * A sink is fed from the run's journal after the run, or again later by `vmtp replay`, so a
 * sink that is slow, full or away can neither disturb a measurement nor lose one.
 */
#ifndef VMTP_SINK_H
#define VMTP_SINK_H

#include <vmtp/host.h>

/* One figure with all that is known of it. */
struct vmtp_record {
    size_t size;
    const char *run;     /* run id */
    const char *flow;    /* the flow's key; "" for a monitor's figure */
    const char *subject; /* an endpoint's name, or "" for the flow itself */
    const char *metric, *unit;
    uint32_t kind;    /* enum vmtp_metric_kind */
    uint32_t trial;   /* 0: of none */
    uint32_t final;   /* 1: of the whole trial */
    uint64_t wall_ns; /* CLOCK_REALTIME */
    double value;
    uint32_t failed; /* 1: its trial failed, so it is no part of any result */
    uint32_t search; /* 1: its trial was a step of a rate search, so it is no part of a metric */
};

struct vmtp_sink {
    size_t size;
    /* [worker] NULL: nothing to do. */
    int (*begin)(struct vmtp_self *, const char *run, struct vmtp_error *);
    /* [worker] Each record in the order of the journal.  NULL: not wanted. */
    int (*record)(struct vmtp_self *, const struct vmtp_record *, struct vmtp_error *);
    /* [worker] The result document, vmtp.result/1, len bytes and a NUL.  NULL: not wanted. */
    int (*end)(struct vmtp_self *, const char *json, size_t len, struct vmtp_error *);
    /* Pure [main].  1: this instance writes to vmtp's own stdout, so nothing else may.  NULL: no.
     */
    int (*takes_stdout)(const void *opt);
};

#endif
