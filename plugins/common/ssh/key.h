/* SPDX-License-Identifier: Apache-2.0
 *
 * A key that a user proves himself with: from a file, held by the agent, or made for a run.
 *
 * ed25519, ecdsa and RSA; PEM, PKCS#8 and OpenSSH's own container, plain or encrypted.  Constant
 * once made, so any thread may sign with it; whoever made it frees it.
 */
#ifndef COMMON_SSH_KEY_H
#define COMMON_SSH_KEY_H

#include "wire.h"

#include <vmtp/error.h>

struct ssh_key;

/* passphrase may be NULL or "".  -ENOKEY: it is encrypted and the passphrase is missing or wrong.
 */
int ssh_key_load(const char *path, const char *passphrase, struct ssh_key **ret,
                 struct vmtp_error *err);
/* From the text of a file; name is what errors call it. */
int ssh_key_parse(const char *name, struct ssh_bytes text, const char *passphrase,
                  struct ssh_key **ret, struct vmtp_error *err);
/* All keys of the agent that can be used, into an array of at most max. */
int ssh_key_from_agent(const char *socket_path, struct ssh_key **ret, size_t max,
                       struct vmtp_error *err);
/* A new one of type ed25519, which nobody but this process ever has. */
int ssh_key_make(const char *name, struct ssh_key **ret, struct vmtp_error *err);
void ssh_key_free(struct ssh_key *key);

/* "key ~/.ssh/id_rsa", "agent's key work@laptop" */
const char *ssh_key_name(const struct ssh_key *key);
struct ssh_bytes ssh_key_blob(const struct ssh_key *key);
/* The public half as a line of authorized_keys, without its newline.  -EMSGSIZE, -ENOMEM. */
int ssh_key_line(const struct ssh_key *key, const char *comment, char *ret, size_t len);
bool ssh_key_is_rsa(const struct ssh_key *key);
/* The public half as it is sent when the signature is to be made by this method; "rsa-sha2-512"
 * and "rsa-sha2-256" for RSA, NULL: that of the key's own type. */
void ssh_key_public(const struct ssh_key *key, const char *method, struct ssh_buffer *ret);
int ssh_key_sign(const struct ssh_key *key, const char *method, struct ssh_bytes data,
                 struct ssh_buffer *ret, struct vmtp_error *err);

#endif
