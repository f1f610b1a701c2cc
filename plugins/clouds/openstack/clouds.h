/* SPDX-License-Identifier: Apache-2.0
 *
 * An entry of clouds.yaml, what secure.yaml says of it laid over it, and below both the entry of
 * clouds-public.yaml that it names as its profile.
 *
 * Looked for as the openstack command does: OS_CLIENT_CONFIG_FILE, the working folder,
 * ~/.config/openstack, /etc/openstack; the first file that exists is taken.  The other two are
 * looked for by themselves in the same places.
 */
#ifndef OPENSTACK_CLOUDS_H
#define OPENSTACK_CLOUDS_H

#include <limits.h>

#include <jansson.h>

#include <vmtp/error.h>

/* Strings by names as an openrc file would have them, without "OS_"; the caller's to free
 * (secret_json_free()).  -ENOENT: there is no file, or no such cloud in it; -EINVAL with
 * file:line:column; -ENOMEM.  ret_file: for people. */
int cloud_read(const char *name, json_t **ret, char ret_file[PATH_MAX], struct vmtp_error *err);

#endif
