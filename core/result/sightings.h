/* SPDX-License-Identifier: Apache-2.0
 *
 * What monitors saw of a run: each figure of each subject from the run's beginning to its end, and
 * what falls into the trials of that subject.
 *
 * Bounded however long the run is and however much is told.  A figure's points become fewer and
 * stand for more as they come: those of the whole run by what a document may hold, those of a trial
 * only when it is long.  [any] thread may add; trials are given theirs by sightings_collect(),
 * while nobody else is at them.
 */
#ifndef VMTP_RESULT_SIGHTINGS_H
#define VMTP_RESULT_SIGHTINGS_H

#include "pane.h"

#include <jansson.h>

#define SIGHTINGS_FIGURES_MAX 20000 /* different ones in a run */
#define SIGHTINGS_TEXT_MAX    255   /* bytes of a subject or a part */
#define SIGHTINGS_SERIES_MAX  600   /* points of a figure in the document */

struct sightings;

/* One figure at one moment. */
struct sighting {
    const char *monitor, *subject, *part; /* part "": all of it */
    const char *metric, *unit;
    uint32_t kind; /* enum vmtp_metric_kind */
    uint32_t rank; /* of the monitor in the scenario: where two see the same, the first is shown */
    uint64_t time_ns;
    double value;
};

/* The times of all that follows are of one clock; the run began at began_ns of it. */
int sightings_new(uint64_t began_ns, struct sightings **ret);
void sightings_free(struct sightings *sightings);
DEFINE_CLEANUP(sightings_free, struct sightings *)

/* 0, -EINVAL (no subject, a text that is too long, no number), -ENOSPC (one figure too many) or
 * -ENOMEM. */
int sightings_add(struct sightings *sightings, const struct sighting *sighting);
/* Something happened at a subject, which marks the trials that are measured there at that moment.
 */
int sightings_event(struct sightings *sightings, uint32_t kind, uint64_t time_ns,
                    const char *subject, const char *text);

/* A trial is about to be measured: what comes of its flow's endpoints is for it too. */
int sightings_open(struct sightings *sightings, const struct window *window);
/* Give the trials what has come for them so far; windows that ended some time before now_ns are
 * closed, also those of trials that were not kept.  UINT64_MAX: all. */
int sightings_collect(struct sightings *sightings, uint64_t now_ns);

/* As in the document: { SUBJECT: { METRIC: { ... } } }. */
json_t *sightings_json(struct sightings *sightings);

#endif
