/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/compute.c and mark.c: what Nova is asked, and what is read out
 * of its recorded answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/compute.h"
#include "../../plugins/clouds/openstack/mark.h"
#include "../fakes/tenant.h"

#define RUN     "20261121-130829-1f3a8c02"
#define SERVERS "/compute/v2.1/servers"

static void marks_a_thing_with_the_id_of_its_run(void **state)
{
    char text[80];

    (void)state;
    assert_string_equal(mark_run("pns-router-2-" RUN), RUN);
    assert_string_equal(mark_run("short"), "short");
    mark_text("net-" RUN, text, sizeof text);
    assert_string_equal(text, "made by vmtp, run " RUN);
}

/* ---- flavors ---- */

static void lists_flavors_but_disabled_ones(void **state)
{
    struct tenant *t = *state;
    struct os_flavor *flavors = NULL;
    size_t count = 0;

    assert_int_equal(compute_flavors(t->client, &flavors, &count, &t->err), 0);
    assert_int_equal(count, 3);
    assert_string_equal(flavors[1].name, "m1.medium");
    assert_int_equal(flavors[1].vcpus, 2);
    assert_int_equal(flavors[1].ram_mib, 1024);
    assert_int_equal(flavors[1].disk_gib, 2);
    free(flavors);
    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '/compute/v2.1/flavors/detail', 'status': 200,"
                      "  'body': {'flavors': [{'id': '1', 'name': 'old',"
                      "                        'OS-FLV-DISABLED:disabled': true}]}}]");
    assert_int_equal(compute_flavors(t->client, &flavors, &count, &t->err), 0);
    assert_int_equal(count, 0);
    free(flavors);
}

static void asks_for_public_flavors_alone_where_others_are_refused(void **state)
{
    struct tenant *t = *state;
    struct os_flavor *flavors = NULL;
    size_t count = 0;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '/compute/v2.1/flavors/detail?is_public=None',"
                      "  'status': 403, 'body': {'forbidden': {'message': 'No.', 'code': 403}}}]");
    assert_int_equal(compute_flavors(t->client, &flavors, &count, &t->err), 0);
    assert_int_equal(count, 3);
    free(flavors);
}

static void tells_who_may_make_flavors(void **state)
{
    struct tenant *t = *state;

    fake_cloud_script(t->cloud,
                      "[{'method': 'DELETE', 'path': '/compute/v2.1/flavors/*', 'status': 403,"
                      "  'times': 1, 'body': {'forbidden': {'message': 'No.', 'code': 403}}},"
                      " {'method': 'DELETE', 'path': '/compute/v2.1/flavors/*', 'status': 404,"
                      "  'body': {'itemNotFound': {'message': 'x', 'code': 404}}}]");
    assert_false(compute_flavor_right(t->client));
    assert_true(compute_flavor_right(t->client));
}

static void makes_a_flavor_with_its_extra_specs(void **state)
{
    struct tenant *t = *state;
    const struct os_flavor want = {
        .name = "flavor-" RUN, .vcpus = 2, .ram_mib = 512, .disk_gib = 1, .ephemeral_gib = 3
    };
    const struct vmtp_pair pair = { "hw:cpu_policy", "shared" };
    const struct vmtp_map specs = { &pair, 1 };
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud, "[]");
    assert_int_equal(compute_flavor_create(t->client, &want, &specs, id, &t->err), 0);
    assert_string_equal(id, "7cb4a344-19d5-49c7-ad8a-e45c020510ad");
    assert_string_equal(tenant_asked(t, "POST /compute/v2.1/flavors", 0, "flavor"),
                        "{\"name\":\"flavor-" RUN "\",\"vcpus\":2,\"ram\":512,\"disk\":1,"
                        "\"OS-FLV-EXT-DATA:ephemeral\":3}");
    assert_string_equal(
        tenant_asked(t,
                     "POST /compute/v2.1/flavors/7cb4a344-19d5-49c7-ad8a-e45c020510ad/"
                     "os-extra_specs",
                     0, "extra_specs.hw:cpu_policy"),
        "shared");
}

static void says_which_flavor_there_is_already(void **state)
{
    struct tenant *t = *state;
    const struct os_flavor want = { .name = "pf.tmp" };
    const struct vmtp_map none = { 0 };
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud, "[{'use': 'flavor-create-dup'}]");
    assert_int_equal(compute_flavor_create(t->client, &want, &none, id, &t->err), -EBUSY);
    assert_non_null(strstr(t->err.text, "flavor pf.tmp: compute: 409 "));
    assert_non_null(strstr(t->err.text, "Flavor with name pf.tmp already exists"));
}

/* ---- keys and groups ---- */

