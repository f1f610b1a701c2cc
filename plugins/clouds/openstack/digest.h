/* SPDX-License-Identifier: Apache-2.0
 *
 * Checksums of files, by OpenSSL.  [any]
 */
#ifndef OPENSTACK_DIGEST_H
#define OPENSTACK_DIGEST_H

#include <vmtp/error.h>

#define DIGEST_HEX_MAX 129

/* What a file's checksum should be. */
struct digest {
    char algorithm[16];       /* OpenSSL's name: "sha256", "sha512", "md5" */
    char hex[DIGEST_HEX_MAX]; /* lower case */
};

/* "sha256:HEX", "sha512:HEX", "md5:HEX", or HEX alone, whose length tells. */
int digest_read(const char *text, struct digest *ret, struct vmtp_error *err);
/* Of the whole file, wherever its offset is.  -EINVAL: there is no such algorithm. */
int digest_file(int fd, const char *algorithm, int cancel_fd, char ret_hex[DIGEST_HEX_MAX],
                struct vmtp_error *err);

#endif
