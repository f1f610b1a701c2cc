/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSH's own container of a private key: "-----BEGIN OPENSSH PRIVATE KEY-----" (PROTOCOL.key).
 *
 * Any thread.
 */
#ifndef COMMON_SSH_CONTAINER_H
#define COMMON_SSH_CONTAINER_H

#include "wire.h"

#include <openssl/evp.h>

bool ssh_container_is(struct ssh_bytes text);
/* -ENOKEY: the passphrase is missing or wrong; -ENOTSUP: a cipher that vmtp does not know; -EINVAL:
 * damaged, or a key of another type; -ENOMEM. */
int ssh_container_read(struct ssh_bytes text, const char *passphrase, EVP_PKEY **ret);

#endif
