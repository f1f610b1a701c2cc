/* SPDX-License-Identifier: Apache-2.0
 *
 * Text in and out of what services speak: escapes of a path, members of JSON.  Pure; see client.h.
 */
#include "client.h"

int os_escape(const char *text, char *ret, size_t len)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = 0;

    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("-._~", c);

        if (n + (plain ? 1 : 3) >= len)
            return -E2BIG;
        if (plain) {
            ret[n++] = *p;
        } else {
            ret[n++] = '%';
            ret[n++] = hex[c >> 4];
            ret[n++] = hex[c & 15];
        }
    }
    ret[n] = '\0';
    return 0;
}

bool os_text(const json_t *object, const char *key, char *ret, size_t len)
{
    const json_t *text = json_object_get(object, key);

    if (len > 0)
        *ret = '\0';
    if (!json_is_string(text) || json_string_length(text) >= len)
        return false;
    memcpy(ret, json_string_value(text), json_string_length(text) + 1);
    return true;
}

int64_t os_number(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *number = json_object_get(object, key);

    return json_is_integer(number) ? json_integer_value(number) : otherwise;
}
