/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/demolish.c: that everything of a run goes, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/kind.h"
#include "../../plugins/common/clock.h"
#include "../fakes/script.h"
#include "../fakes/tenant.h"

#define RUN "20261121-130829-1f3a8c02"
#define N   "/network/v2.0"
#define C   "/compute/v2.1"
#define S   NS_PER_S

/* Of the recorded token. */
#define PROJECT "6f031765bf824c3b9610144dd980ca4a"
#define USER    "5599efc544034d91bb1325d668738a0c"

/* Rows of the ledger, kind and label in turn, ended by NULL, of this age; then they are removed. */
static int removed_at(struct tenant *t, const char *const *ledger, uint64_t age_ns)
{
    struct vmtp_owned owned[16];
    struct vmtp_table table = { owned, 0, sizeof *owned };
    char lines[16][OS_ID_MAX + OS_NAME_MAX + OS_ID_MAX];

    for (; *ledger; ledger += 2) {
        char *line = lines[table.count];

        snprintf(line, sizeof *lines, "%s%s",
                 strchr(ledger[1], '/')              ? ""
                 : strcmp(ledger[0], "keypair") == 0 ? USER "/"
                                                     : PROJECT "/",
                 ledger[1]);
        owned[table.count++] = (struct vmtp_owned){ ledger[0], line, age_ns };
        t->host->api.owns(&t->host->self, ledger[0], line, NULL);
    }
    return kinds_remove(t->client, RUN, &table, &t->err);
}

static int removed(struct tenant *t, const char *const *ledger)
{
    return removed_at(t, ledger, 3600 * S);
}

static size_t left(const struct tenant *t)
{
    size_t count = 0;

    for (size_t i = 0; i < t->host->owned_count; i++)
        count += !t->host->owned[i].freed;
    return count;
}

/* The place of a request among all that were made. */
static int order_of(struct tenant *t, const char *method, const char *path)
{
    json_t *log = fake_cloud_log(t->cloud), *entry;
    int order = -1;
    size_t i;

    json_array_foreach(log, i, entry)
    {
        const char *asked = json_string_value(json_object_get(entry, "path"));

        if (strcmp(json_string_value(json_object_get(entry, "method")), method) == 0 &&
            strncmp(asked, path, strlen(path)) == 0)
            order = (int)i;
    }
    json_decref(log);
    return order;
}

#define SERVER(status, task)                                                                       \
    "{'id': 's1', 'name': 'vmtp-server-1-" RUN "', 'status': '" status                             \
    "', 'OS-EXT-STS:task_state': " task "}"

static void removes_what_has_the_label_and_nothing_else(void **state)
{
    static const char *const ledger[] = { "port", "vmtp-server-1-" RUN, "network", "vmtp-net-" RUN,
                                          NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, N "/ports", "ports", 0,
                "{'id': 'p1', 'name': 'vmtp-server-1-" RUN "'},"
                "{'id': 'p2', 'name': 'vmtp-server-11-" RUN "'},"
                "{'id': 'p3', 'name': 'other'},"
                "{'id': 'p4', 'name': 'vmtp-server-1-" RUN "'}");
    script_list(&script, N "/networks", "networks", 0,
                "{'id': 'n1', 'name': 'vmtp-net'}, {'id': 'n2', 'name': 'vmtp-net-" RUN "'}");
    script_gone(&script, N "/ports/*");
    script_gone(&script, N "/networks/*");
    script_play(&script, t->cloud);
    if (removed(t, ledger) < 0)
        fail_msg("%s", t->err.text);
    assert_int_equal(left(t), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/ports/p1"), 1);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/ports/p4"), 1);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/ports/p2"), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/ports/p3"), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/networks/n1"), 0);
    assert_true(order_of(t, "DELETE", N "/networks/n2") > order_of(t, "DELETE", N "/ports/p4"));
    assert_int_equal(fake_cloud_count(t->cloud, "GET " C "/servers"), 0);
}

