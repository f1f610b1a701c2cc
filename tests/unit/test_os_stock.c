/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/stock.c: what a run finds in a cloud, and why it may not begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/stock.h"
#include "../fakes/tenant.h"

#define N      "/network/v2.0"
#define C      "/compute/v2.1"
#define IMAGES "/image/v2/images"
#define PUBLIC "f24c6725-29a4-4550-b253-ada3625b7da2"

/* An administrator's cloud, where image u is small and everything is left. */
#define IMAGE                                                                                      \
    "{'method': 'GET', 'path': '" IMAGES "?name=u', 'status': 200, 'body': {'images': ["           \
    " {'id': 'i1', 'name': 'u', 'status': 'active', 'min_disk': 2, 'min_ram': 256}]}}"
#define NO_IMAGE                                                                                   \
    "{'method': 'GET', 'path': '" IMAGES "', 'status': 200, 'body': {'images': []}},"              \
    "{'method': 'GET', 'path': '" IMAGES "/*', 'status': 404, 'body': 'no'}"
#define FLAVORS "{'method': 'DELETE', 'path': '" C "/flavors/*', 'status': 404, 'body': 'no'}"
#define DETAILS(floatings, ports)                                                                  \
    "{'method': 'GET', 'path': '" N "/quotas/*', 'status': 200, 'body': {'quota': {"               \
    " 'floatingip': {'limit': " floatings ", 'used': 0}, 'port': {'limit': " ports                 \
    ", 'used': 0}}}}"
#define ADDRESSES(total)                                                                           \
    "{'method': 'GET', 'path': '" N "/network-ip-availabilities', 'status': 200,"                  \
    " 'body': {'network_ip_availabilities': [{'total_ips': " total ", 'used_ips': 0}]}}"
#define ROOM     DETAILS("50", "500") "," ADDRESSES("200")
#define REFUSED  "'status': 403, 'body': {'forbidden': {'message': 'No.', 'code': 403}}}"
#define NO_HOSTS "{'method': 'GET', 'path': '" C "/os-services', " REFUSED
#define NO_RIGHT NO_HOSTS ",{'method': 'DELETE', 'path': '" C "/flavors/*', " REFUSED

struct stocktaking {
    struct tenant *t;
    struct bp_machine machines[3];
    struct blueprint blueprint;
    struct os_stock stock;
};

/* A server, a client on its host, and one on another; over two networks and a router. */
static struct stocktaking taking_of(struct tenant *t)
{
    t->opt.image = "u";
    t->opt.flavor = "m1.medium"; /* 2 vCPUs, 1024 MiB, 2 GiB */
    t->opt.flavor_name = "vmtp-flavor";
    t->opt.floating = true;
    return (struct stocktaking){
        .t = t,
        .machines = { { .name = "server", .side = OS_SERVER, .network = 1, .host = "" },
                      { .name = "client-intra-2", .side = OS_CLIENT, .network = 2, .host = "" },
                      { .name = "client-inter-2",
                        .side = OS_CLIENT,
                        .network = 2,
                        .node = 1,
                        .host = "" } },
        .blueprint = { .opt = &t->opt,
                       .machine_count = 3,
                       .node_count = 2,
                       .network_count = 2,
                       .router = true },
    };
}

static int taken(struct stocktaking *taking, const char *script)
{
    fake_cloud_script(taking->t->cloud, script);
    taking->blueprint.machines = taking->machines;
    return stock_take(taking->t->client, &taking->t->opt, &taking->blueprint, &taking->stock,
                      &taking->t->err);
}

/* ---- what there is ---- */

static void finds_all_that_a_run_takes(void **state)
{
    struct stocktaking s = taking_of(*state);

    if (taken(&s, "[" IMAGE "," FLAVORS "," ROOM "]") < 0)
        fail_msg("%s", s.t->err.text);
    assert_string_equal(s.stock.image.id, "i1");
    assert_string_equal(s.stock.flavor.name, "m1.medium");
    assert_string_equal(s.stock.external.id, PUBLIC);
    assert_string_equal(s.stock.network.id, "");
    assert_string_equal(s.stock.router.id, "");
    assert_int_equal(s.stock.host_count, 2);
    assert_string_equal(s.stock.hosts[1].host, "hv2");
    assert_string_equal(s.stock.zones[0], "nova:hv1");
    assert_string_equal(s.stock.zones[1], "nova:hv1");
    assert_string_equal(s.stock.zones[2], "nova:hv2");
    assert_true(s.stock.float_all);
    stock_clear(&s.stock);
}

