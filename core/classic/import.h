/* SPDX-License-Identifier: Apache-2.0
 *
 * VMTP's result documents read back: VMTP's own JSON of any age, and VMTP mode's, as vmtp.result/1.
 *
 * What VMTP wrote is taken at its word but for its units: docs/vmtp-results.md says what becomes of
 * each field.  Flows and tests get the keys that VMTP mode gives them, so files of the same
 * measurement compare by key, whoever measured.  Pure functions.
 */
#ifndef VMTP_CLASSIC_IMPORT_H
#define VMTP_CLASSIC_IMPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <vmtp/error.h>

/* Does it look like one: an object with "flows"? */
bool classic_is(const json_t *document);

/* The caller owns *ret.  -EINVAL: it is none. */
int classic_import(const json_t *document, json_t **ret, struct vmtp_error *err);

#endif
