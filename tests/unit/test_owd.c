/* SPDX-License-Identifier: Apache-2.0
 *
 * One-way delay with clocks that are wrong by a known amount.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/tools/native/owd.c"

#define MS       1000000
#define DISTANCE 1700000000123456789

/* Two synchronised ends, 10 ms apart, whose median is 12 ms; the receiver's clock is ahead. */
static struct owd_told two(int64_t ahead_ns, double error_ns)
{
    return (struct owd_told){ .sender = { "a", 0, error_ns, NULL },
                              .receiver = { "b", 0, error_ns, NULL },
                              .distance_ns = DISTANCE,
                              .within_ns = 200,
                              .least_ns = DISTANCE + 10 * MS + ahead_ns,
                              .median_ns = DISTANCE + 12 * MS + ahead_ns,
                              .rtt_ns = 21 * MS };
}

static void check_refused(const struct owd_told *t, const char *why)
{
    struct owd owd;

    assert_false(owd_make(t, &owd));
    if (!strstr(owd.why, why))
        fail_msg("'%s' does not say '%s'", owd.why, why);
}

static void gives_the_median_and_its_error(void **state)
{
    struct owd_told t = two(0, MS);
    struct owd owd;

    (void)state;
    assert_true(owd_make(&t, &owd));
    assert_float_equal(owd.delay_ns, 12e6, 0);
    assert_float_equal(owd.error_ns, 2e6 + 200, 0);
}

static void on_one_machine_the_clocks_need_no_bound(void **state)
{
    struct owd_told t = two(0, NAN);
    struct owd owd;

    (void)state;
    t.same_clock = true;
    t.least_ns = DISTANCE + 900;
    t.median_ns = DISTANCE + 1000;
    t.rtt_ns = 10;
    assert_true(owd_make(&t, &owd));
    assert_float_equal(owd.delay_ns, 1000, 0);
    assert_float_equal(owd.error_ns, 200, 0);
    t.within_ns = 251;
    check_refused(&t, "it is known to 0.000251 ms only");
}

static void says_which_clock_does_not_serve(void **state)
{
    struct owd_told t = two(0, MS);

    (void)state;
    t.receiver.error_ns = NAN;
    t.receiver.why = "is not synchronised";
    check_refused(&t, "the clock of b is not synchronised");
    t.receiver.why = NULL;
    check_refused(&t, "the clock of b tells no bound");
    t = two(0, MS);
    t.sender.step_ns = 2 * MS;
    check_refused(&t, "the clock of a was set during the trial");
    t.sender.step_ns = NAN;
    check_refused(&t, "the clock of a was set during the trial");
}

static void an_error_above_a_fourth_is_refused(void **state)
{
    struct owd_told t = two(0, 1499 * 1000);
    struct owd owd;

    (void)state;
    assert_true(owd_make(&t, &owd));
    t = two(0, 1500 * 1000);
    check_refused(&t, "it is known to 3 ms only");
    t = two(0, 1e12);
    check_refused(&t, "a fourth");
}

static void clocks_that_disagree_are_told_by_how_much(void **state)
{
    struct owd_told t = two(-25 * MS, MS);

    (void)state;
    check_refused(&t, "the clocks of a and b disagree by at least 15 ms");
    t = two(30 * MS, MS);
    check_refused(&t, "at least 40 ms, but the round trip took 21 ms before");
}

static void a_step_that_slewing_could_be_adds_to_the_error(void **state)
{
    struct owd_told t = two(0, MS);
    struct owd owd;

    (void)state;
    t.receiver.step_ns = 500000;
    assert_true(owd_make(&t, &owd));
    assert_float_equal(owd.error_ns, 2.5e6 + 200, 0);
}

static double part(void)
{
    return (double)random() / RAND_MAX;
}

static void
whatever_the_clocks_say_it_is_never_negative_nor_further_off_than_its_error(void **state)
{
    int given = 0;

    (void)state;
    srandom(7);
    for (int n = 0; n < 200000; n++) {
        double error_ns = part() * part() * 1e7;
        int64_t ahead_ns = (int64_t)((2 * part() - 1) * 2 * error_ns);
        struct owd_told t = two(ahead_ns, error_ns);
        struct owd owd;

        if (n % 3 == 0) /* clocks that are wronger than they say */
            t.sender.error_ns = t.receiver.error_ns = error_ns * part();
        if (!owd_make(&t, &owd)) {
            assert_true(owd.why[0]);
            continue;
        }
        given++;
        assert_true(owd.delay_ns > 0);
        assert_true(owd.error_ns <= owd.delay_ns / 4);
        if (n % 3)
            assert_true(fabs(owd.delay_ns - 12e6) <= owd.error_ns);
    }
    assert_true(given > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_median_and_its_error),
        cmocka_unit_test(on_one_machine_the_clocks_need_no_bound),
        cmocka_unit_test(says_which_clock_does_not_serve),
        cmocka_unit_test(an_error_above_a_fourth_is_refused),
        cmocka_unit_test(clocks_that_disagree_are_told_by_how_much),
        cmocka_unit_test(a_step_that_slewing_could_be_adds_to_the_error),
        cmocka_unit_test(
            whatever_the_clocks_say_it_is_never_negative_nor_further_off_than_its_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