static void leaves_hosts_to_groups_where_the_user_may_not_choose(void **state)
{
    struct stocktaking s = taking_of(*state);

    s.t->opt.zone = "nova";
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "," NO_HOSTS "]"), 0);
    assert_null(s.stock.hosts);
    assert_string_equal(s.stock.zones[2], "nova");
    stock_clear(&s.stock);
}

static void finds_what_the_options_name(void **state)
{
    struct stocktaking s = taking_of(*state);
    const char *const groups[] = { "pf-sg", "pf-sg" };

    s.t->opt.network = "pf-net1";
    s.t->opt.router = "pf-router";
    s.t->opt.external_network = "public";
    s.t->opt.security_groups = (struct vmtp_list){ groups, 2 };
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "," NO_HOSTS ","
                               "{'use': 'ext-nets', 'path': '" N
                               "/networks?name=public&router:external=True'}]"),
                     0);
    assert_string_equal(s.stock.network.name, "pf-net1");
    assert_string_equal(s.stock.router.name, "pf-router");
    assert_int_equal(s.stock.group_count, 2);
    assert_string_equal(s.stock.groups[1], "79006987-77f1-4bef-bbd5-8863859486e9");
    stock_clear(&s.stock);
}

static void puts_a_machine_where_its_endpoint_says(void **state)
{
    struct stocktaking s = taking_of(*state);

    s.machines[0].host = "hv2";
    s.machines[0].node = OS_ANYWHERE;
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "]"), 0);
    assert_string_equal(s.stock.zones[0], "nova:hv2");
    stock_clear(&s.stock);
    s.machines[0].host = "hv9";
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "]"), -ENOENT);
    assert_string_equal(s.t->err.text, "host 'hv9': there is no hypervisor of that name");
}

/* ---- images and flavors ---- */

static void wants_an_image_or_where_to_get_it_from(void **state)
{
    struct stocktaking s = taking_of(*state);

    assert_int_equal(taken(&s, "[" NO_IMAGE "," FLAVORS "," ROOM "]"), -ENOENT);
    assert_string_equal(s.t->err.text, "image 'u': there is none of that name or id; image-url "
                                       "says where to get it from");
    s.t->opt.image_url = "/nowhere/image";
    assert_int_equal(taken(&s, "[" NO_IMAGE "," FLAVORS "," ROOM "]"), -ENOENT);
    assert_string_equal(s.t->err.text, "image-url: can't read /nowhere/image: No such file or "
                                       "directory");
    s.t->opt.image_url = "http://127.0.0.1/image";
    assert_int_equal(taken(&s, "[" NO_IMAGE "," FLAVORS "," ROOM "]"), 0);
    assert_string_equal(s.stock.image.id, "");
    stock_clear(&s.stock);
}

static void wants_a_flavor_that_is_large_enough_for_the_image(void **state)
{
    struct stocktaking s = taking_of(*state);

    s.t->opt.flavor = "m1.small";
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "]"), -ENOSPC);
    assert_string_equal(s.t->err.text, "image 'u' needs a disk of 2 GiB, flavor m1.small has 1; "
                                       "name a larger one");
    s.t->opt.flavor = NULL;
    s.t->opt.ram_mib = 128;
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "]"), -ENOSPC);
    assert_string_equal(s.t->err.text, "image 'u' needs 256 MiB of memory, flavor that is made has "
                                       "128; name a larger one");
}

static void leaves_a_flavor_to_be_made_by_who_may(void **state)
{
    struct stocktaking s = taking_of(*state);

    s.t->opt.flavor = NULL;
    s.t->opt.vcpus = 1;
    s.t->opt.ram_mib = 300;
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "]"), 0);
    assert_string_equal(s.stock.flavor.id, "");
    stock_clear(&s.stock);
}

static void takes_the_least_flavor_that_will_do_where_none_may_be_made(void **state)
{
    struct stocktaking s = taking_of(*state);

    s.t->opt.flavor = NULL;
    s.t->opt.vcpus = 1;
    s.t->opt.ram_mib = 513;
    assert_int_equal(taken(&s, "[" IMAGE "," NO_RIGHT "," ROOM "]"), 0);
    assert_string_equal(s.stock.flavor.name, "m1.medium");
    assert_non_null(strstr(s.t->host->log, "info flavor m1.medium is used: this user may not make "
                                           "one of its own"));
    stock_clear(&s.stock);
}

