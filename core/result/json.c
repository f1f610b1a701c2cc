/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include "../base/clock.h"
#include "../base/text.h"

#include <errno.h>
#include <math.h>

/* Up to here every whole number is a double of its own. */
#define WHOLE_MAX 9007199254740992.0

json_t *text_json(const char *text)
{
    _cleanup_(buf_clear) struct buf clean = BUF(SIZE_MAX / 2);
    size_t len = text ? strlen(text) : 0;

    if (utf8_clean(text ? text : "", len, &clean) < 0)
        return NULL;
    return json_stringn(buf_text(&clean), clean.len);
}

json_t *figure_json(double value)
{
    if (!isfinite(value))
        return NULL;
    if (fabs(value) <= WHOLE_MAX && value == floor(value))
        return json_integer((json_int_t)value);
    return json_real(value);
}

json_t *seconds_json(uint64_t ns)
{
    return figure_json((double)ns / 1e9);
}

json_t *moment_json(uint64_t wall_ns)
{
    char text[40];

    clock_format(wall_ns, 1, text, sizeof text);
    return json_string(text);
}

static void objects_share(json_t *to, json_t *from)
{
    for (void *at = json_object_iter(to); at; at = json_object_iter_next(to, at)) {
        json_t *own = json_object_iter_value(at);
        json_t *other = json_object_get(from, json_object_iter_key(at));

        if (own == other || !other)
            continue;
        if (json_equal(own, other))
            json_object_iter_set(to, at, other);
        else
            json_share(own, other);
    }
}

void json_share(json_t *to, json_t *from)
{
    if (json_is_object(to) && json_is_object(from))
        objects_share(to, from);
    for (size_t i = 0; i < json_array_size(to) && i < json_array_size(from); i++) {
        json_t *own = json_array_get(to, i), *other = json_array_get(from, i);

        if (own == other)
            continue;
        if (json_equal(own, other))
            json_array_set(to, i, other);
        else
            json_share(own, other);
    }
}

int field_add(json_t *object, const char *name, json_t *value)
{
    if (!value)
        return 0;
    return json_object_set_new(object, name, value) < 0 ? -ENOMEM : 0;
}

const char *json_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}
