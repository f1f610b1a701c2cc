/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/chart/axis.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/chart/axis.h"

#include <math.h>

static struct axis axis_of(double low, double high, enum scale scale, const char *unit)
{
    struct extent extent = { 0 };

    extent_add(&extent, low);
    extent_add(&extent, high);
    return axis_make(&extent, scale, unit);
}

static void ticks_are(const struct axis *axis, const char *expected)
{
    _cleanup_(buf_clear) struct buf text = BUF(4096);

    for (size_t i = 0; i < axis->tick_count; i++)
        assert_int_equal(
            buf_printf(&text, "%s%s", i ? ", " : "", axis_text(axis, axis->ticks[i]).text), 0);
    assert_string_equal(buf_text(&text), expected);
}

static void ends_and_ticks_are_round(void **state)
{
    struct axis axis = axis_of(183.1e6, 184.9e6, SCALE_LINEAR, "bit/s");

    (void)state;
    ticks_are(&axis, "183 Mb/s, 183.5 Mb/s, 184 Mb/s, 184.5 Mb/s, 185 Mb/s");
    axis = axis_of(10.93e-6, 11.01e-6, SCALE_LINEAR, "s");
    ticks_are(&axis, "10.92 us, 10.94 us, 10.96 us, 10.98 us, 11 us, 11.02 us");
    axis = axis_of(3e-6, 47e-6, SCALE_ZERO, "s");
    ticks_are(&axis, "0 s, 10 us, 20 us, 30 us, 40 us, 50 us");
    axis = axis_of(-0.3, 0.8, SCALE_LINEAR, "ratio");
    ticks_are(&axis, "-40 %, -20 %, 0 %, 20 %, 40 %, 60 %, 80 %");
}

static void decades_are_ticks_of_a_logarithmic_axis(void **state)
{
    struct axis axis = axis_of(8.7e-6, 2.1e-2, SCALE_LOG, "s");

    (void)state;
    ticks_are(&axis, "10 us, 100 us, 1 ms, 10 ms");
    assert_true(axis.low <= 8.7e-6 && axis.high >= 2.1e-2);
    axis = axis_of(12e6, 180e6, SCALE_LOG, "bit/s");
    ticks_are(&axis, "10 Mb/s, 20 Mb/s, 50 Mb/s, 100 Mb/s, 200 Mb/s");
}

static void the_scale_follows_the_figures(void **state)
{
    (void)state;
    assert_true(axis_of(1e6, 30e6, SCALE_AUTO, "bit/s").log);
    assert_false(axis_of(1e6, 15e6, SCALE_AUTO, "bit/s").log);
    assert_float_equal(axis_of(1e6, 15e6, SCALE_AUTO, "bit/s").low, 0, 0);
    assert_float_equal(axis_of(14e6, 15e6, SCALE_AUTO, "bit/s").low, 14e6, 1);
    assert_false(axis_of(0, 15e6, SCALE_AUTO, "bit/s").log);
    assert_false(axis_of(-1, 15e6, SCALE_LOG, "bit/s").log);
}

static void a_value_has_its_place_between_0_and_1(void **state)
{
    struct axis axis = axis_of(100, 200, SCALE_LINEAR, "1/s");

    (void)state;
    assert_float_equal(axis_at(&axis, 150), 0.5, 1e-9);
    assert_float_equal(axis_at(&axis, 50), 0, 0);
    assert_float_equal(axis_at(&axis, 1e99), 1, 0);
    assert_float_equal(axis_at(&axis, NAN), 0, 0);
    axis = axis_of(1, 10000, SCALE_LOG, "1/s");
    assert_float_equal(axis_at(&axis, 100), 0.5, 1e-9);
    assert_float_equal(axis_at(&axis, -1), 0, 0);
}

static void any_figures_make_an_axis(void **state)
{
    static const double odd[] = { 0,     -0.0,  1e-300, 5e-324, 1,        -1,  1e99,
                                  -1e99, 1e300, 1e308,  NAN,    INFINITY, 0.1, 1e15 };

    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++)
        for (size_t k = 0; k < COUNT(odd); k++)
            for (enum scale scale = SCALE_LINEAR; scale <= SCALE_AUTO; scale++) {
                struct axis axis = axis_of(odd[i], odd[k], scale, "s");

                assert_true(isfinite(axis.low) && isfinite(axis.high) && axis.low < axis.high);
                assert_in_range(axis.tick_count, 1, AXIS_TICKS_MAX);
                assert_true(axis_at(&axis, odd[i]) >= 0 && axis_at(&axis, odd[i]) <= 1);
            }
}

static void without_figures_it_is_from_0_to_1(void **state)
{
    struct axis axis = axis_make(&(struct extent){ 0 }, SCALE_AUTO, "ratio");

    (void)state;
    ticks_are(&axis, "0 %, 20 %, 40 %, 60 %, 80 %, 100 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_and_ticks_are_round),
        cmocka_unit_test(decades_are_ticks_of_a_logarithmic_axis),
        cmocka_unit_test(the_scale_follows_the_figures),
        cmocka_unit_test(a_value_has_its_place_between_0_and_1),
        cmocka_unit_test(any_figures_make_an_axis),
        cmocka_unit_test(without_figures_it_is_from_0_to_1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
