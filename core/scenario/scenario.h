/* SPDX-License-Identifier: Apache-2.0
 *
 * The scenario: what the person wrote, checked completely and typed.
 *
 * Immutable once loaded; everything in it lives in its arena.  It borrows the registry, which
 * must live longer.
 */
#ifndef VMTP_SCENARIO_SCENARIO_H
#define VMTP_SCENARIO_SCENARIO_H

#include "../base/yaml.h"
#include "../plugin/option.h"
#include "../plugin/registry.h"

#define WARMUP_AUTO UINT64_MAX

/* A component with its options: the cloud, a monitor, a sink. */
struct section {
    const struct component *component;
    const struct node *node; /* where it was written, for messages */
    void *opt;               /* component->table.opt_size bytes, filled and checked */
};

struct endpoint_spec {
    const char *name;
    void *opt; /* laid out by the cloud's endpoint_options */
};

struct repeat {
    uint32_t min, max;
    double
        until; /* stop once the interval's half width over the median is within: 0.02; 0: at min */
};

/* Goals and limits of a rate search (RFC 9971); rates are of payload. */
struct search_spec {
    const double *losses; /* the goals: the share that may be lost; the flow's figures are taken at
                             the answer to the first */
    size_t loss_count;
    double width;              /* of the answer: upper less lower bound, over the upper one */
    double exceed;             /* share of a load's trials that may lose more and it still holds */
    uint64_t trial_ns;         /* the shortest trial that counts in full */
    uint64_t sum_ns;           /* how long a load is tried until it is decided */
    uint64_t min_bps, max_bps; /* max 0: as fast as the tool can */
    uint64_t time_ns;          /* then it ends with what is known */
};

#define SEARCH_GOALS_MAX 8

/* One combination of everything that multiplies in a flow. */
struct variant {
    const char *path, *placement; /* "" where the flow names endpoints */
    const char *from, *to;        /* "" where it names a path */
    uint32_t family;              /* 4 or 6 */
    uint32_t pairs;               /* of endpoints, which run at the same time; 0: not written */
    const struct component *tool;
    void *opt;                      /* the tool's options */
    const struct vmtp_pair *labels; /* what multiplied, in the order written; values as text */
    size_t label_count;
    const struct vmtp_pair *options; /* every option's effective value as text; secrets as "***" */
    size_t option_count;
};

struct flow_spec {
    const char *name;
    const char *stage; /* flows of one stage run at the same time; "" : alone */
    const struct node *node;
    uint64_t duration_ns, warmup_ns /* WARMUP_AUTO */, interval_ns;
    struct repeat repeat;
    const struct search_spec *search; /* for the rate that trials are run at; NULL: none */
    struct variant *variants;         /* the product, less what `exclude` takes out */
    size_t variant_count;
    const struct variant *otherwise; /* its tool and options measure where the flow's own tool
                                        can't; the rest of it is empty; NULL: nothing does */
};

enum comparison { AT_LEAST = 1, AT_MOST, MORE_THAN, LESS_THAN, EQUAL };

struct threshold {
    const char *flow;   /* a flow's name; "" : every flow */
    const char *metric; /* "goodput", "rtt.p99", "loss.network" */
    const char *expect; /* as written: ">= 900M" */
    enum comparison comparison;
    double value;
    const char *unit; /* of the value: the metric's (bit/s, s, ratio, packets), or "ratio" for a
                         loss that was written as a share of what was sent */
};

/* Whether trials are run beyond those that a flow asks for, to learn what limits it. */
enum explain {
    EXPLAIN_AUTO = 1, /* where it takes no longer than the flow's own trials */
    EXPLAIN_NO,
    EXPLAIN_YES, /* wherever it tells something */
};

enum order { ORDER_SHUFFLED = 1, ORDER_WRITTEN };

struct scenario {
    struct arena *arena;
    const char *file; /* as given; for messages */
    const char *name;
    const char *text; /* the file's content */
    char sha256[65];  /* of the text */
    struct section cloud;
    struct endpoint_spec *endpoints;
    size_t endpoint_count;
    struct flow_spec *flows;
    size_t flow_count;
    struct section *monitors;
    size_t monitor_count;
    struct section *sinks;
    size_t sink_count;
    struct threshold *thresholds;
    size_t threshold_count;
    enum order order;
    enum explain explain;
    bool has_seed;
    uint64_t seed;
    bool parallel;         /* all flows are one stage */
    bool stop_on_error;    /* the first flow that fails ends the run, and its endpoints stay */
    bool keep;             /* endpoints stay after a run that was carried out */
    const char **warnings; /* deprecated options and the like, whole phrases with position */
    size_t warning_count;
};

/* Read and check a scenario.  Nothing is touched.  -EINVAL with "file:line:column: path: what is
 * wrong" for whatever is wrong with its content, -ENOKEY if that is credentials that are not there.
 * prompt: who is asked for secrets; NULL: nobody, then they count as not given. */
int scenario_load(const char *file, const struct registry *registry, const struct prompt *prompt,
                  struct scenario **ret, struct vmtp_error *err);
/* The same from text; file is only for messages, "" if nobody has written it: then they name no
 * position. */
int scenario_parse(const char *text, size_t len, const char *file, const struct registry *registry,
                   const struct prompt *prompt, struct scenario **ret, struct vmtp_error *err);
/* Of a text that has no flows: all of its endpoints are wanted, and nothing is measured. */
int scenario_parse_endpoints(const char *text, size_t len, const struct registry *registry,
                             const struct prompt *prompt, struct scenario **ret,
                             struct vmtp_error *err);
/* Of a file no more than its cloud: secrets of others are neither read nor asked for. */
int scenario_load_cloud(const char *file, const struct registry *registry,
                        const struct prompt *prompt, struct scenario **ret, struct vmtp_error *err);
/* Of a text that is no more than one sink, "csv: { file: results.csv }": a scenario with it alone.
 */
int scenario_parse_sink(const char *text, const char *file, const struct registry *registry,
                        const struct prompt *prompt, struct scenario **ret, struct vmtp_error *err);
void scenario_free(struct scenario *scenario);
DEFINE_CLEANUP(scenario_free, struct scenario *)

#endif
