/* SPDX-License-Identifier: Apache-2.0
 *
 * What passes between the builder and its child: the job, and the child's reports.
 */
#ifndef FABRIC_BUILD_H
#define FABRIC_BUILD_H

#include "nat.h"
#include "netlink.h"
#include "shape.h"
#include "topology.h"

/* What the child was doing when it failed; the index in the report is that of a space or port. */
enum build_step {
    BUILD_USER,       /* of nothing */
    BUILD_MAP,        /* of nothing */
    BUILD_SPACE,      /* of a space, as all up to BUILD_NAT */
    BUILD_SETTING,    /* detail: the file */
    BUILD_CONGESTION, /* detail: its name */
    BUILD_SOCKET,
    BUILD_LOOPBACK,
    BUILD_NAT,
    BUILD_LINK, /* of a port, as all below */
    BUILD_MASTER,
    BUILD_IMPAIR,
    BUILD_SHAPE,
    BUILD_UP,
    BUILD_WAIT,
    BUILD_ADDRESS,
    BUILD_ROUTE,
};

enum build_report_kind {
    BUILD_USER_FD = 1, /* carries the fd of the user namespace */
    BUILD_NET_FD,      /* carries that of space index */
    BUILD_DONE,
    BUILD_FAILED,
};

struct build_report {
    uint32_t kind, step, index;
    int32_t code; /* negative errno */
    char detail[NETLINK_DETAIL];
};

/* All memory is the parent's, allocated before the fork. */
struct build_job {
    const struct topology *topology;
    struct nat_batch nat;
    struct shape shape;
    bool ip6; /* this kernel has IPv6 */
    char uid_map[48], gid_map[48];
    uint64_t deadline_ns;
    int socket;
    int user_fd, *net_fds;
    struct netlink *netlinks; /* one into each space */
};

/* The child's whole life: async-signal-safe throughout. */
void __attribute__((noreturn)) build_child(struct build_job *job);

/* Pure: fills err from a BUILD_FAILED report and returns its code. */
int build_explain(const struct topology *topology, const struct build_report *report,
                  struct vmtp_error *err);

#endif
