/* SPDX-License-Identifier: Apache-2.0 */
#include "form.h"

#include "key.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEPTH_MAX 100 /* as deep as MongoDB lets documents be */
#define NESTED    "%array"

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

const char *document_run(const json_t *document)
{
    const char *run = text_of(json_object_get(document, "run"), "id");

    return run ? run : text_of(document, "vmtp_run");
}

/* ---- JSON to BSON ---- */

static bool value_append(bson_t *to, const char *key, const json_t *value);

static bool member_append(bson_t *to, const char *name, const json_t *value)
{
    char *key = key_pack(name);
    bool ok = key && value_append(to, key, value);

    free(key);
    return ok;
}

static bool object_append(bson_t *to, const char *key, const json_t *object)
{
    const char *name;
    json_t *value;
    bson_t child;
    bool ok = bson_append_document_begin(to, key, -1, &child);

    if (!ok)
        return false;
    json_object_foreach((json_t *)object, name, value) ok =
        ok && member_append(&child, name, value);
    return bson_append_document_end(to, &child) && ok;
}

static bool array_append(bson_t *to, const char *key, const json_t *array);

/* FerretDB takes no array in an array, so an object stands between them. */
static bool element_append(bson_t *to, const char *index, const json_t *value)
{
    bson_t between;
    bool ok;

    if (!json_is_array(value))
        return value_append(to, index, value);
    if (!bson_append_document_begin(to, index, -1, &between))
        return false;
    ok = array_append(&between, NESTED, value);
    return bson_append_document_end(to, &between) && ok;
}

static bool array_append(bson_t *to, const char *key, const json_t *array)
{
    bson_t child;
    bool ok = bson_append_array_begin(to, key, -1, &child);

    if (!ok)
        return false;
    for (size_t i = 0; ok && i < json_array_size(array); i++) {
        char index[24];

        snprintf(index, sizeof index, "%zu", i);
        ok = element_append(&child, index, json_array_get(array, i));
    }
    return bson_append_array_end(to, &child) && ok;
}

static bool integer_append(bson_t *to, const char *key, json_int_t value)
{
    return value >= INT32_MIN && value <= INT32_MAX ? bson_append_int32(to, key, -1, (int32_t)value)
                                                    : bson_append_int64(to, key, -1, value);
}

static bool value_append(bson_t *to, const char *key, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return object_append(to, key, value);
    case JSON_ARRAY:
        return array_append(to, key, value);
    case JSON_STRING:
        return bson_append_utf8(to, key, -1, json_string_value(value),
                                (int)json_string_length(value));
    case JSON_INTEGER:
        return integer_append(to, key, json_integer_value(value));
    case JSON_REAL:
        return bson_append_double(to, key, -1, json_real_value(value));
    case JSON_NULL:
        return bson_append_null(to, key, -1);
    default:
        return bson_append_bool(to, key, -1, json_is_true(value));
    }
}

bool document_bson(const json_t *document, bson_t *ret)
{
    const char *name;
    json_t *value;
    bool ok = bson_append_utf8(ret, "_id", -1, document_run(document), -1);

    json_object_foreach((json_t *)document, name, value) ok = ok && member_append(ret, name, value);
    return ok;
}

/* ---- BSON to JSON ---- */

struct reader {
    bool ours; /* keys are packed, and _id is none of the document's */
    int depth;
};

/* U+FFFD for each byte that is no UTF-8, and for NUL, which JSON's readers do not like. */
static json_t *text_json(const char *text, size_t len)
{
    bson_string_t *clean;
    json_t *json;

    if (!memchr(text, '\0', len) && bson_utf8_validate(text, len, false))
        return json_stringn_nocheck(text, len);
    clean = bson_string_new(NULL);
    for (size_t i = 0, next; i < len; i = next) {
        next = i + 1;
        while (next < len && ((unsigned char)text[next] & 0xC0) == 0x80)
            next++;
        if (bson_utf8_validate(text + i, next - i, false))
            for (; i < next; i++)
                bson_string_append_c(clean, text[i]);
        else
            bson_string_append(clean, "\xEF\xBF\xBD");
    }
    json = json_stringn(clean->str, clean->len);
    bson_string_free(clean, true);
    return json;
}

