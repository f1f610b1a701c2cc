/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON values of what vmtp has at hand.  All return a new reference, or NULL: out of memory, or
 * (figures) there is no such figure.
 */
#ifndef VMTP_RESULT_JSON_H
#define VMTP_RESULT_JSON_H

#include <jansson.h>
#include <stdint.h>

/* A string; bytes that are no UTF-8 and control characters become U+FFFD.  NULL is "". */
json_t *text_json(const char *text);
/* A number; whole ones without a fraction.  NULL for NAN and infinities. */
json_t *figure_json(double value);
/* A duration as seconds. */
json_t *seconds_json(uint64_t ns);
/* A moment: "2026-11-21T02:40:00.123Z". */
json_t *moment_json(uint64_t wall_ns);

/* What is the same in both stands there once afterwards: from's is in to as well, as far as they
 * are objects and arrays.  For texts that are made of many of the same kind; neither may be changed
 * from then on. */
void json_share(json_t *to, json_t *from);

/* Give the object a field, if there is a value; takes it.  -ENOMEM only for a NULL object. */
int field_add(json_t *object, const char *name, json_t *value);

/* "" : the object has no such text. */
const char *json_text(const json_t *object, const char *name);

#endif
