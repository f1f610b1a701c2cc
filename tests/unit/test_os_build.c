/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/build.c and boot.c: what is asked for, that the ledger has it,
 * and what becomes of servers that are not where they should be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/deployment.h"
#include "../fakes/script.h"
#include "../fakes/tenant.h"

#define RUN "20261121-130829-1f3a8c02"
#define N   "/network/v2.0"
#define C   "/compute/v2.1"
#define S   1000000000ull

#define ADDED "/routers/*/add_router_interface"

static const char *const networks[] = { "vmtp-net", "vmtp-net2" };
static const char *const subnets[] = { "vmtp-subnet", "vmtp-subnet2" };
static const char *const prefixes[] = { "10.0.1.0/24", "10.0.2.0/24" };

/* A deployment that is about to be built. */
struct site {
    struct tenant *tenant;
    struct deployment all;
    struct os_machine machines[4];
    struct os_host hosts[2];
    char zones[2][OS_NAME_MAX];
};

static struct vmtp_list list_of(const char *const *items)
{
    return (struct vmtp_list){ items, 2 };
}

static void site_options(struct os_options *opt)
{
    opt->image = "guest";
    opt->flavor = "m1.tiny";
    opt->boot_timeout_ns = 5 * S;
    opt->dhcp = opt->floating = true;
    opt->server_name = "vmtp-server";
    opt->client_name = "vmtp-client";
    opt->keypair_name = "vmtp-key";
    opt->group_name = "vmtp-group";
    opt->router_name = "vmtp-router";
    opt->network_names = list_of(networks);
    opt->subnet_names = list_of(subnets);
    opt->cidr = list_of(prefixes);
}

static void site_stock(struct site *site)
{
    struct os_stock *stock = &site->all.stock;

    snprintf(stock->image.id, OS_ID_MAX, "image-1");
    snprintf(stock->flavor.id, OS_ID_MAX, "flavor-1");
    snprintf(stock->external.id, OS_ID_MAX, "external-1");
    stock->float_all = true;
    site->hosts[0] = (struct os_host){ "nova", "hv1", true };
    site->hosts[1] = (struct os_host){ "nova", "hv2", true };
    stock->hosts = site->hosts;
    stock->host_count = 2;
    stock->zones = site->zones;
}

/* Of a server and a client that runs to it over one path. */
static void site_plan(struct site *site, const char *path, const char *placement)
{
    static char from[64], to[64];
    const struct os_options *opt = &site->tenant->opt;
    struct vmtp_route route = { sizeof route, path, placement, from, to, 4 };
    struct vmtp_want wants[2] = { { sizeof *wants, from, NULL }, { sizeof *wants, to, NULL } };
    struct vmtp_table route_table = { &route, 1, sizeof route };
    struct vmtp_table want_table = { wants, 2, sizeof *wants };

    assert_int_equal(blueprint_resolve(opt, path, placement, 1, from, to, NULL), 0);
    assert_int_equal(blueprint_make(opt, &want_table, &route_table, &site->all.blueprint, NULL), 0);
    for (uint32_t i = 0; i < 2; i++) {
        site->machines[i].plan = &site->all.blueprint->machines[i];
        site->machines[i].name = site->all.blueprint->machines[i].name;
    }
    for (uint32_t i = 0; i < 2; i++)
        snprintf(site->zones[i], sizeof site->zones[i], "nova:%s",
                 site->hosts[site->machines[i].plan->node].host);
    site->all.machines = site->machines;
    site->all.machine_count = 2;
}

static void site_open(struct site *site, struct tenant *tenant, const char *path,
                      const char *placement)
{
    *site = (struct site){ .tenant = tenant };
    site_options(&tenant->opt);
    site_stock(site);
    site_plan(site, path, placement);
    site->all.client = tenant->client;
    snprintf(site->all.run, sizeof site->all.run, RUN);
    snprintf(site->all.access.public_key, sizeof site->all.access.public_key, "ssh-ed25519 AAAA");
    tenant->host->self.state = &site->all;
}

