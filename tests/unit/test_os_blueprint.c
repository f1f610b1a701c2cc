/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/blueprint.c: which machines and networks paths take, what they
 * run between, what is refused, and how many things a run makes.
 *
 * Pure: no cloud is asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/blueprint.c"

static struct os_options usual(void)
{
    return (struct os_options){ .floating = true, .dhcp = true };
}

/* The blueprint of these routes, which name paths; what they run between is resolved. */
struct draft {
    char names[16][2][64];
    struct vmtp_route routes[16];
    struct vmtp_want wants[32];
    struct vmtp_table route_table, want_table;
};

static void draft_want(struct draft *draft, const char *name, const void *opt)
{
    for (uint32_t i = 0; i < draft->want_table.count; i++)
        if (strcmp(draft->wants[i].name, name) == 0)
            return;
    draft->wants[draft->want_table.count++] =
        (struct vmtp_want){ sizeof(struct vmtp_want), name, opt };
}

static void draft_begin(struct draft *draft)
{
    memset(draft, 0, sizeof *draft);
    draft->route_table = (struct vmtp_table){ draft->routes, 0, sizeof *draft->routes };
    draft->want_table = (struct vmtp_table){ draft->wants, 0, sizeof *draft->wants };
}

static void draft_add(struct draft *draft, const struct os_options *opt, const char *path,
                      const char *placement, uint32_t pair, uint32_t family)
{
    uint32_t i = draft->route_table.count++;
    char *from = draft->names[i][0], *to = draft->names[i][1];
    struct vmtp_error err = { 0 };

    if (blueprint_resolve(opt, path, placement, pair, from, to, &err) < 0)
        fail_msg("%s", err.text);
    draft->routes[i] =
        (struct vmtp_route){ sizeof(struct vmtp_route), path, placement, from, to, family };
    draft_want(draft, from, NULL);
    draft_want(draft, to, NULL);
}

static struct blueprint *made(const struct os_options *opt, const struct draft *draft)
{
    struct blueprint *blueprint = NULL;
    struct vmtp_error err = { 0 };

    if (blueprint_make(opt, &draft->want_table, &draft->route_table, &blueprint, &err) < 0)
        fail_msg("%s", err.text);
    return blueprint;
}

static void refused(const struct os_options *opt, const struct draft *draft, const char *text)
{
    struct blueprint *blueprint = NULL;
    struct vmtp_error err = { 0 };

    assert_int_equal(blueprint_make(opt, &draft->want_table, &draft->route_table, &blueprint, &err),
                     -EINVAL);
    assert_string_equal(err.text, text);
}

static const struct bp_machine *machine_find(const struct blueprint *blueprint, const char *name)
{
    for (uint32_t i = 0; i < blueprint->machine_count; i++)
        if (strcmp(blueprint->machines[i].name, name) == 0)
            return &blueprint->machines[i];
    return NULL;
}

static const struct bp_machine *machine(const struct blueprint *blueprint, const char *name)
{
    const struct bp_machine *found = machine_find(blueprint, name);

    if (!found)
        fail_msg("there is no %s", name);
    return found;
}

/* ---- paths ---- */

static void assert_paths(const struct os_options *opt, const char *text)
{
    struct vmtp_table table;
    char all[200] = "";

    assert_int_equal(blueprint_paths(opt, &table, NULL), 0);
    for (uint32_t i = 0; i < table.count; i++) {
        const struct vmtp_path *path = row(&table, i);

        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? " " : "", path->name);
    }
    assert_string_equal(all, text);
}

static void offers_the_paths_that_its_options_allow(void **state)
{
    struct os_options opt = usual();

    (void)state;
    assert_paths(&opt, "same-network different-network floating-ip");
    opt.external_host = "root@192.0.2.1";
    assert_paths(&opt, "external same-network different-network floating-ip");
    opt.floating = false;
    assert_paths(&opt, "external same-network different-network");
    opt.network = "existing";
    assert_paths(&opt, "external same-network");
    opt.external_host = NULL;
    opt.floating = true;
    assert_paths(&opt, "same-network");
}