static void names_the_flavors_that_there_are(void **state)
{
    struct stocktaking s = taking_of(*state);
    const struct vmtp_pair spec = { "a", "b" };

    s.t->opt.flavor = NULL;
    s.t->opt.ram_mib = 4096;
    assert_int_equal(taken(&s, "[" IMAGE "," NO_RIGHT "," ROOM "]"), -EPERM);
    assert_string_equal(s.t->err.text,
                        "flavor: this user may not make one, and none has the vcpus, ram and disk "
                        "that it takes; name one of: m1.small, m1.medium, m1.tiny");
    s.t->opt.extra_specs = (struct vmtp_map){ &spec, 1 };
    assert_int_equal(taken(&s, "[" IMAGE "," NO_RIGHT "," ROOM "]"), -EPERM);
    assert_string_equal(s.t->err.text, "flavor: this user may not make one with extra-specs; name "
                                       "one of: m1.small, m1.medium, m1.tiny");
    s.t->opt.flavor = "large";
    assert_int_equal(taken(&s, "[" IMAGE "," NO_RIGHT "," ROOM "]"), -EPERM);
    assert_string_equal(s.t->err.text, "flavor 'large': there is none of that name or id, and this "
                                       "user may not make one; there are: m1.small, m1.medium, "
                                       "m1.tiny");
}

/* ---- networks and zones ---- */

static void wants_a_gateway_only_where_addresses_float(void **state)
{
    struct stocktaking s = taking_of(*state);
    const char *none = "[" IMAGE "," FLAVORS "," ROOM ",{'method': 'GET', 'path': '" N "/networks',"
                       " 'status': 200, 'body': {'networks': []}}]";

    assert_int_equal(taken(&s, none), -ENOENT);
    assert_string_equal(s.t->err.text, "there is no external network; without one nothing gets a "
                                       "floating address");
    s.t->opt.floating = false;
    assert_int_equal(taken(&s, none), 0);
    assert_string_equal(s.stock.external.id, "");
    assert_false(s.stock.float_all);
    stock_clear(&s.stock);
}

#define NO_GATEWAY                                                                                 \
    "{'method': 'GET', 'path': '" N "/routers', 'status': 200, 'body': {'routers': [{'id': 'r1',"  \
    " 'name': 'r', 'external_gateway_info': null}]}}"
#define OTHER_GATEWAY                                                                              \
    "{'method': 'GET', 'path': '" N "/routers', 'status': 200, 'body': {'routers': [{'id': 'r1',"  \
    " 'name': 'r', 'external_gateway_info': {'network_id': 'n9'}}]}}"

static void wants_a_router_with_a_gateway_into_the_external_network(void **state)
{
    struct stocktaking s = taking_of(*state);

    s.t->opt.router = "r";
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "," NO_GATEWAY "]"), -EINVAL);
    assert_string_equal(s.t->err.text, "router 'r' has no gateway into an external network, which "
                                       "floating addresses take");
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "," OTHER_GATEWAY "]"), -EINVAL);
    assert_string_equal(s.t->err.text, "router 'r' has its gateway in another network than "
                                       "'public'");
    s.t->opt.floating = false;
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "," NO_GATEWAY "]"), 0);
    assert_string_equal(s.stock.router.id, "r1");
    stock_clear(&s.stock);
}

static void names_the_zones_that_there_are(void **state)
{
    struct stocktaking s = taking_of(*state);

    s.t->opt.zone = "mars";
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "]"), -ENOENT);
    assert_string_equal(s.t->err.text, "zone 'mars' is not available; there are: nova");
}

static void wants_a_host_for_each_node(void **state)
{
    struct stocktaking s = taking_of(*state);

    s.blueprint.node_count = 3;
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "]"), -ENODEV);
    assert_string_equal(s.t->err.text,
                        "2 hosts are up and enabled, 3 needed for machines that must "
                        "not share one");
}

static void takes_so_many_security_groups(void **state)
{
    struct stocktaking s = taking_of(*state);
    const char *const groups[9] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };

    s.t->opt.security_groups = (struct vmtp_list){ groups, 9 };
    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "]"), -E2BIG);
    assert_string_equal(s.t->err.text, "security-groups: at most 8");
}

/* ---- quotas ---- */