static void looks_in_its_own_project_alone(void **state)
{
    static const char *const ledger[] = { "router", "vmtp-router-" RUN, NULL };
    struct script script = { 0 };
    struct tenant *t = *state;
    json_t *request;

    script_list(&script, N "/routers", "routers", 0, "{'id': 'r1', 'name': 'vmtp-router-" RUN "'}");
    script_gone(&script, N "/routers/r1");
    script_play(&script, t->cloud);
    assert_int_equal(removed(t, ledger), 0);
    request = fake_cloud_request(t->cloud, "GET " N "/routers", 0);
    assert_non_null(strstr(json_string_value(json_object_get(request, "path")), "project_id="));
    assert_non_null(
        strstr(json_string_value(json_object_get(request, "path")), os_client_project(t->client)));
    json_decref(request);
}

static void ports_go_once_servers_are_gone(void **state)
{
    static const char *const ledger[] = { "port", "vmtp-server-1-" RUN, "server",
                                          "vmtp-server-1-" RUN, NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, C "/servers", "servers", 0, SERVER("ACTIVE", "null"));
    script_list(&script, C "/servers/detail", "servers", 2, SERVER("ACTIVE", "'deleting'"));
    script_list(&script, C "/servers/detail", "servers", 0, SERVER("DELETED", "null"));
    script_list(&script, N "/ports", "ports", 0, "{'id': 'p1', 'name': 'vmtp-server-1-" RUN "'}");
    script_gone(&script, C "/servers/s1");
    script_gone(&script, N "/ports/p1");
    script_play(&script, t->cloud);
    if (removed(t, ledger) < 0)
        fail_msg("%s", t->err.text);
    assert_int_equal(left(t), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "GET " C "/servers/detail"), 3);
    assert_true(order_of(t, "DELETE", N "/ports/p1") > order_of(t, "GET", C "/servers/detail"));
}

