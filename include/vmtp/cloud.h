/* SPDX-License-Identifier: Apache-2.0
 *
 * Clouds provide endpoints and know the paths between them.
 *
 * A scenario has exactly one cloud.  Flows either name a path (and a placement), and the cloud
 * makes the endpoints which that takes; or they name two endpoints of the scenario.
 */
#ifndef VMTP_CLOUD_H
#define VMTP_CLOUD_H

#include <vmtp/host.h>

/* A path that a cloud offers. */
struct vmtp_path {
    const char *name; /* kebab-case: "same-network" */
    const char *help; /* one sentence without a full stop */
};

/* What a flow asks of the cloud. */
struct vmtp_route {
    size_t size;
    const char *path, *placement; /* "" where the flow names its endpoints */
    const char *from, *to;        /* names of endpoints, never NULL after resolve() */
    uint32_t family;              /* 4 or 6 */
};

/* An endpoint that the run needs. */
struct vmtp_want {
    size_t size;
    const char *name;
    const void *opt; /* of the scenario's `endpoints:` entry, laid out by endpoint_options;
                        NULL: the cloud's own endpoint, made for a path */
};

#define VMTP_ADDRESS_MAX 64

/* How a client reaches a server. */
struct vmtp_reach {
    size_t size;
    char address[VMTP_ADDRESS_MAX]; /* numeric */
    uint32_t mtu;                   /* largest IP packet; 0: unknown */
    uint64_t rate_bps;              /* what the slowest link carries, headers and all; 0: unknown */
    uint32_t overhead_bytes;        /* that an IP packet costs on that link on top of its length */
    char proof[160]; /* what shows that traffic takes the path that the flow names: "ttl 63, one
                        router, packets of 1450 bytes"; "": nothing was tried */
    uint32_t doubt;  /* 1: the proof speaks against it, which is noted beside the figures */
};

/* A process, as a cloud gives it to the core.  All fds are non-blocking and close-on-exec, and
 * the core's to close. */
struct vmtp_channel {
    size_t size;
    int in, out, err; /* the process's stdin, stdout and stderr, seen from here */
    int ended;        /* readable once it has ended; the cloud's */
    void *priv;
};

/* How many of a thing a run takes: "server", 5. */
struct vmtp_need {
    size_t size;
    const char *kind;
    uint64_t count;
};

/* A line of the ledger, for undeploy(). */
struct vmtp_owned {
    const char *kind, *id;
    uint64_t age_ns; /* since owns(): what can't be found yet may still be on its way */
};

struct vmtp_cloud {
    size_t size;

    /* What `endpoints:` entries may say. */
    struct vmtp_table endpoint_options;
    size_t endpoint_opt_size;

    /* Pure [main].  The paths (struct vmtp_path) that these options offer.  NULL: none. */
    int (*paths)(const void *opt, struct vmtp_table *ret, struct vmtp_error *);
    /* Pure [main].  Placements for a path: NULL-terminated names.  NULL: none. */
    const char *const *(*placements)(const void *opt, const char *path);
    /* Pure [main].  The two endpoints that a path and placement run between; pair is 1, or 1 to N
     * for a flow of N pairs, each with endpoints of its own.  NULL: flows must name their
     * endpoints. */
    int (*resolve)(const void *opt, const char *path, const char *placement, uint32_t pair,
                   char ret_from[64], char ret_to[64], struct vmtp_error *);

    /* [worker] Make these endpoints (rows of struct vmtp_want) and the routes (struct vmtp_route)
     * between them; announce each with host->endpoint().  Everything that could outlive vmtp goes
     * through host->owns() first.  On failure the core calls undeploy(). */
    int (*deploy)(struct vmtp_self *, const char *run, const struct vmtp_table *wants,
                  const struct vmtp_table *routes, struct vmtp_error *);
    /* [worker] Remove what the ledger says this run owns (rows of struct vmtp_owned, newest first)
     * and nothing else.  Also called on a fresh instance for a run that crashed, and again until
     * it returns 0; what is gone already is no error. */
    int (*undeploy)(struct vmtp_self *, const char *run, const struct vmtp_table *owned,
                    struct vmtp_error *);
    /* [any] After deploy. */
    int (*reach)(struct vmtp_self *, const struct vmtp_route *, struct vmtp_reach *ret,
                 struct vmtp_error *);

    /* [any] Start a command.  ret is untouched on failure. */
    int (*spawn)(struct vmtp_self *, const struct vmtp_endpoint *, const struct vmtp_spawn *,
                 struct vmtp_channel *ret, struct vmtp_error *);
    /* [any] Send a signal to it and its children.  Gone already is no error. */
    int (*signal)(struct vmtp_self *, struct vmtp_channel *, int signal);
    /* [any] Once ended is readable: its exit status, or 128 + the signal that ended it; frees the
     * channel but for its fds. */
    int (*reap)(struct vmtp_self *, struct vmtp_channel *);
    /* [any] As host->put().  NULL: endpoints see this machine's files, so the path stays as it is.
     */
    int (*put)(struct vmtp_self *, const struct vmtp_endpoint *, const char *from, char *ret_path,
               size_t len, struct vmtp_error *);

    /* Pure [main].  Is what an `endpoints:` entry says right in itself?  opt is laid out by
     * endpoint_options.  NULL: always. */
    int (*check_endpoint)(const void *opt, struct vmtp_error *);
    /* Pure [main].  What deploy() would make of these endpoints (struct vmtp_want) and routes
     * (struct vmtp_route): fills at most max rows, whose size is set; returns how many, or a
     * negative errno.  NULL: nothing worth telling. */
    int (*needs)(const void *opt, const struct vmtp_table *wants, const struct vmtp_table *routes,
                 struct vmtp_need *ret, size_t max, struct vmtp_error *);
    /* Pure [main].  What deploy() would pass to host->ask(), so that the person can be asked before
     * others have measured for hours; returns 1, or 0 where it will not ask, or can't know yet.
     * NULL: it never asks. */
    int (*asks)(const void *opt, char *ret_what, size_t len);
};

#endif
