/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 (FIPS 180-4), to say which scenario a result belongs to.  Pure.
 */
#ifndef VMTP_BASE_SHA256_H
#define VMTP_BASE_SHA256_H

#include <stddef.h>

/* As 64 hexadecimal digits and a NUL. */
void sha256_hex(const void *data, size_t len, char ret[65]);

#endif