static void a_server_whose_deletion_failed_is_deleted_again(void **state)
{
    static const char *const ledger[] = { "server", "vmtp-server-1-" RUN, NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, C "/servers", "servers", 0, SERVER("ACTIVE", "null"));
    script_list(&script, C "/servers/detail", "servers", 1, SERVER("ERROR", "null"));
    script_list(&script, C "/servers/detail", "servers", 0, "");
    script_gone(&script, C "/servers/s1");
    script_play(&script, t->cloud);
    assert_int_equal(removed(t, ledger), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " C "/servers/s1"), 2);
    assert_int_equal(left(t), 0);
}

static void a_server_that_is_not_known_to_be_gone_stays_in_the_ledger(void **state)
{
    static const char *const ledger[] = { "server", "vmtp-server-1-" RUN, NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, C "/servers", "servers", 0, SERVER("ACTIVE", "null"));
    script_answer(&script, "GET", C "/servers/detail", 403, 0,
                  "{'forbidden': {'message': 'No', 'code': 403}}");
    script_gone(&script, C "/servers/s1");
    script_play(&script, t->cloud);
    assert_int_equal(removed(t, ledger), -EPERM);
    assert_int_equal(left(t), 1);
}

static void what_is_in_use_is_tried_again_and_what_is_gone_is_done(void **state)
{
    static const char *const ledger[] = { "subnet", "vmtp-subnet-" RUN, "keypair", "vmtp-key-" RUN,
                                          NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, N "/subnets", "subnets", 0, "{'id': 'b1', 'name': 'vmtp-subnet-" RUN "'}");
    script_list(&script, C "/os-keypairs", "keypairs", 0,
                "{'keypair': {'name': 'vmtp-key-" RUN "'}}");
    script_answer(&script, "DELETE", N "/subnets/b1", 409, 2,
                  "{'NeutronError': {'type': 'SubnetInUse', 'message': 'in use', 'detail': ''}}");
    script_gone(&script, N "/subnets/b1");
    script_answer(&script, "DELETE", C "/os-keypairs/vmtp-key-" RUN, 404, 0,
                  "{'itemNotFound': {'message': 'gone', 'code': 404}}");
    script_play(&script, t->cloud);
    assert_int_equal(removed(t, ledger), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/subnets/b1"), 3);
    assert_int_equal(left(t), 0);
}

static const char *const router_ledger[] = { "router-interface", "r1 vmtp-subnet-" RUN, "router",
                                             "vmtp-router-" RUN, NULL };

static void script_router(struct script *script)
{
    script_list(script, N "/subnets", "subnets", 0, "{'id': 'b1', 'name': 'vmtp-subnet-" RUN "'}");
    script_list(script, N "/routers", "routers", 0, "{'id': 'r1', 'name': 'vmtp-router-" RUN "'}");
}

static void an_interface_is_taken_off_its_router_by_its_subnet(void **state)
{
    struct script script = { 0 };
    struct tenant *t = *state;

    script_router(&script);
    script_answer(&script, "PUT", N "/routers/r1/remove_router_interface", 200, 0, "{}");
    script_gone(&script, N "/routers/r1");
    script_play(&script, t->cloud);
    assert_int_equal(removed(t, router_ledger), 0);
    assert_string_equal(
        tenant_asked(t, "PUT " N "/routers/r1/remove_router_interface", 0, "subnet_id"), "b1");
    assert_true(order_of(t, "DELETE", N "/routers/r1") > order_of(t, "PUT", N "/routers/r1"));
    assert_int_equal(left(t), 0);
}

static void a_floating_address_is_known_by_its_description_or_its_port(void **state)
{
    static const char *const ledger[] = { "floating-ip", "vmtp-server-1-" RUN, "floating-ip",
                                          "vmtp-client-1-" RUN, NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, N "/floatingips", "floatingips", 0,
                "{'id': 'f1', 'description': 'vmtp-server-1-" RUN "', 'port_id': 'p1'},"
                "{'id': 'f2', 'port_id': 'p2'}, {'id': 'f3', 'port_id': 'p3'},"
                "{'id': 'f4', 'description': '', 'port_id': 'p2'}");
    script_answer(&script, "GET", N "/ports/p2", 200, 0,
                  "{'port': {'id': 'p2', 'name': 'vmtp-client-1-" RUN "'}}");
    script_answer(&script, "GET", N "/ports/p3", 200, 0, "{'port': {'id': 'p3', 'name': 'other'}}");
    script_gone(&script, N "/floatingips/*");
    script_play(&script, t->cloud);
    if (removed(t, ledger) < 0)
        fail_msg("%s", t->err.text);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/floatingips/f1"), 1);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/floatingips/f2"), 1);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/floatingips/f3"), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/floatingips/f4"), 0);
    assert_int_equal(left(t), 0);
}

static void what_is_not_there_is_looked_for_as_long_as_it_is_young(void **state)
{
    static const char *const ledger[] = {
        "network", "vmtp-net-" RUN, "network", "vmtp-net2-" RUN, "flavor", "vmtp-flavor-" RUN, NULL
    };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, N "/networks", "networks", 1, "{'id': 'n1', 'name': 'vmtp-net-" RUN "'}");
    script_list(&script, N "/networks", "networks", 0, "{'id': 'n2', 'name': 'vmtp-net2-" RUN "'}");
    script_list(&script, C "/flavors", "flavors", 0, "");
    script_gone(&script, N "/networks/*");
    script_play(&script, t->cloud);
    assert_int_equal(removed_at(t, ledger, 29 * S), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "GET " N "/networks"), 2);
    assert_true(fake_cloud_count(t->cloud, "GET " C "/flavors") > 2);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/networks/n1"), 1);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/networks/n2"), 1);
    assert_int_equal(left(t), 0);
}

static void what_is_not_there_and_old_is_dropped(void **state)
{
    static const char *const ledger[] = { "flavor", "vmtp-flavor-" RUN, NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, C "/flavors", "flavors", 0, "");
    script_play(&script, t->cloud);
    assert_int_equal(removed(t, ledger), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "GET " C "/flavors"), 1);
    assert_int_equal(left(t), 0);
}

