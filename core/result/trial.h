/* SPDX-License-Identifier: Apache-2.0
 *
 * What one trial measured, as it came in; and the trials of one flow.
 *
 * A trial is filled by the engine while it runs (the engine's lock guards it) and read only
 * afterwards.
 */
#ifndef VMTP_RESULT_TRIAL_H
#define VMTP_RESULT_TRIAL_H

#include "../scenario/plan.h"
#include "histogram.h"

struct point {
    uint64_t time_ns; /* since the trial's start */
    double value;
};

/* The interval figures of one metric. */
struct series {
    struct point *points;
    size_t count, room;
};

struct trial_event {
    uint32_t kind; /* enum vmtp_event_kind */
    uint64_t time_ns;
    char *subject; /* "" : the flow */
    char *text;
};

/* What a monitor saw of one subject while the trial was measured.  The texts are borrowed: of a run
 * from its sightings (sightings.h). */
struct watched {
    const char *monitor, *subject, *part; /* part "": all of it */
    const char *metric, *unit;
    uint32_t kind;        /* enum vmtp_metric_kind */
    struct series series; /* owned; a counter's points are what was added; where there is none,
                             nothing */
};

struct trial {
    uint32_t number;
    uint64_t start_ns, wall_ns;
    uint64_t warmup_ns, duration_ns;
    uint64_t rate_bps; /* asked for by a rate search; 0: by none */
    uint32_t streams;  /* asked for to learn what limits the flow; 0: what its options say */
    int status;        /* 0, or the negative errno that it failed with */
    char *error;       /* why; NULL when status is 0 */
    uint32_t marks;    /* 1 << kind of the events that mark it */
    size_t metrics;    /* rows of the tool's table; the length of the three arrays */
    double *finals;    /* NAN: not measured */
    struct series *series;
    struct histogram **histograms; /* NULL: none */
    struct trial_event *events;
    size_t event_count;
    struct watched *watched; /* of both endpoints: the metrics that metric.h has */
    size_t watched_count;
};

/* All of these return 0, -ENOMEM or -EINVAL (a metric that the table does not have, a figure
 * that is no number). */
int trial_new(uint32_t number, size_t metrics, struct trial **ret);
int trial_add_final(struct trial *trial, uint32_t metric, double value);
int trial_add_point(struct trial *trial, uint32_t metric, uint64_t time_ns, double value);
int trial_add_histogram(struct trial *trial, uint32_t metric, const struct vmtp_histogram *more);
int trial_add_event(struct trial *trial, uint32_t kind, uint64_t time_ns, const char *subject,
                    const char *text);
/* Points (since the trial's start) of what a monitor saw: the series of like becomes longer by
 * these. */
int trial_add_watched(struct trial *trial, const struct watched *like, const struct point *points,
                      size_t count);
/* Is there a figure of the whole of it? */
bool trial_is_measured(const struct trial *trial);
int trial_fail(struct trial *trial, int status, const char *text);
void trial_free(struct trial *trial);
DEFINE_CLEANUP(trial_free, struct trial *)

struct search;

/* The trials of one flow. */
struct measurement {
    const struct planned_flow *flow;
    struct vmtp_reach reach; /* how the cloud says the server is reached; zero before it is known */
    struct trial **trials;   /* owned; in the order run */
    size_t trial_count, room;
    struct search *search;    /* owned: for the rate; NULL: none, or not yet begun */
    uint32_t searched;        /* trials that served the search alone, and are not among these */
    struct trial *wider;      /* owned: with twice the streams, to learn what limits one; NULL */
    struct trial *longer;     /* owned: of twice the duration, likewise */
    uint32_t probed;          /* trials that were to be these, also failed ones */
    const char *tool_version; /* as the tool told; NULL: it did not */
    const char *instead;      /* why another tool than the flow names measured it; NULL: none did */
    const char *reason;       /* why it was skipped; NULL: it was not */
    char *error;              /* why it failed outside a trial; NULL: it did not */
};

/* Takes the trial. */
int measurement_add(struct measurement *measurement, struct trial *trial);
/* Of that number, also the wider and the longer one; NULL: it was not kept. */
struct trial *measurement_trial(const struct measurement *measurement, uint32_t number);
void measurement_clear(struct measurement *measurement);

#endif
