/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an SSH server is, as people write it: "user@host:port".
 *
 * Pure.  The host is a name, an IPv4 address or an IPv6 address, this one bare or as [2001:db8::1],
 * which it must be where a port follows.
 */
#ifndef COMMON_SSH_SPEC_H
#define COMMON_SSH_SPEC_H

#include <stdint.h>
#include <vmtp/error.h>

struct ssh_spec {
    char user[64];  /* "": not written */
    char host[256]; /* without brackets */
    uint16_t port;  /* 0: not written */
};

int ssh_spec_parse(const char *text, struct ssh_spec *ret, struct vmtp_error *err);

#endif
