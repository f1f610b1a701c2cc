/* SPDX-License-Identifier: Apache-2.0
 *
 * As much JSON as the probe needs: flat objects in, nested objects out, all of it bounded and
 * without allocation.  The caller owns both structs and the buffer.  [any thread, one at a time]
 */
#ifndef PROBE_JSON_H
#define PROBE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_FIELDS_MAX 48
#define JSON_KEY_MAX    24
#define JSON_TEXT_MAX   128

enum json_kind { JSON_STRING = 1, JSON_NUMBER, JSON_FLAG, JSON_NULL };

struct json_field {
    char key[JSON_KEY_MAX];
    char text[JSON_TEXT_MAX]; /* a string's characters, or the number or word as written */
    enum json_kind kind;
};

struct json_object {
    struct json_field field[JSON_FIELDS_MAX];
    size_t count;
};

/* Read one flat object.  0; -EPROTO: not JSON, nested, or a key twice; -E2BIG: over a limit. */
int json_parse(struct json_object *, const char *text, size_t len);

/* A string, or NULL where there is none of that name. */
const char *json_text(const struct json_object *, const char *key);
/* A whole number: 0; -ENOENT: absent; -EINVAL: not one; -ERANGE: outside min..max. */
int json_uint(const struct json_object *, const char *key, uint64_t min, uint64_t max,
              uint64_t *ret);
/* True only for true. */
bool json_flag(const struct json_object *, const char *key);

/* A writer into the caller's buffer.  When it is full the rest is dropped and full is set. */
struct json_writer {
    char *buf;
    size_t size, len;
    bool full, comma;
};

void json_begin(struct json_writer *, char *buf, size_t size);
/* key NULL: the outermost object. */
void json_open(struct json_writer *, const char *key);
void json_close(struct json_writer *);
void json_add_text(struct json_writer *, const char *key, const char *value);
void json_add_uint(struct json_writer *, const char *key, uint64_t value);
void json_add_real(struct json_writer *, const char *key, double value);
void json_add_flag(struct json_writer *, const char *key, bool value);
/* A newline and a NUL; the length, or 0 when it did not fit. */
size_t json_end(struct json_writer *);

#endif
