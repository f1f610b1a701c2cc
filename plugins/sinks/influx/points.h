/* SPDX-License-Identifier: Apache-2.0
 *
 * What points a result document and the samples of a run are in InfluxDB.
 *
 * The run is a field and not a tag: what is measured once a night is then one series, and not a new
 * one each night.  The same document gives the same points, so that written again they replace
 * themselves.  Pure but for the stream.
 */
#ifndef INFLUX_POINTS_H
#define INFLUX_POINTS_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <vmtp/option.h>
#include <vmtp/sink.h>

struct points {
    const char *measurement; /* samples: with "_sample" behind it */
    struct vmtp_map tags;    /* the person's own */
};

/* Is this the name of a tag that points have anyway? */
bool tag_is_ours(const char *name);

/* One point for each metric of each result.  -EINVAL: the document does not say when it began. */
int document_points(const struct points *points, const json_t *document, FILE *to);
void sample_point(const struct points *points, const struct vmtp_record *record, FILE *to);

#endif