static json_t *moment_json(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[64] = "";

    if (gmtime_r(&seconds, &tm))
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_string(text);
}

static json_t *id_json(const bson_oid_t *id)
{
    char text[25];

    bson_oid_to_string(id, text);
    return json_string(text);
}

static json_t *real_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *decimal_json(const bson_iter_t *at)
{
    char text[BSON_DECIMAL128_STRING];
    bson_decimal128_t value;

    bson_iter_decimal128(at, &value);
    bson_decimal128_to_string(&value, text);
    return json_string(text);
}

static json_t *object_json(bson_iter_t at, struct reader reader);
static json_t *array_json(bson_iter_t at, struct reader reader);

/* The array that an object stands around, to be kept in another; false: it is none of these. */
static bool nested_find(const bson_iter_t *object, bson_iter_t *ret)
{
    bson_iter_t child;

    return bson_iter_recurse(object, &child) && bson_iter_next(&child) &&
           strcmp(bson_iter_key(&child), NESTED) == 0 && BSON_ITER_HOLDS_ARRAY(&child) &&
           bson_iter_recurse(&child, ret);
}

static json_t *children_json(const bson_iter_t *at, struct reader reader)
{
    bool array = bson_iter_type(at) == BSON_TYPE_ARRAY;
    bson_iter_t child;

    if (reader.depth++ >= DEPTH_MAX || !bson_iter_recurse(at, &child))
        return json_null();
    if (!array && reader.ours)
        array = nested_find(at, &child);
    return array ? array_json(child, reader) : object_json(child, reader);
}

static json_t *value_json(const bson_iter_t *at, struct reader reader)
{
    uint32_t len;
    const char *text;

    switch (bson_iter_type(at)) {
    case BSON_TYPE_DOCUMENT:
    case BSON_TYPE_ARRAY:
        return children_json(at, reader);
    case BSON_TYPE_UTF8:
        text = bson_iter_utf8(at, &len);
        return text_json(text, len);
    case BSON_TYPE_OID:
        return id_json(bson_iter_oid(at));
    case BSON_TYPE_DATE_TIME:
        return moment_json(bson_iter_date_time(at));
    case BSON_TYPE_DOUBLE:
        return real_json(bson_iter_double(at));
    case BSON_TYPE_DECIMAL128:
        return decimal_json(at);
    case BSON_TYPE_BOOL:
        return json_boolean(bson_iter_bool(at));
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
        return json_integer(bson_iter_as_int64(at));
    default:
        return json_null();
    }
}

static int member_set(json_t *object, const char *name, json_t *value, bool ours)
{
    char *key = ours ? key_unpack(name) : strdup(name);
    json_t *clean = key ? text_json(key, strlen(key)) : NULL;
    int r = clean ? json_object_set_new(object, json_string_value(clean), value) : -1;

    if (!clean)
        json_decref(value);
    json_decref(clean);
    free(key);
    return r;
}

static json_t *object_json(bson_iter_t at, struct reader reader)
{
    json_t *object = json_object();

    while (object && bson_iter_next(&at)) {
        const char *name = bson_iter_key(&at);

        if (reader.ours && reader.depth == 0 && strcmp(name, "_id") == 0)
            continue;
        if (member_set(object, name, value_json(&at, reader), reader.ours) < 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *array_json(bson_iter_t at, struct reader reader)
{
    json_t *array = json_array();

    while (array && bson_iter_next(&at))
        if (json_array_append_new(array, value_json(&at, reader)) < 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

/* Only what vmtp wrote says which schema it keeps. */
static bool is_ours(const bson_t *bson)
{
    bson_iter_t at;

    return bson_iter_init_find(&at, bson, "schema") && BSON_ITER_HOLDS_UTF8(&at) &&
           strncmp(bson_iter_utf8(&at, NULL), "vmtp.", 5) == 0;
}

json_t *bson_document(const bson_t *bson)
{
    bson_iter_t at;

    return bson_iter_init(&at, bson) ? object_json(at, (struct reader){ .ours = is_ours(bson) })
                                     : json_object();
}
