/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's side: one client of libmongoc, the collections, and what goes to and fro.
 *
 * A store is on the stack of the call that needs it, or in the sink's state; one thread.  Errors
 * name the server, never who logs in there.
 */
#ifndef MONGODB_STORE_H
#define MONGODB_STORE_H

#include "link.h"
#include "options.h"

#include <jansson.h>

struct store {
    struct link link;
    mongoc_client_t *client;                /* NULL: not open */
    mongoc_collection_t *results, *samples; /* samples: NULL where they are not wanted */
    mongoc_bulk_operation_t *bulk;          /* samples on their way */
    size_t bulked;
};

/* Nothing goes to the server yet. */
int store_open(struct store *store, struct vmtp_self *self, struct vmtp_error *err);
void store_close(struct store *store);

/* The run's document, new or instead of what is there. */
int store_keep(struct store *store, const bson_t *document, struct vmtp_error *err);
/* So that questions need not look at every document; nothing is lost where that is not allowed. */
void store_index(struct store *store);
/* To each document, the newest first, until take() returns non-zero; that is returned. */
int store_recall(struct store *store, const struct vmtp_question *question,
                 int (*take)(void *arg, const char *json, size_t len), void *arg,
                 struct vmtp_error *err);

/* What was kept of the run before is replaced: cleared once, then added. */
int store_samples_clear(struct store *store, const char *run, struct vmtp_error *err);
int store_sample_add(struct store *store, const struct vmtp_record *record, struct vmtp_error *err);
int store_samples_end(struct store *store, struct vmtp_error *err);

#endif
