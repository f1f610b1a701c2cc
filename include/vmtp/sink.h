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
    uint32_t failed;  /* 1: its trial failed, so it is no part of any result */
    uint32_t search;  /* 1: its trial was a step of a rate search, or was to tell what limits the
                         flow, so it is no part of a metric */
    const char *part; /* of the subject: "cpu3", "eth0"; "": all of it */
};

/* What a store of results is asked for.  "" and 0: whatever it is. */
struct vmtp_question {
    size_t size;
    const char *run;           /* the run's id */
    const char *protocol;      /* "tcp", "udp", "icmp" (ping), ...: documents with a result of it */
    const char *encapsulation; /* "vxlan", "vlan", ...: of the cloud's networks */
    uint64_t since_wall_ns, until_wall_ns; /* when the run began: since <= it < until */
    uint64_t most;                         /* so many at most, the newest */
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
    /* [worker] Of a store: give the documents that were kept, as end() got them, and that answer
     * the question to take(), the newest first, until it returns non-zero; that is returned.  A
     * document in another form than end() got it (VMTP's own, say) is given as it is.  begin(),
     * record() and end() are not called then.  NULL: it is no store. */
    int (*recall)(struct vmtp_self *, const struct vmtp_question *,
                  int (*take)(void *arg, const char *json, size_t len), void *arg,
                  struct vmtp_error *);
};

#endif