static void what_may_still_come_stays_in_the_ledger_when_time_is_up(void **state)
{
    static const char *const ledger[] = { "flavor", "vmtp-flavor-" RUN, NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, C "/flavors", "flavors", 0, "");
    script_play(&script, t->cloud);
    t->host->deadline_ns = clock_now_ns() + S;
    assert_int_equal(removed_at(t, ledger, 0), -ETIMEDOUT);
    assert_string_equal(t->err.text, "what was being made may still come");
    assert_int_equal(left(t), 1);
}

/* As a port that was being made when vmtp was killed, in a slow cloud. */
static void what_shows_up_late_is_found_as_long_as_it_keeps_other_things_in_use(void **state)
{
    static const char *const ledger[] = { "network", "vmtp-net-" RUN, "port", "vmtp-server-1-" RUN,
                                          NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, N "/networks", "networks", 0, "{'id': 'n1', 'name': 'vmtp-net-" RUN "'}");
    script_list(&script, N "/ports", "ports", 1, "");
    script_list(&script, N "/ports", "ports", 0, "{'id': 'p1', 'name': 'vmtp-server-1-" RUN "'}");
    script_answer(&script, "DELETE", N "/networks/n1", 409, 8,
                  "{'NeutronError': {'type': 'NetworkInUse', 'message': 'in use', 'detail': ''}}");
    script_gone(&script, N "/networks/n1");
    script_gone(&script, N "/ports/p1");
    script_play(&script, t->cloud);
    assert_int_equal(removed(t, ledger), 0);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/ports/p1"), 1);
    assert_int_equal(left(t), 0);
}

/* Its attaching was under way when vmtp was killed: the subnet is there, its interface not yet. */
static void an_interface_that_comes_late_is_taken_off_all_the_same(void **state)
{
    struct script script = { 0 };
    struct tenant *t = *state;

    script_router(&script);
    script_answer(&script, "PUT", N "/routers/r1/remove_router_interface", 404, 1,
                  "{'NeutronError': {'type': 'RouterInterfaceNotFoundForSubnet', 'message': 'no',"
                  " 'detail': ''}}");
    script_answer(&script, "PUT", N "/routers/r1/remove_router_interface", 200, 0, "{}");
    script_answer(&script, "DELETE", N "/routers/r1", 409, 8,
                  "{'NeutronError': {'type': 'RouterInUse', 'message': 'in use', 'detail': ''}}");
    script_gone(&script, N "/routers/r1");
    script_play(&script, t->cloud);
    if (removed(t, router_ledger) < 0)
        fail_msg("%s", t->err.text);
    assert_int_equal(fake_cloud_count(t->cloud, "PUT " N "/routers/r1/remove_router_interface"), 2);
    assert_int_equal(left(t), 0);
}

static void what_can_not_go_stays_in_the_ledger_and_stops_nothing(void **state)
{
    static const char *const ledger[] = {
        "server-group",   "vmtp-group-1-" RUN, "image", "guest-" RUN,
        "security-group", "vmtp-group-" RUN,   NULL
    };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, C "/os-server-groups", "server_groups", 0,
                "{'id': 'g1', 'name': 'vmtp-group-1-" RUN "'}");
    script_answer(&script, "GET", "/image/v2/images", 403, 0, "'no'");
    script_list(&script, N "/security-groups", "security_groups", 0,
                "{'id': 'x1', 'name': 'vmtp-group-" RUN "'}");
    script_answer(&script, "DELETE", C "/os-server-groups/g1", 403, 0,
                  "{'forbidden': {'message': 'Not yours', 'code': 403}}");
    script_gone(&script, N "/security-groups/x1");
    script_play(&script, t->cloud);
    assert_int_equal(removed(t, ledger), -EPERM);
    assert_int_equal(left(t), 2);
    assert_true(t->host->owned[2].freed);
    assert_int_equal(fake_cloud_count(t->cloud, "DELETE " N "/security-groups/x1"), 1);
}

