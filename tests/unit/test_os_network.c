/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/network.c, thing.c and recall.c: what Neutron is asked, and
 * what is read out of its recorded answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/network.h"
#include "../fakes/tenant.h"

#define RUN    "20261121-130829-1f3a8c02"
#define N      "/network/v2.0"
#define OURS   "6f031765bf824c3b9610144dd980ca4a" /* the recorded token's project */
#define PUBLIC "f24c6725-29a4-4550-b253-ada3625b7da2"
#define ROUTER "d93dab02-a60c-42c5-96d5-d7cb72eb7293"

/* ---- finding ---- */

static void finds_a_network_by_its_name(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    assert_int_equal(network_find(t->client, "pf-net1", &network, &t->err), 0);
    assert_string_equal(network.id, "cb764f00-59b9-48ee-b89a-7843ffe07e64");
    assert_string_equal(network.type, "vxlan");
    assert_string_equal(network.physical, "");
    assert_int_equal(network.segment, 434);
    assert_int_equal(network.mtu, 1450);
    assert_true(network.port_security);
    assert_false(network.external);
}

static void finds_a_network_by_its_id_where_none_has_the_name(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" N "/networks?name=n1', 'status': 200,"
                      "  'body': {'networks': []}},"
                      " {'method': 'GET', 'path': '" N "/networks?id=n1', 'status': 200, 'body':"
                      "  {'networks': [{'id': 'n1', 'port_security_enabled': false}]}}]");
    assert_int_equal(network_find(t->client, "n1", &network, &t->err), 0);
    assert_string_equal(network.id, "n1");
    assert_false(network.port_security);
}

static void says_that_there_is_no_such_network(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    fake_cloud_script(t->cloud, "[{'method': 'GET', 'path': '" N "/networks', 'status': 200,"
                                "  'body': {'networks': []}}]");
    assert_int_equal(network_find(t->client, "a b", &network, &t->err), -ENOENT);
    assert_string_equal(t->err.text, "network 'a b': there is none of that name or id");
}

static void takes_the_projects_own_thing_of_several(void **state)
{
    struct tenant *t = *state;
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" N "/security-groups', 'status': 200, 'body':"
                      "  {'security_groups': [{'id': 'a', 'project_id': 'x'},"
                      "   {'id': 'b', 'project_id': '" OURS "'},"
                      "   {'id': 'c', 'tenant_id': 'y'}]}}]");
    assert_int_equal(network_group_find(t->client, "default", id, &t->err), 0);
    assert_string_equal(id, "b");
}

static void says_that_a_name_does_not_tell_which(void **state)
{
    struct tenant *t = *state;
    struct os_router router;

    fake_cloud_script(t->cloud, "[{'method': 'GET', 'path': '" N "/routers', 'status': 200, 'body':"
                                "  {'routers': [{'id': 'a', 'project_id': '" OURS "'},"
                                "   {'id': 'b', 'project_id': '" OURS "'}]}}]");
    assert_int_equal(network_router_find(t->client, "r", &router, &t->err), -EEXIST);
    assert_string_equal(t->err.text, "router 'r': there are 2 of that name; its id tells which");
}

static void finds_a_router_and_its_gateway(void **state)
{
    struct tenant *t = *state;
    struct os_router router;

    assert_int_equal(network_router_find(t->client, "pf-router", &router, &t->err), 0);
    assert_string_equal(router.id, ROUTER);
    assert_string_equal(router.external, PUBLIC);
    assert_string_equal(router.address, "172.24.4.88");
}

/* ---- external networks ---- */

static void takes_the_only_external_network(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    assert_int_equal(network_find_external(t->client, NULL, &network, &t->err), 0);
    assert_string_equal(network.id, PUBLIC);
    assert_true(network.external);
}

