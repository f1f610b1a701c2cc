/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/json.c: what json_share() does to a document.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/result/json.h"

static json_t *json_of(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(json);
    return json;
}

static void what_is_the_same_stands_there_once(void **state)
{
    json_t *one = json_of("{\"a\": {\"b\": [1, \"x\"], \"c\": 2}, \"d\": \"same\"}");
    json_t *other = json_of("{\"a\": {\"b\": [1, \"x\"], \"c\": 3}, \"d\": \"same\"}");
    const json_t *a = json_object_get(one, "a"), *b = json_object_get(other, "a");

    (void)state;
    json_share(other, one);
    assert_ptr_equal(json_object_get(other, "d"), json_object_get(one, "d"));
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(json_object_get(a, "b"), json_object_get(b, "b"));
    assert_int_equal(json_integer_value(json_object_get(a, "c")), 2);
    assert_int_equal(json_integer_value(json_object_get(b, "c")), 3);
    json_decref(one);
    json_decref(other);
}

static void no_text_changes(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "null",
        "1",
        "\"x\"",
        "[1, 1.0, \"1\", null, [], {}]",
        "[[1], [2], [3, 4], {\"a\": []}]",
        "{\"a\": 1, \"b\": {\"a\": 1, \"c\": [1, 2]}, \"c\": [{\"x\": 1}, {\"x\": 2}]}",
        "{\"a\": 1.0, \"b\": {\"a\": 2, \"c\": [1]}, \"c\": [{\"x\": 1}, {\"x\": 3}], \"d\": 0}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t k = 0; k < COUNT(texts); k++) {
            json_t *to = json_of(texts[i]), *from = json_of(texts[k]), *was = json_deep_copy(to);
            json_t *source = json_deep_copy(from);

            json_share(to, from);
            assert_true(json_equal(to, was));
            assert_true(json_equal(from, source));
            json_decref(from);
            assert_true(json_equal(to, was));
            json_decref(to);
            json_decref(was);
            json_decref(source);
        }
    json_share(NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_the_same_stands_there_once),
        cmocka_unit_test(no_text_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
