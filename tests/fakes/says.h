/* SPDX-License-Identifier: Apache-2.0
 *
 * What a JSON document says at a place: for tests of documents.
 */
#ifndef FAKES_SAYS_H
#define FAKES_SAYS_H

#include <jansson.h>

/* "flows/0/results/0/pkt_size" as compact JSON, keys sorted; "absent". */
void says(const json_t *at, const char *where, const char *expected);

#endif
