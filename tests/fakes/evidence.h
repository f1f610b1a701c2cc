/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow with a tool that has every metric that the core asks what limited it, and trials with
 * interval figures of them, for tests of what is made of such evidence.  One thread.
 */
#ifndef FAKES_EVIDENCE_H
#define FAKES_EVIDENCE_H

#include "../../core/result/trial.h"

#define EVIDENCE_STEP_NS 100000000u

struct evidence {
    struct component tool;
    struct variant variant;
    struct flow_spec spec;
    struct planned_flow planned;
    struct vmtp_pair options[8];
    struct measurement measurement;
};

/* From "a" to "b" over 1G of Ethernet (a ceiling of 941 Mb/s of TCP); options protocol, direction
 * up. */
void evidence_make(struct evidence *evidence, const char *protocol);
void evidence_clear(struct evidence *evidence);
void evidence_option(struct evidence *evidence, const char *name, const char *value);
/* Another good trial of so many intervals, with this goodput in each and as a whole. */
struct trial *evidence_trial(struct evidence *evidence, size_t intervals, double goodput_bps);
/* The same, but it belongs to no flow. */
struct trial *evidence_loose(size_t intervals, double goodput_bps);

/* A metric of the tool, in every interval from `from` to before `to`; or of the whole trial. */
void evidence_set(struct trial *trial, const char *metric, size_t from, size_t to, double value);
void evidence_final(struct trial *trial, const char *metric, double value);
/* What a monitor saw. */
void evidence_watch(struct trial *trial, const char *subject, const char *part, const char *metric,
                    uint32_t kind, size_t from, size_t to, double value);
size_t evidence_intervals(const struct trial *trial);

/* All metrics of the tool, ending with NULL. */
extern const char *const evidence_metrics[];

#endif
