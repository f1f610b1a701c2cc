/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/base/text.c: UTF-8, the nearest name, widths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/sha256.h"
#include "core/base/text.h"

static void knows_utf8(void **state)
{
    size_t at = 99;

    (void)state;
    assert_true(utf8_valid("", 0, &at));
    assert_true(utf8_valid("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 10, &at));
    assert_int_equal(at, 99);
    assert_false(utf8_valid("ab\xc3", 3, &at));
    assert_int_equal(at, 2);
    assert_false(utf8_valid("\xc0\x80", 2, NULL));         /* overlong */
    assert_false(utf8_valid("\xe0\x80\x80", 3, NULL));     /* overlong */
    assert_false(utf8_valid("\xed\xa0\x80", 3, NULL));     /* a surrogate */
    assert_false(utf8_valid("\xf4\x90\x80\x80", 4, NULL)); /* beyond U+10FFFF */
    assert_false(utf8_valid("\xf8\x88\x80\x80\x80", 5, NULL));
}

static void replaces_what_is_no_text(void **state)
{
    _cleanup_(buf_clear) struct buf buf = BUF(100);

    (void)state;
    assert_int_equal(utf8_clean("a\xff\n\x1b[1m\xc3\xa4", 9, &buf), 0);
    assert_string_equal(buf_text(&buf), "a\xef\xbf\xbd\n\xef\xbf\xbd[1m\xc3\xa4");
}

static void measures_columns(void **state)
{
    (void)state;
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("\xc3\xa4\xc2\xb5"), 2);
    assert_int_equal(text_width("e\xcc\x81"), 1);
    assert_int_equal(text_width("\xe6\xbc\xa2\xe5\xad\x97"), 4);
    assert_int_equal(text_width("\xff"), 1);
}

static void counts_slips_of_the_fingers(void **state)
{
    char large[80] = { 0 };

    (void)state;
    memset(large, 'a', sizeof large - 1);
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("native", "natve"), 1);
    assert_int_equal(text_distance("native", "antive"), 1);
    assert_int_equal(text_distance("Native", "native"), 0);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_true(text_distance(large, "a") == SIZE_MAX);
}

static void suggests_what_is_near_only(void **state)
{
    static const char *const names[] = { "protocol", "rate", "duration" };
    struct nearest near = { .word = "protcol" }, far = { .word = "zebra" }, none = { .word = "" };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        nearest_offer(&near, names[i]);
        nearest_offer(&far, names[i]);
        nearest_offer(&none, names[i]);
    }
    assert_string_equal(nearest_hint(&near).text, "; did you mean 'protocol'?");
    assert_string_equal(nearest_hint(&far).text, "");
    assert_string_equal(nearest_hint(&none).text, "");
}

static void tells_names_from_other_text(void **state)
{
    (void)state;
    assert_true(name_is_kebab("same-network"));
    assert_false(name_is_kebab("Same"));
    assert_false(name_is_kebab("-a"));
    assert_false(name_is_kebab("a-"));
    assert_false(name_is_kebab(""));
    assert_true(name_is_plain("VM_1.lan"));
    assert_false(name_is_plain(".x"));
    assert_false(name_is_plain("a b"));
    assert_false(name_is_plain("a/b"));
}

static void digests_as_the_standard_says(void **state)
{
    char hex[65], block[56];

    (void)state;
    sha256_hex("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_hex("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    memcpy(block, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", sizeof block);
    sha256_hex(block, sizeof block, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_utf8),
        cmocka_unit_test(replaces_what_is_no_text),
        cmocka_unit_test(measures_columns),
        cmocka_unit_test(counts_slips_of_the_fingers),
        cmocka_unit_test(suggests_what_is_near_only),
        cmocka_unit_test(tells_names_from_other_text),
        cmocka_unit_test(digests_as_the_standard_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