static void takes_the_default_one_of_several_external_networks(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" N "/networks?router:external=True', 'status':"
                      "  200, 'body': {'networks': [{'id': 'a'},"
                      "                             {'id': 'b', 'is_default': true}]}}]");
    assert_int_equal(network_find_external(t->client, NULL, &network, &t->err), 0);
    assert_string_equal(network.id, "b");
}

static void names_the_external_networks_that_there_are(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" N "/networks', 'status': 200,"
                      "  'body': {'networks': [{'name': 'public'}, {'name': 'internet'}]}}]");
    assert_int_equal(network_find_external(t->client, NULL, &network, &t->err), -EEXIST);
    assert_string_equal(t->err.text, "there are 2 external networks, public, internet; "
                                     "external-network tells which");
}

static void says_that_there_is_no_external_network(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    fake_cloud_script(t->cloud, "[{'method': 'GET', 'path': '" N "/networks', 'status': 200,"
                                "  'body': {'networks': []}}]");
    assert_int_equal(network_find_external(t->client, NULL, &network, &t->err), -ENOENT);
    assert_string_equal(t->err.text, "there is no external network; without one nothing gets a "
                                     "floating address");
    assert_int_equal(network_find_external(t->client, "x", &network, &t->err), -ENOENT);
    assert_string_equal(t->err.text, "external network 'x': there is none of that name or id");
}

static void counts_the_addresses_that_are_free(void **state)
{
    struct tenant *t = *state;
    int64_t count = 0;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" N "/network-ip-availabilities"
                      "?network_id=n1&ip_version=4', 'status': 200, 'body':"
                      "  {'network_ip_availabilities': [{'total_ips': 241, 'used_ips': 40}]}},"
                      " {'method': 'GET', 'path': '" N "/network-ip-availabilities', 'status':"
                      "  200, 'body': {'network_ip_availabilities': []}}]");
    assert_int_equal(network_addresses_free(t->client, "n1", &count, &t->err), 0);
    assert_int_equal(count, 201);
    assert_int_equal(network_addresses_free(t->client, "n2", &count, &t->err), -ENOENT);
    assert_string_equal(t->err.text, "network: it does not say how many addresses are free");
}

/* ---- making ---- */

static void makes_a_network_with_the_runs_mark(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    fake_cloud_script(t->cloud,
                      "[{'use': 'net-create'},"
                      " {'method': 'PUT', 'path': '" N "/networks/*/tags', 'status': 200}]");
    assert_int_equal(network_create(t->client, "net-" RUN, 9000, &network, &t->err), 0);
    assert_string_equal(network.id, "cb764f00-59b9-48ee-b89a-7843ffe07e64");
    assert_string_equal(tenant_asked(t, "POST " N "/networks", 0, "network"),
                        "{\"name\":\"net-" RUN "\",\"admin_state_up\":true,\"mtu\":9000,"
                        "\"description\":\"made by vmtp, run " RUN "\"}");
    assert_string_equal(
        tenant_asked(t, "PUT " N "/networks/cb764f00-59b9-48ee-b89a-7843ffe07e64/tags", 0, ""),
        "{\"tags\":[\"vmtp\",\"" RUN "\"]}");
}

static void goes_on_where_tags_are_refused(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    fake_cloud_script(t->cloud, "[{'method': 'PUT', 'path': '" N "/networks/*/tags', 'status': 403,"
                                "  'body': {'NeutronError': {'type': 'PolicyNotAuthorized',"
                                "                            'message': 'no', 'detail': ''}}}]");
    assert_int_equal(network_create(t->client, "net-" RUN, 0, &network, &t->err), 0);
    assert_non_null(strstr(t->host->log, "debug network net-" RUN " gets no tags: network: 403 "));
}

