/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/chart/markup.c and svg.c: what gets into a page, and what does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/chart/svg.h"

#include <errno.h>
#include <locale.h>
#include <math.h>

#define is(markup, expected) assert_string_equal(buf_text(&(markup).text), expected)

static void what_comes_from_outside_is_escaped(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(1 << 16);

    (void)state;
    markup_add(&markup, "<b title=\"%s\">%s</b>", "\" onclick='x'", "</b><script>&amp;");
    is(markup, "<b title=\"&quot; onclick=&#39;x&#39;\">&lt;/b&gt;&lt;script&gt;&amp;amp;</b>");
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(1 << 16);

    (void)state;
    markup_add(&markup, "%s",
               "a\xff\x01"
               "b\xc3\xa4\x1b[0m");
    is(markup, "a\xef\xbf\xbd\xef\xbf\xbd"
               "b\xc3\xa4\xef\xbf\xbd[0m");
}

static void no_text_turns_around_what_follows(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(1 << 16);

    (void)state;
    markup_add(&markup, "%s", "a\xe2\x80\xae<\xe2\x81\xa7\xe2\x80\x93");
    is(markup, "a\xef\xbf\xbd&lt;\xef\xbf\xbd\xe2\x80\x93");
}

static void numbers_are_short_and_of_no_locale(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(1 << 16);

    (void)state;
    setlocale(LC_NUMERIC, "de_DE.UTF-8");
    markup_add(&markup, "%.1f %.2f %.0f %.3f %.1f|%d %zu %%", 1.25, 33.3333, 2.5, 0.05, -0.04, -7,
               (size_t)9);
    setlocale(LC_NUMERIC, "C");
    is(markup, "1.3 33.33 3 0.05 0|-7 9 %");
}

static void what_is_no_number_is_no_place_either(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(1 << 16);

    (void)state;
    markup_add(&markup, "%.1f %.1f %.0f", (double)NAN, (double)INFINITY, 1e300);
    is(markup, "0 0 1000000000000");
}

static void a_long_text_is_cut_between_letters(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(1 << 16);

    (void)state;
    markup_cut(&markup, "abcdef", 6);
    markup_add(&markup, "|");
    markup_cut(&markup, "abcdefg", 6);
    markup_add(&markup, "|");
    markup_cut(&markup, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", 3);
    markup_add(&markup, "|");
    markup_cut(&markup, "<<<<", 3);
    is(markup, "abcdef|abcde…|\xc3\xa4\xc3\xb6…|&lt;&lt;…");
}

static void a_text_that_is_cut_ends_whatever_it_is(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(1 << 16);
    char marks[20001], bytes[20001];

    (void)state;
    for (size_t i = 0; i < 20000; i += 2) { /* marks that take no room at all */
        marks[i] = (char)0xcc;
        marks[i + 1] = (char)0x81;
    }
    memset(bytes, 0x80, 20000); /* no letter begins here */
    marks[20000] = bytes[20000] = '\0';
    markup_cut(&markup, marks, 10);
    markup_cut(&markup, bytes, 10);
    assert_int_equal(markup.status, 0);
    assert_in_range(markup.text.len, 1, 1000);
}

static void the_first_failure_stays(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(8), copy = MARKUP(100);

    (void)state;
    markup_add(&markup, "12345678");
    assert_int_equal(markup.status, 0);
    markup_add(&markup, "9");
    markup_add(&markup, "a");
    markup_fail(&markup, -ENOMEM);
    assert_int_equal(markup.status, -EMSGSIZE);
    is(markup, "12345678");
    markup_copy(&copy, &markup);
    assert_int_equal(copy.status, -EMSGSIZE);
}

static void drawings_are_as_wide_as_their_place(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(1 << 16);

    (void)state;
    svg_begin(&markup, 20, "a \"b\"");
    svg_dot(&markup, (struct point){ 0.125, 10 }, 3, "s0", "<1>");
    svg_text(&markup, (struct point){ 1, 4 }, ANCHOR_END, "tick", "&");
    svg_end(&markup);
    is(markup, "<svg width=\"100%\" height=\"20\" role=\"img\" aria-label=\"a &quot;b&quot;\">\n"
               "<circle class=\"s0\" cx=\"12.5%\" cy=\"10\" r=\"3\"><title>&lt;1&gt;</title>"
               "</circle>\n"
               "<text class=\"tick\" x=\"100%\" y=\"4\" text-anchor=\"end\">&amp;</text>\n"
               "</svg>\n");
}

static void many_dots_take_a_few_bytes_each(void **state)
{
    _cleanup_(markup_clear) struct markup markup = MARKUP(1 << 16);
    struct point points[1000];

    (void)state;
    for (size_t i = 0; i < COUNT(points); i++)
        points[i] = (struct point){ (double)i / 1000, 7.3 };
    svg_dots(&markup, 20, points, COUNT(points), "s0");
    assert_non_null(strstr(buf_text(&markup.text), "M0 7.3h0M1 7.3h0M2 7.3h0"));
    assert_in_range(markup.text.len, 9000, 13000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_from_outside_is_escaped),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(no_text_turns_around_what_follows),
        cmocka_unit_test(numbers_are_short_and_of_no_locale),
        cmocka_unit_test(what_is_no_number_is_no_place_either),
        cmocka_unit_test(a_long_text_is_cut_between_letters),
        cmocka_unit_test(a_text_that_is_cut_ends_whatever_it_is),
        cmocka_unit_test(the_first_failure_stays),
        cmocka_unit_test(drawings_are_as_wide_as_their_place),
        cmocka_unit_test(many_dots_take_a_few_bytes_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
