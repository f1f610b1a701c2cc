/* SPDX-License-Identifier: Apache-2.0
 *
 * Fitness: what an endpoint is good for as a place to measure from.
 *
 * The concerns of perfSONAR's document on virtual machines (time keeping, data path, resource
 * management) and the buffers, each made checks with a value, a grade for each use and the command
 * that mends it.  Pure: from the endpoint's facts and what was watched of it.
 */
#ifndef VMTP_RESULT_FITNESS_H
#define VMTP_RESULT_FITNESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A flow that the endpoint is an end of. */
struct fitness_path {
    const char *peer;          /* the other end's name */
    const json_t *facts;       /* the other end's; NULL: not known */
    bool measured;             /* while it was watched; else it could be */
    bool sends;                /* this end does */
    uint32_t mtu;              /* of the path; 0: unknown */
    double goodput_bps, rtt_s; /* as measured; NAN: not */
};

/* facts: as vmtp-probe tells them; watched: of monitors, {metric: {...}} as in the document's
 * "watched"; either may be NULL, and hold anything.  paths: as far as they are known.
 * A new JSON object:
 *   { "uses":   { "throughput": "good", "high-speed-throughput": "fair", "loss-jitter": "good",
 *                 "one-way-delay": "bad", "storage": "good" },
 *     "checks": [ { "name": "clock-synchronised", "concern": "time-keeping", "grade": "bad",
 *                   "value": "no", "why": "...", "mend": "apt install chrony",
 *                   "uses": { "one-way-delay": "bad", "storage": "fair" } } ] }
 * Grades: good, fair, bad, unknown.  A check's grade is the worst of its uses, a use's the worst of
 * its checks.  NULL: out of memory. */
json_t *fitness_make(const json_t *facts, const json_t *watched, const struct fitness_path *paths,
                     size_t path_count);

#endif