static void asks_old_clouds_for_neither_tags_nor_descriptions_nor_mtu(void **state)
{
    struct tenant *t = *state;
    struct os_network network;
    struct os_floating floating;

    fake_cloud_script(t->cloud, "[{'method': 'GET', 'path': '" N "/extensions', 'status': 200,"
                                "  'body': {'extensions': [{'alias': 'quotas'}]}}]");
    assert_int_equal(network_create(t->client, "net-" RUN, 0, &network, &t->err), 0);
    assert_int_equal(network_floating_create(t->client, "e", "p", "f-" RUN, &floating, &t->err), 0);
    assert_string_equal(tenant_asked(t, "POST " N "/networks", 0, "network.description"), "");
    assert_string_equal(tenant_asked(t, "POST " N "/floatingips", 0, "floatingip.description"), "");
    assert_int_equal(network_create(t->client, "net-" RUN, 9000, &network, &t->err), -ENOTSUP);
    assert_string_equal(t->err.text, "network net-" RUN ": this cloud chooses the MTU of a network "
                                     "itself; leave mtu out");
    assert_int_equal(fake_cloud_count(t->cloud, "GET " N "/extensions"), 1);
}

static void asks_a_cloud_that_does_not_tell_its_extensions_once(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    fake_cloud_script(t->cloud, "[{'method': 'GET', 'path': '" N "/extensions', 'status': 403}]");
    for (int i = 0; i < 3; i++)
        assert_int_equal(network_create(t->client, "net-" RUN, 0, &network, &t->err), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "GET " N "/extensions"), 1);
}

static void gives_new_clouds_the_tags_with_the_thing(void **state)
{
    struct tenant *t = *state;
    struct os_network network;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" N "/extensions', 'status': 200, 'body':"
                      "  {'extensions': [{'alias': 'standard-attr-tag'},"
                      "                  {'alias': 'tag-creation'}]}}]");
    assert_int_equal(network_create(t->client, "net-" RUN, 0, &network, &t->err), 0);
    assert_string_equal(tenant_asked(t, "POST " N "/networks", 0, "network.tags"),
                        "[\"vmtp\",\"" RUN "\"]");
}

static void makes_subnets_of_both_versions(void **state)
{
    struct tenant *t = *state;
    const char *const servers[] = { "8.8.8.8", "1.1.1.1" };
    const struct vmtp_list dns = { servers, 2 };
    struct os_subnet_want want = { .name = "sub-" RUN,
                                   .network = "n1",
                                   .cidr = "10.11.0.0/24",
                                   .version = 4,
                                   .dhcp = true,
                                   .dns = &dns };
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud, "[]");
    assert_int_equal(network_subnet_create(t->client, &want, id, &t->err), 0);
    assert_string_equal(id, "3266b0ff-02c0-49a9-9233-9208f0cd635e");
    assert_string_equal(tenant_asked(t, "POST " N "/subnets", 0, "subnet.dns_nameservers"),
                        "[\"8.8.8.8\",\"1.1.1.1\"]");
    assert_string_equal(tenant_asked(t, "POST " N "/subnets", 0, "subnet.ipv6_ra_mode"), "");
    want = (struct os_subnet_want){ .name = "sub6-" RUN,
                                    .network = "n1",
                                    .cidr = "2001:45::/64",
                                    .version = 6,
                                    .dhcp = true,
                                    .ipv6_mode = "dhcpv6-stateless" };
    assert_int_equal(network_subnet_create(t->client, &want, id, &t->err), 0);
    assert_string_equal(tenant_asked(t, "POST " N "/subnets", 1, "subnet.ip_version"), "6");
    assert_string_equal(tenant_asked(t, "POST " N "/subnets", 1, "subnet.ipv6_ra_mode"),
                        "dhcpv6-stateless");
    assert_string_equal(tenant_asked(t, "POST " N "/subnets", 1, "subnet.ipv6_address_mode"),
                        "dhcpv6-stateless");
}