static void says_what_could_not_be_removed(void **state)
{
    static const char *const ledger[] = { "server-group", "vmtp-group-1-" RUN, NULL };
    struct script script = { 0 };
    struct tenant *t = *state;

    script_list(&script, C "/os-server-groups", "server_groups", 0,
                "{'id': 'g1', 'name': 'vmtp-group-1-" RUN "'}");
    script_answer(&script, "DELETE", C "/os-server-groups/g1", 403, 0,
                  "{'forbidden': {'message': 'Not yours', 'code': 403}}");
    script_play(&script, t->cloud);
    assert_int_equal(removed(t, ledger), -EPERM);
    assert_non_null(strstr(t->err.text, "server-group vmtp-group-1-" RUN ": compute: 403 "));
}

static void refuses_rows_that_are_not_of_this_run(void **state)
{
    static const char *const other[] = { "network", "vmtp-net-20261121-130829-00000000", NULL };
    static const char *const plain[] = { "network", "public", NULL };
    static const char *const none[] = { "network", RUN, NULL };
    static const char *const volume[] = { "volume", "vmtp-volume-" RUN, NULL };
    struct tenant *t = *state;

    assert_int_equal(removed(t, other), -EINVAL);
    assert_string_equal(t->err.text, "the ledger's network '" PROJECT
                                     "/vmtp-net-20261121-130829-00000000': it is not of run " RUN);
    assert_int_equal(removed(t, plain), -EINVAL);
    assert_int_equal(removed(t, none), -EINVAL);
    assert_int_equal(removed(t, volume), -EINVAL);
    assert_string_equal(t->err.text, "the ledger has a 'volume', which this cloud never makes");
    assert_int_equal(fake_cloud_count(t->cloud, "GET " N "/networks"), 0);
}

static void refuses_rows_of_another_project_and_keeps_them(void **state)
{
    static const char *const other[] = { "network", "0123/vmtp-net-" RUN, NULL };
    struct tenant *t = *state;

    assert_int_equal(removed(t, other), -EPERM);
    assert_string_equal(t->err.text,
                        "the ledger's network '0123/vmtp-net-" RUN
                        "': it is of project 0123, and the credentials are of project " PROJECT
                        ": use those that the run had");
    assert_int_equal(left(t), 1);
    assert_int_equal(fake_cloud_count(t->cloud, "GET " N "/networks"), 0);
}

static void refuses_key_pairs_of_another_user_of_the_project(void **state)
{
    static const char *const other[] = { "keypair", "0123/vmtp-key-" RUN, NULL };
    static const char *const project[] = { "keypair", PROJECT "/vmtp-key-" RUN, NULL };
    struct tenant *t = *state;

    assert_int_equal(removed(t, other), -EPERM);
    assert_string_equal(t->err.text, "the ledger's keypair '0123/vmtp-key-" RUN
                                     "': it is of user 0123, and the credentials are of user " USER
                                     ": use those that the run had");
    assert_int_equal(removed(t, project), -EPERM);
    assert_int_equal(left(t), 2);
    assert_int_equal(fake_cloud_count(t->cloud, "GET " C "/os-keypairs"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tenant_set_up, tenant_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(removes_what_has_the_label_and_nothing_else),
        TEST(looks_in_its_own_project_alone),
        TEST(ports_go_once_servers_are_gone),
        TEST(a_server_whose_deletion_failed_is_deleted_again),
        TEST(a_server_that_is_not_known_to_be_gone_stays_in_the_ledger),
        TEST(what_is_in_use_is_tried_again_and_what_is_gone_is_done),
        TEST(an_interface_is_taken_off_its_router_by_its_subnet),
        TEST(an_interface_that_comes_late_is_taken_off_all_the_same),
        TEST(a_floating_address_is_known_by_its_description_or_its_port),
        TEST(what_is_not_there_is_looked_for_as_long_as_it_is_young),
        TEST(what_is_not_there_and_old_is_dropped),
        TEST(what_may_still_come_stays_in_the_ledger_when_time_is_up),
        TEST(what_shows_up_late_is_found_as_long_as_it_keeps_other_things_in_use),
        TEST(what_can_not_go_stays_in_the_ledger_and_stops_nothing),
        TEST(says_what_could_not_be_removed),
        TEST(refuses_rows_that_are_not_of_this_run),
        TEST(refuses_rows_of_another_project_and_keeps_them),
        TEST(refuses_key_pairs_of_another_user_of_the_project),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
