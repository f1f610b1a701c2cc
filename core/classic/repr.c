/* SPDX-License-Identifier: Apache-2.0 */
#include "repr.h"

#include <errno.h>
#include <stdbool.h>

static int text_repr(struct buf *ret, const char *text)
{
    char quote = strchr(text, '\'') && !strchr(text, '"') ? '"' : '\'';
    int r = buf_add(ret, &quote, 1);

    for (; *text && r == 0; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '\\' || byte == (unsigned char)quote)
            r = buf_printf(ret, "\\%c", byte);
        else if (byte == '\n')
            r = buf_add_text(ret, "\\n");
        else if (byte < 0x20 || byte == 0x7f)
            r = buf_printf(ret, "\\x%02x", byte);
        else
            r = buf_add(ret, text, 1);
    }
    return r == 0 ? buf_add(ret, &quote, 1) : r;
}

static int key_repr(struct buf *ret, const char *key)
{
    bool number = *key && strspn(key, "0123456789") == strlen(key);

    return number ? buf_add_text(ret, key) : text_repr(ret, key);
}

static int object_repr(struct buf *ret, const json_t *object)
{
    const char *key, *between = "{";
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        buf_add_text(ret, between);
        key_repr(ret, key);
        buf_add_text(ret, ": ");
        repr_add(ret, value);
        between = ", ";
    }
    return buf_add_text(ret, json_object_size(object) ? "}" : "{}");
}

static int array_repr(struct buf *ret, const json_t *array)
{
    const json_t *value;
    size_t i;

    buf_add_text(ret, "[");
    json_array_foreach(array, i, value)
    {
        buf_add_text(ret, i ? ", " : "");
        repr_add(ret, value);
    }
    return buf_add_text(ret, "]");
}

static int number_repr(struct buf *ret, const json_t *number)
{
    _free_ char *text = json_dumps(number, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

    return text ? buf_add_text(ret, text) : -ENOMEM;
}

int repr_add(struct buf *ret, const json_t *value)
{
    if (!value)
        return -ENOMEM;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return object_repr(ret, value);
    case JSON_ARRAY:
        return array_repr(ret, value);
    case JSON_STRING:
        return text_repr(ret, json_string_value(value));
    case JSON_INTEGER:
    case JSON_REAL:
        return number_repr(ret, value);
    case JSON_TRUE:
        return buf_add_text(ret, "True");
    case JSON_FALSE:
        return buf_add_text(ret, "False");
    case JSON_NULL:
        break;
    }
    return buf_add_text(ret, "None");
}
