/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/hosts.c: which hosts the nodes of a run are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/hosts.h"

static const struct os_host known[] = {
    { "nova", "down", false }, { "nova", "hv1", true }, { "lab", "hv2", true },
    { "nova", "hv3", true },   { "lab", "hv4", false },
};

static const struct os_hosts all = { known, 5, NULL };
static const struct os_hosts lab = { known, 5, "lab" };
static const struct os_hosts untold = { NULL, 0, NULL };
static const struct os_hosts untold_zone = { NULL, 0, "az" };

/* "nova:hv1 lab:hv2", or the error's text. */
static const char *chosen(const struct os_hosts *hosts, const char *const *names, uint32_t nodes)
{
    static char text[sizeof(struct vmtp_error)];
    struct vmtp_list named = { names, 0 };
    struct vmtp_error err = { 0 };
    struct os_host *ret = NULL;
    size_t n = 0;

    while (names && names[named.count])
        named.count++;
    if (hosts_choose(hosts, &named, nodes, &ret, &err) < 0) {
        snprintf(text, sizeof text, "%s", err.text);
        return text;
    }
    snprintf(text, sizeof text, "%s", ret ? "" : "any");
    for (uint32_t i = 0; ret && i < nodes; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:%s", i ? " " : "", ret[i].zone,
                              ret[i].host);
    free(ret);
    return text;
}

static const char *found(const struct os_hosts *hosts, const char *name)
{
    static char text[sizeof(struct vmtp_error)];
    struct vmtp_error err = { 0 };
    struct os_host host;

    if (hosts_find(hosts, name, &host, &err) < 0)
        snprintf(text, sizeof text, "%s", err.text);
    else
        snprintf(text, sizeof text, "%s:%s", host.zone, host.host);
    return text;
}

static void takes_hosts_that_are_up_in_their_order(void **state)
{
    (void)state;
    assert_string_equal(chosen(&all, NULL, 2), "nova:hv1 lab:hv2");
    assert_string_equal(chosen(&lab, NULL, 1), "lab:hv2");
    assert_string_equal(chosen(&all, NULL, 0), "");
}

static void says_how_many_hosts_there_are(void **state)
{
    (void)state;
    assert_string_equal(
        chosen(&all, NULL, 4),
        "3 hosts are up and enabled, 4 needed for machines that must not share one; "
        "others are down or disabled");
    assert_string_equal(chosen(&lab, NULL, 2),
                        "1 hosts of zone lab are up and enabled, 2 needed for machines that must "
                        "not share one; others are down or disabled");
}

static void takes_the_hosts_that_are_named(void **state)
{
    const char *const names[] = { "hv3", "lab:hv2", NULL }, *const twice[] = { "hv3", "hv3", NULL };

    (void)state;
    assert_string_equal(chosen(&all, names, 2), "nova:hv3 lab:hv2");
    assert_string_equal(chosen(&all, names, 1), "nova:hv3");
    assert_string_equal(chosen(&all, twice, 2),
                        "hosts: 1 of them named, 2 needed for machines that must not share one");
}

static void says_what_is_wrong_with_a_host_that_is_named(void **state)
{
    const char *const down[] = { "hv1", "down", NULL };

    (void)state;
    assert_string_equal(chosen(&all, down, 1), "host 'down' is down or disabled");
    assert_string_equal(found(&all, "hv9"), "host 'hv9': there is no hypervisor of that name");
    assert_string_equal(found(&all, "lab:hv1"), "host 'hv1' is in zone 'nova', not in 'lab'");
    assert_string_equal(found(&lab, "hv1"), "host 'hv1' is in zone 'nova', not in 'lab'");
    assert_string_equal(found(&all, "nova:"), "host 'nova:' must be HOST or ZONE:HOST");
}

static void leaves_it_to_the_cloud_where_it_does_not_tell(void **state)
{
    const char *const names[] = { "z:hv1", NULL };

    (void)state;
    assert_string_equal(chosen(&untold, NULL, 2), "any");
    assert_string_equal(chosen(&untold, names, 1), "z:hv1");
    assert_string_equal(found(&untold_zone, "hv1"), "az:hv1");
    assert_string_equal(found(&untold, "hv1"),
                        "host 'hv1': this user may not know its zone; write it as ZONE:hv1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_hosts_that_are_up_in_their_order),
        cmocka_unit_test(says_how_many_hosts_there_are),
        cmocka_unit_test(takes_the_hosts_that_are_named),
        cmocka_unit_test(says_what_is_wrong_with_a_host_that_is_named),
        cmocka_unit_test(leaves_it_to_the_cloud_where_it_does_not_tell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
