/* SPDX-License-Identifier: Apache-2.0
 *
 * Quotas: what a project may have of each thing, what it has, and whether a run fits in.
 *
 * A limit that this user may not know is none.  [any]
 */
#ifndef OPENSTACK_QUOTA_H
#define OPENSTACK_QUOTA_H

#include "client.h"

enum os_quota {
    /* Nova's */
    OS_QUOTA_INSTANCES,
    OS_QUOTA_CORES,
    OS_QUOTA_RAM_MIB,
    OS_QUOTA_SERVER_GROUPS,
    OS_QUOTA_GROUP_MEMBERS, /* of one server group */
    OS_QUOTA_KEYPAIRS,      /* of the user */
    /* Neutron's */
    OS_QUOTA_NETWORKS,
    OS_QUOTA_SUBNETS,
    OS_QUOTA_PORTS,
    OS_QUOTA_ROUTERS,
    OS_QUOTA_FLOATING,
    OS_QUOTA_SECURITY_GROUPS,
    OS_QUOTA_COUNT
};

struct os_limit {
    int64_t limit; /* -1: none */
    int64_t used;
};

/* Nova's, and Neutron's, of OS_QUOTA_COUNT limits; the others stay as they are. */
int quota_compute(struct os_client *client, struct os_limit ret[], struct vmtp_error *err);
int quota_network(struct os_client *client, struct os_limit ret[], struct vmtp_error *err);
/* Pure.  How many more there may be; INT64_MAX: any number. */
int64_t quota_free(const struct os_limit *limit);
/* Pure.  -EDQUOT with everything that is short. */
int quota_check(const struct os_limit limits[], const uint64_t needs[], struct vmtp_error *err);

#endif
