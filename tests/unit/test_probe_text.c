/* SPDX-License-Identifier: Apache-2.0
 *
 * How vmtp-probe takes the texts of /proc apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/text.c"

static void numbers_are_taken_with_their_blanks(void **state)
{
    const char *text = "  12\t34x", *at = text;
    uint64_t value = 0;

    (void)state;
    assert_true(text_number(&at, &value));
    assert_int_equal(value, 12);
    assert_true(text_number(&at, &value));
    assert_int_equal(value, 34);
    assert_false(text_number(&at, &value));
    assert_string_equal(at, "x");
    at = "18446744073709551615 18446744073709551616 -1";
    assert_true(text_number(&at, &value) && value == UINT64_MAX);
    assert_true(text_number(&at, &value) && value == UINT64_MAX);
    assert_false(text_number(&at, &value));
}

static void words_end_with_their_line(void **state)
{
    const char *at = " ab c\nd", *word;

    (void)state;
    assert_int_equal(text_word(&at, &word), 2);
    assert_int_equal(text_word(&at, &word), 1);
    assert_int_equal(text_word(&at, &word), 0);
    assert_string_equal(text_next_line(at), "d");
    assert_null(text_next_line("d"));
    assert_null(text_next_line("d\n"));
}

static void hexadecimal_numbers_have_no_sign(void **state)
{
    const char *at = " 00ff\tDe";
    uint32_t value = 0;

    (void)state;
    assert_true(text_hex(&at, &value));
    assert_int_equal(value, 255);
    assert_false(text_hex(&at, &value)); /* the kernel writes small letters */
}

static void a_line_is_found_by_how_it_begins(void **state)
{
    static const char text[] = "cpu0 1\ncpu 2\nintr 3\n";

    (void)state;
    assert_string_equal(text_line(text, "intr "), "3\n");
    assert_string_equal(text_line(text, "cpu "), "2\nintr 3\n");
    assert_null(text_line(text, "1"));
    assert_null(text_line("", "cpu"));
}

static void a_word_is_no_part_of_another(void **state)
{
    (void)state;
    assert_true(text_is("Udp: 1", 4, "Udp:"));
    assert_false(text_is("Udp: 1", 3, "Udp:"));
    assert_false(text_is("UdpLite: 1", 8, "Udp"));
    assert_false(text_is("\n", 0, "Udp:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_taken_with_their_blanks),
        cmocka_unit_test(words_end_with_their_line),
        cmocka_unit_test(hexadecimal_numbers_have_no_sign),
        cmocka_unit_test(a_line_is_found_by_how_it_begins),
        cmocka_unit_test(a_word_is_no_part_of_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
