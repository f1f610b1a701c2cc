/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "says.h"

#include "core/base/attr.h"

void says(const json_t *at, const char *where, const char *expected)
{
    _free_ char *copy = strdup(where), *text = NULL;
    char *rest = NULL;

    for (char *key = strtok_r(copy, "/", &rest); key && at; key = strtok_r(NULL, "/", &rest))
        at = json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10))
                               : json_object_get(at, key);
    text = at ? json_dumps(at, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS |
                                   JSON_REAL_PRECISION(15))
              : NULL;
    assert_string_equal(text ? text : "absent", expected);
}
