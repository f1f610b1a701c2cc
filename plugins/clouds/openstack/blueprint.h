/* SPDX-License-Identifier: Apache-2.0
 *
 * The blueprint: which machines and networks a set of endpoints and routes takes, before anything
 * is asked of a cloud.
 *
 * Pure.  Immutable once made.  For paths the machines are these, pair by pair:
 *
 *   server-P               network 1, on the same host for all pairs
 *   client-intra-N-P       network N (1 or 2), on the servers' host
 *   client-inter-N-P       network N, on another host, the same for all pairs
 *   server-room-P, client-room-N-P    each on a host that no other machine of the run is on
 *
 * "-P" is left out for the first pair.  The external host is an endpoint that is there already.
 * Machines that a scenario names itself are where it says, or anywhere.
 */
#ifndef OPENSTACK_BLUEPRINT_H
#define OPENSTACK_BLUEPRINT_H

#include "options.h"

#define OS_SAME      "same-network"
#define OS_DIFFERENT "different-network"
#define OS_FLOATING  "floating-ip"
#define OS_EXTERNAL  "external" /* from the external host */

#define OS_INTRA "intra-node"
#define OS_INTER "inter-node"
#define OS_ROOM  "single-room"

#define OS_EXTERNAL_HOST "external-host" /* the endpoint's name */

#define OS_ANYWHERE UINT32_MAX /* a node */

enum os_side { OS_SERVER, OS_CLIENT };

struct bp_machine {
    char name[64];        /* of the endpoint */
    enum os_side side;    /* which name its server gets */
    unsigned int network; /* 1 or 2 */
    uint32_t node;        /* machines of one node share a host, of two nodes do not; OS_ANYWHERE */
    const char *host;     /* [zone:]host that the scenario's endpoint names; "": by node */
    bool floats;          /* a route goes to its floating address */
};

struct blueprint {
    const struct os_options *opt;
    struct bp_machine *machines;
    uint32_t machine_count;
    uint32_t node_count;        /* that machines without a host of their own are on */
    unsigned int network_count; /* to be made: 0 where one exists, 1 or 2 */
    bool router;                /* is needed; it may exist */
    bool external_host;
};

/* What the components' functions of these names do. */
int blueprint_paths(const void *opt, struct vmtp_table *ret, struct vmtp_error *err);
int provider_paths(const void *opt, struct vmtp_table *ret, struct vmtp_error *err);
const char *const *blueprint_placements(const void *opt, const char *path);
int blueprint_resolve(const void *opt, const char *path, const char *placement, uint32_t pair,
                      char ret_from[64], char ret_to[64], struct vmtp_error *err);
int blueprint_needs(const void *opt, const struct vmtp_table *wants,
                    const struct vmtp_table *routes, struct vmtp_need *ret, size_t max,
                    struct vmtp_error *err);

int blueprint_make(const struct os_options *opt, const struct vmtp_table *wants,
                   const struct vmtp_table *routes, struct blueprint **ret, struct vmtp_error *err);
void blueprint_free(struct blueprint *blueprint);
/* How many of each kind (enum os_kind) it takes, at the most: where quotas are short, fewer
 * addresses float. */
void blueprint_count(const struct blueprint *blueprint, uint64_t ret[]);
/* The machine through which others are reached where not all addresses float: the first server. */
const struct bp_machine *blueprint_gate(const struct blueprint *blueprint);
#endif
