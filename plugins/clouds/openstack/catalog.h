/* SPDX-License-Identifier: Apache-2.0
 *
 * What keystone answers: its versions, and a token with the catalog of services, of v3 and of v2.0.
 *
 * Pure.
 */
#ifndef OPENSTACK_CATALOG_H
#define OPENSTACK_CATALOG_H

#include "identity.h"

/* "compute": the type in the catalog, and the name in errors. */
extern const char *const os_service_types[OS_IMAGE + 1];

/* 2 or 3: the preferred version (0: none is) if it is there, else the highest; 0: none can be
 * read. */
unsigned int catalog_version(const json_t *versions, unsigned int preferred);

/* All but the token's text, which v3 has in a header.  auth_base: where the token is from, for a
 * catalog that leaves out identity. */
int catalog_read(const json_t *answer, const struct os_credentials *credentials,
                 const char *auth_base, uint64_t now_ns, struct os_token *ret,
                 struct vmtp_error *err);

#endif
