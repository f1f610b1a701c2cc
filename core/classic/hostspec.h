/* SPDX-License-Identifier: Apache-2.0
 *
 * A host as VMTP's command line names it:
 *
 *     user@host[:password[:interface]]
 *     ssh://user@host[:port[:password[:interface]]]
 *
 * host: an IPv4 address, a name, or an IPv6 address in brackets.  The user ends at the first '@',
 * the host at the next ':', and what stands behind the last ':' is the interface, as in VMTP; so a
 * password that has a ':' in it needs another one behind it.  The password may be empty, which
 * is the same as none.
 */
#ifndef VMTP_CLASSIC_HOSTSPEC_H
#define VMTP_CLASSIC_HOSTSPEC_H

#include "../base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <vmtp/error.h>

#define PASSWORD_MASK "<MASKED>" /* VMTP's word, in the place of one */

struct hostspec {
    const char *user, *host;
    uint16_t port;                    /* 22 where none is written */
    bool ipv6;                        /* host is an IPv6 address */
    const char *password;             /* NULL: none */
    const char *interface;            /* NULL: none */
    size_t password_at, password_len; /* in the text that was parsed: what to wipe there */
};

/* -EINVAL with the part that is wrong; the password is in no error.  -ENOMEM. */
int hostspec_parse(const char *text, struct arena *arena, struct hostspec *ret,
                   struct vmtp_error *err);
/* As it was written, the password as <MASKED>.  NULL: out of memory. */
const char *hostspec_masked(const struct hostspec *spec, const char *text, struct arena *arena);
/* "user@host", the port behind it where it is not 22, IPv6 addresses in brackets with their port.
 * NULL: out of memory. */
const char *hostspec_ssh(const struct hostspec *spec, struct arena *arena);

/* An address or a name, by its form. */
bool host_valid(const char *text, struct arena *arena);
bool host_is_ipv6(const char *text);
bool host_is_multicast(const char *text);
/* "host", "host:port", "[addr]:port" or a bare IPv6 address. */
int host_port_parse(const char *text, uint16_t port, struct arena *arena, const char **ret_host,
                    uint16_t *ret_port, struct vmtp_error *err);

#endif
