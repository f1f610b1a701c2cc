/* SPDX-License-Identifier: Apache-2.0
 *
 * bcrypt_pbkdf: how OpenSSH makes a key of a passphrase.  OpenSSL does not have it.
 *
 * Any thread.  Takes a tenth of a second or more, which is its purpose.
 */
#ifndef COMMON_SSH_BCRYPT_H
#define COMMON_SSH_BCRYPT_H

#include "wire.h"

#define SSH_BCRYPT_MAX 128 /* bytes at once */

/* 0, -EINVAL (no such sizes) or -ENOMEM. */
int ssh_bcrypt(const char *passphrase, struct ssh_bytes salt, uint32_t rounds, unsigned char *ret,
               size_t len);

#endif
