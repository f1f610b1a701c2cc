/* SPDX-License-Identifier: Apache-2.0
 *
 * The group of processes that vmtp-probe is in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/cgroup.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"

static void finds_the_group(void **state)
{
    struct cgroup g;

    (void)state;
    assert_true(cgroup_parse("0::/user.slice/session-3.scope\n", &g));
    assert_string_equal(g.mount, "/sys/fs/cgroup");
    assert_string_equal(g.group, "/user.slice/session-3.scope");
    assert_true(cgroup_parse("4:memory:/m\n3:cpuset:/s\n2:cpu,cpuacct:/c\n0::/v2\n", &g));
    assert_string_equal(g.mount, "/sys/fs/cgroup/cpu");
    assert_string_equal(g.group, "/c");
    assert_true(cgroup_parse("9:name=systemd:/\n1:cpu:/\n", &g));
    assert_string_equal(g.group, "");
}

static void finds_none_where_there_is_none(void **state)
{
    static const char *const bad[] = { "",
                                       "\n",
                                       "0",
                                       "0:",
                                       ":",
                                       "3:cpuset:/s\n",
                                       "2:cpuacct:/c\n",
                                       "2:cpux,xcpu:/c\n",
                                       "0::/../outside\n" };
    struct cgroup g;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(cgroup_parse(bad[i], &g));
}

static void a_long_name_is_cut(void **state)
{
    struct cgroup g;
    char text[700] = "0::";

    (void)state;
    memset(text + 3, 'a', sizeof text - 4);
    assert_true(cgroup_parse(text, &g));
    assert_int_equal(strlen(g.group), sizeof g.group - 1);
}

static void goes_up_to_where_the_groups_are(void **state)
{
    char path[CGROUP_PATH_MAX];
    struct cgroup g;

    (void)state;
    assert_true(cgroup_parse("0::/a/b\n", &g));
    cgroup_path(&g, "cpu.max", path);
    assert_string_equal(path, "/sys/fs/cgroup/a/b/cpu.max");
    assert_true(cgroup_up(&g));
    cgroup_path(&g, "cpu.max", path);
    assert_string_equal(path, "/sys/fs/cgroup/a/cpu.max");
    assert_true(cgroup_up(&g));
    cgroup_path(&g, "cpu.max", path);
    assert_string_equal(path, "/sys/fs/cgroup/cpu.max");
    assert_false(cgroup_up(&g));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_group),
        cmocka_unit_test(finds_none_where_there_is_none),
        cmocka_unit_test(a_long_name_is_cut),
        cmocka_unit_test(goes_up_to_where_the_groups_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
