/* SPDX-License-Identifier: Apache-2.0
 *
 * A run that is put together afterwards, by whoever knows from elsewhere what was measured: as much
 * of plan and measurements as a result document is made of, without a scenario and its plugins.
 *
 * Figures go in as trials (trial.h) and come out as those of any run (document.h); there are no
 * thresholds and no aggregates.  One thread.
 */
#ifndef VMTP_RESULT_SKETCH_H
#define VMTP_RESULT_SKETCH_H

#include "document.h"

struct sketch;

/* A flow.  Texts are copied; NULL: there is none. */
struct sketch_flow {
    const char *key, *name, *tool, *version;
    const char *path, *placement, *from, *to;
    uint32_t family;
    const json_t *labels, *options;    /* objects of text */
    const struct vmtp_metric *metrics; /* that its trials have figures of; copied */
    uint32_t metric_count;
    uint32_t least;     /* so many good trials make a result */
    const char *reason; /* why it was skipped */
};

/* What the document says of the whole.  NULL: nothing. */
struct sketch_head {
    const char *id, *name, *version, *scenario_sha256, *cloud;
    uint64_t seed, started_wall_ns, ended_wall_ns;
    json_t *facts, *endpoints, *events; /* as in the document; the caller's */
    json_t *monitors;                   /* likewise; NULL: none */
    struct sightings *sightings;        /* likewise */
};

/* Room for so many flows. */
int sketch_new(size_t flows, struct sketch **ret);
void sketch_free(struct sketch *sketch);
DEFINE_CLEANUP(sketch_free, struct sketch *)

/* The next flow's measurement, for measurement_add(); it is the sketch's.  NULL: out of memory. */
struct measurement *sketch_flow(struct sketch *sketch, const struct sketch_flow *flow);

/* A text that lives as long as the sketch.  NULL: out of memory. */
const char *sketch_text(struct sketch *sketch, const char *text);

/* The caller owns *ret. */
int sketch_document(struct sketch *sketch, const struct sketch_head *head, json_t **ret,
                    struct vmtp_error *err);

#endif
