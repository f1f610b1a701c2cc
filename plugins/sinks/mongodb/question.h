/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions as MongoDB's filters, one for each of the two forms that documents have: vmtp.result/1
 * and VMTP's, the age of both, and how the results of both are put in one order.  Pure.
 */
#ifndef MONGODB_QUESTION_H
#define MONGODB_QUESTION_H

#include <jansson.h>

#include <mongoc/mongoc.h>
#include <vmtp/sink.h>

enum form { FORM_RESULT, FORM_CLASSIC, FORMS };

/* Where a document of this form says when its run began. */
const char *form_date(enum form form);
/* The filter goes to ret, and sort, limit and the size of batches to ret_opts, both empty before.
 */
void question_find(const struct vmtp_question *question, enum form form, bson_t *ret,
                   bson_t *ret_opts);
/* When the run began, since 1970; 0: the document does not tell. */
uint64_t document_began_ns(const bson_t *bson, enum form form);

#endif