static void user_may_not_choose(struct site *site)
{
    site->all.stock.hosts = NULL;
    memset(site->zones, 0, sizeof site->zones);
}

static int built(struct site *site)
{
    int r = deployment_build(&site->tenant->host->self, &site->tenant->err);

    blueprint_free(site->all.blueprint);
    return r;
}

/* The servers that are asked for get these ids in turn; NULL at the end. */
static void servers_made(struct script *script, const char *const *ids)
{
    for (; *ids; ids++) {
        char body[80];

        snprintf(body, sizeof body, "{'server': {'id': '%s'}}", *ids);
        script_answer(script, "POST", C "/servers", 202, 1, body);
    }
}

/* All of these are active, each on the host in the same place; both lists end with NULL. */
static void servers_listed(struct script *script, int times, const char *const *ids,
                           const char *const *hosts)
{
    char all[1000] = "";

    for (size_t i = 0; ids[i]; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all),
                 "%s{'id': '%s', 'name': 'x-" RUN "', 'status': 'ACTIVE', 'hostId': '%s'}",
                 i ? "," : "", ids[i], hosts[i]);
    script_list(script, C "/servers/detail", "servers", times, all);
}

static const char *const two[] = { "s1", "s2", NULL };
static const char *const apart[] = { "h1", "h2", NULL };
static const char *const together[] = { "h1", "h1", NULL };

/* Two servers become active, on hosts of these ids. */
static void cloud_works(struct tenant *t, const char *const *hosts)
{
    struct script script = { 0 };

    servers_made(&script, two);
    servers_listed(&script, 0, two, hosts);
    script_answer(&script, "PUT", N ADDED, 200, 0, "{}");
    script_answer(&script, "GET", N "/subnets/*", 200, 0,
                  "{'subnet': {'id': 'b', 'cidr': '10.0.1.0/24', 'ip_version': 4}}");
    script_play(&script, t->cloud);
}

/* Both get the same id, and become this. */
static void cloud_makes(struct tenant *t, const char *body)
{
    static const char *const one[] = { "s1", "s1", NULL };
    struct script script = { 0 };

    servers_made(&script, one);
    script_list(&script, C "/servers/detail", "servers", 0, body);
    script_play(&script, t->cloud);
}

static size_t owned(const struct tenant *t, const char *kind)
{
    size_t count = 0;

    for (size_t i = 0; i < t->host->owned_count; i++) {
        const char *id = t->host->owned[i].id;

        assert_string_equal(id + strlen(id) - strlen("-" RUN), "-" RUN);
        count += strcmp(t->host->owned[i].kind, kind) == 0;
    }
    return count;
}

/* ---- building ---- */

static void makes_all_that_is_missing_and_owns_it(void **state)
{
    static const struct {
        const char *kind, *request;
        size_t count;
    } rows[] = {
        { "network", "POST " N "/networks", 1 },
        { "subnet", "POST " N "/subnets", 1 },
        { "router", "POST " N "/routers", 1 },
        { "security-group", "POST " N "/security-groups", 1 },
        { "port", "POST " N "/ports", 2 },
        { "floating-ip", "POST " N "/floatingips", 2 },
        { "keypair", "POST " C "/os-keypairs", 1 },
        { "server", "POST " C "/servers", 2 },
        { "flavor", "POST " C "/flavors", 0 },
        { "server-group", "POST " C "/os-server-groups", 0 },
        { "image", "POST /image/v2/images", 0 },
    };
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "inter-node");
    cloud_works(t, apart);
    if (built(&site) < 0)
        fail_msg("%s", t->err.text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(fake_cloud_count(t->cloud, rows[i].request), rows[i].count);
        assert_int_equal(owned(t, rows[i].kind), rows[i].count);
    }
    assert_int_equal(owned(t, "router-interface"), 1);
    assert_int_equal(fake_cloud_count(t->cloud, "POST " N "/security-group-rules"), 2);
    assert_string_equal(site.machines[0].server.status, "ACTIVE");
    assert_true(*site.machines[1].port.ip4 && *site.machines[1].floating.address);
    assert_null(site.machines[0].jump);
}

