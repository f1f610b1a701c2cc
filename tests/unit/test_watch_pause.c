/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: how far apart its lines are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/watch.h"

#define US 1000ull
#define MS 1000000ull

static void lines_are_as_far_apart_as_they_were_asked_for(void **state)
{
    (void)state;
    assert_int_equal(watch_pause(100 * MS, 0), 100 * MS);
    assert_int_equal(watch_pause(100 * MS, 400 * US), 100 * MS);
    assert_int_equal(watch_pause(10000 * MS, 6 * MS), 10000 * MS);
}

static void a_dear_look_is_followed_by_a_longer_pause(void **state)
{
    (void)state;
    assert_int_equal(watch_pause(100 * MS, 1 * MS), 200 * MS);
    assert_int_equal(watch_pause(20 * MS, 200 * US), 40 * MS);
}

static void no_pause_grows_beyond_a_second(void **state)
{
    (void)state;
    assert_int_equal(watch_pause(100 * MS, 6 * MS), 1000 * MS);
    assert_int_equal(watch_pause(100 * MS, UINT64_MAX), 1000 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_as_far_apart_as_they_were_asked_for),
        cmocka_unit_test(a_dear_look_is_followed_by_a_longer_pause),
        cmocka_unit_test(no_pause_grows_beyond_a_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
