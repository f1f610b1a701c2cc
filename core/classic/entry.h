/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of "results" in VMTP's document: what the figures of one test are called there.
 *
 * Pure; borrows everything it is given.
 */
#ifndef VMTP_CLASSIC_ENTRY_H
#define VMTP_CLASSIC_ENTRY_H

#include "classic.h"

/* Append the entries of a TCP, UDP or multicast test: TCP has one for each trial, as VMTP has;
 * what was not measured has one with "error". */
void entries_add(json_t *entries, const struct classic_test *test, const json_t *document);

/* The element of an ICMP entry's own "results" that is about this test's packet size. */
json_t *ping_json(const struct classic_test *test, const json_t *document);

/* The first result of the test; NULL: the document has none. */
const json_t *test_result(const struct classic_test *test, const json_t *document);

/* "" where there is no such text. */
const char *text_of(const json_t *object, const char *name);

#endif
