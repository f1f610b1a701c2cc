/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a server is the one that it says it is: its host key against known_hosts.
 *
 * One for all connections of a loop, used by its thread alone.
 */
#ifndef COMMON_SSH_TRUST_H
#define COMMON_SSH_TRUST_H

#include "known.h"
#include "spec.h"

#include <libssh2.h>
#include <stdatomic.h>
#include <vmtp/host.h>

enum ssh_trust_policy {
    SSH_TRUST_STRICT,     /* only servers whose key is known */
    SSH_TRUST_ACCEPT_NEW, /* and new ones, which are written down */
    SSH_TRUST_INSECURE,   /* everybody */
    SSH_TRUST_FRESH,      /* machines that were made just now: the key that one shows first, in
                             memory alone; some make theirs anew while they boot, so until it is
                             held another may follow */
};
/* As an option of a cloud names them: strict, accept-new, insecure. */
extern const struct vmtp_choice ssh_trust_policies[];

struct ssh_trust {
    enum ssh_trust_policy policy;
    struct ssh_known *known; /* for SSH_TRUST_FRESH of no file */
    struct vmtp_self *self;  /* to warn by */
    bool warned;
    atomic_bool held; /* [any] may set it */
};

/* Ask the server for a key of a type that is known, before the handshake.  -ENOMEM. */
int ssh_trust_prefer(const struct ssh_trust *trust, const struct ssh_spec *server,
                     LIBSSH2_SESSION *session);
/* -EKEYREJECTED, with the mend. */
int ssh_trust_check(struct ssh_trust *trust, const struct ssh_spec *server,
                    LIBSSH2_SESSION *session, struct vmtp_error *err);

#endif