static void reads_a_subnet(void **state)
{
    struct tenant *t = *state;
    struct os_subnet subnet;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" N "/subnets/s1', 'status': 200, 'body':"
                      "  {'subnet': {'id': 's1', 'cidr': '10.1.0.0/16', 'gateway_ip': '10.1.0.1',"
                      "   'ip_version': 4, 'enable_dhcp': false, 'dns_nameservers': ['1.1.1.1']}}},"
                      " {'method': 'GET', 'path': '" N "/subnets/s2', 'status': 200, 'body': {}}]");
    assert_int_equal(network_subnet_get(t->client, "s1", &subnet, &t->err), 0);
    assert_string_equal(subnet.cidr, "10.1.0.0/16");
    assert_string_equal(subnet.gateway, "10.1.0.1");
    assert_string_equal(subnet.dns[0], "1.1.1.1");
    assert_string_equal(subnet.dns[1], "");
    assert_false(subnet.dhcp);
    assert_int_equal(network_subnet_get(t->client, "s2", &subnet, &t->err), -EPROTO);
    assert_string_equal(t->err.text, "network: the answer has no subnet");
}

static void makes_a_router_with_and_without_a_gateway(void **state)
{
    struct tenant *t = *state;
    struct os_router router;

    fake_cloud_script(t->cloud, "[]");
    assert_int_equal(network_router_create(t->client, "r-" RUN, PUBLIC, &router, &t->err), 0);
    assert_string_equal(router.address, "172.24.4.88");
    assert_string_equal(tenant_asked(t, "POST " N "/routers", 0, "router.external_gateway_info"),
                        "{\"network_id\":\"" PUBLIC "\"}");
    assert_int_equal(network_router_create(t->client, "r-" RUN, NULL, &router, &t->err), 0);
    assert_string_equal(tenant_asked(t, "POST " N "/routers", 1, "router.external_gateway_info"),
                        "");
}

static void says_which_thing_a_quota_does_not_allow(void **state)
{
    struct tenant *t = *state;
    struct os_router router;

    fake_cloud_script(t->cloud,
                      "[{'method': 'POST', 'path': '" N "/routers', 'status': 409, 'body':"
                      "  {'NeutronError': {'type': 'OverQuota', 'message': 'Quota exceeded for"
                      " resources: [router].', 'detail': ''}}},"
                      " {'method': 'POST', 'path': '" N "/routers', 'status': 201, 'body': {}}]");
    assert_int_equal(network_router_create(t->client, "r1", NULL, &router, &t->err), -EDQUOT);
    assert_non_null(strstr(t->err.text, "router r1: network: 409 OverQuota: Quota exceeded"));
    assert_int_equal(network_router_create(t->client, "r1", NULL, &router, &t->err), -EPROTO);
    assert_string_equal(t->err.text, "router r1: network: the answer has no id");
}

#define REFUSED                                                                                    \
    "{'method': 'PUT', 'path': '" N "/routers/r/add_router_interface', 'status': 400, 'body':"     \
    " {'NeutronError': {'type': 'BadRequest', 'message': 'Router already has a port on subnet',"   \
    "                   'detail': ''}}}"

static void attaches_a_subnet_once(void **state)
{
    struct tenant *t = *state;

    fake_cloud_script(t->cloud,
                      "[" REFUSED ","
                      " {'method': 'GET', 'path': '" N "/ports?device_id=r&fixed_ips=subnet_id=s',"
                      "  'status': 200, 'body': {'ports': [{'id': 'p'}]}}]");
    assert_int_equal(network_router_attach(t->client, "r", "s", &t->err), 0);
    fake_cloud_script(t->cloud, "[" REFUSED ","
                                " {'method': 'GET', 'path': '" N "/ports', 'status': 200,"
                                "  'body': {'ports': []}}]");
    assert_int_equal(network_router_attach(t->client, "r", "s", &t->err), -EINVAL);
    assert_non_null(strstr(t->err.text, "400 BadRequest: Router already has a port on subnet"));
}