static void asks_for_each_server_on_the_host_of_its_node(void **state)
{
    struct tenant *t = *state;
    const char *zone, *name;
    struct site site;

    site_open(&site, t, "same-network", "inter-node");
    cloud_works(t, apart);
    assert_int_equal(built(&site), 0);
    for (size_t i = 0; i < 2; i++) {
        char client[8];

        name = tenant_asked(t, "POST " C "/servers", i, "server.name");
        snprintf(client, sizeof client, "%d", strcmp(name, "vmtp-client-1-" RUN) == 0);
        if (*client == '0')
            assert_string_equal(name, "vmtp-server-1-" RUN);
        zone = tenant_asked(t, "POST " C "/servers", i, "server.availability_zone");
        assert_string_equal(zone, *client == '1' ? "nova:hv2" : "nova:hv1");
        assert_string_equal(tenant_asked(t, "POST " C "/servers", i, "server.imageRef"), "image-1");
        assert_string_equal(tenant_asked(t, "POST " C "/servers", i, "server.key_name"),
                            "vmtp-key-" RUN);
    }
}

static void on_an_existing_network_only_machines_are_made(void **state)
{
    struct tenant *t = *state;
    struct site site;

    t->opt.network = "existing";
    site_open(&site, t, "same-network", "intra-node");
    t->opt.floating = false;
    snprintf(site.all.stock.network.id, OS_ID_MAX, "network-1");
    site.all.stock.network.port_security = true;
    snprintf(site.all.stock.groups[0], OS_ID_MAX, "group-1");
    site.all.stock.group_count = 1;
    cloud_works(t, together);
    if (built(&site) < 0)
        fail_msg("%s", t->err.text);
    assert_int_equal(t->host->owned_count, 5); /* a key pair, two ports, two servers */
    assert_string_equal(tenant_asked(t, "POST " N "/ports", 0, "port.network_id"), "network-1");
    assert_string_equal(tenant_asked(t, "POST " N "/ports", 0, "port.security_groups"),
                        "[\"group-1\"]");
    assert_string_equal(site.all.networks[1].id, "network-1");
}

static void where_addresses_are_short_one_machine_is_the_way_to_the_others(void **state)
{
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "inter-node");
    site.all.stock.float_all = false;
    cloud_works(t, apart);
    assert_int_equal(built(&site), 0);
    assert_int_equal(owned(t, "floating-ip"), 1);
    assert_ptr_equal(site.machines[0].jump, &site.machines[1]);
    assert_null(site.machines[1].jump);
    assert_string_equal(site.machines[0].floating.id, "");
}

static void says_why_a_server_did_not_become_active(void **state)
{
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "intra-node");
    cloud_makes(t, "{'id': 's1', 'name': 'a-" RUN "', 'status': 'ERROR',"
                   " 'fault': {'message': 'No valid host was found.'}}");
    assert_int_equal(built(&site), -EREMOTEIO);
    assert_string_equal(t->err.text, "server of client-intra-1: No valid host was found.");
}

/* Whichever of the two it is: the other may take for ever. */
static void waits_for_no_other_once_a_server_is_lost(void **state)
{
    struct script script = { 0 };
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "intra-node");
    t->opt.boot_timeout_ns = 5 * S;
    servers_made(&script, two);
    script_list(&script, C "/servers/detail", "servers", 0,
                "{'id': 's1', 'name': 'a-" RUN "', 'status': 'BUILD'},"
                "{'id': 's2', 'name': 'b-" RUN "', 'status': 'ERROR',"
                " 'fault': {'message': 'No valid host was found.'}}");
    script_play(&script, t->cloud);
    assert_int_equal(built(&site), -EREMOTEIO);
    assert_non_null(strstr(t->err.text, ": No valid host was found."));
}

