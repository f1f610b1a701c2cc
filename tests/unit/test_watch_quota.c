/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: the quota of a control group.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/cgroup.c"
#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_file.c"
#include "../../plugins/tools/native/probe/watch_quota.c"

static void reads_both_versions(void **state)
{
    uint64_t ns = 0;

    (void)state;
    assert_true(
        quota_parse("usage_usec 5\nnr_periods 3\nnr_throttled 2\nthrottled_usec 1500\n", &ns));
    assert_int_equal(ns, 1500000);
    assert_true(quota_parse("nr_periods 3\nnr_throttled 2\nthrottled_time 1500\n", &ns));
    assert_int_equal(ns, 1500);
    assert_false(quota_parse("usage_usec 5\n", &ns)); /* no limit can be set */
    assert_false(quota_parse("", &ns));
    assert_false(quota_parse("throttled_usec x\n", &ns));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
