/* SPDX-License-Identifier: Apache-2.0
 *
 * A keyring: what users log in with, each key read, decrypted or asked of the agent once.
 *
 * Owner: whoever makes it; one thread fills it, then it is constant until it is freed, which must
 * be after every loop that uses its credentials.
 */
#ifndef COMMON_SSH_KEYRING_H
#define COMMON_SSH_KEYRING_H

#include "login.h"

#include <vmtp/host.h>

enum ssh_agent_use { SSH_AGENT_AUTO, SSH_AGENT_ON, SSH_AGENT_OFF };

/* What a person has said; NULL and "" are not said. */
struct ssh_wish {
    const char *user, *password;
    const struct ssh_key *own; /* made for this: no other is tried, and no agent asked */
    const char *key;           /* a file; else those that ssh looks for */
    const char *passphrase;
    enum ssh_agent_use agent;
};

struct ssh_keyring;

/* Small memory is taken from the instance. */
int ssh_keyring_new(struct vmtp_self *self, struct ssh_keyring **ret, struct vmtp_error *err);
void ssh_keyring_free(struct ssh_keyring *keyring);
/* Strings of the wish are borrowed as long as the keyring lives. */
int ssh_keyring_find(struct ssh_keyring *keyring, const struct ssh_wish *wish,
                     struct ssh_credentials *ret, struct vmtp_error *err);

#endif
