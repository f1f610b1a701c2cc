/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/base/buf.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/buf.h"

#include <errno.h>

static void grows_and_ends_with_nul(void **state)
{
    _cleanup_(buf_clear) struct buf buf = BUF(100000);

    (void)state;
    assert_string_equal(buf_text(&buf), "");
    for (int i = 0; i < 5000; i++)
        assert_int_equal(buf_printf(&buf, "%d,", i % 10), 0);
    assert_int_equal(buf.len, 10000);
    assert_int_equal(strlen(buf_text(&buf)), 10000);
}

static void keeps_to_its_maximum(void **state)
{
    _cleanup_(buf_clear) struct buf buf = BUF(4);

    (void)state;
    assert_int_equal(buf_add_text(&buf, "abcd"), 0);
    assert_int_equal(buf_add_text(&buf, ""), 0);
    assert_int_equal(buf_add_text(&buf, "e"), -EMSGSIZE);
    assert_int_equal(buf_printf(&buf, "%d", 1), -EMSGSIZE);
    assert_string_equal(buf_text(&buf), "abcd");
    assert_int_equal(buf_add(&buf, "", SIZE_MAX), -EMSGSIZE);
}

static void takes_bytes_of_any_value(void **state)
{
    _cleanup_(buf_clear) struct buf buf = BUF(10);

    (void)state;
    assert_int_equal(buf_add(&buf, "a\0b", 3), 0);
    assert_int_equal(buf.len, 3);
    assert_memory_equal(buf.data, "a\0b", 4);
}

static void drops_from_the_front(void **state)
{
    _cleanup_(buf_clear) struct buf buf = BUF(10);

    (void)state;
    buf_drop(&buf, 3);
    assert_int_equal(buf_add_text(&buf, "abcdef"), 0);
    buf_drop(&buf, 2);
    assert_string_equal(buf_text(&buf), "cdef");
    buf_drop(&buf, 99);
    assert_string_equal(buf_text(&buf), "");
    buf_clear(&buf);
    assert_int_equal(buf_add_text(&buf, "x"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_ends_with_nul),
        cmocka_unit_test(keeps_to_its_maximum),
        cmocka_unit_test(takes_bytes_of_any_value),
        cmocka_unit_test(drops_from_the_front),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
