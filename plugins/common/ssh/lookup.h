/* SPDX-License-Identifier: Apache-2.0
 *
 * The addresses of a name, without waiting for them: getaddrinfo() has no deadline, so it runs in a
 * thread of its own that outlives whoever lost patience.
 */
#ifndef COMMON_SSH_LOOKUP_H
#define COMMON_SSH_LOOKUP_H

#include <netdb.h>
#include <stdint.h>
#include <vmtp/error.h>

struct ssh_lookup;

/* -ENOMEM and the like: could not even begin. */
int ssh_lookup_start(const char *host, uint16_t port, struct ssh_lookup **ret);
/* Readable once the answer is there. */
int ssh_lookup_fd(const struct ssh_lookup *lookup);
/* *ret lasts as long as the lookup.  -EAGAIN: not yet. */
int ssh_lookup_answer(struct ssh_lookup *lookup, const struct addrinfo **ret,
                      struct vmtp_error *err);
void ssh_lookup_free(struct ssh_lookup *lookup);

#endif
