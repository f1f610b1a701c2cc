/* SPDX-License-Identifier: Apache-2.0
 *
 * Who an instance belongs to in a run: what its calls to the host are answered with.
 */
#ifndef VMTP_ENGINE_CONTEXT_H
#define VMTP_ENGINE_CONTEXT_H

#include "run.h"

struct fleet;
struct turnstile;
struct start;

struct context {
    struct run *run;
    struct fleet *fleet; /* NULL: there are no endpoints yet */
    const struct component *component;
    const char *name;                /* for log lines: a flow's key, or the component's name */
    int cancel_fd;                   /* what makes its waits end */
    _Atomic uint64_t deadline_ns;    /* of the step that is being run; 0: none */
    struct measurement *measurement; /* a tool's: the flow */
    struct trial *trial;             /* a tool's: the one that is being run; NULL: none */
    struct start *start;             /* a tool's: where it waits for the flows beside it */
    bool started;                    /* it has been there in this trial */
    struct turnstile *turnstile;     /* a monitor's: what its calls go through */
    size_t monitor;                  /* and which of the run's it is */
};

/* The functions that every instance of a run is lent; the owner is its struct context. */
extern const struct vmtp_host context_host;

/* What an argv[0] of this instance means at an endpoint; lasts as long as the fleet. */
const char *context_program(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                            const char *name);

/* The earlier of a deadline that a plugin asks for and that of its step; either may be 0. */
uint64_t context_deadline(const struct context *context, uint64_t deadline_ns);

/* Set the deadline of the step that begins now; 0: none. */
void context_step(struct context *context, uint64_t limit_ns);

#endif
