/* SPDX-License-Identifier: Apache-2.0
 *
 * VMTP's result document, made of ours.
 *
 * VMTP's keys hold VMTP's types (a ping's round trip is the string "0.187"); what we know on top
 * stands beside them under names of its own, as numbers.  docs/vmtp-results.md says what each is,
 * share/vmtp/vmtp-classic.schema.json is the JSON Schema.  Pure, but for the time zone.
 */
#ifndef VMTP_CLASSIC_DOCUMENT_H
#define VMTP_CLASSIC_DOCUMENT_H

#include "../base/buf.h"
#include "classic.h"

/* Of a vmtp.result/1 document for each part, also of a run that was interrupted; NULL: that part
 * was not begun, but one was.  Every test of the request is in it: with its figures, or with an
 * error.  The caller owns *ret. */
int classic_document(const struct classic_request *request,
                     const json_t *const results[CLASSIC_PARTS_MAX], json_t **ret,
                     struct vmtp_error *err);

/* As Python's json.dump(indent=4, sort_keys=True) writes it, and a newline. */
int classic_document_format(const json_t *document, struct buf *ret);

#endif
