/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/report/progress.h"

static const struct progress half = {
    .done = 10, .expected = 20, .left_ns = 20 * NS_PER_S, .doing = "flow=bulk,path=direct"
};

static void the_line_says_how_far_and_how_long(void **state)
{
    char line[200];

    (void)state;
    progress_line(&half, 20 * NS_PER_S, 100, line, sizeof line);
    assert_string_equal(line, "10/20 trials  50 %  00:20 left  flow=bulk,path=direct");
}

static void the_line_fits_its_width(void **state)
{
    char line[200];

    (void)state;
    for (size_t width = 0; width < 80; width++) {
        progress_line(&half, 20 * NS_PER_S, width, line, sizeof line);
        assert_true(strlen(line) <= width);
    }
}

static void before_the_first_trial_it_says_what_is_done(void **state)
{
    struct progress none = { .doing = "deploying on fabric" };
    char line[200];

    (void)state;
    progress_line(&none, 0, 100, line, sizeof line);
    assert_string_equal(line, "deploying on fabric");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_says_how_far_and_how_long),
        cmocka_unit_test(the_line_fits_its_width),
        cmocka_unit_test(before_the_first_trial_it_says_what_is_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
