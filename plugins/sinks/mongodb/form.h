/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents as JSON and as BSON, and back.
 *
 * What vmtp keeps has its keys packed (key.h), arrays in arrays as { "%array": [...] }, and the
 * run's id as _id; all of it is undone when it is read.  What others wrote (VMTP itself did, for
 * years) is given as it is, with what JSON does not know as text: object ids in hex, dates in ISO
 * 8601, decimals.  Pure.
 */
#ifndef MONGODB_FORM_H
#define MONGODB_FORM_H

#include <jansson.h>

#include <mongoc/mongoc.h>
#include <stdbool.h>

/* The id of the run that a document is of, vmtp.result/1 or VMTP's; NULL: it names none. */
const char *document_run(const json_t *document);
/* ret is empty, and whoever gave it destroys it, also after false: out of memory, or 2 GB. */
bool document_bson(const json_t *document, bson_t *ret);
/* NULL: out of memory. */
json_t *bson_document(const bson_t *bson);

#endif
