/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/drop.c and slice.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/drop.h"
#include "core/result/slice.h"

#include <math.h>

#define STEP  100000000ull
#define LOOKS 200

struct bench {
    struct look list[LOOKS];
    struct looks looks;
    uint64_t seed;
};

static double noise(struct bench *bench)
{
    double sum = 0;

    for (int i = 0; i < 12; i++) {
        bench->seed = bench->seed * 6364136223846793005ull + 1442695040888963407ull;
        sum += (double)(bench->seed >> 11) / 9007199254740992.0;
    }
    return sum - 6; /* about normal */
}

/* Looks of a sender whose threads were watched. */
static void bench_make(struct bench *bench, size_t count, uint64_t seed)
{
    *bench = (struct bench){ .seed = seed };
    bench->looks = (struct looks){ bench->list, count };
    for (size_t i = 0; i < count; i++) {
        bench->list[i].since_ns = i * STEP;
        bench->list[i].until_ns = (i + 1) * STEP;
        for (size_t k = 0; k < LOOK_FIGURES; k++)
            bench->list[i].of[k] = NAN;
        bench->list[i].of[LOOK_CPU_SENDER] = 0.1;
    }
}

static void level(struct bench *bench, size_t from, size_t to, double value, double spread)
{
    for (size_t i = from; i < to; i++)
        bench->list[i].of[LOOK_GOODPUT] = value * (1 + spread * noise(bench));
}

static bool has_drop(const struct bench *bench)
{
    struct drop drop;

    return drop_find(&bench->looks, &drop);
}

static void two_levels_are_found_in_spite_of_noise(void **state)
{
    int found = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct bench bench;
        struct drop drop;

        bench_make(&bench, 40, seed);
        level(&bench, 0, 10, 8e8, 0.03);
        level(&bench, 10, 40, 1e8, 0.03);
        if (drop_find(&bench.looks, &drop) && fabs(drop.high_bps / 8e8 - 1) < 0.05 &&
            fabs(drop.low_bps / 1e8 - 1) < 0.05 && fabs(drop.high_s / 1.0 - 1) < 0.05)
            found++;
    }
    assert_true(found >= 190);
}

/* The look in which it changes has something of both. */
static void the_change_may_lie_within_a_look(void **state)
{
    struct bench bench;
    struct drop drop;

    (void)state;
    bench_make(&bench, 30, 1);
    level(&bench, 0, 5, 1e9, 0);
    level(&bench, 5, 30, 1e8, 0);
    bench.list[5].of[LOOK_GOODPUT] = 0.7 * 1e9 + 0.3 * 1e8;
    assert_true(drop_find(&bench.looks, &drop));
    assert_true(fabs(drop.high_s - 0.57) < 0.02);
    assert_true(drop.high_bps == 1e9 && drop.low_bps == 1e8);
    bench.list[5].of[LOOK_GOODPUT] = 0.2 * 1e9 + 0.8 * 1e8;
    assert_true(drop_find(&bench.looks, &drop));
    assert_true(fabs(drop.high_s - 0.52) < 0.02);
}

static void noise_alone_is_no_drop(void **state)
{
    int found = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 500; seed++) {
        struct bench bench;

        bench_make(&bench, 20, seed);
        level(&bench, 0, 20, 5e8, 0.05 + 0.3 * (double)(seed % 10) / 10);
        found += has_drop(&bench);
    }
    assert_true(found <= 2);
}

