/* SPDX-License-Identifier: Apache-2.0
 *
 * The result documents (vmtp.result/1) that a page shows, each with its name, and what charts ask
 * of them.
 *
 * Borrowed from whoever read them, and constant.  Pure functions.
 */
#ifndef VMTP_CHART_PAPERS_H
#define VMTP_CHART_PAPERS_H

#include "../report/cells.h"

#include <jansson.h>
#include <stdbool.h>

/* Of more documents than these only what compares them is shown, not each by itself. */
#define PAPERS_SINGLE 4

/* And of more than these, no trial, but the run as a whole. */
#define PAPERS_BESIDE 8

/* Which results to show. */
enum transport { TRANSPORT_ALL = 0, TRANSPORT_TCP, TRANSPORT_UDP };

struct paper {
    const json_t *document;
    const char *name; /* what a person calls it: its file, or the run's id */
};

struct papers {
    const struct paper *list;
    size_t count;
    enum transport transport;
};

/* Is it one of the pairs of a flow, which their aggregate tells of too? */
bool result_is_pair(const json_t *result);
/* "tcp", "udp", "icmp", or "" where a result says nothing of it. */
const char *result_transport(const json_t *result);
/* Is it to be shown? */
bool papers_show(const struct papers *papers, const json_t *result);
/* Its main figure: the metric that charts and tables of it show, with its name: goodput, or else
 * the first distribution, or else the first gauge.  NULL: it has none. */
const json_t *main_figure(const json_t *result, const char **ret_name);
/* Is the figure a distribution? */
bool figure_is_distribution(const json_t *figure);
/* The field of its middle: "p50" or "value". */
const char *middle_field(const json_t *figure);
/* Percentiles that a distribution may have. */
#define PERCENTILES 6
extern const char *const percentiles[PERCENTILES];
/* The middle of a figure, and its interval: NAN where there is none. */
double figure_middle(const json_t *figure);
bool figure_interval(const json_t *figure, double *ret_low, double *ret_high);

/* "disturbed", "generator-limited" */
bool trial_has_mark(const json_t *trial, const char *mark);
/* What kept its goodput from being higher, as a noun: what was found out (`limit`), or what the
 * figures say by themselves: "the generator", which fell short of its rate in most trials, "the
 * path", whose ceiling was reached, "the rate asked for".  NULL: nothing says. */
const char *result_limit(const json_t *result);

/* "±0.2 %" of the middle or, where that says little, "98.8 to 184 Mb/s"; NULL: there is none.  In
 * the arena of the cells. */
const char *figure_span(struct table *cells, const json_t *figure);

#endif
