/* SPDX-License-Identifier: Apache-2.0
 *
 * The fleet: the run's cloud and the endpoints that it has provided.
 *
 * Deployed and undeployed by the thread that carries the run out; read by all in between.
 */
#ifndef VMTP_ENGINE_FLEET_H
#define VMTP_ENGINE_FLEET_H

#include "context.h"

struct monitors;

/* Something that has a path at an endpoint: a file that was put there, so that it is sent once, or
 * a program by its name. */
struct placed {
    struct placed *next;
    const struct vmtp_endpoint *endpoint;
    const char *from, *path; /* path NULL: is being sent */
};

struct fleet {
    struct run *run;
    struct context context;
    struct instance *cloud;
    pthread_mutex_t lock; /* of all below */
    struct vmtp_endpoint **endpoints;
    size_t endpoint_count, endpoint_room;
    struct placed *placed;
    pthread_cond_t arrived;    /* a file has, or it never will */
    struct monitors *monitors; /* while tools measure; set by the main thread before and after */
    bool haunted; /* a monitor that does not stop is at it: it is never freed; of the main thread */
};

/* Make all that the plan wants.  *ret is set also when it fails: fleet_undeploy() takes back what
 * was made. */
int fleet_deploy(struct run *run, struct fleet **ret, struct vmtp_error *err);
/* Remove all of it, whatever has happened before, and free the fleet. */
int fleet_undeploy(struct fleet *fleet, struct vmtp_error *err);

/* Free the fleet, but leave what the cloud has made; *ret_count: how much that is. */
int fleet_leave(struct fleet *fleet, size_t *ret_count, struct vmtp_error *err);

/* NULL: the cloud has not provided it. */
const struct vmtp_endpoint *fleet_find(struct fleet *fleet, const char *name);
/* Where host->endpoint() ends. */
int fleet_add(struct fleet *fleet, const struct vmtp_endpoint *endpoint, struct vmtp_error *err);
int fleet_put(struct fleet *fleet, const struct vmtp_endpoint *endpoint, const char *from,
              char *ret_path, size_t len, struct vmtp_error *err);

/* Keep where a program is at the endpoint; and that path, NULL: not kept. */
int fleet_know(struct fleet *fleet, const struct vmtp_endpoint *endpoint, const char *name,
               const char *path);
const char *fleet_known(struct fleet *fleet, const struct vmtp_endpoint *endpoint,
                        const char *name);

/* Remove what the ledger of a run that is dead says, on a fresh instance of its cloud. */
int fleet_reap(struct run *run, const struct section *cloud, struct vmtp_error *err);

#endif
