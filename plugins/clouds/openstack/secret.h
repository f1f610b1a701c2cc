/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets on their way through memory: files that are read whole and JSON that is made of them,
 * both overwritten before they are freed.
 */
#ifndef OPENSTACK_SECRET_H
#define OPENSTACK_SECRET_H

#include <jansson.h>

#include <vmtp/error.h>

#define SECRET_FILE_MAX (1024 * 1024)

struct secret_text {
    char *data; /* len bytes and a NUL */
    size_t len;
};

/* -ENOENT and the like, -EFBIG beyond SECRET_FILE_MAX, each with the file's name. */
int secret_read(const char *file, struct secret_text *ret, struct vmtp_error *err);
void secret_clear(struct secret_text *text);
/* All strings in it are overwritten, so nobody else may hold a part of it.  NULL is fine. */
void secret_json_free(json_t *json);

#endif
