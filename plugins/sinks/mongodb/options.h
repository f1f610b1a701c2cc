/* SPDX-License-Identifier: Apache-2.0
 *
 * What a scenario says to the sink, and the address that comes of it.
 *
 * The URI is the caller's to destroy.  A URI that can't be read is never shown, nor what
 * libmongoc says of it, because both may hold the password.
 */
#ifndef MONGODB_OPTIONS_H
#define MONGODB_OPTIONS_H

#include <mongoc/mongoc.h>

#include <vmtp/plugin.h>

struct mongodb_options {
    const char *uri, *host; /* one of them, or neither: localhost */
    uint64_t port;          /* of host */
    const char *database, *collection, *samples;
    const char *username, *password, *auth_source;
    bool tls;
    const char *tls_ca_file;
    uint64_t timeout_ns;
};

int mongodb_address(const struct mongodb_options *opt, mongoc_uri_t **ret, struct vmtp_error *err);
/* The rest of the rules across options. */
int mongodb_check(const struct mongodb_options *opt, struct vmtp_error *err);

#endif
