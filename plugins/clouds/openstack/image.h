/* SPDX-License-Identifier: Apache-2.0
 *
 * Glance: finding an image.  [any]
 */
#ifndef OPENSTACK_IMAGE_H
#define OPENSTACK_IMAGE_H

#include "client.h"

struct os_image {
    char id[OS_ID_MAX], name[OS_NAME_MAX];
    uint64_t disk_bytes; /* that it fills, as far as the cloud knows */
    uint64_t min_disk_gib, min_ram_mib;
};

void image_read(const json_t *json, struct os_image *ret);
/* An active image of this name or id; several of one name: the newest, with a warning.  -ENOENT. */
int image_find(struct os_client *client, const char *name_or_id, struct os_image *ret,
               struct vmtp_error *err);

#endif
