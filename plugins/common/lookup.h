/* SPDX-License-Identifier: Apache-2.0
 *
 * The addresses of a name, without waiting for them: getaddrinfo() has no deadline, so it runs in a
 * thread of its own that outlives whoever lost patience.
 */
#ifndef COMMON_LOOKUP_H
#define COMMON_LOOKUP_H

#include <netdb.h>
#include <stdint.h>
#include <vmtp/error.h>

struct lookup;

/* -ENOMEM and the like: could not even begin. */
int lookup_start(const char *host, uint16_t port, struct lookup **ret);
/* Readable once the answer is there. */
int lookup_fd(const struct lookup *lookup);
/* *ret lasts as long as the lookup.  -EAGAIN: not yet. */
int lookup_answer(struct lookup *lookup, const struct addrinfo **ret, struct vmtp_error *err);
void lookup_free(struct lookup *lookup);

#endif