static void makes_key_pairs_and_server_groups(void **state)
{
    struct tenant *t = *state;
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud, "[{'method': 'POST', 'path': '/compute/v2.1/os-server-groups',"
                                "  'status': 200, 'body': {'server_group': {'id': 'g1'}}}]");
    assert_int_equal(compute_keypair_create(t->client, "key-" RUN, "ssh-ed25519 A", &t->err), 0);
    assert_string_equal(tenant_asked(t, "POST /compute/v2.1/os-keypairs", 0, "keypair.public_key"),
                        "ssh-ed25519 A");
    assert_int_equal(compute_group_create(t->client, "node-" RUN, "affinity", id, &t->err), 0);
    assert_string_equal(id, "g1");
    assert_string_equal(tenant_asked(t, "POST /compute/v2.1/os-server-groups", 0, "server_group"),
                        "{\"name\":\"node-" RUN "\",\"policies\":[\"affinity\"]}");
}

static void says_which_key_pair_and_group_could_not_be_made(void **state)
{
    struct tenant *t = *state;
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud, "[{'use': 'keypair-dup'},"
                                " {'method': 'POST', 'path': '/compute/v2.1/os-server-groups',"
                                "  'status': 200, 'body': {}}]");
    assert_int_equal(compute_keypair_create(t->client, "pf-key", "ssh-ed25519 A", &t->err), -EBUSY);
    assert_non_null(strstr(t->err.text, "key pair pf-key: compute: 409 "));
    assert_int_equal(compute_group_create(t->client, "node", "affinity", id, &t->err), -EPROTO);
    assert_string_equal(t->err.text,
                        "server group node: compute: the answer has no server_group with an id");
}

/* ---- servers ---- */

static void asks_for_a_server_with_all_that_is_wanted(void **state)
{
    struct tenant *t = *state;
    const char *const ports[] = { "port1", "port2" };
    const struct vmtp_pair file = { "/etc/x", "abc" };
    const struct os_server_want want = { .name = "server-" RUN,
                                         .image = "image1",
                                         .flavor = "flavor1",
                                         .keypair = "key1",
                                         .zone = "nova:hv1",
                                         .server_group = "group1",
                                         .apart = "server1",
                                         .ports = ports,
                                         .port_count = 2,
                                         .user_data = "#!/bin/sh\n",
                                         .user_data_len = 10,
                                         .config_drive = true,
                                         .files = &file,
                                         .file_count = 1 };
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud, "[]");
    assert_int_equal(compute_server_create(t->client, &want, id, &t->err), 0);
    assert_string_equal(id, "70759384-7434-4c26-bc40-86229c523728");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "server.networks"),
                        "[{\"port\":\"port1\"},{\"port\":\"port2\"}]");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "server.availability_zone"),
                        "nova:hv1");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "server.user_data"),
                        "IyEvYmluL3NoCg==");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "server.personality"),
                        "[{\"path\":\"/etc/x\",\"contents\":\"YWJj\"}]");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "server.config_drive"), "true");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "server.metadata.vmtp"), RUN);
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "os:scheduler_hints.group"), "group1");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "os:scheduler_hints.different_host"),
                        "server1");
}

static void leaves_out_what_is_not_wanted_of_a_server(void **state)
{
    struct tenant *t = *state;
    const struct os_server_want want = {
        .name = "server-" RUN, .image = "i", .flavor = "f", .keypair = "k"
    };
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud, "[]");
    assert_int_equal(compute_server_create(t->client, &want, id, &t->err), 0);
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "server.availability_zone"), "");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "server.user_data"), "");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "server.personality"), "");
    assert_string_equal(tenant_asked(t, "POST " SERVERS, 0, "os:scheduler_hints"), "");
}

static void tells_a_quota_from_a_refusal(void **state)
{
    struct tenant *t = *state;
    const struct os_server_want want = { .name = "s", .image = "i", .flavor = "f", .keypair = "k" };
    char id[OS_ID_MAX];

    fake_cloud_script(t->cloud, "[{'use': 'server-quota-exceeded'}]");
    assert_int_equal(compute_server_create(t->client, &want, id, &t->err), -EDQUOT);
    assert_non_null(strstr(t->err.text, "server s: compute: 403 "));
    assert_non_null(strstr(t->err.text, "Quota exceeded for ram"));
}

static void reads_a_server(void **state)
{
    struct tenant *t = *state;
    struct os_server server;

    fake_cloud_script(t->cloud, "[{'use': 'server-get-ACTIVE-None'}]");
    assert_int_equal(
        compute_server_get(t->client, "70759384-7434-4c26-bc40-86229c523728", &server, &t->err), 0);
    assert_string_equal(server.name, "pf-server");
    assert_string_equal(server.status, "ACTIVE");
    assert_string_equal(server.task, "");
    assert_string_equal(server.zone, "nova");
    assert_string_equal(server.host, "hv1");
    assert_int_equal(strlen(server.host_id), 56);
}

static void reads_why_a_server_is_in_error(void **state)
{
    struct tenant *t = *state;
    struct os_server server;

    fake_cloud_script(t->cloud, "[{'use': 'server-get-ERROR-None'}]");
    assert_int_equal(
        compute_server_get(t->client, "cd317b95-243a-4b9e-a9ff-9f5dd9389c22", &server, &t->err), 0);
    assert_string_equal(server.status, "ERROR");
    assert_string_equal(server.fault, "No valid host was found. ");
    assert_string_equal(server.host, "");
}

