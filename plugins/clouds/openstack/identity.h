/* SPDX-License-Identifier: Apache-2.0
 *
 * Keystone: which version there is, a token, and the catalog of services (identity v3; v2.0 for old
 * clouds).
 *
 * Used by the client under its lock.  Only the auth URL's own scheme and host are asked, with
 * whatever path is before its version: links in answers may lead elsewhere, or past a proxy.
 */
#ifndef OPENSTACK_IDENTITY_H
#define OPENSTACK_IDENTITY_H

#include "client.h"

#define OS_URL_MAX     512
#define OS_SECRETS_MAX 5

struct os_token {
    char text[8192];
    char project[OS_ID_MAX], user[OS_ID_MAX];
    uint64_t expires_ns;                 /* CLOCK_MONOTONIC; 0: not known */
    char base[OS_IMAGE + 1][OS_URL_MAX]; /* of each service, with its version; "": not there */
};

/* Ask for a token.  -EACCES: user, password or project are wrong, which keystone does not tell
 * apart. */
int identity_authenticate(struct vmtp_self *self, struct http *http,
                          const struct os_credentials *credentials, uint64_t deadline_ns,
                          struct os_token *ret, struct vmtp_error *err);

/* What must not be told of these credentials and the token; ends with NULL, borrowed. */
void identity_secrets(const struct os_credentials *credentials, const char *token,
                      const char *ret[OS_SECRETS_MAX]);

#endif
