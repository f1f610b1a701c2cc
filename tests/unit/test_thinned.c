/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/thinned.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/thinned.h"

#include <math.h>

static void fill(struct thinned *thinned, size_t most, enum thinning thinning, size_t count)
{
    for (size_t i = 1; i <= count; i++)
        assert_int_equal(thinned_add(thinned, most, thinning, (struct point){ i, (double)i }), 0);
}

static double sum_of(const struct thinned *thinned)
{
    double sum = 0;

    for (size_t i = 0; i < thinned->count; i++)
        sum += thinned->points[i].value;
    return sum;
}

static void all_points_are_there_as_long_as_they_fit(void **state)
{
    struct thinned thinned = { 0 };

    (void)state;
    fill(&thinned, 10, THIN_MEAN, 10);
    assert_int_equal(thinned.count, 10);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(thinned.points[i].time_ns, i + 1);
        assert_true(thinned.points[i].value == (double)(i + 1));
    }
    thinned_clear(&thinned);
}

static void there_are_never_more_than_may_be(void **state)
{
    (void)state;
    for (size_t most = 1; most < 20; most++) {
        struct thinned thinned = { 0 };

        for (size_t i = 1; i <= 1000; i++) {
            fill(&thinned, most, THIN_MEAN, 1);
            assert_in_range(thinned.count, 1, most);
            assert_in_range(thinned.room, thinned.count, most);
        }
        thinned_clear(&thinned);
    }
}

static void nothing_of_a_counter_is_lost(void **state)
{
    (void)state;
    for (size_t most = 1; most < 20; most++) {
        struct thinned thinned = { 0 };

        fill(&thinned, most, THIN_SUM, 1000);
        assert_true(sum_of(&thinned) == 1000.0 * 1001 / 2);
        thinned_clear(&thinned);
    }
}

static void the_largest_of_a_stall_stays(void **state)
{
    (void)state;
    for (size_t at = 1; at <= 300; at += 7) {
        struct thinned thinned = { 0 };
        double most = 0;

        for (size_t i = 1; i <= 300; i++)
            thinned_add(&thinned, 8, THIN_MOST, (struct point){ i, i == at ? 9 : 0.001 });
        for (size_t i = 0; i < thinned.count; i++)
            most = fmax(most, thinned.points[i].value);
        assert_true(most == 9);
        thinned_clear(&thinned);
    }
}

static void a_mean_is_that_of_the_values_it_stands_for(void **state)
{
    struct thinned thinned = { 0 };

    (void)state;
    fill(&thinned, 8, THIN_MEAN, 64);
    assert_int_equal(thinned.count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(thinned.points[i].time_ns, (i + 1) * 8);
        assert_true(fabs(thinned.points[i].value - (8.0 * (double)i + 4.5)) < 1e-9);
    }
    thinned_clear(&thinned);
}

static void it_adapts_when_it_may_have_fewer(void **state)
{
    struct thinned thinned = { 0 };

    (void)state;
    fill(&thinned, 100, THIN_SUM, 90);
    fill(&thinned, 7, THIN_SUM, 1);
    assert_in_range(thinned.count, 1, 7);
    assert_true(sum_of(&thinned) == 90.0 * 91 / 2 + 1);
    thinned_clear(&thinned);
}

static void figures_are_put_together_as_their_kind_says(void **state)
{
    (void)state;
    assert_int_equal(thinning_of(VMTP_CPU_BUSY, VMTP_GAUGE), THIN_MEAN);
    assert_int_equal(thinning_of(VMTP_STALL, VMTP_GAUGE), THIN_MOST);
    assert_int_equal(thinning_of(VMTP_SOFTNET_DROPPED, VMTP_COUNTER), THIN_SUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_points_are_there_as_long_as_they_fit),
        cmocka_unit_test(there_are_never_more_than_may_be),
        cmocka_unit_test(nothing_of_a_counter_is_lost),
        cmocka_unit_test(the_largest_of_a_stall_stays),
        cmocka_unit_test(a_mean_is_that_of_the_values_it_stands_for),
        cmocka_unit_test(it_adapts_when_it_may_have_fewer),
        cmocka_unit_test(figures_are_put_together_as_their_kind_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
