/* SPDX-License-Identifier: Apache-2.0
 *
 * Which variants run at the same time.
 *
 * A flow without a stage runs alone, one variant after the other.  Flows of one stage meet where
 * path, placement, endpoints and family are the same; what else multiplies in them is multiplied
 * again.  With `parallel` everything is one stage.  A variant of several pairs is as many members,
 * one behind the other.
 */
#ifndef VMTP_SCENARIO_STAGE_H
#define VMTP_SCENARIO_STAGE_H

#include "plan.h"

#define PLANNED_MAX 10000 /* flows in a plan */

/* Flows that run together, as a run of the members below. */
struct draft {
    size_t first, count;
};

struct member {
    const struct flow_spec *spec;
    const struct variant *variant;
    const char *key;
    const struct vmtp_pair *labels;
    size_t label_count;
    uint32_t pair;     /* which one, 1 for the first; 0: the flow does not say pairs */
    const char *whole; /* key of all pairs together; NULL: likewise */
};

struct drafts {
    struct arena *arena;
    struct draft *stages;
    size_t stage_count, stage_room;
    struct member *members;
    size_t member_count, member_room;
};

int drafts_make(const struct scenario *scenario, struct drafts *drafts, struct vmtp_error *err);

#endif
