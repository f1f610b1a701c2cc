/* SPDX-License-Identifier: Apache-2.0
 *
 * What was seen in the measured window of one trial, until it is given to the trial.
 *
 * Of the sightings, under their lock.
 */
#ifndef VMTP_RESULT_PANE_H
#define VMTP_RESULT_PANE_H

#include "thinned.h"

#include <stdbool.h>

/* A trial's measured window, in the clock of the sightings. */
struct window {
    struct measurement *measurement;
    uint32_t number; /* the trial's */
    uint64_t start_ns, warmup_ns, duration_ns;
};

struct pane {
    struct pane *next;
    struct window window;
    struct share *shares;
    size_t share_count, share_room;
    struct mark *marks;
    size_t mark_count;
};

/* NULL: out of memory. */
struct pane *pane_new(const struct window *window);
void pane_free(struct pane *pane);

/* Is this about one of its ends, while it was measured? */
bool pane_has(const struct pane *pane, const char *subject, uint64_t time_ns);
/* Did it end some time before? */
bool pane_is_over(const struct pane *pane, uint64_t now_ns);

/* A figure at a time; the texts must last as long as the trial. */
int pane_add(struct pane *pane, const struct watched *texts, uint64_t time_ns, double value);
/* Something that happened at a subject. */
int pane_mark(struct pane *pane, uint32_t kind, uint64_t time_ns, const char *subject,
              const char *text);

/* What has come goes to the trial, so many points; what comes later follows it. */
int pane_give(struct pane *pane, struct trial *trial, size_t *ret_points);

/* Half as many points of what was seen, where a trial of the measurement has enough of them;
 * *points becomes less by those that went. */
void measurement_thin(struct measurement *measurement, size_t *points);

#endif
