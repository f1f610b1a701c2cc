/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps and drift of a clock, as vmtp-probe sees them: with clocks that the test turns, because
 * nobody may set this machine's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/clock_jump.c"

#include <stdlib.h>

#define S  ((int64_t)1000000000)
#define MS ((int64_t)1000000)
#define US ((int64_t)1000)

/* A moment: so long after the start by the bare oscillator; the system's clocks run faster than
 * that by ppm, and the wall clock was set by so much. */
static struct clock_look at(int64_t raw_ns, double ppm, int64_t set_ns)
{
    int64_t run_ns = raw_ns + (int64_t)((double)raw_ns * ppm * 1e-6);

    return (struct clock_look){ .monotonic_ns = (uint64_t)(100 * S + run_ns),
                                .raw_ns = (uint64_t)(90 * S + raw_ns),
                                .real_ns = (uint64_t)(1795000000 * S + run_ns + set_ns),
                                .within_ns = 200 };
}

static void sees_no_step_where_there_is_none(void **state)
{
    struct clock_jump j = { 0 };
    int64_t size_ns = 7;

    (void)state;
    for (int64_t t = 0; t < 100; t++) {
        struct clock_look look = at(t * S, 400, t % 2 * 150); /* corrected, read with noise */

        assert_false(clock_jump_see(&j, &look, false, &size_ns));
    }
    assert_int_equal(j.steps, 0);
    assert_int_equal(size_ns, 7);
}

static void tells_how_far_the_clock_was_set(void **state)
{
    struct clock_jump j = { 0 };
    struct clock_look look = at(0, 0, 0);
    int64_t size_ns = 0;

    (void)state;
    assert_false(clock_jump_see(&j, &look, false, &size_ns));
    look = at(S, 0, 1200 * MS);
    assert_true(clock_jump_see(&j, &look, true, &size_ns));
    assert_int_equal(size_ns, 1200 * MS);
    look = at(2 * S, 0, 1200 * MS);
    assert_false(clock_jump_see(&j, &look, false, &size_ns));
    look = at(3 * S, 0, -5 * S);
    assert_true(clock_jump_see(&j, &look, true, &size_ns));
    assert_int_equal(size_ns, -6200 * MS);
    assert_int_equal(j.steps, 2);
}

static void believes_small_steps_only_if_the_kernel_tells(void **state)
{
    struct clock_jump j = { 0 };
    struct clock_look look = at(0, 0, 0);
    int64_t size_ns = 0;

    (void)state;
    clock_jump_see(&j, &look, false, &size_ns);
    look = at(S, 0, 20 * US);
    assert_true(clock_jump_see(&j, &look, true, &size_ns));
    assert_int_equal(size_ns, 20 * US);
    look = at(2 * S, 0, 40 * US);
    assert_false(clock_jump_see(&j, &look, false, &size_ns)); /* a slow look, say */
    look = at(3 * S, 0, 50 * MS);
    assert_true(clock_jump_see(&j, &look, false, &size_ns)); /* an old kernel that tells nothing */
    look = at(4 * S, 0, 50 * MS + 100);
    assert_false(clock_jump_see(&j, &look, true, &size_ns)); /* set to what it was */
    assert_int_equal(j.steps, 2);
}

static void does_not_take_a_slow_look_for_a_step(void **state)
{
    struct clock_jump j = { 0 };
    struct clock_look look = at(0, 0, 0);
    int64_t size_ns = 0;

    (void)state;
    clock_jump_see(&j, &look, false, &size_ns);
    look = at(S, 0, 3 * MS);
    look.within_ns = (uint64_t)(8 * MS); /* it lost its CPU in between */
    assert_false(clock_jump_see(&j, &look, false, &size_ns));
    assert_false(clock_jump_see(&j, &look, true, &size_ns));
}

static void knows_how_fast_the_clock_is_made_to_run(void **state)
{
    struct clock_jump j = { 0 };
    struct clock_look look = at(0, 0, 0);
    int64_t size_ns;

    (void)state;
    clock_jump_see(&j, &look, false, &size_ns);
    assert_true(isnan(clock_jump_drift(&j, &look)));
    look = at(S, 30, 0);
    clock_jump_see(&j, &look, false, &size_ns);
    assert_true(fabs(clock_jump_drift(&j, &look) - 30e-6) < 1e-9);
    assert_true(isnan(clock_jump_drift(&j, &look))); /* no time has passed */
}

static void takes_no_step_for_drift(void **state)
{
    struct clock_jump j = { 0 };
    struct clock_look look = at(0, 0, 0);
    int64_t size_ns;

    (void)state;
    clock_jump_see(&j, &look, false, &size_ns);
    look = at(S, 0, 2 * S);
    assert_true(clock_jump_see(&j, &look, true, &size_ns));
    assert_true(isnan(clock_jump_drift(&j, &look)));
    look = at(2 * S, 0, 2 * S);
    assert_false(clock_jump_see(&j, &look, false, &size_ns));
    assert_true(fabs(clock_jump_drift(&j, &look)) < 1e-9);
}

static void waits_until_a_bad_look_matters_no_more(void **state)
{
    struct clock_jump j = { 0 };
    struct clock_look look = at(0, 0, 0);
    int64_t size_ns;

    (void)state;
    clock_jump_see(&j, &look, false, &size_ns);
    look = at(S, 10, 0);
    look.within_ns = (uint64_t)MS; /* could be wrong by 1000 ppm */
    assert_true(isnan(clock_jump_drift(&j, &look)));
    look = at(2 * S, 10, 0);
    assert_true(fabs(clock_jump_drift(&j, &look) - 10e-6) < 1e-9);
}

static void looks_at_real_clocks(void **state)
{
    struct clock_look a, b;

    (void)state;
    clock_look(&a);
    clock_look(&b);
    assert_true(b.monotonic_ns >= a.monotonic_ns);
    assert_true(b.raw_ns >= a.raw_ns);
    assert_true(a.real_ns > 1700000000ull * NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_no_step_where_there_is_none),
        cmocka_unit_test(tells_how_far_the_clock_was_set),
        cmocka_unit_test(believes_small_steps_only_if_the_kernel_tells),
        cmocka_unit_test(does_not_take_a_slow_look_for_a_step),
        cmocka_unit_test(knows_how_fast_the_clock_is_made_to_run),
        cmocka_unit_test(takes_no_step_for_drift),
        cmocka_unit_test(waits_until_a_bad_look_matters_no_more),
        cmocka_unit_test(looks_at_real_clocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
