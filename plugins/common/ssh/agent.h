/* SPDX-License-Identifier: Apache-2.0
 *
 * The SSH agent (draft-miller-ssh-agent): which keys it holds, and signatures by them.
 *
 * Each call makes a connection of its own and waits for the answer, at most 10 s.  Any thread.
 */
#ifndef COMMON_SSH_AGENT_H
#define COMMON_SSH_AGENT_H

#include "wire.h"

#include <vmtp/error.h>

#define SSH_AGENT_SHA2_256 2 /* flags of a signature by an RSA key */
#define SSH_AGENT_SHA2_512 4

struct ssh_identity {
    struct ssh_bytes blob, comment;
};

/* Calls each() with every key; borrowed until it returns.  A negative return ends it. */
int ssh_agent_list(const char *socket_path, int (*each)(void *arg, const struct ssh_identity *),
                   void *arg, struct vmtp_error *err);
/* The signature alone, without the name of its algorithm, is added to ret. */
int ssh_agent_sign(const char *socket_path, struct ssh_bytes blob, struct ssh_bytes data,
                   uint32_t flags, struct ssh_buffer *ret, struct vmtp_error *err);

#endif
