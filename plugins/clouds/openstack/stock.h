/* SPDX-License-Identifier: Apache-2.0
 *
 * The stock: what the cloud has already and a run uses: image, flavor, networks, hosts; and whether
 * what is to be made fits: quotas, rights, addresses.
 *
 * Taken before anything is made; only looked at from then on.  What it holds is never deleted.
 */
#ifndef OPENSTACK_STOCK_H
#define OPENSTACK_STOCK_H

#include "blueprint.h"
#include "compute.h"
#include "image.h"
#include "network.h"

#define OS_STOCK_GROUPS 8

struct os_stock {
    struct os_image image;      /* id "": to be uploaded */
    struct os_flavor flavor;    /* id "": to be made, of this size */
    struct os_network external; /* id "": none is needed, or there is none */
    struct os_network network;  /* the one that opt->network names; id "": networks are made */
    struct os_router router;    /* the one that opt->router names; id "": it is made if needed */
    char groups[OS_STOCK_GROUPS][OS_ID_MAX]; /* the security groups that the options name */
    size_t group_count;
    struct os_host *hosts; /* one for each node of the blueprint, in that order; NULL: this user
                              may not choose, so server groups must do and be checked */
    size_t host_count;
    char (*zones)[OS_NAME_MAX]; /* of each machine of the blueprint, as Nova is asked for it:
                                   "zone:host", "zone"; "": any */
    bool float_all; /* each machine gets a floating address; else only those that a route goes to,
                       and the first server is the way in to the others */
};

/* Everything is looked up at the same time.  Errors name what is missing and the mend: "image
 * 'Ubuntu': there is none of that name or id; image-url says where to get it from"; "quota: 5
 * instances needed, 3 of 10 free". */
int stock_take(struct os_client *client, const struct os_options *opt,
               const struct blueprint *blueprint, struct os_stock *ret, struct vmtp_error *err);
void stock_clear(struct os_stock *stock);

#endif
