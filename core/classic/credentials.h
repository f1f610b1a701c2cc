/* SPDX-License-Identifier: Apache-2.0
 *
 * The credentials of an OpenStack cloud, each value with the place it came from.
 *
 * One of these is the source: the file of -r, an entry of clouds.yaml (--os-cloud, or OS_CLOUD),
 * or the environment.  The password is that of -p, else the source's, else OS_PASSWORD, else it
 * is asked for when it is needed.  credentials_free() wipes the values.
 */
#ifndef VMTP_CLASSIC_CREDENTIALS_H
#define VMTP_CLASSIC_CREDENTIALS_H

#include "wish.h"

enum credential_id {
    CRED_AUTH_URL,
    CRED_IDENTITY_API_VERSION,
    CRED_AUTH_TYPE,
    CRED_USERNAME,
    CRED_USER_ID,
    CRED_PASSWORD,
    CRED_PROJECT_NAME, /* or OS_TENANT_NAME */
    CRED_PROJECT_ID,   /* or OS_TENANT_ID */
    CRED_USER_DOMAIN_NAME,
    CRED_USER_DOMAIN_ID,
    CRED_PROJECT_DOMAIN_NAME,
    CRED_PROJECT_DOMAIN_ID,
    CRED_APPLICATION_CREDENTIAL_ID,
    CRED_APPLICATION_CREDENTIAL_NAME,
    CRED_APPLICATION_CREDENTIAL_SECRET,
    CRED_TOKEN,
    CRED_REGION_NAME,
    CRED_INTERFACE, /* or OS_ENDPOINT_TYPE: public, internal, admin */
    CRED_CACERT,
    CRED_INSECURE, /* "true" */
    CRED_COUNT
};

struct credential {
    const char *value; /* NULL: not known */
    const char *from;  /* for people: "admin-openrc.sh", "environment", "clouds.yaml" */
};

struct credentials {
    struct arena *arena;
    struct credential all[CRED_COUNT];
    const char *problem; /* why OS_CLOUD of the environment leads nowhere; NULL: it does not */
    bool wished; /* -r or --os-cloud asked for them, so that it is an error if they don't do */
};

/* Without any credentials *ret has no values.  Errors: the file of -r or clouds.yaml can't be
 * read or is wrong, there is no such cloud; -ENOMEM. */
int credentials_read(const struct wish *wish, struct credentials **ret, struct vmtp_error *err);
void credentials_free(struct credentials *credentials);
DEFINE_CLEANUP(credentials_free, struct credentials *)

/* Is there anything of credentials at all? */
bool credentials_given(const struct credentials *credentials);
/* What is in the way of asking for a token, for people: "OS_AUTH_URL, OS_USERNAME missing"; NULL:
 * nothing but perhaps the password, which can be asked for. */
const char *credentials_missing(const struct credentials *credentials);
/* Ask for the password if it is needed and not known. */
int credentials_ask(struct credentials *credentials, const struct prompt *prompt,
                    struct vmtp_error *err);

#endif
