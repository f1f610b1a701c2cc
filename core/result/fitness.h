/* SPDX-License-Identifier: Apache-2.0
 *
 * Fitness: what an endpoint is good for as a place to measure from.
 *
 * The concerns of perfSONAR's document on virtual machines (time keeping, data path, resource
 * management) and the buffers, each made a check with a value, a grade for each use and the
 * command that mends it.  Pure: from the endpoint's facts and what was watched of it.
 */
#ifndef VMTP_RESULT_FITNESS_H
#define VMTP_RESULT_FITNESS_H

#include <jansson.h>

/* facts: as vmtp-probe tells them; watched: of monitors, {metric: {...}} as in the document's
 * "watched"; either may be NULL.  A new JSON object:
 *   { "uses":   { "throughput": "good", "high-speed-throughput": "fair", "loss-jitter": "good",
 *                 "one-way-delay": "bad", "storage": "good" },
 *     "checks": [ { "name": "clock-synchronised", "concern": "time-keeping", "grade": "bad",
 *                   "value": "no", "why": "...", "mend": "apt install chrony",
 *                   "uses": ["one-way-delay"] } ] }
 * Grades: good, fair, bad, unknown.  NULL: out of memory. */
json_t *fitness_make(const json_t *facts, const json_t *watched);

#endif
