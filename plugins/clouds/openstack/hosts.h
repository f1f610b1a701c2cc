/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts: which of the cloud's each node of a blueprint is, and each machine that names one.
 *
 * Pure: what the cloud tells of them is passed in; known NULL: it does not tell this user.
 */
#ifndef OPENSTACK_HOSTS_H
#define OPENSTACK_HOSTS_H

#include "blueprint.h"
#include "compute.h"

struct os_hosts {
    const struct os_host *known; /* NULL: not told */
    size_t count;
    const char *zone; /* that all machines are to be in; NULL: any */
};

/* The host that "[zone:]host" names. */
int hosts_find(const struct os_hosts *hosts, const char *text, struct os_host *ret,
               struct vmtp_error *err);
/* One for each of so many nodes: of those that `named` names (const char *), else of those that are
 * up, and -ENODEV where these are too few.  *ret is the caller's to free; NULL: nothing is named,
 * and the cloud does not tell. */
int hosts_choose(const struct os_hosts *hosts, const struct vmtp_list *named, uint32_t nodes,
                 struct os_host **ret, struct vmtp_error *err);

#endif
