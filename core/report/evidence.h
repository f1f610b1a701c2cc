/* SPDX-License-Identifier: Apache-2.0
 *
 * What some documents know of one quantity of one result: its figure in each trial and in each run.
 *
 * A quantity is a gauge, a counter (by the trial), a percentile of a distribution, or the share of
 * packets lost.  Documents are taken for vmtp.result/1, but no figure in them for being there.
 */
#ifndef VMTP_REPORT_EVIDENCE_H
#define VMTP_REPORT_EVIDENCE_H

#include "../base/arena.h"

#include <jansson.h>
#include <stdbool.h>

struct quantity {
    const char *metric;
    const char *statistic; /* "p50"; NULL: the metric has but one figure */
};

enum better { BETTER_UNKNOWN = 0, BETTER_LOWER, BETTER_HIGHER };

struct evidence {
    double *trials, *runs; /* the trials of all runs, and the median (or total) of each run */
    size_t trial_count, run_count;
    const char *unit; /* "" where there is nothing */
    enum better better;
    bool counted;    /* a counter: only trials of the same length compare */
    double duration; /* s, of a trial; NAN: not known */
};

/* Its results by key, in the order of the document; aggregates behind them.  Where a key comes up
 * again it is "KEY #2".  NULL: out of memory. */
json_t *results_index(const json_t *document);

/* Add the names of an entry's quantities, "goodput", "rtt.p50", to an object, which keeps the
 * order: name to [metric, statistic or null].  -ENOMEM. */
int quantities_add(const json_t *entry, json_t *names);
/* Of an element of that object. */
struct quantity quantity_of(const json_t *element);

/* entries: count of them, NULL where a document has none that is good.  -ENOMEM. */
int evidence_gather(struct arena *arena, const json_t *const *entries, size_t count,
                    const struct quantity *quantity, struct evidence *ret);

#endif
