/* SPDX-License-Identifier: Apache-2.0
 *
 * Tools make traffic and say what came through.
 *
 * A tool instance lives for one flow.  Its trials are the core's business: repetition, warm-up,
 * order, rate search, statistics and verdicts are the same for every tool.  A tool is written
 * in one of two ways: it gives command() and parse() and the core runs the programs; or it
 * gives run() and does a trial itself, over host->spawn.
 */
#ifndef VMTP_TOOL_H
#define VMTP_TOOL_H

#include <vmtp/host.h>

enum vmtp_role { VMTP_CLIENT = 1, VMTP_SERVER };

#define VMTP_ARGV_MAX 64

/* Strings are constants or from host->alloc().  Empty: nothing runs at that end. */
struct vmtp_argv {
    const char *arg[VMTP_ARGV_MAX + 1]; /* ends with NULL */
    uint32_t count;
};

/* Why a flow can't be run: each call adds one phrase. */
struct vmtp_reasons {
    void (*add)(struct vmtp_reasons *, const char *fmt, ...) VMTP_PRINTF(2, 3);
};

/* What is known of an endpoint before a trial; a field is 0 or NULL where it is not known. */
struct vmtp_facts {
    size_t size;
    const char *json; /* all of it, as it will stand in the result document */
    uint32_t cpus;
    uint32_t mtu;
};

/* A program that a tool runs at endpoints. */
struct vmtp_program {
    const char *name;    /* as in argv[0]: "nuttcp" */
    const char *package; /* that has it in Debian; NULL: called like the program */
    uint32_t roles;      /* at which ends: VMTP_CLIENT | VMTP_SERVER */
};

/* What a trial will cost. */
struct vmtp_cost {
    size_t size;
    uint64_t extra_ns; /* on top of warm-up and duration */
    uint64_t bytes;    /* that may go over the path; 0: as much as it carries */
    uint32_t port;     /* the server listens there; 0: none, or any that is free */
    uint32_t alone;    /* 1: no other flow may run beside it */
    uint64_t slack_ns; /* that a trial may now and then take longer than all that */
};

struct vmtp_tool {
    size_t size;

    /* Pure [main].  Add every reason why this flow can't be run.  Called before anything is
     * deployed, on an instance that was never opened, with flow->client, server and address NULL
     * and facts NULL; and again with all of them before the first trial.  Of the host it may use
     * log() and alloc().  NULL: it always can. */
    void (*can_run)(struct vmtp_self *, const struct vmtp_flow *, const struct vmtp_facts *client,
                    const struct vmtp_facts *server, struct vmtp_reasons *);
    /* Pure [main].  What a trial costs, asked like the first can_run().  NULL: nothing on top, as
     * many bytes as the path carries.  A rate_bps in the trial stands for any: of a rate search. */
    int (*plan)(struct vmtp_self *, const struct vmtp_flow *, const struct vmtp_trial *,
                struct vmtp_cost *ret, struct vmtp_error *);

    /* [worker] Before the first trial: make both ends ready.  If it fails, finish() and once more.
     * NULL: nothing to do. */
    int (*prepare)(struct vmtp_self *, const struct vmtp_flow *, struct vmtp_error *);
    /* [worker] After the last trial, also when prepare() or a trial has failed, also after a
     * cancel.  NULL: nothing to do. */
    void (*finish)(struct vmtp_self *, const struct vmtp_flow *);

    /* [worker] One trial: set up, host->ready(), measure, emit.  A negative return fails the
     * trial; the next one is tried all the same.  NULL: the core runs command() and parse(). */
    int (*run)(struct vmtp_self *, const struct vmtp_flow *, const struct vmtp_trial *,
               struct vmtp_error *);

    /* Pure [worker].  What to run at one end.  The server's command is started first and stopped
     * when the client's has ended. */
    int (*command)(struct vmtp_self *, const struct vmtp_flow *, const struct vmtp_trial *,
                   enum vmtp_role, struct vmtp_argv *ret, struct vmtp_error *);
    /* Pure [worker].  What that end printed, turned into samples: a line at a time as it comes or,
     * with whole set, all of its stdout once the command has ended.  The core never calls it for
     * both ends at once.  A negative return fails the trial; 1: all has been told, and the exit
     * status of the command says no more. */
    int (*parse)(struct vmtp_self *, const struct vmtp_flow *, enum vmtp_role, uint64_t time_ns,
                 const char *text, struct vmtp_error *);
    uint32_t whole;
    /* Printed by the server once it listens.  NULL: the core waits for vmtp_cost.port to be
     * listening, or for nothing if that is 0. */
    const char *ready_text;

    /* The programs (struct vmtp_program) that this tool runs.  The core finds each at the endpoint,
     * in its PATH and the usual folders; else it puts a static build there that vmtp ships; else
     * the flow is not measured, and the reason names the package.  An argv[0] of that name, also
     * in host->spawn() and exec(), then means the one that was found. */
    struct vmtp_table programs;
    /* 1: a trial's rate_bps is kept to, so that a rate search can drive this tool.  Options with
     * which it can't be are refused by plan(). */
    uint32_t rated;
    /* 1: a trial's streams are kept to, in the place of an option `connections`, so that the core
     * can try with twice as many what holds a flow back. */
    uint32_t streamed;
};

#endif
