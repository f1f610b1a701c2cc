/* SPDX-License-Identifier: Apache-2.0
 *
 * Floating addresses: the router's nftables rules, as one batch of netlink messages.
 *
 * nat_make() allocates and runs before the builder forks; nat_load() runs in its child.
 */
#ifndef FABRIC_NAT_H
#define FABRIC_NAT_H

#include "netlink.h"
#include "topology.h"

struct nat_batch {
    void *data; /* NULL: nothing to load */
    size_t len;
    uint32_t last_seq;
};

int nat_make(const struct topology *topology, struct nat_batch *ret, struct vmtp_error *err);
void nat_free(struct nat_batch *batch);

/* Loads it into the namespace that the calling thread is in; detail gets the kernel's words. */
int nat_load(const struct nat_batch *batch, char detail[NETLINK_DETAIL]);

#endif
