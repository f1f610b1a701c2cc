/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a topology: forks a child that makes its namespaces and everything in them, and takes
 * their fds.
 *
 * The namespaces have no name: they live as long as a fd or a process holds them, so nothing is
 * left behind by a vmtp that was killed.  Owner: the caller, until spaces_free().  Threads: [any]
 * for builder_run(); the fds may be used by several threads at once.
 */
#ifndef FABRIC_BUILDER_H
#define FABRIC_BUILDER_H

#include "topology.h"

struct spaces {
    int user_fd;  /* the user namespace that owns them; -1: the caller's own */
    int *net_fds; /* in the order of topology->spaces */
    uint32_t count;
};

/* Ends with -ETIMEDOUT at the deadline and with -ECANCELED once cancel_fd is readable. */
int builder_run(const struct topology *topology, int cancel_fd, uint64_t deadline_ns,
                struct spaces **ret, struct vmtp_error *err);
void spaces_free(struct spaces *spaces);

#endif
