/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/base/units.c: numbers as people write and read them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/base/units.h"

#include <errno.h>
#include <float.h>
#include <locale.h>

static uint64_t parsed(int (*parse)(const char *, uint64_t *), const char *text)
{
    uint64_t value = 4711;

    if (parse(text, &value) < 0)
        fail_msg("'%s' was refused", text);
    return value;
}

static void refused(int (*parse)(const char *, uint64_t *), const char *text, int code)
{
    uint64_t value = 4711;

    if (parse(text, &value) != code)
        fail_msg("'%s' was not refused with %d", text, code);
    assert_int_equal(value, 4711);
}

static void reads_durations(void **state)
{
    (void)state;
    assert_int_equal(parsed(duration_parse, "0"), 0);
    assert_int_equal(parsed(duration_parse, "1ns"), 1);
    assert_int_equal(parsed(duration_parse, "0.25us"), 250);
    assert_int_equal(parsed(duration_parse, "250ms"), 250000000);
    assert_int_equal(parsed(duration_parse, "1.5s"), 1500000000);
    assert_int_equal(parsed(duration_parse, ".5s"), 500000000);
    assert_int_equal(parsed(duration_parse, "5m"), 300000000000);
    assert_int_equal(parsed(duration_parse, "5min"), 300000000000);
    assert_int_equal(parsed(duration_parse, "1h"), 3600000000000);
    assert_int_equal(parsed(duration_parse, "5124095h"), 18446742000000000000u);
}

static void refuses_what_is_no_duration(void **state)
{
    static const char *const wrong[] = { "",     "s",    "1",   "1 s", "-1s", "1x", "1.2.3s",
                                         "1e3s", "0x1s", "1ss", ".s",  "+1s", "1S" };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        refused(duration_parse, wrong[i], -EINVAL);
    refused(duration_parse, "5124096h", -ERANGE);
    refused(duration_parse, "0.1ns", -ERANGE);
    refused(duration_parse, "99999999999999999999999999999999s", -ERANGE);
}

static void reads_sizes_by_1024_and_rates_by_1000(void **state)
{
    (void)state;
    assert_int_equal(parsed(size_parse, "0"), 0);
    assert_int_equal(parsed(size_parse, "1400"), 1400);
    assert_int_equal(parsed(size_parse, "64K"), 65536);
    assert_int_equal(parsed(size_parse, "1.5M"), 1572864);
    assert_int_equal(parsed(size_parse, "2G"), 2147483648);
    assert_int_equal(parsed(rate_parse, "900M"), 900000000);
    assert_int_equal(parsed(rate_parse, "2.5G"), 2500000000);
    assert_int_equal(parsed(rate_parse, "0.1T"), 100000000000);
    assert_int_equal(parsed(rate_parse, "18446744073709551615"), UINT64_MAX);
    refused(rate_parse, "18446744073709551616", -ERANGE);
    refused(size_parse, "1T", -EINVAL);
    refused(rate_parse, "1k", -EINVAL);
    refused(rate_parse, "1Gbit", -EINVAL);
}

static void reads_whole_numbers_to_their_last_bit(void **state)
{
    int64_t value = 0;

    (void)state;
    assert_int_equal(int_parse("-9223372036854775808", &value), 0);
    assert_true(value == INT64_MIN);
    assert_int_equal(int_parse("9223372036854775807", &value), 0);
    assert_true(value == INT64_MAX);
    assert_int_equal(int_parse("9223372036854775808", &value), -ERANGE);
    assert_int_equal(int_parse("--1", &value), -EINVAL);
    assert_int_equal(int_parse("1.0", &value), -EINVAL);
    refused(uint_parse, "-1", -EINVAL);
    refused(uint_parse, "1.", -EINVAL);
}

static double real(const char *text)
{
    double value = 0;

    if (real_parse(text, &value) < 0)
        fail_msg("'%s' was refused", text);
    return value;
}

