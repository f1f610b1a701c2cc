/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/quota.c: limits out of recorded answers, and whether a run
 * fits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/quota.h"
#include "../fakes/tenant.h"

#define N    "/network/v2.0"
#define OURS "6f031765bf824c3b9610144dd980ca4a"

static void reads_the_limits_of_nova(void **state)
{
    struct tenant *t = *state;
    struct os_limit limits[OS_QUOTA_COUNT] = { 0 };

    assert_int_equal(quota_compute(t->client, limits, &t->err), 0);
    assert_int_equal(limits[OS_QUOTA_INSTANCES].limit, 10);
    assert_int_equal(limits[OS_QUOTA_CORES].limit, 20);
    assert_int_equal(limits[OS_QUOTA_RAM_MIB].limit, 51200);
    assert_int_equal(limits[OS_QUOTA_GROUP_MEMBERS].limit, 10);
    assert_int_equal(limits[OS_QUOTA_KEYPAIRS].limit, 100);
    assert_int_equal(limits[OS_QUOTA_KEYPAIRS].used, 1);  /* counted */
    assert_int_equal(limits[OS_QUOTA_NETWORKS].limit, 0); /* not touched */
}

static void reads_the_quotas_of_neutron_with_their_use(void **state)
{
    struct tenant *t = *state;
    struct os_limit limits[OS_QUOTA_COUNT] = { 0 };

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" N "/quotas/" OURS "/details.json', 'status':"
                      "  200, 'body': {'quota': {"
                      "   'network': {'limit': 100, 'used': 1, 'reserved': 2},"
                      "   'port': {'limit': -1, 'used': 7, 'reserved': 0}}}}]");
    assert_int_equal(quota_network(t->client, limits, &t->err), 0);
    assert_int_equal(limits[OS_QUOTA_NETWORKS].limit, 100);
    assert_int_equal(limits[OS_QUOTA_NETWORKS].used, 3);
    assert_int_equal(limits[OS_QUOTA_PORTS].limit, -1);
    assert_int_equal(limits[OS_QUOTA_ROUTERS].limit, -1); /* not said */
}

static void counts_what_an_old_neutron_does_not(void **state)
{
    struct tenant *t = *state;
    struct os_limit limits[OS_QUOTA_COUNT] = { 0 };

    fake_cloud_script(
        t->cloud,
        "[{'method': 'GET', 'path': '" N "/extensions', 'status': 200, 'body': {'extensions': []}},"
        " {'method': 'GET', 'path': '" N "/quotas/" OURS "', 'status': 200, 'body': {'quota':"
        "  {'network': -1, 'subnet': -1, 'port': -1, 'router': 5, 'floatingip': -1,"
        "   'security_group': 8}}},"
        " {'method': 'GET', 'path': '" N "/routers?project_id=" OURS "&fields=id', 'status': 200,"
        "  'body': {'routers': [{'id': 'a'}, {'id': 'b'}]}},"
        " {'method': 'GET', 'path': '" N "/security-groups?project_id=" OURS "&fields=id',"
        "  'status': 200, 'body': {'security_groups': [{'id': 'a'}]}}]");
    assert_int_equal(quota_network(t->client, limits, &t->err), 0);
    assert_int_equal(limits[OS_QUOTA_ROUTERS].limit, 5);
    assert_int_equal(limits[OS_QUOTA_ROUTERS].used, 2);
    assert_int_equal(limits[OS_QUOTA_SECURITY_GROUPS].used, 1);
    assert_int_equal(limits[OS_QUOTA_PORTS].limit, -1);
}

static void takes_quotas_that_are_not_told_for_none(void **state)
{
    struct tenant *t = *state;
    struct os_limit limits[OS_QUOTA_COUNT] = { 0 };

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '/compute/v2.1/limits', 'status': 403,"
                      "  'body': {'forbidden': {'message': 'No.', 'code': 403}}},"
                      " {'method': 'GET', 'path': '" N
                      "/quotas/*', 'status': 403, 'body': {'NeutronError':"
                      "  {'type': 'PolicyNotAuthorized', 'message': 'no', 'detail': ''}}}]");
    assert_int_equal(quota_compute(t->client, limits, &t->err), 0);
    assert_int_equal(quota_network(t->client, limits, &t->err), 0);
    assert_int_equal(limits[OS_QUOTA_ROUTERS].limit, -1);
    assert_int_equal(limits[OS_QUOTA_INSTANCES].limit, -1);
    assert_non_null(strstr(t->host->log, "debug some quotas are not known: compute: 403 "));
    assert_non_null(strstr(t->host->log, "debug some quotas are not known: network: 403 "));
}

static void ends_when_the_run_is_cancelled(void **state)
{
    struct tenant *t = *state;
    struct os_limit limits[OS_QUOTA_COUNT] = { 0 };

    fake_host_cancel(t->host);
    assert_int_equal(quota_compute(t->client, limits, &t->err), -ECANCELED);
    assert_int_equal(quota_network(t->client, limits, &t->err), -ECANCELED);
}

static void names_everything_that_is_short(void **state)
{
    struct os_limit limits[OS_QUOTA_COUNT];
    uint64_t needs[OS_QUOTA_COUNT] = { 0 };
    struct vmtp_error err = { 0 };

    (void)state;
    for (int i = 0; i < OS_QUOTA_COUNT; i++)
        limits[i] = (struct os_limit){ .limit = -1, .used = 1000000 };
    needs[OS_QUOTA_INSTANCES] = 5;
    needs[OS_QUOTA_ROUTERS] = 1;
    assert_int_equal(quota_check(limits, needs, &err), 0);
    limits[OS_QUOTA_INSTANCES] = (struct os_limit){ .limit = 10, .used = 5 };
    assert_int_equal(quota_check(limits, needs, &err), 0);
    limits[OS_QUOTA_INSTANCES].used = 7;
    limits[OS_QUOTA_ROUTERS] = (struct os_limit){ .limit = 10, .used = 11 };
    assert_int_equal(quota_check(limits, needs, &err), -EDQUOT);
    assert_string_equal(err.text, "quota: 5 instances needed, 3 of 10 free; "
                                  "1 router needed, 0 of 10 free");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tenant_set_up, tenant_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_the_limits_of_nova),
        TEST(reads_the_quotas_of_neutron_with_their_use),
        TEST(counts_what_an_old_neutron_does_not),
        TEST(takes_quotas_that_are_not_told_for_none),
        TEST(ends_when_the_run_is_cancelled),
        cmocka_unit_test(names_everything_that_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