static void detaches_a_subnet_or_says_that_it_is_not_attached(void **state)
{
    struct tenant *t = *state;

    fake_cloud_script(t->cloud,
                      "[{'method': 'PUT', 'path': '" N "/routers/r/remove_router_interface',"
                      "  'status': 404, 'body': {'NeutronError': {'type': 'RouterInterfaceNotFound"
                      "ForSubnet', 'message': 'no', 'detail': ''}}}]");
    assert_int_equal(network_router_detach(t->client, ROUTER, "s", &t->err), 0);
    assert_int_equal(network_router_detach(t->client, "r", "s", &t->err), -ENOENT);
}

/* ---- security groups, ports, floating addresses ---- */

static void makes_a_security_group_and_its_rules(void **state)
{
    struct tenant *t = *state;
    const struct os_rule rules[] = {
        { .protocol = "tcp", .version = 4, .port = 22, .prefix = "0.0.0.0/0" },
        { .version = 6, .group = "g" },
    };
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud, "[]");
    assert_int_equal(network_group_create(t->client, "g-" RUN, id, &t->err), 0);
    assert_string_equal(id, "79006987-77f1-4bef-bbd5-8863859486e9");
    assert_int_equal(network_rules_create(t->client, "g", rules, 2, &t->err), 0);
    assert_string_equal(
        tenant_asked(t, "POST " N "/security-group-rules", 0, "security_group_rules"),
        "[{\"security_group_id\":\"g\",\"direction\":\"ingress\","
        "\"ethertype\":\"IPv4\",\"protocol\":\"tcp\","
        "\"remote_ip_prefix\":\"0.0.0.0/0\",\"port_range_min\":22,"
        "\"port_range_max\":22},"
        "{\"security_group_id\":\"g\",\"direction\":\"ingress\","
        "\"ethertype\":\"IPv6\",\"remote_group_id\":\"g\"}]");
}

static void says_whose_rules_could_not_be_made(void **state)
{
    struct tenant *t = *state;
    const struct os_rule rule = { .version = 4 };

    fake_cloud_script(t->cloud, "[{'method': 'POST', 'path': '" N "/security-group-rules',"
                                "  'status': 409, 'body': {'NeutronError': {'type': 'OverQuota',"
                                "  'message': 'Quota exceeded', 'detail': ''}}}]");
    assert_int_equal(network_rules_create(t->client, "g", &rule, 1, &t->err), -EDQUOT);
    assert_non_null(strstr(t->err.text, "rules of security group g: network: 409 OverQuota: "));
}

static void makes_ports(void **state)
{
    struct tenant *t = *state;
    const char *const groups[] = { "g1", "g2" };
    struct os_port_want want = {
        .name = "p-" RUN, .network = "n1", .groups = groups, .group_count = 2, .vnic_type = "direct"
    };
    struct os_port port;

    fake_cloud_script(t->cloud, "[]");
    assert_int_equal(network_port_create(t->client, &want, &port, &t->err), 0);
    assert_string_equal(port.ip4, "10.11.0.91");
    assert_string_equal(port.subnet4, "3266b0ff-02c0-49a9-9233-9208f0cd635e");
    assert_string_equal(port.ip6, "");
    assert_string_equal(port.mac, "fa:16:3e:1d:a9:58");
    assert_string_equal(tenant_asked(t, "POST " N "/ports", 0, "port.security_groups"),
                        "[\"g1\",\"g2\"]");
    assert_string_equal(tenant_asked(t, "POST " N "/ports", 0, "port.binding:vnic_type"), "direct");
    want.no_groups = true;
    want.vnic_type = NULL;
    assert_int_equal(network_port_create(t->client, &want, &port, &t->err), 0);
    assert_string_equal(tenant_asked(t, "POST " N "/ports", 1, "port.security_groups"), "");
    assert_string_equal(tenant_asked(t, "POST " N "/ports", 1, "port.binding:vnic_type"), "");
}