static void says_which_server_takes_too_long(void **state)
{
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "intra-node");
    t->opt.boot_timeout_ns = S;
    cloud_makes(t, "{'id': 's1', 'name': 'a-" RUN "', 'status': 'BUILD',"
                   " 'OS-EXT-STS:task_state': 'spawning'}");
    assert_int_equal(built(&site), -ETIMEDOUT);
    assert_string_equal(t->err.text, "server of client-intra-1 is not active after 1 s but BUILD, "
                                     "spawning: boot-timeout gives more");
}

static void refuses_user_data_that_can_not_be_read(void **state)
{
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "intra-node");
    t->opt.user_data = "/dev/zero";
    assert_int_equal(built(&site), -EINVAL);
    assert_string_equal(t->err.text,
                        "user-data: /dev/zero is no readable file of at most 49000 bytes");
    assert_int_equal(t->host->owned_count, 0);
}

static void without_dhcp_a_machine_is_given_its_address(void **state)
{
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "intra-node");
    t->opt.dhcp = false;
    cloud_works(t, together);
    if (built(&site) < 0)
        fail_msg("%s", t->err.text);
    assert_string_equal(tenant_asked(t, "POST " N "/subnets", 0, "subnet.enable_dhcp"), "false");
    assert_string_equal(tenant_asked(t, "POST " C "/servers", 0, "server.config_drive"), "true");
    assert_string_equal(tenant_asked(t, "POST " C "/servers", 0, "server.personality.0.path"),
                        "/etc/network/interfaces");
}

/* The place of the last request of this kind among all that were made; -1: there is none. */
static int order_of(struct tenant *t, const char *method, const char *path)
{
    json_t *log = fake_cloud_log(t->cloud), *entry;
    int order = -1;
    size_t i;

    json_array_foreach(log, i, entry)
    {
        if (strcmp(json_string_value(json_object_get(entry, "method")), method) == 0 &&
            strstr(json_string_value(json_object_get(entry, "path")), path))
            order = (int)i;
    }
    json_decref(log);
    return order;
}

/* Whoever chooses the hosts: nobody waits for a router that is slow. */
static void boots_machines_while_the_ways_to_them_are_made(void **state)
{
    struct tenant *t = *state;
    struct site site;

    for (int may_choose = 0; may_choose < 2; may_choose++) {
        struct script script = { 0 };

        site_open(&site, t, "same-network", "inter-node");
        if (!may_choose)
            user_may_not_choose(&site);
        servers_made(&script, two);
        servers_listed(&script, 0, two, apart);
        script_answer(&script, "PUT", N ADDED, 200, 0, "{}");
        script_add(&script, "{'method': 'POST', 'path': '" N "/routers', 'status': 201,"
                            " 'delay': 1.5, 'body': {'router': {'id': 'r1'}}}");
        script_play(&script, t->cloud);
        if (built(&site) < 0)
            fail_msg("%s", t->err.text);
        assert_true(order_of(t, "PUT", "/add_router_interface") > order_of(t, "POST", "/servers"));
        assert_true(order_of(t, "POST", "/servers") > order_of(t, "POST", "/ports"));
    }
}

/* A server that has no place is not waited for when an address can't be had. */
static void does_not_wait_for_machines_when_a_way_can_not_be_made(void **state)
{
    struct script script = { 0 };
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "inter-node");
    user_may_not_choose(&site);
    t->opt.boot_timeout_ns = 60 * S;
    servers_made(&script, two);
    script_list(&script, C "/servers/detail", "servers", 0,
                "{'id': 's1', 'name': 'x-" RUN "', 'status': 'BUILD', 'hostId': ''}");
    script_answer(&script, "POST", N "/routers", 409, 0,
                  "{'NeutronError': {'type': 'X', 'message': 'no more routers', 'detail': ''}}");
    script_play(&script, t->cloud);
    assert_true(built(&site) < 0);
    assert_non_null(strstr(t->err.text, "no more routers"));
}

/* ---- nodes ---- */

