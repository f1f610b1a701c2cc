/* SPDX-License-Identifier: Apache-2.0
 *
 * The file that gives a machine its address where there is no DHCP.  IPv4 alone; pure.
 */
#ifndef OPENSTACK_INTERFACES_H
#define OPENSTACK_INTERFACES_H

#include "network.h"

#define INTERFACES_MAX 1024

struct interfaces {
    const char *path;
    char text[INTERFACES_MAX];
};

/* As Debian reads it or, where the image's name says so, as Red Hat does. */
int interfaces_make(const char *image, const struct os_port *port, const struct os_subnet *subnet,
                    struct interfaces *ret, struct vmtp_error *err);

#endif
