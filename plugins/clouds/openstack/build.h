/* SPDX-License-Identifier: Apache-2.0
 *
 * What is being made for a deployment, until all of it stands.
 *
 * On the stack of deployment_build(); crews fill fields of their own.
 */
#ifndef OPENSTACK_BUILD_H
#define OPENSTACK_BUILD_H

#include "deployment.h"

#include <stdatomic.h>

#define BUILD_NETWORKS 2

struct build {
    struct vmtp_self *self;
    struct deployment *all;
    const struct os_options *opt;
    struct os_client *client;

    char image[OS_ID_MAX], flavor[OS_ID_MAX], keypair[OS_NAME_MAX];
    struct os_router router;                    /* id "": none */
    char subnets[BUILD_NETWORKS][2][OS_ID_MAX]; /* IPv4, IPv6; "": none */
    char subnet_names[BUILD_NETWORKS][2][OS_NAME_MAX];
    char (*affinity)[OS_ID_MAX]; /* of each node, a server group; NULL: the stock
                                    has their hosts */
    uint64_t boot_end_ns;        /* then they must be active */
    char *user_data;             /* NULL: none */
    size_t user_data_len;
    atomic_bool failed; /* one lane: the other need not wait for anything */
};

/* The name of a machine's server, port and floating address. */
void build_label(const struct build *build, const struct os_machine *machine,
                 char ret[OS_NAME_MAX]);

/* boot.c: one server of machine number i is asked for; [any]. */
int boot_server(struct build *build, size_t i, struct vmtp_error *err);
/* Where the user may not choose hosts: ask for all servers, node after node, and see that nodes
 * are where they should be. */
int boot_nodes(struct build *build, struct vmtp_error *err);
/* Until all servers are active. */
int boot_await(struct build *build, struct vmtp_error *err);

#endif