static void says_which_quotas_are_short(void **state)
{
    struct stocktaking s = taking_of(*state);

    assert_int_equal(
        taken(&s, "[" IMAGE "," FLAVORS "," ADDRESSES("200") "," DETAILS(
                      "50", "6") ","
                                 " {'method': 'GET', 'path': '" C
                                 "/limits', 'status': 200, 'body': {'limits':"
                                 "  {'absolute': {'maxTotalInstances': 10, 'totalInstancesUsed': 8,"
                                 "                'maxTotalCores': 20, 'totalCoresUsed': 15}}}}]"),
        -EDQUOT);
    assert_string_equal(s.t->err.text, "quota: 3 instances needed, 2 of 10 free; "
                                       "6 vCPUs needed, 5 of 20 free; 7 ports needed, 6 of 6 free");
}

static void counts_server_groups_where_they_are_used(void **state)
{
    struct stocktaking s = taking_of(*state);

    assert_int_equal(taken(&s, "[" IMAGE "," FLAVORS "," ROOM "," NO_HOSTS ","
                               " {'method': 'GET', 'path': '" C
                               "/limits', 'status': 200, 'body': {'limits':"
                               "  {'absolute': {'maxServerGroups': 0, 'totalServerGroupsUsed': 0,"
                               "                'maxServerGroupMembers': 1}}}}]"),
                     -EDQUOT);
    assert_string_equal(s.t->err.text, "quota: 1 server group needed, 0 of 0 free; 2 members of a "
                                       "server group needed, 1 of 1 free");
}

static void lets_fewer_addresses_float_where_not_all_can(void **state)
{
    struct stocktaking s = taking_of(*state);

    assert_int_equal(
        taken(&s, "[" IMAGE "," FLAVORS "," ADDRESSES("200") "," DETAILS("2", "500") "]"), 0);
    assert_false(s.stock.float_all);
    stock_clear(&s.stock);
    assert_int_equal(
        taken(&s, "[" IMAGE "," FLAVORS "," ADDRESSES("3") "," DETAILS("50", "500") "]"), 0);
    assert_false(s.stock.float_all); /* one of the three is the router's */
    stock_clear(&s.stock);
    assert_int_equal(
        taken(&s, "[" IMAGE "," FLAVORS "," ADDRESSES("4") "," DETAILS("50", "500") "]"), 0);
    assert_true(s.stock.float_all);
    stock_clear(&s.stock);
}

static void says_that_too_few_addresses_float(void **state)
{
    struct stocktaking s = taking_of(*state);

    s.machines[2].floats = true;
    assert_int_equal(
        taken(&s, "[" IMAGE "," FLAVORS "," ADDRESSES("200") "," DETAILS("1", "500") "]"), -EDQUOT);
    assert_string_equal(s.t->err.text, "quota: 2 floating addresses needed, 1 of 1 free");
    assert_int_equal(
        taken(&s, "[" IMAGE "," FLAVORS "," ADDRESSES("2") "," DETAILS("50", "500") "]"),
        -EADDRNOTAVAIL);
    assert_string_equal(s.t->err.text,
                        "network 'public': 2 floating addresses and the router's are "
                        "needed, 2 addresses free");
}

static void ends_when_the_run_is_cancelled(void **state)
{
    struct stocktaking s = taking_of(*state);

    fake_host_cancel(s.t->host);
    assert_int_equal(taken(&s, "[]"), -ECANCELED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tenant_set_up, tenant_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_all_that_a_run_takes),
        TEST(leaves_hosts_to_groups_where_the_user_may_not_choose),
        TEST(finds_what_the_options_name),
        TEST(puts_a_machine_where_its_endpoint_says),
        TEST(wants_an_image_or_where_to_get_it_from),
        TEST(wants_a_flavor_that_is_large_enough_for_the_image),
        TEST(leaves_a_flavor_to_be_made_by_who_may),
        TEST(takes_the_least_flavor_that_will_do_where_none_may_be_made),
        TEST(names_the_flavors_that_there_are),
        TEST(wants_a_gateway_only_where_addresses_float),
        TEST(wants_a_router_with_a_gateway_into_the_external_network),
        TEST(names_the_zones_that_there_are),
        TEST(wants_a_host_for_each_node),
        TEST(takes_so_many_security_groups),
        TEST(says_which_quotas_are_short),
        TEST(counts_server_groups_where_they_are_used),
        TEST(lets_fewer_addresses_float_where_not_all_can),
        TEST(says_that_too_few_addresses_float),
        TEST(ends_when_the_run_is_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
