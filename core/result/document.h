/* SPDX-License-Identifier: Apache-2.0
 *
 * The result document, vmtp.result/1: what a run found out, for machines.
 *
 * docs/results.md says what each field is; share/vmtp/result-1.schema.json is its JSON Schema.
 */
#ifndef VMTP_RESULT_DOCUMENT_H
#define VMTP_RESULT_DOCUMENT_H

#include "sightings.h"

#include <jansson.h>

/* Something that happened to the run as a whole. */
struct run_event {
    uint64_t wall_ns;
    const char *kind;    /* "interrupted", "deploy-failed", "sink-failed", "note", "disturbed" */
    const char *subject; /* what a monitor says it of; NULL: the run */
    const char *text;
};

/* One of the scenario's monitors. */
struct monitor_state {
    const char *name;  /* "gmond"; the second of that name is "gmond#2" */
    const char *error; /* why it failed; NULL: it did not */
    uint64_t dropped;  /* figures and events that were too many */
};

struct endpoint_facts {
    const char *name;
    json_t *facts; /* object; NULL: could not be had */
};

struct run_info {
    const char *id;
    uint64_t started_wall_ns, ended_wall_ns;
    const struct plan *plan;
    struct measurement *measurements; /* one for each of plan->flows, in that order */
    struct endpoint_facts *endpoints;
    size_t endpoint_count;
    struct run_event *events;
    size_t event_count;
    json_t *facts; /* of the cloud: name to text */
    struct monitor_state *monitors;
    size_t monitor_count;
    struct sightings *sightings; /* NULL: nothing was watched */
    bool frozen;                 /* nobody will change what is in the document's parts: those that
                                    are the same stand there once, which takes less memory */
};

/* Reduce, judge and write down.  The caller owns *ret. */
int document_make(const struct run_info *run, json_t **ret, struct vmtp_error *err);

/* As compact text, the caller's to free; NULL: out of memory. */
char *document_text(const json_t *document);

/* What a program that carries a run out ends with. */
enum exit_status {
    EXIT_PASS = 0,
    EXIT_FAIL = 1,      /* a measurement or a threshold */
    EXIT_USAGE = 2,     /* the command line or the scenario; nothing was touched */
    EXIT_INFRA = 3,     /* what a measurement needs: endpoints, rights, disk */
    EXIT_UNDECIDED = 4, /* measured, but not sure enough */
    EXIT_INTERRUPTED = 130,
};

/* What the document says of the run as a whole: EXIT_PASS, EXIT_FAIL or EXIT_UNDECIDED. */
enum exit_status document_verdict(const json_t *document);

#endif
