/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/shift.c.  Known p-values are those of SciPy 1.10.1 (mannwhitneyu), and where
 * there are ties in few values, of counting all choices; the data with a known shift and interval
 * are Hollander and Wolfe's on the permeability of membranes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/shift.h"

#include "core/base/attr.h"

#include <errno.h>
#include <math.h>

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-9 * fmax(1, fabs((double)(b))))
#define PI         3.14159265358979323846
#define SIMULATED  500

/* The same numbers each time: a test that fails by chance is no test. */
static double uniform(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return ((double)(*seed >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
    double radius = sqrt(-2 * log(uniform(seed)));

    return radius * cos(2 * PI * uniform(seed));
}

static double exponential(uint64_t *seed)
{
    return -log(uniform(seed));
}

/* Two paths, one of them twice as fast. */
static double bimodal(uint64_t *seed)
{
    return (uniform(seed) < 0.3 ? 10 : 5) + 0.1 * normal(seed);
}

/* Of no mean. */
static double cauchy(uint64_t *seed)
{
    return tan(PI * (uniform(seed) - 0.5));
}

/* With ties in plenty. */
static double steps(uint64_t *seed)
{
    return floor(4 * uniform(seed));
}

static double (*const sources[])(uint64_t *seed) = { uniform, normal, exponential,
                                                     bimodal, cauchy, steps };

static void few_values_have_no_interval(void **state)
{
    static const size_t yes[][2] = { { 4, 4 }, { 3, 5 }, { 5, 3 }, { 2, 8 }, { 1, 39 } };
    static const size_t no[][2] = { { 3, 3 }, { 3, 4 }, { 2, 7 }, { 1, 38 }, { 0, 50 }, { 0, 0 } };

    (void)state;
    for (size_t i = 0; i < COUNT(yes); i++)
        assert_true(shift_supports(yes[i][0], yes[i][1]));
    for (size_t i = 0; i < COUNT(no); i++)
        assert_false(shift_supports(no[i][0], no[i][1]));
}

static void whether_there_is_an_interval_is_known_beforehand(void **state)
{
    double values[60];
    struct shift shift;

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++)
        values[i] = (double)i;
    for (size_t m = 0; m < 12; m++)
        for (size_t n = 0; n < COUNT(values); n++) {
            assert_int_equal(shift_find(values, m, values, n, false, &shift), 0);
            assert_int_equal(shift.has_interval, shift_supports(m, n));
        }
}

static void four_against_four_are_as_far_apart_as_can_be(void **state)
{
    const double old[] = { 1, 2, 3, 4 }, now[] = { 5, 6, 7, 8 };
    struct shift shift;

    (void)state;
    assert_int_equal(shift_find(old, 4, now, 4, false, &shift), 0);
    NEAR(shift.value, 4);
    NEAR(shift.p, 2.0 / 70);
    assert_true(shift.has_interval);
    NEAR(shift.interval.low, 1);
    NEAR(shift.interval.high, 7);
    assert_int_equal(shift_find(old, 3, now, 3, false, &shift), 0);
    assert_false(shift.has_interval);
    NEAR(shift.p, 0.1);
}

static void known_data_have_the_known_shift(void **state)
{
    const double old[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
    const double now[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
    struct shift shift;

    (void)state;
    assert_int_equal(shift_find(old, 5, now, 10, false, &shift), 0);
    NEAR(shift.value, 0.305);
    NEAR(shift.p, 0.2544122544122544);
    NEAR(shift.interval.low, -0.15);
    NEAR(shift.interval.high, 0.76);
}

static void ties_share_their_ranks(void **state)
{
    const double old[] = { 1, 2, 2, 3, 3, 3, 4 }, now[] = { 2, 3, 4, 4, 5, 5 };
    const double few[] = { 1, 1, 1, 2 }, more[] = { 1, 2, 2, 2, 9 };
    struct shift shift;

    (void)state;
    assert_int_equal(shift_find(old, 7, now, 6, false, &shift), 0);
    NEAR(shift.p, 0.07459207459207459);
    assert_int_equal(shift_find(few, 4, more, 5, false, &shift), 0);
    NEAR(shift.p, 0.1746031746031746);
}

static void many_values_are_judged_by_the_normal_distribution(void **state)
{
    double old[30], now[30];
    struct shift shift;

    (void)state;
    for (size_t i = 0; i < 30; i++) {
        old[i] = (double)(i * 7 % 30);
        now[i] = (double)(i * 11 % 30) + 3;
    }
    assert_int_equal(shift_find(old, 30, now, 30, false, &shift), 0);
    NEAR(shift.p, 0.20870011734931715);
    NEAR(shift.value, 3);
}

static void values_that_are_all_the_same_have_not_moved(void **state)
{
    const double zeros[40] = { 0 };
    struct shift shift;

    (void)state;
    for (size_t n = 6; n <= 40; n += 34) {
        assert_int_equal(shift_find(zeros, n, zeros, n, false, &shift), 0);
        NEAR(shift.value, 0);
        NEAR(shift.interval.low, 0);
        NEAR(shift.interval.high, 0);
        NEAR(shift.p, 1);
    }
}

static void a_relative_shift_is_the_same_in_any_unit(void **state)
{
    const double old[] = { 90, 100, 95, 105 }, now[] = { 45, 50, 47.5, 52.5 };
    double thousands[4];
    struct shift shift, same;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        thousands[i] = now[i] / 1000;
    assert_int_equal(shift_find(old, 4, now, 4, true, &shift), 0);
    NEAR(shift.value, -0.5);
    assert_int_equal(shift_find(old, 4, thousands, 4, true, &same), 0);
    NEAR(1 + same.value, (1 + shift.value) / 1000);
}

static void too_many_values_are_refused(void **state)
{
    static double many[SHIFT_MOST + 1];
    struct shift shift;

    (void)state;
    assert_int_equal(shift_find(many, SHIFT_MOST + 1, many, 1, false, &shift), -E2BIG);
    assert_int_equal(shift_find(many, 1, many, SHIFT_MOST + 1, false, &shift), -E2BIG);
    assert_int_equal(shift_find(many, 1, many, SHIFT_MOST, false, &shift), 0);
}

/* How often the interval holds the truth, and the test cries wolf. */
static void simulate(double (*draw)(uint64_t *seed), size_t m, size_t n, double *ret_held,
                     double *ret_alarms)
{
    uint64_t seed = 1234567 + m * 100 + n;
    double old[40], now[40];
    size_t held = 0, alarms = 0;
    struct shift shift;

    for (int i = 0; i < SIMULATED; i++) {
        for (size_t j = 0; j < m; j++)
            old[j] = draw(&seed);
        for (size_t j = 0; j < n; j++)
            now[j] = draw(&seed) + 2;
        assert_int_equal(shift_find(old, m, now, n, false, &shift), 0);
        held += shift.interval.low <= 2 && 2 <= shift.interval.high;
        for (size_t j = 0; j < n; j++)
            now[j] -= 2;
        assert_int_equal(shift_find(old, m, now, n, false, &shift), 0);
        alarms += shift.p <= 0.05;
    }
    *ret_held = (double)held / SIMULATED;
    *ret_alarms = (double)alarms / SIMULATED;
}

/* 0.02: two standard deviations of what 500 simulations say of 0.95. */
static void the_interval_holds_the_truth_whatever_the_distribution(void **state)
{
    static const size_t sizes[][2] = { { 4, 4 }, { 6, 6 }, { 10, 5 }, { 2, 12 }, { 21, 20 } };

    (void)state;
    for (size_t i = 0; i < COUNT(sources); i++)
        for (size_t j = 0; j < COUNT(sizes); j++) {
            double held, alarms;

            simulate(sources[i], sizes[j][0], sizes[j][1], &held, &alarms);
            if (held < 0.95 - 0.02 || alarms > 0.05 + 0.02)
                fail_msg("source %zu, %zu against %zu: %.3f held, %.3f alarms", i, sizes[j][0],
                         sizes[j][1], held, alarms);
        }
}

static void how_many_more_is_what_it_takes_in_four_of_five_cases(void **state)
{
    uint64_t seed = 99;
    size_t more = 0, decided = 0, sum = 0;
    double old[400], now[400];
    struct shift shift;

    (void)state;
    for (int i = 0; i < 300; i++) {
        for (size_t j = 0; j < 400; j++) {
            old[j] = normal(&seed);
            now[j] = normal(&seed);
        }
        assert_int_equal(shift_find(old, 12, now, 12, false, &shift), 0);
        shift.interval.high -= shift.value; /* as if it had been met */
        shift.interval.low -= shift.value;
        shift.value = 0;
        more = shift_more(&shift, 12, 12, 0.6);
        sum += more;
        assert_int_equal(shift_find(old, 12 + more, now, 12 + more, false, &shift), 0);
        decided += shift.interval.high < 0.6 || shift.interval.low > 0.6;
    }
    assert_in_range(sum / 300, 32, 50); /* 32 by the normal distribution */
    assert_in_range(decided * 100 / 300, 75, 95);
}

static void how_many_more_is_not_said_of_a_shift_on_the_edge(void **state)
{
    const struct shift shift = { .value = 5, .has_interval = true, .interval = { 3, 7 } };
    const struct shift none = { .value = 5 };

    (void)state;
    assert_int_equal(shift_more(&shift, 6, 6, 5), 0);
    assert_int_equal(shift_more(&shift, 6, 6, 5.001), 0);
    assert_true(shift_more(&shift, 6, 6, 6.9) >= 1);
    assert_true(shift_more(&shift, 6, 6, 6) > shift_more(&shift, 6, 6, 6.5));
    assert_int_equal(shift_more(&none, 3, 3, 0), 1);
    assert_int_equal(shift_more(&none, 1, 1, 0), 3);
}

/* Benjamini and Hochberg (1995), section 3.1: 15 tests, of which 4 are found. */
static void discoveries_are_those_of_the_paper(void **state)
{
    const double p[] = { 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                         0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000 };
    bool found[COUNT(p)];

    (void)state;
    assert_int_equal(discoveries_find(p, COUNT(p), 0.05, found), 0);
    for (size_t i = 0; i < COUNT(p); i++)
        assert_int_equal(found[i], i < 4);
    assert_int_equal(discoveries_find(p, 0, 0.05, found), 0);
}

/* Of 40 figures that have not changed, hardly ever is one found. */
static void many_figures_of_the_same_network_are_not_found_changed(void **state)
{
    uint64_t seed = 7;
    size_t alarms = 0;

    (void)state;
    for (int i = 0; i < 200; i++) {
        double p[40], old[8], now[8];
        bool found[40], any = false;
        struct shift shift;

        for (size_t j = 0; j < 40; j++) {
            for (size_t k = 0; k < 8; k++) {
                old[k] = exponential(&seed);
                now[k] = exponential(&seed);
            }
            assert_int_equal(shift_find(old, 8, now, 8, true, &shift), 0);
            p[j] = shift.p;
        }
        assert_int_equal(discoveries_find(p, 40, 0.05, found), 0);
        for (size_t j = 0; j < 40; j++)
            any = any || found[j];
        alarms += any;
    }
    assert_in_range(alarms, 0, 200 * 8 / 100);
}

/* Student's t for 3 and 9 degrees of freedom is 3.1824 and 2.2622. */
static void chance_is_what_student_says(void **state)
{
    (void)state;
    assert_true(fabs(chance_floor(1, 4, 1, 1) / sqrt(2) - 3.1824) < 0.035);
    assert_true(fabs(chance_floor(1, 10, 1, 1) / sqrt(2) - 2.2622) < 0.001);
    NEAR(chance_floor(1, 4, 4, 4), chance_floor(1, 4, 1, 1) / 2);
    assert_true(chance_detectable(1, 4, 1, 1) > chance_floor(1, 4, 1, 1));
}

/* What n values say of the spread, once; then n values against n that are so much greater. */
static bool is_detected(size_t n, uint64_t *seed)
{
    double old[12], now[12], mean = 0, squares = 0, change;
    struct shift shift;

    for (size_t i = 0; i < n; i++)
        mean += (now[i] = normal(seed)) / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (now[i] - mean) * (now[i] - mean);
    change = chance_detectable(sqrt(squares / (double)(n - 1)), n, n, n);
    for (size_t i = 0; i < n; i++) {
        old[i] = normal(seed);
        now[i] = normal(seed) + change;
    }
    assert_int_equal(shift_find(old, n, now, n, false, &shift), 0);
    return shift.interval.low > 0;
}

/* 5: three standard deviations of what 700 simulations say of 80 %. */
static void what_is_detectable_is_found_in_four_of_five_cases(void **state)
{
    uint64_t seed = 5;

    (void)state;
    for (size_t n = 4; n <= 12; n += 4) {
        size_t found = 0;

        for (int i = 0; i < 700; i++)
            found += is_detected(n, &seed);
        assert_in_range(found * 100 / 700, 75, 85);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_values_have_no_interval),
        cmocka_unit_test(whether_there_is_an_interval_is_known_beforehand),
        cmocka_unit_test(four_against_four_are_as_far_apart_as_can_be),
        cmocka_unit_test(known_data_have_the_known_shift),
        cmocka_unit_test(ties_share_their_ranks),
        cmocka_unit_test(many_values_are_judged_by_the_normal_distribution),
        cmocka_unit_test(values_that_are_all_the_same_have_not_moved),
        cmocka_unit_test(a_relative_shift_is_the_same_in_any_unit),
        cmocka_unit_test(too_many_values_are_refused),
        cmocka_unit_test(the_interval_holds_the_truth_whatever_the_distribution),
        cmocka_unit_test(how_many_more_is_what_it_takes_in_four_of_five_cases),
        cmocka_unit_test(how_many_more_is_not_said_of_a_shift_on_the_edge),
        cmocka_unit_test(discoveries_are_those_of_the_paper),
        cmocka_unit_test(many_figures_of_the_same_network_are_not_found_changed),
        cmocka_unit_test(chance_is_what_student_says),
        cmocka_unit_test(what_is_detectable_is_found_in_four_of_five_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
