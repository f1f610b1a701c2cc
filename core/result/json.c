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

int field_add(json_t *object, const char *name, json_t *value)
{
    if (!value)
        return 0;
    return json_object_set_new(object, name, value) < 0 ? -ENOMEM : 0;
}
