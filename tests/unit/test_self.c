/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/self.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void is_the_file_of_the_program(void **state)
{
    char exe[PATH_MAX] = "", path[PATH_MAX];

    (void)state;
    assert_true(readlink("/proc/self/exe", exe, sizeof exe - 1) > 0);
    assert_true(self_path(path));
    assert_string_equal(path, exe);
}

static void is_the_same_wherever_one_works(void **state)
{
    char before[PATH_MAX], after[PATH_MAX], here[PATH_MAX];

    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    assert_true(self_path(before));
    assert_int_equal(chdir("/"), 0);
    assert_true(self_path(after));
    assert_int_equal(chdir(here), 0);
    assert_string_equal(before, after);
}

static void finds_what_stands_beside_it(void **state)
{
    char path[PATH_MAX], itself[PATH_MAX], plugins[PATH_MAX];
    char name[PATH_MAX];

    (void)state;
    assert_true(self_path(itself));
    assert_true(self_beside(strrchr(itself, '/') + 1, path));
    assert_string_equal(path, itself);
    assert_true(self_beside("../../plugins", plugins));
    assert_int_equal(access(plugins, R_OK), 0);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_false(self_beside(name, path)); /* too long */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_file_of_the_program),
        cmocka_unit_test(is_the_same_wherever_one_works),
        cmocka_unit_test(finds_what_stands_beside_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