static void reads_numbers_and_shares(void **state)
{
    double value = 7;

    (void)state;
    assert_true(real("-1.5") == -1.5);
    assert_true(real("0.1") == 0.1);
    assert_true(real("2e-3") == 2e-3);
    assert_true(real("1.7976931348623157e308") == DBL_MAX);
    assert_int_equal(real_parse("1e309", &value), -ERANGE);
    assert_int_equal(real_parse("1e-400", &value), -ERANGE);
    assert_int_equal(real_parse("nan", &value), -EINVAL);
    assert_int_equal(real_parse("inf", &value), -EINVAL);
    assert_int_equal(real_parse("0x10", &value), -EINVAL);
    assert_int_equal(real_parse("1e", &value), -EINVAL);
    assert_int_equal(share_parse("2%", &value), 0);
    assert_true(value == 0.02);
    assert_int_equal(share_parse("0.5", &value), 0);
    assert_true(value == 0.5);
    assert_int_equal(share_parse("%", &value), -EINVAL);
    assert_int_equal(share_parse("-1%", &value), -EINVAL);
}

static void writes_what_it_would_read(void **state)
{
    static const uint64_t values[] = { 0,         1,          999,         1000,
                                       1024,      1536,       60000000000, 90000000000,
                                       250000000, 2500000000, UINT64_MAX };

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_true(parsed(duration_parse, duration_written(values[i]).text) == values[i]);
        assert_true(parsed(size_parse, size_written(values[i]).text) == values[i]);
        assert_true(parsed(rate_parse, rate_written(values[i]).text) == values[i]);
    }
    assert_string_equal(duration_written(250000000).text, "250ms");
    assert_string_equal(duration_written(90000000000).text, "90s");
    assert_string_equal(size_written(65536).text, "64K");
    assert_string_equal(rate_written(2500000000).text, "2500M");
    assert_string_equal(real_written(0.1).text, "0.1");
    assert_true(real(real_written(1.0 / 3).text) == 1.0 / 3);
}

static void prints_three_digits_and_a_unit(void **state)
{
    (void)state;
    assert_string_equal(rate_text(9.41e9).text, "9.410 Gb/s");
    assert_string_equal(rate_text(941.48e6).text, "941.5 Mb/s");
    assert_string_equal(rate_text(999.99e6).text, "1.000 Gb/s");
    assert_string_equal(rate_text(0).text, "0.000 b/s");
    assert_string_equal(seconds_text(210e-6).text, "210 us");
    assert_string_equal(seconds_text(1.5).text, "1.50 s");
    assert_string_equal(seconds_text(-12e-6).text, "-12.0 us");
    assert_string_equal(seconds_text(0).text, "0 s");
    assert_string_equal(duration_text(125000000000).text, "2 min 5 s");
    assert_string_equal(duration_text(3720000000000).text, "1 h 2 min");
    assert_string_equal(size_text(1023).text, "1023 B");
    assert_string_equal(size_text(65536).text, "64.0 KiB");
    assert_string_equal(share_text(0.025).text, "2.50 %");
    assert_string_equal(rate_text(1.0 / 0.0).text, "-");
}

static void does_not_follow_the_locale(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "de_DE.utf8"))
        skip();
    assert_true(real("0.5") == 0.5);
    assert_string_equal(rate_text(9.41e9).text, "9.410 Gb/s");
    assert_string_equal(real_written(0.5).text, "0.5");
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(refuses_what_is_no_duration),
        cmocka_unit_test(reads_sizes_by_1024_and_rates_by_1000),
        cmocka_unit_test(reads_whole_numbers_to_their_last_bit),
        cmocka_unit_test(reads_numbers_and_shares),
        cmocka_unit_test(writes_what_it_would_read),
        cmocka_unit_test(prints_three_digits_and_a_unit),
        cmocka_unit_test(does_not_follow_the_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
