/* SPDX-License-Identifier: Apache-2.0
 *
 * A result: what the trials of one flow come to.
 *
 * Made once after the last trial and immutable from then on.  Owns its arena, its histograms and
 * its limit; borrows the measurement.  A figure that is not known is NAN, never 0.
 */
#ifndef VMTP_RESULT_RESULT_H
#define VMTP_RESULT_RESULT_H

#include "limit.h"

enum result_status { RESULT_OK = 1, RESULT_FAILED, RESULT_SKIPPED };

/* What came out for one metric. */
struct figure {
    const struct vmtp_metric *metric;
    double value; /* a gauge's median over the trials, a counter's total */
    bool has_interval;
    struct interval interval;       /* 95 %, of the median */
    const char *no_interval;        /* why there is none; NULL: there is */
    double *trials;                 /* gauge and counter: one for each trial that has it */
    uint64_t n;                     /* of these; of a distribution: of values */
    struct histogram *histogram;    /* of a distribution: all trials merged; else NULL */
    const struct histogram **parts; /* of a distribution: each trial's, which owns it */
    size_t part_count;
};

/* Where datagrams went: over the trials that counted both sent and received. */
struct loss {
    bool known;
    double sent, received;
    double lost; /* sent less received */
    /* Of these, on their way: at the sender, on the network, at the receiver.  The network's are
     * those that no other stage has dropped.  NAN: the tool can't tell. */
    double sender, nic_sender, network, nic_receiver, softnet, reassembly, socket;
    double ratio; /* lost over sent */
};

struct result {
    struct arena *arena;
    const struct measurement *measurement;
    enum result_status status;
    const char *why;        /* the error or the reason; NULL with RESULT_OK */
    struct figure *figures; /* those that were measured, in the order of the tool's table */
    size_t figure_count;
    struct loss loss;
    double ceiling_bps; /* goodput that the path could carry */
    double share;       /* goodput over that */
    struct limit *limit;
    const char **notes; /* whole phrases */
    size_t note_count;
};

int result_make(const struct measurement *measurement, struct result **ret);
void result_free(struct result *result);
DEFINE_CLEANUP(result_free, struct result *)

/* NULL: it was not measured. */
const struct figure *result_figure(const struct result *result, const char *metric);

#endif
