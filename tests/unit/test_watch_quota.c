/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: the quota of a control group.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"
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

static void finds_the_group(void **state)
{
    const char *mount = NULL;
    char group[64];

    (void)state;
    assert_true(quota_place("0::/user.slice/session-3.scope\n", &mount, group, sizeof group));
    assert_string_equal(mount, "/sys/fs/cgroup");
    assert_string_equal(group, "/user.slice/session-3.scope");
    assert_true(quota_place("4:memory:/m\n3:cpuset:/s\n2:cpu,cpuacct:/c\n0::/v2\n", &mount, group,
                            sizeof group));
    assert_string_equal(mount, "/sys/fs/cgroup/cpu");
    assert_string_equal(group, "/c");
    assert_true(quota_place("9:name=systemd:/\n1:cpu:/\n", &mount, group, sizeof group));
    assert_string_equal(group, "/");
}

static void finds_none_where_there_is_none(void **state)
{
    static const char *const bad[] = {
        "", "\n", "0", "0:", ":", "3:cpuset:/s\n", "2:cpuacct:/c\n", "2:cpux,xcpu:/c\n"
    };
    const char *mount = NULL;
    char group[64];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(quota_place(bad[i], &mount, group, sizeof group));
}

static void a_long_name_is_cut(void **state)
{
    const char *mount = NULL;
    char group[8];

    (void)state;
    assert_true(quota_place("0::/a/very/long/name\n", &mount, group, sizeof group));
    assert_string_equal(group, "/a/very");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_versions),
        cmocka_unit_test(finds_the_group),
        cmocka_unit_test(finds_none_where_there_is_none),
        cmocka_unit_test(a_long_name_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
