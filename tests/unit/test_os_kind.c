/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/kind.c: the names of kinds and of things.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/kind.h"
#include "../fakes/tenant.h"

#define RUN "20261121-130829-1f3a8c02"

static void each_kind_is_found_by_its_name(void **state)
{
    enum os_kind kind = OS_KIND_COUNT;

    (void)state;
    for (int i = 0; i < OS_KIND_COUNT; i++) {
        assert_non_null(os_kinds[i].list);
        assert_true(kind_of(kind_name((enum os_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(kind_of("volume", &kind));
}

static void a_label_ends_in_the_id_of_its_run(void **state)
{
    char label[OS_NAME_MAX];

    (void)state;
    kind_label("vmtp-router", 0, RUN, label);
    assert_string_equal(label, "vmtp-router-" RUN);
    kind_label("TestClient", 12, RUN, label);
    assert_string_equal(label, "TestClient-12-" RUN);
}

static void a_label_that_is_too_long_keeps_its_end(void **state)
{
    char label[OS_NAME_MAX], base[400];

    (void)state;
    memset(base, 'x', sizeof base - 1);
    base[sizeof base - 1] = '\0';
    kind_label(base, 3, RUN, label);
    assert_int_equal(strlen(label), OS_NAME_MAX - 1);
    assert_string_equal(label + strlen(label) - strlen("x-3-" RUN), "x-3-" RUN);
}

static void what_is_to_be_made_is_in_the_ledger(void **state)
{
    struct tenant *t = *state;

    assert_int_equal(kind_owns(t->client, OS_KIND_FLOATING, "vmtp-server-" RUN, &t->err), 0);
    assert_int_equal(t->host->owned_count, 1);
    assert_string_equal(t->host->owned[0].kind, "floating-ip");
    assert_string_equal(t->host->owned[0].id, "6f031765bf824c3b9610144dd980ca4a/vmtp-server-" RUN);
}

static void what_a_service_refused_is_not_in_the_ledger(void **state)
{
    static const int refusals[] = { -EACCES, -EPERM, -EDQUOT, -EINVAL, -ENOENT, -EBUSY };
    static const int unsure[] = { 0, -ETIMEDOUT, -ECANCELED, -EREMOTEIO, -EPROTO, -ECONNRESET };
    struct tenant *t = *state;

    for (size_t i = 0; i < 6; i++) {
        kind_owns(t->client, OS_KIND_PORT, "p-" RUN, NULL);
        assert_int_equal(kind_asked(t->client, OS_KIND_PORT, "p-" RUN, refusals[i]), refusals[i]);
        assert_true(t->host->owned[i].freed);
    }
    kind_owns(t->client, OS_KIND_PORT, "p-" RUN, NULL);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(kind_asked(t->client, OS_KIND_PORT, "p-" RUN, unsure[i]), unsure[i]);
    assert_false(t->host->owned[6].freed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_found_by_its_name),
        cmocka_unit_test(a_label_ends_in_the_id_of_its_run),
        cmocka_unit_test(a_label_that_is_too_long_keeps_its_end),
        cmocka_unit_test_setup_teardown(what_is_to_be_made_is_in_the_ledger, tenant_set_up,
                                        tenant_tear_down),
        cmocka_unit_test_setup_teardown(what_a_service_refused_is_not_in_the_ledger, tenant_set_up,
                                        tenant_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
