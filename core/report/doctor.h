/* SPDX-License-Identifier: Apache-2.0
 *
 * What endpoints are good for, as a person reads it: for each a table of uses, then what is not
 * good, why, and the command that mends it, which stands in a line of its own to be copied.
 */
#ifndef VMTP_REPORT_DOCTOR_H
#define VMTP_REPORT_DOCTOR_H

#include "grid.h"

#include <jansson.h>

/* Of a result document.  Pure.  0 or -ENOMEM. */
int doctor_format(const json_t *document, const struct style *style, struct buf *ret);

/* The worst grade of all uses of all endpoints: "good", "fair", "unknown", "bad"; "": an endpoint
 * could not be asked, or there is none. */
const char *doctor_worst(const json_t *document);

#endif
