/* SPDX-License-Identifier: Apache-2.0
 *
 * Every figure of a result document (vmtp.result/1) as a row: what sinks keep that keep tables.
 *
 * A gauge gives a row with its stat "median", a counter "total", a distribution one for each of
 * "min", "mean", "p50", ..., "max", loss one for each of its fields.  A result that failed or was
 * skipped gives one row without a metric, whose why says why.  Pure functions.
 */
#ifndef VMTP_COMMON_FIGURE_H
#define VMTP_COMMON_FIGURE_H

#include <jansson.h>
#include <vmtp/error.h>

/* Texts are "" where there is none, and the document's; figures that are not known are NAN. */
struct figure_row {
    const json_t *result; /* that it is of */
    const char *key, *flow, *tool, *path, *placement, *from, *to, *status, *verdict;
    const char *metric, *stat, *unit;
    double value, low, high; /* low, high: the 95 % interval */
    double n;                /* of how many trials or values */
    const char *why;         /* no interval, or no figure at all */
};

/* A number with all its digits. */
struct digits {
    char text[32];
};
struct digits number_digits(double value);

/* The document that this text is, the caller's; NULL: it is no vmtp.result/1. */
json_t *figures_load(const char *json, size_t len, struct vmtp_error *err);

/* Give each of one result (or aggregate) to row(), until it returns non-zero, which is returned. */
int figures_of(const json_t *result, int (*row)(void *arg, const struct figure_row *row),
               void *arg);
/* The same with all results of a document, then all aggregates: their key is that of no result. */
int figures_each(const json_t *document, int (*row)(void *arg, const struct figure_row *row),
                 void *arg);

#endif
