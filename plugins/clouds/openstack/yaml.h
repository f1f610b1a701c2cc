/* SPDX-License-Identifier: Apache-2.0
 *
 * A YAML file as JSON: every scalar is a string, what is null is left out of its map.
 *
 * Merge keys (<<) and aliases do what they do in OpenStack's own clients; tags mean nothing here.
 * Bounded: 1 MiB, 32 levels, 20,000 values with every alias written out.
 */
#ifndef OPENSTACK_YAML_H
#define OPENSTACK_YAML_H

#include <jansson.h>

#include <vmtp/error.h>

/* *ret is the caller's to free (secret_json_free()); an empty map where there is nothing in the
 * file but comments.  -ENOENT and the like; -EINVAL with file:line:column; -ENOMEM. */
int yaml_to_json(const char *file, json_t **ret, struct vmtp_error *err);

#endif