static void reads_the_ipv6_address_of_a_port(void **state)
{
    struct tenant *t = *state;
    const struct os_port_want want = { .name = "p", .network = "n1" };
    struct os_port port;

    fake_cloud_script(t->cloud,
                      "[{'method': 'POST', 'path': '" N "/ports', 'status': 201, 'body': {'port':"
                      "  {'id': 'p1', 'fixed_ips': ["
                      "   {'subnet_id': 's6', 'ip_address': '2001:45::f816'},"
                      "   {'subnet_id': 's4', 'ip_address': '10.0.0.9'}]}}}]");
    assert_int_equal(network_port_create(t->client, &want, &port, &t->err), 0);
    assert_string_equal(port.ip4, "10.0.0.9");
    assert_string_equal(port.subnet4, "s4");
    assert_string_equal(port.ip6, "2001:45::f816");
    assert_string_equal(port.subnet6, "s6");
}

static void makes_a_floating_address_that_is_found_by_its_note(void **state)
{
    struct tenant *t = *state;
    struct os_floating floating;

    fake_cloud_script(t->cloud, "[]");
    assert_int_equal(network_floating_create(t->client, PUBLIC, "p1", "f-" RUN, &floating, &t->err),
                     0);
    assert_string_equal(floating.address, "172.24.4.127");
    assert_string_equal(tenant_asked(t, "POST " N "/floatingips", 0, "floatingip"),
                        "{\"floating_network_id\":\"" PUBLIC "\",\"port_id\":\"p1\","
                        "\"description\":\"f-" RUN "\"}");
    fake_cloud_script(t->cloud, "[{'method': 'POST', 'path': '" N "/floatingips', 'status': 201,"
                                "  'body': {'floatingip': {'id': 'f1'}}}]");
    assert_int_equal(network_floating_create(t->client, PUBLIC, "p1", "f", &floating, &t->err),
                     -EPROTO);
    assert_string_equal(t->err.text, "network: the floating address f has no address");
}

static void has_no_agents_to_tell_of_where_that_is_refused(void **state)
{
    struct tenant *t = *state;
    json_t *agents = NULL;

    assert_int_equal(network_agents(t->client, &agents, &t->err), 0);
    assert_true(json_array_size(agents) > 0);
    json_decref(agents);
    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" N "/agents', 'status': 403, 'body':"
                      "  {'NeutronError': {'type': 'X', 'message': 'no', 'detail': ''}}}]");
    assert_int_equal(network_agents(t->client, &agents, &t->err), 0);
    assert_int_equal(json_array_size(agents), 0);
    json_decref(agents);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tenant_set_up, tenant_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_a_network_by_its_name),
        TEST(finds_a_network_by_its_id_where_none_has_the_name),
        TEST(says_that_there_is_no_such_network),
        TEST(takes_the_projects_own_thing_of_several),
        TEST(says_that_a_name_does_not_tell_which),
        TEST(finds_a_router_and_its_gateway),
        TEST(takes_the_only_external_network),
        TEST(takes_the_default_one_of_several_external_networks),
        TEST(names_the_external_networks_that_there_are),
        TEST(says_that_there_is_no_external_network),
        TEST(counts_the_addresses_that_are_free),
        TEST(makes_a_network_with_the_runs_mark),
        TEST(goes_on_where_tags_are_refused),
        TEST(asks_old_clouds_for_neither_tags_nor_descriptions_nor_mtu),
        TEST(asks_a_cloud_that_does_not_tell_its_extensions_once),
        TEST(gives_new_clouds_the_tags_with_the_thing),
        TEST(makes_subnets_of_both_versions),
        TEST(reads_a_subnet),
        TEST(makes_a_router_with_and_without_a_gateway),
        TEST(says_which_thing_a_quota_does_not_allow),
        TEST(attaches_a_subnet_once),
        TEST(detaches_a_subnet_or_says_that_it_is_not_attached),
        TEST(makes_a_security_group_and_its_rules),
        TEST(says_whose_rules_could_not_be_made),
        TEST(makes_ports),
        TEST(reads_the_ipv6_address_of_a_port),
        TEST(makes_a_floating_address_that_is_found_by_its_note),
        TEST(has_no_agents_to_tell_of_where_that_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
