/* SPDX-License-Identifier: Apache-2.0
 *
 * An entry of clouds.yaml, what secure.yaml says of it laid over it.
 *
 * Looked for as the openstack command does: OS_CLIENT_CONFIG_FILE, the working folder,
 * ~/.config/openstack, /etc/openstack; the first file that exists is taken.  secure.yaml is looked
 * for by itself in the same places.
 */
#ifndef VMTP_CLASSIC_CLOUDS_H
#define VMTP_CLASSIC_CLOUDS_H

#include "../base/arena.h"

#include <vmtp/error.h>
#include <vmtp/option.h>

/* Pairs as an openrc file would have them, names without "OS_".  -ENOENT: there is no file, or no
 * such cloud in it; -EINVAL with file:line:column; -ENOMEM.  ret_file: for people. */
int cloud_read(const char *name, struct arena *arena, struct vmtp_map *ret, const char **ret_file,
               struct vmtp_error *err);

#endif
