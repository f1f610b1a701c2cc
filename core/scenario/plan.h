/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan: what will be done, as data.  Pure, printable, the same for the same scenario and seed.
 *
 * Immutable once made; lives in its arena; borrows the scenario.
 */
#ifndef VMTP_SCENARIO_PLAN_H
#define VMTP_SCENARIO_PLAN_H

#include "scenario.h"

struct planned_flow {
    const char *key; /* stable across runs: "flow=bulk,path=same-network,protocol=tcp" */
    const struct flow_spec *spec;
    const struct variant *variant;
    const struct vmtp_pair *labels; /* the variant's and, as "load.connections", what multiplied */
    size_t label_count;             /* in the other flows of its stage */
    uint32_t pair;                  /* 1..variant->pairs; 0: the flow does not say pairs */
    const char *whole;              /* the key of all its pairs together; NULL: likewise */
    struct vmtp_route route;        /* path, placement, from, to, family, all resolved */
    uint64_t warmup_ns;             /* with `auto` worked out */
    uint64_t search_warmup_ns;      /* of the trials of its rate search */
    uint64_t slack_ns;              /* that a trial may take longer than planned */
    uint64_t extra_ns, bytes; /* for each trial, as the tool says; bytes 0: as the path carries */
    uint32_t port;            /* the tool's server listens there; 0: none, or any */
    const char *reason;       /* why it can't be run; NULL: it can */
    const char *instead;      /* why this is not the tool that the flow names; NULL: it is */
    const struct planned_flow *otherwise; /* the same flow with the tool that measures where this
                                             one can't; NULL: there is none */
};

/* Flows that start together, again and again until each has enough trials. */
struct stage {
    struct planned_flow **flows;
    size_t flow_count;
    struct repeat repeat; /* the largest min and max, the smallest until of its flows */
    uint64_t explain_ns;  /* that trials may take which are to tell what limits its flow; 0: none */
};

struct plan {
    struct arena *arena;
    const struct scenario *scenario;
    uint64_t seed; /* the scenario's, or drawn */
    struct planned_flow *flows;
    size_t flow_count;
    struct stage *stages; /* in the order written */
    size_t stage_count;
    struct vmtp_table wants;  /* struct vmtp_want: endpoints that are needed */
    struct vmtp_table routes; /* struct vmtp_route: distinct ones */
    struct vmtp_need *needs;  /* what the cloud will make of them */
    size_t need_count;
    uint64_t least_ns, most_ns; /* with min and max repetitions; deployment not counted */
    uint64_t bytes;             /* with max repetitions; where a flow has no bound: 0 and ... */
    bool bytes_unbounded;       /* ... this */
};

/* A tool's can_run() and plan() are pure but take an instance: the caller lends one for each call
 * through these.  */
struct plan_tools {
    int (*ask)(void *arg, const struct plan *plan, const struct planned_flow *flow,
               const struct vmtp_trial *trial, struct vmtp_cost *ret, const char **ret_reason,
               struct vmtp_error *err);
    void *arg;
};

int plan_make(const struct scenario *scenario, const struct plan_tools *tools, struct plan **ret,
              struct vmtp_error *err);
void plan_free(struct plan *plan);
DEFINE_CLEANUP(plan_free, struct plan *)

/* A trial of the flow, and one of twice the duration. */
uint64_t planned_trial_ns(const struct planned_flow *flow);
uint64_t planned_longer_ns(const struct planned_flow *flow);

/* As a person reads it: flows, stages, seconds, bytes, endpoints. */
void plan_print(const struct plan *plan, FILE *out);

#endif
