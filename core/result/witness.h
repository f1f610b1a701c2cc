/* SPDX-License-Identifier: Apache-2.0
 *
 * What monitors saw of a run, and how they did, read from its journal again.
 *
 * Times are of the wall clock.  First all windows of trials, then all lines in the journal's order;
 * one thread.
 */
#ifndef VMTP_RESULT_WITNESS_H
#define VMTP_RESULT_WITNESS_H

#include "windows.h"

struct witness {
    struct sightings *sightings;
    struct windows windows;
    json_t *monitors; /* name: as in the document */
};

int witness_begin(struct witness *witness, uint64_t began_wall_ns);
void witness_clear(struct witness *witness);

/* A line of type "trial" of this measurement; what is no such line is passed over. */
int witness_window(struct witness *witness, const json_t *line, struct measurement *measurement);
/* Lines of type "sample" without a flow, "event" and "mark", and "monitor". */
int witness_sample(struct witness *witness, const json_t *line);
int witness_event(struct witness *witness, const json_t *line);
void witness_monitor(struct witness *witness, const json_t *line);
/* That was all: trials have theirs. */
int witness_end(struct witness *witness);

/* As in the document. */
json_t *witness_monitors(const struct witness *witness);

#endif