static void a_ramp_a_dip_and_a_decay_are_none(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench, 30, 7); /* warming up */
    level(&bench, 0, 30, 8e8, 0.02);
    level(&bench, 0, 5, 1e8, 0.02);
    assert_false(has_drop(&bench));
    level(&bench, 0, 5, 8e8, 0.02); /* one dip */
    level(&bench, 12, 14, 1e8, 0.02);
    assert_false(has_drop(&bench));
    level(&bench, 12, 14, 8e8, 0.02); /* one at the end */
    level(&bench, 28, 30, 1e8, 0.02);
    assert_false(has_drop(&bench));
    level(&bench, 28, 30, 8e8, 0.02); /* a long one, but it ends */
    level(&bench, 10, 22, 1e8, 0.02);
    assert_false(has_drop(&bench));
    for (size_t i = 0; i < 30; i++) /* a decay */
        bench.list[i].of[LOOK_GOODPUT] = 1e9 * exp(-(double)i / 10);
    assert_false(has_drop(&bench));
    level(&bench, 0, 10, 8e8, 0); /* a level that grows */
    for (size_t i = 10; i < 30; i++)
        bench.list[i].of[LOOK_GOODPUT] = 1e8 + 4e6 * (double)(i - 10);
    assert_false(has_drop(&bench));
    level(&bench, 0, 12, 8e8, 0); /* a dip before it drops */
    level(&bench, 12, 30, 1e8, 0);
    assert_true(has_drop(&bench));
    level(&bench, 5, 7, 1e8, 0);
    assert_false(has_drop(&bench));
    level(&bench, 5, 7, 8e8, 0); /* it comes back for a while */
    level(&bench, 22, 24, 8e8, 0);
    assert_false(has_drop(&bench));
    for (size_t i = 0; i < 30; i++) /* teeth of a saw */
        bench.list[i].of[LOOK_GOODPUT] = 4e8 + 4e7 * (double)(i % 10);
    assert_false(has_drop(&bench));
}

static void levels_that_are_near_each_other_are_one(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench, 30, 3);
    level(&bench, 0, 10, 1.2e8, 0.01);
    level(&bench, 10, 30, 1e8, 0.01);
    assert_false(has_drop(&bench));
}

/* A tool that shows nothing of its ends has to show very flat levels. */
static void without_the_ends_levels_must_be_very_flat(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench, 40, 11);
    level(&bench, 0, 15, 8e8, 0.1);
    level(&bench, 15, 40, 2e8, 0.1);
    assert_true(has_drop(&bench));
    for (size_t i = 0; i < 40; i++)
        bench.list[i].of[LOOK_CPU_SENDER] = NAN;
    assert_false(has_drop(&bench));
    level(&bench, 0, 15, 8e8, 0.01);
    level(&bench, 15, 40, 2e8, 0.01);
    assert_true(has_drop(&bench));
}

static void odd_looks_are_none(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench, 0, 1);
    assert_false(has_drop(&bench));
    bench_make(&bench, 30, 1); /* all unknown */
    assert_false(has_drop(&bench));
    level(&bench, 0, 30, 0, 0);
    assert_false(has_drop(&bench));
    level(&bench, 0, 10, 1e18, 0);
    assert_false(has_drop(&bench)); /* to nothing: that is a path that broke */
}

/* ---- slices ---- */

static struct point points[] = { { 100, 1 }, { 200, 3 }, { 400, 5 } };
static const struct series series = { points, 3, 3 };

static void a_gauge_holds_from_one_point_to_the_next(void **state)
{
    (void)state;
    assert_true(slice_mean(&series, 0, 100) == 1);
    assert_true(slice_mean(&series, 100, 200) == 3);
    assert_true(slice_mean(&series, 50, 150) == 2);
    assert_true(slice_mean(&series, 250, 300) == 5);
    assert_true(slice_mean(&series, 0, 400) == 3.5);
    assert_true(isnan(slice_mean(&series, 400, 500)));
    assert_true(slice_most(&series, 50, 150) == 3);
    assert_true(isnan(slice_most(&series, 500, 600)));
}

static void a_counter_belongs_to_the_times_of_its_points(void **state)
{
    (void)state;
    assert_true(slice_sum(&series, 0, 100) == 1);
    assert_true(slice_sum(&series, 100, 399) == 3);
    assert_true(slice_sum(&series, 100, 400) == 8);
    assert_true(slice_sum(&series, 400, 500) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_levels_are_found_in_spite_of_noise),
        cmocka_unit_test(the_change_may_lie_within_a_look),
        cmocka_unit_test(noise_alone_is_no_drop),
        cmocka_unit_test(a_ramp_a_dip_and_a_decay_are_none),
        cmocka_unit_test(levels_that_are_near_each_other_are_one),
        cmocka_unit_test(without_the_ends_levels_must_be_very_flat),
        cmocka_unit_test(odd_looks_are_none),
        cmocka_unit_test(a_gauge_holds_from_one_point_to_the_next),
        cmocka_unit_test(a_counter_belongs_to_the_times_of_its_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