static void does_not_find_a_server_that_is_gone(void **state)
{
    struct tenant *t = *state;
    struct os_server server;

    fake_cloud_script(t->cloud, "[{'use': 'server-404'},"
                                " {'method': 'GET', 'path': '" SERVERS "/odd', 'status': 200,"
                                "  'body': []}]");
    assert_int_equal(
        compute_server_get(t->client, "70759384-7434-4c26-bc40-86229c523728", &server, &t->err),
        -ENOENT);
    assert_int_equal(compute_server_get(t->client, "odd", &server, &t->err), -EPROTO);
    assert_string_equal(t->err.text, "compute: the answer has no server");
}

static void lists_servers_whose_names_end_so(void **state)
{
    struct tenant *t = *state;
    struct os_server *servers = NULL;
    size_t count = 0;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" SERVERS "/detail?name=run%2B1',"
                      "  'status': 200, 'body': {'servers': [{'id': 'a', 'name': 'x-run+1'},"
                      "  {'id': 'b', 'name': 'x-run+1-y'}, {'id': 'c', 'name': 'y-run+1'}]}}]");
    assert_int_equal(compute_servers(t->client, "run+1", &servers, &count, &t->err), 0);
    assert_int_equal(count, 2);
    assert_string_equal(servers[0].id, "a");
    assert_string_equal(servers[1].id, "c");
    free(servers);
}

/* ---- where they run ---- */

static void lists_hypervisors_and_which_are_up(void **state)
{
    struct tenant *t = *state;
    struct os_host *hosts = NULL;
    size_t count = 0;

    assert_int_equal(compute_hosts(t->client, &hosts, &count, &t->err), 0);
    assert_int_equal(count, 2); /* of four services */
    assert_string_equal(hosts[0].host, "hv1");
    assert_string_equal(hosts[0].zone, "nova");
    assert_true(hosts[1].up);
    free(hosts);
    fake_cloud_script(
        t->cloud,
        "[{'method': 'GET', 'path': '/compute/v2.1/os-services', 'status': 200, 'body':"
        "  {'services': [{'binary': 'nova-compute', 'host': 'a', 'zone': 'z', 'state': 'down',"
        "  'status': 'enabled'}, {'binary': 'nova-compute', 'host': 'b', 'zone': 'z',"
        "  'state': 'up', 'status': 'disabled'}]}}]");
    assert_int_equal(compute_hosts(t->client, &hosts, &count, &t->err), 0);
    assert_int_equal(count, 2);
    assert_false(hosts[0].up);
    assert_false(hosts[1].up);
    free(hosts);
}

static void tells_that_a_user_may_not_know_the_hypervisors(void **state)
{
    struct tenant *t = *state;
    struct os_host *hosts = NULL;
    size_t count = 0;

    fake_cloud_script(t->cloud,
                      "[{'use': 'demo-hypervisors-403', 'path': '/compute/v2.1/os-services'}]");
    assert_int_equal(compute_hosts(t->client, &hosts, &count, &t->err), -EPERM);
}

static void lists_zones_that_are_available(void **state)
{
    struct tenant *t = *state;
    json_t *zones = NULL;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '/compute/v2.1/os-availability-zone', 'status':"
                      "  200, 'body': {'availabilityZoneInfo': ["
                      "  {'zoneName': 'nova', 'zoneState': {'available': true}},"
                      "  {'zoneName': 'gone', 'zoneState': {'available': false}},"
                      "  {'zoneName': 7, 'zoneState': {'available': true}}]}}]");
    assert_int_equal(compute_zones(t->client, &zones, &t->err), 0);
    assert_int_equal(json_array_size(zones), 1);
    assert_string_equal(json_string_value(json_array_get(zones, 0)), "nova");
    json_decref(zones);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tenant_set_up, tenant_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_a_thing_with_the_id_of_its_run),
        TEST(lists_flavors_but_disabled_ones),
        TEST(asks_for_public_flavors_alone_where_others_are_refused),
        TEST(tells_who_may_make_flavors),
        TEST(makes_a_flavor_with_its_extra_specs),
        TEST(says_which_flavor_there_is_already),
        TEST(makes_key_pairs_and_server_groups),
        TEST(says_which_key_pair_and_group_could_not_be_made),
        TEST(asks_for_a_server_with_all_that_is_wanted),
        TEST(leaves_out_what_is_not_wanted_of_a_server),
        TEST(tells_a_quota_from_a_refusal),
        TEST(reads_a_server),
        TEST(reads_why_a_server_is_in_error),
        TEST(does_not_find_a_server_that_is_gone),
        TEST(lists_servers_whose_names_end_so),
        TEST(lists_hypervisors_and_which_are_up),
        TEST(tells_that_a_user_may_not_know_the_hypervisors),
        TEST(lists_zones_that_are_available),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
