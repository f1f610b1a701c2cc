/* SPDX-License-Identifier: Apache-2.0
 *
 * Who asks for a token, where, and what for: from the options, an openrc file, clouds.yaml with
 * secure.yaml, or the environment.
 *
 * Made once when the cloud is opened, constant from then on; os_credentials_free() wipes it.
 */
#ifndef OPENSTACK_CREDENTIALS_H
#define OPENSTACK_CREDENTIALS_H

#include "options.h"

enum os_auth { OS_AUTH_PASSWORD, OS_AUTH_APPLICATION_CREDENTIAL, OS_AUTH_TOKEN };

/* Text that is not known is NULL. */
struct os_credentials {
    enum os_auth auth;
    const char *auth_url;
    unsigned int identity_version; /* 2, 3; 0: find out */
    const char *username, *user_id, *user_domain_name, *user_domain_id, *password;
    const char *project_name, *project_id, *project_domain_name, *project_domain_id;
    const char *application_credential_id, *application_credential_name;
    const char *application_credential_secret, *token;
    bool system_scope;
    const char *region;
    const char *interface; /* "public", "internal", "admin" */
    const char *cacert;
    bool insecure;
};

/* Are there enough of them, the password aside?  Reads files and the environment, asks nobody. */
int os_credentials_check(const struct os_options *opt, struct vmtp_error *err);
/* What os_credentials_new() will ask for: 1, or 0 where it needs nothing, or can't know yet. */
int os_credentials_asks(const void *opt, char *ret_what, size_t len);
/* The person is asked for a password that is needed and not known. */
int os_credentials_new(struct vmtp_self *self, const struct os_options *opt,
                       struct os_credentials **ret, struct vmtp_error *err);
void os_credentials_free(struct os_credentials *credentials);

#endif