static void a_provider_network_has_one_path(void **state)
{
    struct os_options opt = { .dhcp = true };
    struct vmtp_table table;

    (void)state;
    provider_paths(&opt, &table, NULL);
    assert_int_equal(table.count, 1);
    assert_string_equal(((const struct vmtp_path *)table.rows)->name, "same-network");
}

static void all_paths_but_external_have_placements(void **state)
{
    struct os_options opt = usual();

    (void)state;
    assert_null(blueprint_placements(&opt, "external"));
    assert_string_equal(blueprint_placements(&opt, "floating-ip")[2], "single-room");
}

static void a_path_and_a_placement_name_two_machines(void **state)
{
    static const struct {
        const char *path, *placement;
        uint32_t pair;
        const char *from, *to;
    } rows[] = {
        { "same-network", "intra-node", 1, "client-intra-1", "server" },
        { "same-network", "", 1, "client-intra-1", "server" },
        { "different-network", "inter-node", 1, "client-inter-2", "server" },
        { "floating-ip", "inter-node", 3, "client-inter-2-3", "server-3" },
        { "same-network", "single-room", 12, "client-room-1-12", "server-room-12" },
        { "external", "", 1, "external-host", "server" },
        { "external", "", 2, "external-host", "server-2" },
    };
    struct os_options opt = usual();
    char from[64], to[64];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(
            blueprint_resolve(&opt, rows[i].path, rows[i].placement, rows[i].pair, from, to, NULL),
            0);
        assert_string_equal(from, rows[i].from);
        assert_string_equal(to, rows[i].to);
    }
}

static void refuses_paths_and_placements_that_there_are_not(void **state)
{
    struct os_options opt = usual();
    struct vmtp_error err = { 0 };
    char from[64], to[64];

    (void)state;
    assert_int_equal(blueprint_resolve(&opt, "direct", "", 1, from, to, &err), -EINVAL);
    assert_string_equal(err.text, "no path 'direct'");
    assert_int_equal(blueprint_resolve(&opt, "same-network", "far", 1, from, to, &err), -EINVAL);
    assert_string_equal(err.text,
                        "no placement 'far': there are intra-node, inter-node and single-room");
    assert_int_equal(blueprint_resolve(&opt, "external", "intra-node", 1, from, to, &err), -EINVAL);
    assert_string_equal(err.text, "path external has no placements");
}

/* ---- machines ---- */

static void one_set_of_five_machines_serves_the_six_flows(void **state)
{
    static const char *const paths_used[] = { "same-network", "different-network", "floating-ip" };
    struct os_options opt = usual();
    struct blueprint *blueprint;
    struct draft draft;

    (void)state;
    draft_begin(&draft);
    for (size_t i = 0; i < 3; i++) {
        draft_add(&draft, &opt, paths_used[i], "inter-node", 1, 4);
        draft_add(&draft, &opt, paths_used[i], "intra-node", 1, 4);
    }
    blueprint = made(&opt, &draft);
    assert_int_equal(blueprint->machine_count, 5);
    assert_int_equal(blueprint->node_count, 2);
    assert_int_equal(blueprint->network_count, 2);
    assert_true(blueprint->router);
    assert_int_equal(machine(blueprint, "server")->node, 0);
    assert_int_equal(machine(blueprint, "server")->side, OS_SERVER);
    assert_true(machine(blueprint, "server")->floats);
    assert_int_equal(machine(blueprint, "client-intra-2")->node, 0);
    assert_int_equal(machine(blueprint, "client-intra-2")->network, 2);
    assert_int_equal(machine(blueprint, "client-inter-1")->node, 1);
    assert_int_equal(machine(blueprint, "client-inter-1")->network, 1);
    assert_false(machine(blueprint, "client-inter-2")->floats);
    assert_null(machine_find(blueprint, "client-inter-3"));
    blueprint_free(blueprint);
}

static void pairs_of_one_placement_share_two_nodes(void **state)
{
    struct os_options opt = usual();
    struct blueprint *blueprint;
    struct draft draft;

    (void)state;
    draft_begin(&draft);
    for (uint32_t pair = 1; pair <= 4; pair++)
        draft_add(&draft, &opt, "same-network", "inter-node", pair, 4);
    blueprint = made(&opt, &draft);
    assert_int_equal(blueprint->machine_count, 8);
    assert_int_equal(blueprint->node_count, 2);
    assert_int_equal(blueprint->network_count, 1);
    assert_int_equal(machine(blueprint, "server-4")->node, 0);
    assert_int_equal(machine(blueprint, "client-inter-1-4")->node, 1);
    blueprint_free(blueprint);
}

