/* SPDX-License-Identifier: Apache-2.0
 *
 * A deployment: the state of an instance of openstack or provider.
 *
 * The way: blueprint (pure) -> stock (what is there) -> build (everything at once) -> enter (SSH)
 * -> proof (does traffic take the paths?) -> facts.
 */
#ifndef OPENSTACK_DEPLOYMENT_H
#define OPENSTACK_DEPLOYMENT_H

#include "machine.h"
#include "stock.h"

struct deployment {
    struct os_credentials *credentials;
    struct os_client *client;
    struct blueprint *blueprint;
    struct os_stock stock;
    struct os_access access;
    struct os_machine *machines; /* one for each of the blueprint, then the external host */
    size_t machine_count;
    struct os_network networks[2]; /* network 1 and 2, made or found */
    char group[OS_ID_MAX];         /* the security group of the run's own; "": none */
    struct os_proof *proofs;       /* one for each route; NULL: none was taken */
    size_t proof_count;
    char run[64];
};

/* What was found out of the path of one route. */
struct os_proof {
    struct vmtp_route route; /* texts are borrowed from the core */
    char text[160];
    bool doubt;
};

static inline struct deployment *deployment_of(struct vmtp_self *self)
{
    return self->state;
}

/* NULL: there is none of this name. */
static inline struct os_machine *deployment_machine(const struct deployment *all, const char *name)
{
    for (size_t i = 0; i < all->machine_count; i++)
        if (strcmp(all->machines[i].name, name) == 0)
            return &all->machines[i];
    return NULL;
}

/* build.c: make all that the blueprint says and the stock lacks; machines have ports, addresses and
 * are ACTIVE when it returns 0. */
int deployment_build(struct vmtp_self *self, struct vmtp_error *err);
/* Let in what comes from the external host, whose address is known once it is entered. */
int deployment_admit(struct deployment *all, const struct os_machine *machine,
                     struct vmtp_error *err);

/* reach.c: how `to` is reached over the route's path. */
int deployment_reach(struct vmtp_self *self, const struct vmtp_route *route, struct vmtp_reach *ret,
                     struct vmtp_error *err);

/* proof.c: ping over each route: TTL, packets of the path's MTU. Never fails a run. */
void deployment_prove(struct vmtp_self *self, const struct vmtp_table *routes);

/* facts.c, controller.c: encapsulation, L2 agent, release, NIC, CPU, distribution.  Never fails a
 * run: what could not be had is said at debug level. */
void deployment_tell(struct vmtp_self *self);
void controller_tell(struct vmtp_self *self);

#endif
