/* SPDX-License-Identifier: Apache-2.0
 *
 * Glance: uploading an image.  [any]
 */
#ifndef OPENSTACK_UPLOAD_H
#define OPENSTACK_UPLOAD_H

#include "image.h"

/* What image-url names, made under `label`, which ends in the run's id and is written into the
 * ledger before; awaited until it is active, and what the cloud says of its checksum is compared
 * with what was sent.  With keep-image it then gets its plain name, opt->image, and is the run's no
 * more: one that was interrupted is never taken for a whole one, and never stays. */
int image_upload(struct os_client *client, const struct os_options *opt, const char *label,
                 struct os_image *ret, struct vmtp_error *err);

#endif
