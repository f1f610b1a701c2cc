/* SPDX-License-Identifier: Apache-2.0
 *
 * A load of a rate search, and what the trials at it say for a goal: load classification and
 * conditional throughput of RFC 9971.
 *
 * A trial is full if it is as long as the goal asks for.  Shorter ones can speak against a load but
 * not for it.  Pure functions, any thread.
 */
#ifndef VMTP_RESULT_LOAD_H
#define VMTP_RESULT_LOAD_H

#include "trial.h"

/* What a search knows of one of its trials.  NAN: not known. */
struct search_trial {
    uint32_t number;
    uint64_t rate_bps; /* that was asked for; 0: as fast as the tool can */
    uint64_t load_bps; /* the load that it counts for; 0: none */
    double offered_bps, goodput_bps;
    double sent, received, loss;
    double socket, kernel;   /* of the lost ones, at the receiver: by the socket, or before it */
    double sender, receiver; /* CPU of the busiest thread at each end */
    double duration_s;
    bool limited;   /* the tool could not send at the rate */
    bool weak;      /* so it may speak against its load, but not for it */
    bool verifying; /* of full length, at an answer */
};

struct goal {
    double loss, exceed;
    double trial_s, sum_s;
    bool doubted; /* trials have disagreed, so that bounds take more to believe in */
};

enum load_class { LOAD_UNDECIDED = 0, LOAD_LOWER, LOAD_UPPER, LOAD_CONTESTED };

struct load {
    uint64_t bps;
    const struct search_trial *trials; /* of the whole search: others are passed over */
    size_t count;
};

/* What the search needs of a trial that was good.  -ENODATA with the reason if it did not count
 * datagrams. */
int search_trial_read(const struct component *tool, const struct trial *trial,
                      struct search_trial *ret, struct vmtp_error *err);

/* As RFC 9971 does: a lower bound holds the goal, an upper bound does not. */
enum load_class load_classify(const struct load *load, const struct goal *goal);
/* The same, but a load whose trials disagree is no bound unless chance would hardly have it so: it
 * is tried for all of the goal's sum, and is contested then.  And a load that was to be verified,
 * three times, and did not hold the goal, is an upper bound. */
enum load_class load_judge(const struct load *load, const struct goal *goal);
/* What it is or, where that is not decided, seems; undecided if nothing is known of it. */
enum load_class load_seems(const struct load *load, const struct goal *goal);
/* Have some of its trials held the goal and others not? */
bool load_disagrees(const struct load *load, const struct goal *goal);
/* Seconds of trials that count in full. */
double load_seconds(const struct load *load, const struct goal *goal);
/* What was really sent: the mean over its trials. */
double load_offered(const struct load *load);
/* What gets through of it at the goal's quantile of the trials; NAN: it has none in full. */
double load_conditional(const struct load *load, const struct goal *goal);

#endif