static void in_a_single_room_each_machine_has_a_node_of_its_own(void **state)
{
    struct os_options opt = usual();
    struct blueprint *blueprint;
    struct draft draft;

    (void)state;
    draft_begin(&draft);
    draft_add(&draft, &opt, "same-network", "single-room", 1, 4);
    draft_add(&draft, &opt, "same-network", "single-room", 2, 4);
    blueprint = made(&opt, &draft);
    assert_int_equal(blueprint->node_count, 4);
    assert_int_equal(machine(blueprint, "server-room")->node, 0);
    assert_int_equal(machine(blueprint, "server-room-2")->node, 1);
    assert_int_equal(machine(blueprint, "client-room-1")->node, 2);
    assert_int_equal(machine(blueprint, "client-room-1-2")->node, 3);
    blueprint_free(blueprint);
}

static void machines_of_the_scenario_are_where_it_says(void **state)
{
    struct os_endpoint_options here = { .network = 1, .host = "nova:hv1" }, far = { .network = 2 };
    struct os_options opt = usual();
    struct blueprint *blueprint;
    struct draft draft;

    (void)state;
    draft_begin(&draft);
    draft_want(&draft, "a", &here);
    draft_want(&draft, "server", &far); /* a name of ours, but the scenario's */
    draft.routes[draft.route_table.count++] =
        (struct vmtp_route){ sizeof(struct vmtp_route), "", "", "a", "server", 4 };
    blueprint = made(&opt, &draft);
    assert_int_equal(blueprint->node_count, 0);
    assert_int_equal(blueprint->network_count, 2);
    assert_string_equal(machine(blueprint, "a")->host, "nova:hv1");
    assert_int_equal(machine(blueprint, "a")->node, OS_ANYWHERE);
    assert_int_equal(machine(blueprint, "a")->side, OS_CLIENT);
    assert_string_equal(machine(blueprint, "server")->host, "");
    assert_int_equal(machine(blueprint, "server")->network, 2);
    assert_int_equal(machine(blueprint, "server")->side, OS_SERVER);
    blueprint_free(blueprint);
}

static void the_external_host_is_no_machine_of_the_cloud(void **state)
{
    struct os_options opt = usual();
    struct blueprint *blueprint;
    struct draft draft;

    (void)state;
    opt.external_host = "root@192.0.2.1";
    draft_begin(&draft);
    draft_add(&draft, &opt, "external", "", 1, 4);
    blueprint = made(&opt, &draft);
    assert_int_equal(blueprint->machine_count, 1);
    assert_true(blueprint->external_host);
    assert_true(machine(blueprint, "server")->floats);
    blueprint_free(blueprint);
    opt.floating = false;
    blueprint = made(&opt, &draft);
    assert_false(machine(blueprint, "server")->floats);
    blueprint_free(blueprint);
}

static void on_an_existing_network_nothing_but_machines_is_made(void **state)
{
    struct os_options opt = usual();
    struct blueprint *blueprint;
    struct draft draft;

    (void)state;
    opt.network = "existing";
    draft_begin(&draft);
    draft_add(&draft, &opt, "same-network", "intra-node", 1, 6);
    blueprint = made(&opt, &draft);
    assert_int_equal(blueprint->network_count, 0);
    assert_false(blueprint->router);
    assert_int_equal(blueprint->machine_count, 2);
    blueprint_free(blueprint);
}

