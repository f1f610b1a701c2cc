/* SPDX-License-Identifier: Apache-2.0
 *
 * The OpenStack part of a request: flows between VMs that are made for them, and from a host
 * outside to one of them.
 */
#ifndef VMTP_CLASSIC_OPENSTACK_H
#define VMTP_CLASSIC_OPENSTACK_H

#include "part.h"

/* Where the credentials are, as the scenario says it. */
struct openstack_source {
    const char *rc;    /* an openrc file; NULL: none */
    const char *cloud; /* an entry of clouds.yaml; NULL: none.  Neither: the environment */
    bool lent;         /* nobody asked for them: they are the environment's */
};

/* "openstack", or "provider" where the network is there already. */
const char *openstack_cloud(const struct settings *settings);
int openstack_make(struct part_maker *maker, const struct openstack_source *source);

#endif