static void who_may_not_choose_hosts_gets_two_nodes_all_the_same(void **state)
{
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "inter-node");
    user_may_not_choose(&site);
    cloud_works(t, apart);
    if (built(&site) < 0)
        fail_msg("%s", t->err.text);
    assert_string_equal(tenant_asked(t, "POST " C "/servers", 0, "server.name"),
                        "vmtp-server-1-" RUN);
    assert_string_equal(tenant_asked(t, "POST " C "/servers", 0, "server.availability_zone"), "");
    assert_string_equal(
        tenant_asked(t, "POST " C "/servers", 1, "os:scheduler_hints.different_host"), "s1");
}

static void machines_of_one_node_are_kept_together_by_a_server_group(void **state)
{
    static const char *const ids[] = { "s1", "s2", "s3", NULL };
    static const char *const later[] = { "s1", "s3", NULL };
    struct script script = { 0 };
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "intra-node");
    user_may_not_choose(&site);
    servers_made(&script, ids);
    script_answer(&script, "POST", C "/os-server-groups", 200, 0, "{'server_group': {'id': 'g1'}}");
    servers_listed(&script, 2, two, apart);
    servers_listed(&script, 0, later, together);
    script_gone(&script, C "/servers/s2");
    script_answer(&script, "GET", C "/servers/s2", 404, 0,
                  "{'itemNotFound': {'message': 'gone', 'code': 404}}");
    script_play(&script, t->cloud);
    if (built(&site) < 0)
        fail_msg("%s", t->err.text);
    assert_string_equal(tenant_asked(t, "POST " C "/os-server-groups", 0, "server_group.policies"),
                        "[\"affinity\"]");
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(tenant_asked(t, "POST " C "/servers", i, "os:scheduler_hints.group"),
                            "g1");
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " C "/servers/s2"), 1);
    assert_string_equal(site.machines[0].server.id, "s1");
    assert_string_equal(site.machines[1].server.id, "s3");
}

static void gives_up_on_two_nodes_that_share_a_host(void **state)
{
    static const char *const ids[] = { "s1", "s2", "s3", "s4", NULL };
    static const char *const hosts[] = { "h1", "h1", "h1", "h1", NULL };
    struct script script = { 0 };
    struct tenant *t = *state;
    struct site site;

    site_open(&site, t, "same-network", "inter-node");
    user_may_not_choose(&site);
    servers_made(&script, ids);
    servers_listed(&script, 0, ids, hosts);
    script_gone(&script, C "/servers/*");
    script_answer(&script, "GET", C "/servers/s*", 404, 0,
                  "{'itemNotFound': {'message': 'gone', 'code': 404}}");
    script_play(&script, t->cloud);
    assert_int_equal(built(&site), -EBUSY);
    assert_string_equal(t->err.text,
                        "server of client-inter-1: the cloud put it on a host where it must not "
                        "be, 3 times: hosts, which takes an admin's rights, names others");
    assert_int_equal(fake_cloud_count(t->cloud, "POST " C "/servers"), 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tenant_set_up, tenant_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(makes_all_that_is_missing_and_owns_it),
        TEST(asks_for_each_server_on_the_host_of_its_node),
        TEST(on_an_existing_network_only_machines_are_made),
        TEST(where_addresses_are_short_one_machine_is_the_way_to_the_others),
        TEST(says_why_a_server_did_not_become_active),
        TEST(waits_for_no_other_once_a_server_is_lost),
        TEST(says_which_server_takes_too_long),
        TEST(refuses_user_data_that_can_not_be_read),
        TEST(without_dhcp_a_machine_is_given_its_address),
        TEST(boots_machines_while_the_ways_to_them_are_made),
        TEST(does_not_wait_for_machines_when_a_way_can_not_be_made),
        TEST(who_may_not_choose_hosts_gets_two_nodes_all_the_same),
        TEST(machines_of_one_node_are_kept_together_by_a_server_group),
        TEST(gives_up_on_two_nodes_that_share_a_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
