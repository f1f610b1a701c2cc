/* SPDX-License-Identifier: Apache-2.0
 *
 * A login: proving to a server who one is, one step at a time.
 *
 * In ssh's order: the keys as they are listed, the password, keyboard-interactive with the password
 * as the answer.  Constant credentials (struct ssh_credentials) are the caller's and may serve many
 * logins; a login belongs to one connection and its thread.
 */
#ifndef COMMON_SSH_LOGIN_H
#define COMMON_SSH_LOGIN_H

#include "key.h"

#include <libssh2.h>

struct ssh_credentials {
    const char *user;
    const char *password; /* NULL or "": none */
    const struct ssh_key *const *keys;
    size_t key_count;
    const char *missing; /* what else was looked for, for errors: "key x: is encrypted"; or "" */
};

struct ssh_login {
    const struct ssh_credentials *credentials;
    int stage;
    size_t key;               /* that is tried, with this of the ways ... */
    size_t way;               /* ... that an RSA key may sign in */
    struct ssh_buffer public; /* as it is sent */
    char offers[128];
    char tried[400];
};

void ssh_login_init(struct ssh_login *login, const struct ssh_credentials *credentials);
void ssh_login_clear(struct ssh_login *login);
/* 0: logged in; -EAGAIN: call again when the server has said something; -EACCES: refused;
 * -ECONNRESET: the connection was lost. */
int ssh_login_step(struct ssh_login *login, LIBSSH2_SESSION *session, struct vmtp_error *err);

#endif
