/* SPDX-License-Identifier: Apache-2.0
 *
 * What libmongoc complains of as vmtp's errors: an errno and one phrase.  Pure.
 */
#ifndef MONGODB_COMPLAINT_H
#define MONGODB_COMPLAINT_H

#include <mongoc/mongoc.h>

#include <vmtp/error.h>

/* servers: which; its words are libmongoc's and the server's, which hold no credentials. */
int complaint_fail(struct vmtp_error *err, const char *servers, const bson_error_t *why);

#endif
