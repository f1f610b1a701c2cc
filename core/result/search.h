/* SPDX-License-Identifier: Apache-2.0
 *
 * A rate search: the highest rates at which a path holds several loss goals, by trials that serve
 * all of them (MLRsearch, RFC 9971).
 *
 * Whoever runs the trials asks for the next step and tells what came out.  Each goal is narrowed
 * down by single trials, then both bounds are tried for as long as the goal asks for, then the
 * answer (the lower bound) is verified by a trial of the flow's own length; what speaks against an
 * answer counts like any other trial.  One thread at a time; no clock, no chance: the same trials
 * lead to the same steps.  Owned by its measurement.
 */
#ifndef VMTP_RESULT_SEARCH_H
#define VMTP_RESULT_SEARCH_H

#include "load.h"

#define SEARCH_TRIALS_MAX 400

enum search_action {
    SEARCH_TRY = 1, /* a trial at the rate */
    SEARCH_VERIFY,  /* a trial of the flow's length at a goal's answer */
    SEARCH_OVER,    /* nothing more to find; the rate is that of the first goal; 0: it has none */
};

struct search_step {
    enum search_action action;
    size_t goal;          /* which one it is for */
    uint64_t rate_bps;    /* with SEARCH_TRY 0: as fast as the tool can */
    uint64_t duration_ns; /* of SEARCH_TRY */
};

/* Where a goal is. */
struct search_goal {
    struct goal goal;
    uint64_t lower_bps, upper_bps; /* loads; 0: none (yet) */
    double width;                  /* of the bracket when a new load was last chosen */
    uint32_t misses;               /* new loads in a row that did not halve it */
    uint64_t spent_ns;             /* on its own steps */
    bool stuck;                    /* the tool could not be brought to send what is too much */
    bool over;
    size_t trial_count;                  /* of the search, when it was over */
    const struct search_trial *verified; /* by this one; NULL: not */
};

struct search {
    const struct search_spec *spec;
    struct search_trial *trials; /* of SEARCH_TRIALS_MAX */
    size_t count;
    struct search_goal *goals; /* one for each of the spec's losses */
    struct search_step next;
    uint64_t guess_bps;   /* 0: none */
    uint64_t fastest_bps; /* that the tool sent when no rate was asked for; 0: not tried */
    uint64_t spent_ns;
    uint32_t failures; /* trials that failed ... */
    char failure[200]; /* ... the first of them of this */
};

/* It begins at the guess, from which it is not far if the guess is good; 0: there is none, and it
 * begins with all that the tool has. */
int search_new(const struct search_spec *spec, uint64_t guess_bps, struct search **ret);
void search_free(struct search *search);
DEFINE_CLEANUP(search_free, struct search *)

/* A trial of the next step went well, in so much time; its load is the search's to fill in.  The
 * search's copy. */
const struct search_trial *search_add(struct search *search, const struct search_trial *trial,
                                      uint64_t spent_ns);
/* It failed. */
void search_fail(struct search *search, const char *why, uint64_t spent_ns);

enum search_state {
    SEARCH_UNDECIDED = 0, /* it ended before, or the tool could not verify what it had found */
    SEARCH_FOUND,         /* both bounds, within the width, and verified */
    SEARCH_IRREGULAR,     /* one of the bounds does not exist between least and most */
};

/* What is known of a goal.  NAN: not known. */
struct search_answer {
    enum search_state state;
    double lower_bps, upper_bps; /* as really sent */
    double conditional_bps;
    size_t trials; /* that it took */
    const struct search_trial *verified;
};

struct search_answer search_answer(const struct search *search, size_t goal);
/* The most that the tool can send, if that and not the path sets the upper end; 0: it does not. */
uint64_t search_cap(const struct search *search);

/* How many trials a search is likely to take that has not begun. */
uint32_t search_typical(const struct search_spec *spec);

#endif
