/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/moment.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plugins/common/clock.h"
#include "plugins/common/moment.h"

#include <stdlib.h>

static void a_documents_moment_is_utc_with_its_fraction(void **state)
{
    (void)state;
    assert_true(moment_ns("2026-11-21T17:04:49Z") == 1795280689 * NS_PER_S);
    assert_true(moment_ns("2026-11-21T17:04:49.097Z") == 1795280689097 * NS_PER_MS);
    assert_true(moment_ns("2026-11-21T17:04:49.0970000001234Z") == 1795280689097 * NS_PER_MS);
}

static void vmtps_date_is_local_time(void **state)
{
    (void)state;
    assert_true(moment_ns("2026-11-21 19:04:49") == 1795280689 * NS_PER_S);
}

static void what_is_neither_is_0(void **state)
{
    static const char *const texts[] = { NULL, "", "yesterday", "2026-11-21",
                                         "1960-01-01T00:00:00Z" };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_true(moment_ns(texts[i]) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_documents_moment_is_utc_with_its_fraction),
        cmocka_unit_test(vmtps_date_is_local_time),
        cmocka_unit_test(what_is_neither_is_0),
    };

    setenv("TZ", "UTC-2", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