static void refuses_what_there_can_not_be(void **state)
{
    struct os_endpoint_options second = { .network = 2 };
    struct os_options opt = usual();
    struct draft draft;

    (void)state;
    draft_begin(&draft);
    draft_want(&draft, "server-0", NULL);
    refused(&opt, &draft, "there is no endpoint 'server-0' of this cloud's own");
    draft_begin(&draft);
    draft_want(&draft, "server-1", NULL); /* that is plain "server" */
    refused(&opt, &draft, "there is no endpoint 'server-1' of this cloud's own");
    draft_begin(&draft);
    draft_want(&draft, "client-intra-3", NULL);
    refused(&opt, &draft, "there is no endpoint 'client-intra-3' of this cloud's own");
    draft_begin(&draft);
    draft_want(&draft, "external-host", &second);
    refused(&opt, &draft, "endpoint external-host is the option's of that name");
    draft_begin(&draft);
    draft_add(&draft, &opt, "same-network", "", 1, 6);
    refused(&opt, &draft, "a flow of IPv6 with ipv6: off: slaac would do");
    opt.ipv6 = OS_IPV6_SLAAC;
    draft_begin(&draft);
    draft_add(&draft, &opt, "floating-ip", "", 1, 6);
    refused(&opt, &draft, "path floating-ip has no IPv6: floating addresses are IPv4");
    opt.network = "existing";
    draft_begin(&draft);
    draft_want(&draft, "a", &second);
    refused(&opt, &draft, "endpoint a: there is one network here, existing");
}

/* ---- needs ---- */

static void tells_how_many_things_a_run_makes(void **state)
{
    struct vmtp_need needs[OS_KIND_COUNT];
    struct os_options opt = usual();
    struct draft draft;
    char all[300] = "";
    int count;

    (void)state;
    opt.ipv6 = OS_IPV6_SLAAC;
    opt.flavor = "m1.small";
    draft_begin(&draft);
    draft_add(&draft, &opt, "different-network", "inter-node", 1, 4);
    for (size_t i = 0; i < OS_KIND_COUNT; i++)
        needs[i].size = sizeof *needs;
    count =
        blueprint_needs(&opt, &draft.want_table, &draft.route_table, needs, OS_KIND_COUNT, NULL);
    for (int i = 0; i < count; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%llu %s, ",
                 (unsigned long long)needs[i].count, needs[i].kind);
    assert_string_equal(all, "2 floating-ip, 2 server, 1 keypair, 4 router-interface, 1 router, "
                             "2 port, 4 subnet, 2 network, 1 security-group, ");
    needs[1].kind = NULL;
    assert_int_equal(blueprint_needs(&opt, &draft.want_table, &draft.route_table, needs, 1, NULL),
                     1);
    assert_null(needs[1].kind);
}

static void tells_only_what_it_makes(void **state)
{
    static const char *const group = "default";
    struct os_options opt = { .dhcp = true, .network = "existing", .flavor = "m1.small" };
    struct vmtp_need needs[OS_KIND_COUNT];
    struct draft draft;

    (void)state;
    opt.security_groups = (struct vmtp_list){ &group, 1 };
    draft_begin(&draft);
    draft_add(&draft, &opt, "same-network", "inter-node", 1, 4);
    for (size_t i = 0; i < OS_KIND_COUNT; i++)
        needs[i].size = sizeof *needs;
    assert_int_equal(
        blueprint_needs(&opt, &draft.want_table, &draft.route_table, needs, OS_KIND_COUNT, NULL),
        3);
    assert_string_equal(needs[0].kind, "server");
    assert_string_equal(needs[1].kind, "keypair");
    assert_string_equal(needs[2].kind, "port");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_the_paths_that_its_options_allow),
        cmocka_unit_test(a_provider_network_has_one_path),
        cmocka_unit_test(all_paths_but_external_have_placements),
        cmocka_unit_test(a_path_and_a_placement_name_two_machines),
        cmocka_unit_test(refuses_paths_and_placements_that_there_are_not),
        cmocka_unit_test(one_set_of_five_machines_serves_the_six_flows),
        cmocka_unit_test(pairs_of_one_placement_share_two_nodes),
        cmocka_unit_test(in_a_single_room_each_machine_has_a_node_of_its_own),
        cmocka_unit_test(machines_of_the_scenario_are_where_it_says),
        cmocka_unit_test(the_external_host_is_no_machine_of_the_cloud),
        cmocka_unit_test(on_an_existing_network_nothing_but_machines_is_made),
        cmocka_unit_test(refuses_what_there_can_not_be),
        cmocka_unit_test(tells_how_many_things_a_run_makes),
        cmocka_unit_test(tells_only_what_it_makes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
