/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/stats.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/stats.h"

#include <math.h>
#include <stdlib.h>

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-9 * fmax(1, fabs((double)(b))))

/* The same numbers each time: a test that fails by chance is no test. */
static double uniform(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return ((double)(*seed >> 11) + 0.5) / 9007199254740992.0;
}

static void the_median_of_an_even_number_lies_between_the_two_in_the_middle(void **state)
{
    const double four[] = { 4, 1, 3, 2 };

    (void)state;
    NEAR(stats_median(four, 4), 2.5);
    NEAR(stats_median(four, 3), 3);
    NEAR(stats_median(four, 1), 4);
    NEAR(stats_quantile(four, 4, 0), 1);
    NEAR(stats_quantile(four, 4, 1), 4);
    NEAR(stats_mean(four, 4), 2.5);
}

static void of_nothing_there_is_no_figure(void **state)
{
    const double none[] = { 0 };
    struct interval interval;

    (void)state;
    assert_true(isnan(stats_median(none, 0)));
    assert_true(isnan(stats_mean(none, 0)));
    assert_true(isnan(stats_quantile(none, 1, 1.5)));
    assert_true(isnan(stats_autocorrelation(none, 1)));
    assert_false(stats_median_interval(none, 0, &interval));
}

static void the_interval_needs_six_values_and_then_is_all_of_them(void **state)
{
    const double six[] = { 3, 1, 6, 2, 5, 4 };
    struct interval interval;

    (void)state;
    assert_false(stats_median_interval(six, 5, &interval));
    assert_true(stats_median_interval(six, 6, &interval));
    NEAR(interval.low, 1);
    NEAR(interval.high, 6);
}

/* From the tables of the sign test (Conover, Practical Nonparametric Statistics, A3). */
static void the_ranks_of_the_median_are_those_of_the_tables(void **state)
{
    static const uint64_t known[][3] = {
        { 6, 1, 6 },   { 8, 1, 8 },   { 9, 2, 8 },   { 10, 2, 9 },   { 11, 2, 10 },  { 12, 3, 10 },
        { 15, 4, 12 }, { 20, 6, 15 }, { 25, 8, 18 }, { 30, 10, 21 }, { 50, 18, 33 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint64_t low, high;

        assert_true(stats_interval_ranks(known[i][0], 0.5, &low, &high));
        assert_int_equal(low, known[i][1]);
        assert_int_equal(high, known[i][2]);
    }
}

static void a_percentile_needs_enough_values(void **state)
{
    static const struct {
        double q;
        uint64_t least;
    } known[] = { { 0.5, 6 }, { 0.9, 29 }, { 0.99, 299 }, { 0.999, 2995 }, { 0.9999, 29956 } };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint64_t low, high;

        assert_false(stats_supports(known[i].q, known[i].least - 1));
        assert_true(stats_supports(known[i].q, known[i].least));
        assert_true(stats_supports(1 - known[i].q, known[i].least));
        assert_true(stats_interval_ranks(known[i].least, known[i].q, &low, &high));
        assert_true(low >= 1 && low < high);
        assert_int_equal(high, known[i].least);
    }
}

static void ranks_stay_in_order_and_in_range_up_to_billions_of_values(void **state)
{
    static const double quantiles[] = { 0.0001, 0.1, 0.5, 0.9, 0.99, 0.9999 };

    (void)state;
    for (size_t q = 0; q < sizeof quantiles / sizeof *quantiles; q++) {
        for (double n = 1; n < 1e12; n *= 1.37) {
            uint64_t low, high, count = (uint64_t)n;

            if (!stats_interval_ranks(count, quantiles[q], &low, &high))
                continue;
            assert_true(low >= 1 && high <= count && low <= high);
            assert_true((double)low <= quantiles[q] * n + 1);
            assert_true((double)high >= quantiles[q] * n);
        }
    }
}

/* Draws from a skewed distribution of median ln 2; at least 95 % of the intervals must hold it. */
static double coverage(size_t n, double q, size_t rounds)
{
    uint64_t seed = 42 + n, low, high;
    double values[400], truth = -log(1 - q);
    size_t hits = 0;

    assert_true(n <= sizeof values / sizeof *values && stats_interval_ranks(n, q, &low, &high));
    for (size_t i = 0; i < rounds; i++) {
        size_t below = 0;

        for (size_t k = 0; k < n; k++)
            below += -log(uniform(&seed)) <= truth;
        /* The value of rank r is at most the truth when at least r are. */
        hits += below >= low && below < high;
    }
    return (double)hits / (double)rounds;
}

static void intervals_hold_the_truth_as_often_as_they_say(void **state)
{
    static const size_t medians[] = { 6, 9, 12, 20, 57 };

    (void)state;
    for (size_t i = 0; i < sizeof medians / sizeof *medians; i++)
        assert_true(coverage(medians[i], 0.5, 20000) >= 0.945);
    assert_true(coverage(29, 0.9, 20000) >= 0.945);
    assert_true(coverage(120, 0.9, 5000) >= 0.94);
    assert_true(coverage(320, 0.99, 5000) >= 0.94);
}

static void precision_is_half_the_width_over_the_median(void **state)
{
    (void)state;
    NEAR(stats_precision(100, (struct interval){ 98, 102 }), 0.02);
    NEAR(stats_precision(-100, (struct interval){ -102, -98 }), 0.02);
    NEAR(stats_precision(0, (struct interval){ 0, 0 }), 0);
    assert_true(isinf(stats_precision(0, (struct interval){ 0, 1 })));
}

static void values_that_follow_each_other_are_told_from_random_ones(void **state)
{
    double slow[40], random[40], same[40];
    uint64_t seed = 5;

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        slow[i] = sin((double)i / 4);
        random[i] = uniform(&seed);
        same[i] = 7;
    }
    assert_true(stats_autocorrelation(slow, 40) > 0.8);
    assert_true(fabs(stats_autocorrelation(random, 40)) < 0.4);
    assert_true(isnan(stats_autocorrelation(same, 40)));
}

static void a_steady_rise_is_a_trend_and_noise_is_none(void **state)
{
    double rising[12], falling[12], noise[12], same[12] = { 0 };
    uint64_t seed = 11;

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        noise[i] = uniform(&seed);
        rising[i] = (double)i + noise[i];
        falling[i] = -(double)i;
    }
    assert_true(stats_trend(rising, 12) > 2.58);
    assert_true(stats_trend(falling, 12) < -2.58);
    assert_true(fabs(stats_trend(noise, 12)) < 2.58);
    NEAR(stats_trend(same, 12), 0);
    NEAR(stats_trend(rising, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_of_an_even_number_lies_between_the_two_in_the_middle),
        cmocka_unit_test(of_nothing_there_is_no_figure),
        cmocka_unit_test(the_interval_needs_six_values_and_then_is_all_of_them),
        cmocka_unit_test(the_ranks_of_the_median_are_those_of_the_tables),
        cmocka_unit_test(a_percentile_needs_enough_values),
        cmocka_unit_test(ranks_stay_in_order_and_in_range_up_to_billions_of_values),
        cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
        cmocka_unit_test(precision_is_half_the_width_over_the_median),
        cmocka_unit_test(values_that_follow_each_other_are_told_from_random_ones),
        cmocka_unit_test(a_steady_rise_is_a_trend_and_noise_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
