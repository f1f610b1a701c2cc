/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/release.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/release.c"

static void version_is(const char *text, const char *wanted)
{
    char release[64] = "";

    assert_int_equal(release_by_version(text, release, sizeof release), *wanted != '\0');
    assert_string_equal(release, wanted);
}

static void names_every_release_by_its_version(void **state)
{
    (void)state;
    version_is("2010.1\n", "Austin (2010.1)");
    version_is("2014.2.1\n", "Juno (2014.2.1)");
    version_is("2015.1.1\n", "Kilo (2015.1.1)");
    version_is("12.0.0\n", "Liberty (12.0.0)");
    version_is("19.3.2.dev41\n", "Stein (19.3.2.dev41)");
    version_is("26.2.2", "Zed (26.2.2)");
    version_is("27.0.0.0rc1\n", "Antelope (27.0.0.0rc1)");
    version_is("34.0.0\n", "Hibiscus (34.0.0)");
    version_is("40.1.0\n", "later than Hibiscus (40.1.0)");
}

static void finds_the_version_among_warnings(void **state)
{
    (void)state;
    version_is("Modules with known eventlet monkey patching issues were imported prior to eventlet "
               "monkey patching: urllib3. This warning can usually be ignored if the caller is "
               "only importing and not executing nova code.\n26.1.1  \r\n",
               "Zed (26.1.1)");
    version_is("/usr/lib/python3.11: 3.11 is deprecated\n\n31.0.1\n", "Epoxy (31.0.1)");
}

static void takes_nothing_else_for_a_version(void **state)
{
    (void)state;
    version_is("", "");
    version_is("nova-manage: error: unrecognized arguments: --version\n", "");
    version_is("26\n", "");
    version_is("2.6.2 of something\n", "");
    version_is("1.0.0\n", "");
    version_is("2016.1\n", "");
}

static void microversion_is(const char *text, const char *wanted)
{
    char release[64] = "";

    assert_int_equal(release_by_microversion(text, release, sizeof release), *wanted != '\0');
    assert_string_equal(release, wanted);
}

static void names_releases_by_their_largest_microversion(void **state)
{
    (void)state;
    microversion_is("", "Juno or earlier");
    microversion_is("2.1", "Kilo");
    microversion_is("2.3", "Kilo");
    microversion_is("2.12", "Liberty");
    microversion_is("2.87", "Ussuri or Victoria");
    microversion_is("2.90", "Xena or Yoga");
    microversion_is("2.93", "Zed");
    microversion_is("2.94", "later than Zed");
    microversion_is("2.96", "Caracal or Dalmatian");
    microversion_is("2.104", "Hibiscus");
    microversion_is("2.200", "later than Hibiscus");
    microversion_is("3.1", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_every_release_by_its_version),
        cmocka_unit_test(finds_the_version_among_warnings),
        cmocka_unit_test(takes_nothing_else_for_a_version),
        cmocka_unit_test(names_releases_by_their_largest_microversion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
