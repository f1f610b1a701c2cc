/* SPDX-License-Identifier: Apache-2.0
 *
 * A document on its way into the tables, and out again.
 *
 * It is kept as it came.  What it is asked by (when, which protocols, whose networks) and the
 * figures of vmtp.result/1 stand beside it in columns; of VMTP's own document, the results without
 * figures.
 */
#ifndef SQLITE_DOCUMENT_H
#define SQLITE_DOCUMENT_H

#include "store.h"

#include <vmtp/sink.h>

/* A run without anything, in the place of the one of this id. */
int run_add(struct store *store, const char *id, int64_t *ret_run, struct vmtp_error *err);
int document_keep(struct store *store, int64_t run, const char *json, size_t len,
                  struct vmtp_error *err);
/* As vmtp_sink.recall. */
int documents_give(struct store *store, const struct vmtp_question *question,
                   int (*take)(void *arg, const char *json, size_t len), void *arg,
                   struct vmtp_error *err);

#endif
