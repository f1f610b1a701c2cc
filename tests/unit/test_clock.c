/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/base/clock.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/base/clock.h"

#define DAY 1795219200ull /* 2026-11-21 */

static void is(const char *text, uint64_t wall_ns)
{
    uint64_t read_ns = 0;

    if (clock_parse(text, &read_ns) < 0)
        fail_msg("'%s' is refused", text);
    assert_int_equal(read_ns, wall_ns);
}

static void reads_a_moment_or_its_beginning(void **state)
{
    (void)state;
    is("2026-11-21", DAY * NS_PER_S);
    is("2026-11-21T02:40", (DAY + 9600) * NS_PER_S);
    is("2026-11-21 02:40Z", (DAY + 9600) * NS_PER_S);
    is("2026-11-21T02:40:05Z", (DAY + 9605) * NS_PER_S);
    is("2026-11-21 02:40:05.25", (DAY + 9605) * NS_PER_S + 250 * NS_PER_MS);
    is("2026-11-21T02:40:05.1234567891Z", (DAY + 9605) * NS_PER_S + 123456789);
}

static void reads_what_it_writes(void **state)
{
    char text[40];

    (void)state;
    clock_format(DAY * NS_PER_S + 123 * NS_PER_MS, 1, text, sizeof text);
    assert_string_equal(text, "2026-11-21T00:00:00.123Z");
    is(text, DAY * NS_PER_S + 123 * NS_PER_MS);
}

static void refuses_what_is_no_moment(void **state)
{
    static const char *const wrong[] = { "",           "yesterday",        "2026",
                                         "2026-13-01", "2026-11-21T",      "2026-11-21T25:00",
                                         "1969-12-31", "2026-11-21 02:40x" };
    uint64_t wall_ns = 7;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (clock_parse(wrong[i], &wall_ns) == 0)
            fail_msg("'%s' is taken", wrong[i]);
    assert_int_equal(wall_ns, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_moment_or_its_beginning),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(refuses_what_is_no_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
