/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections to MongoDB's servers that libmongoc speaks over, made here so that each wait has a
 * deadline and watches the cancel fd, which libmongoc's own do not.
 *
 * struct link is the sink's and outlives the client that uses it; one thread.
 */
#ifndef MONGODB_LINK_H
#define MONGODB_LINK_H

#include <mongoc/mongoc.h>

#include <vmtp/host.h>

struct link {
    struct vmtp_self *self;
    bool cancelled, late; /* a wait was cut short: by the cancel fd, by the step's deadline */
};

/* A mongoc_stream_initiator_t; arg is the struct link. */
mongoc_stream_t *link_open(const mongoc_uri_t *uri, const mongoc_host_list_t *host, void *arg,
                           bson_error_t *why);

#endif
