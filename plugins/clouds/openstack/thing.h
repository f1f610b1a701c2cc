/* SPDX-License-Identifier: Apache-2.0
 *
 * A thing of Neutron, whatever it is: found by name or id, or made with the run's mark.  [any]
 */
#ifndef OPENSTACK_THING_H
#define OPENSTACK_THING_H

#include "client.h"

/* What things of one sort are called: in a path, as the key of many and of one, for people. */
struct sort {
    const char *path, *many, *one, *noun;
};

extern const struct sort sort_networks, sort_subnets, sort_routers, sort_ports, sort_floatings,
    sort_groups;

/* Of several the project's own one.  filter: "" or "&key=value".  *ret is the caller's to decref.
 * -ENOENT, -EEXIST. */
int thing_find(struct os_client *client, const struct sort *sort, const char *filter,
               const char *name_or_id, json_t **ret, struct vmtp_error *err);
/* The label ends in the run's id.  body is stolen; *ret is the caller's to decref and has an id. */
int thing_create(struct os_client *client, const struct sort *sort, const char *label, json_t *body,
                 json_t **ret, struct vmtp_error *err);
/* The same where the id is all that is needed. */
int thing_create_id(struct os_client *client, const struct sort *sort, const char *label,
                    json_t *body, char ret_id[OS_ID_MAX], struct vmtp_error *err);

#endif
