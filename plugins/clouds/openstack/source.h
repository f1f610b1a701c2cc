/* SPDX-License-Identifier: Apache-2.0
 *
 * The source of an image: a file of this machine, or what an http(s) server has, fetched into a
 * temporary file that nobody else sees.
 *
 * Owned by whoever uploads it.  [any]
 */
#ifndef OPENSTACK_SOURCE_H
#define OPENSTACK_SOURCE_H

#include "options.h"

struct source {
    int fd;
    uint64_t bytes;
    const char *format; /* "qcow2", "raw", ...: by its beginning */
};

/* Whether image-url and image-checksum may be right, before anything is fetched or made. */
int source_check(const struct os_options *opt, struct vmtp_error *err);
/* Opened, and held against image-checksum. */
int source_open(struct vmtp_self *self, const struct os_options *opt, struct source *ret,
                struct vmtp_error *err);
void source_close(struct source *source);

/* For struct http_file: how much of an image has moved, to the person. */
struct source_progress {
    struct vmtp_self *self;
    const char *doing; /* "fetching the image" */
};
void source_moved(void *arg, uint64_t bytes, uint64_t all_bytes);

#endif
