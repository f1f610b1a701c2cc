/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of the pure parts of plugins/clouds/fabric: paths, plans, addresses, shapers, error texts.
 *
 * The test includes the files it tests; nothing is made on the machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/fabric/explain.c"
#include "../../plugins/clouds/fabric/path.c"
#include "../../plugins/clouds/fabric/privilege.c"
#include "../../plugins/clouds/fabric/shape.c"
#include "../../plugins/clouds/fabric/topology.c"

static struct fabric_options options_of(int topology)
{
    return (struct fabric_options){ .topology = topology, .mtu_bytes = 1500 };
}

/* Own endpoints by name; the list ends with NULL. */
static struct topology *made(const struct fabric_options *opt, const char *const *names,
                             const struct vmtp_route *routes, uint32_t route_count)
{
    struct vmtp_want wants[8] = { 0 };
    struct vmtp_table want_table = { wants, 0, sizeof *wants };
    struct vmtp_table route_table = { routes, route_count, sizeof *routes };
    struct topology *topology = NULL;
    struct vmtp_error err = { 0 };

    for (; names[want_table.count]; want_table.count++)
        wants[want_table.count] =
            (struct vmtp_want){ .size = sizeof *wants, .name = names[want_table.count] };
    if (topology_make(opt, &want_table, &route_table, &topology, &err) < 0)
        fail_msg("%s", err.text);
    return topology;
}

static int refused(const struct fabric_options *opt, const struct vmtp_want *wants, uint32_t count,
                   struct vmtp_error *err)
{
    struct vmtp_table want_table = { wants, count, sizeof *wants };
    struct vmtp_table none = { 0 };
    struct topology *topology = NULL;
    int r = topology_make(opt, &want_table, &none, &topology, err);

    assert_true(r < 0);
    assert_null(topology);
    return r;
}

static uint32_t count_ports(const struct topology *topology, enum port_kind kind)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < topology->port_count; i++)
        n += topology->ports[i].kind == kind;
    return n;
}

static uint32_t count_shaped(const struct topology *topology)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < topology->port_count; i++)
        n += topology->ports[i].shaped;
    return n;
}

/* ---- paths ---- */

static void resolves_each_path_of_each_topology(void **state)
{
    (void)state;
    for (int t = FABRIC_PAIR; t <= FABRIC_CLOUD; t++) {
        static const char *const nowhere[] = { "", NULL };
        struct fabric_options opt = options_of(t);
        const char *const *placements = topology_placements(&opt, SAME);
        struct vmtp_table paths;

        topology_paths(&opt, &paths);
        assert_true(paths.count >= 1);
        for (uint32_t i = 0; i < paths.count; i++) {
            const struct vmtp_path *path = row(&paths, i);

            for (const char *const *p = placements ? placements : nowhere; *p; p++) {
                char from[64], to[64];

                assert_int_equal(topology_resolve(&opt, path->name, *p, 1, from, to, NULL), 0);
                assert_string_not_equal(from, to);
            }
        }
    }
}

static void refuses_paths_it_does_not_have(void **state)
{
    struct fabric_options pair = options_of(FABRIC_PAIR), cloud = options_of(FABRIC_CLOUD);
    struct vmtp_error err = { 0 };
    char from[64] = "untouched", to[64];

    (void)state;
    assert_int_equal(topology_resolve(&pair, SAME, "", 1, from, to, &err), -EINVAL);
    assert_string_equal(err.text, "no path 'same-network' in this topology: it offers direct");
    assert_string_equal(from, "untouched");
    assert_int_equal(topology_resolve(&pair, "direct", INTRA, 1, from, to, &err), -EINVAL);
    assert_non_null(strstr(err.text, "only topology cloud has more than one node"));
    assert_int_equal(topology_resolve(&cloud, SAME, "elsewhere", 1, from, to, &err), -EINVAL);
    assert_string_equal(err.text, "no placement 'elsewhere': there are intra-node and inter-node");
}

static void gives_each_pair_endpoints_of_its_own(void **state)
{
    static const char *const names[] = { "n1-left-a", "n1-left-a-12", "n2-right-a-12", NULL };
    static const char *const wrong[] = { "a-", "a-x", "a-1x", "a12", "c" };
    struct fabric_options pair = options_of(FABRIC_PAIR), cloud = options_of(FABRIC_CLOUD);
    struct vmtp_error err = { 0 };
    struct topology *topology;
    char from[64], to[64];

    (void)state;
    assert_int_equal(topology_resolve(&cloud, FLOATING, INTER, 12, from, to, &err), 0);
    assert_string_equal(from, "n1-left-a-12");
    assert_string_equal(to, "n2-right-a-12");
    topology = made(&cloud, names, NULL, 0);
    assert_int_equal(topology->places[1].network, FABRIC_LEFT);
    assert_int_equal(topology->places[2].node, 2);
    assert_int_equal(topology->places[2].network, FABRIC_RIGHT);
    topology_free(topology);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refused(&cloud, &(struct vmtp_want){ .size = sizeof(struct vmtp_want), .name = wrong[i] },
                1, &err);
    assert_int_equal(topology_resolve(&pair, "direct", "", 2, from, to, &err), -EINVAL);
    assert_string_equal(err.text, "topology pair has one pair of endpoints: use topology bridge");
}

/* ---- plans ---- */

static void joins_a_pair_with_one_cable(void **state)
{
    static const char *const names[] = { "a", "b", NULL };
    struct fabric_options opt = options_of(FABRIC_PAIR);
    struct topology *topology;

    (void)state;
    opt.rate_bps = 1000000000;
    topology = made(&opt, names, NULL, 0);
    assert_int_equal(topology->space_count, 2);
    assert_int_equal(topology->port_count, 2);
    assert_int_equal(topology->ports[0].peer, 1);
    assert_int_equal(topology->ports[1].peer, 0);
    assert_int_equal(count_shaped(topology), 2);
    topology_free(topology);
}

static void makes_only_what_is_needed(void **state)
{
    static const char *const left[] = { "n1-left-a", "n1-left-b", NULL };
    static const char *const both[] = { "n1-left-a", "n2-right-a", NULL };
    struct fabric_options opt = options_of(FABRIC_CLOUD);
    struct topology *topology = made(&opt, left, NULL, 0);

    (void)state;
    assert_int_equal(topology->router, FABRIC_NONE);
    assert_int_equal(count_ports(topology, PORT_BRIDGE), 1);
    assert_int_equal(count_ports(topology, PORT_VXLAN), 0);
    assert_int_equal(topology->space_count, 3);
    topology_free(topology);

    topology = made(&opt, both, NULL, 0); /* left only on node 1, right on both */
    assert_int_not_equal(topology->router, FABRIC_NONE);
    assert_int_equal(count_ports(topology, PORT_BRIDGE), 3);
    assert_int_equal(count_ports(topology, PORT_VXLAN), 2);
    assert_int_equal(topology->space_count, 5);
    topology_free(topology);
}

static void shapes_each_link_but_of_a_cloud_only_that_between_nodes(void **state)
{
    static const char *const own[] = { "left-a", "right-a", NULL };
    static const char *const inter[] = { "n1-left-a", "n2-right-a", NULL };
    struct fabric_options opt = options_of(FABRIC_ROUTED);
    struct topology *topology;

    (void)state;
    opt.rate_bps = 100000000;
    topology = made(&opt, own, NULL, 0);
    assert_int_equal(count_shaped(topology), 8);
    topology_free(topology);
    opt.topology = FABRIC_CLOUD;
    topology = made(&opt, inter, NULL, 0);
    assert_int_equal(count_shaped(topology), 2);
    topology_free(topology);
}

static void gives_each_endpoint_its_own_addresses(void **state)
{
    static struct vmtp_want wants[FABRIC_ENDPOINTS_MAX];
    static char names[FABRIC_ENDPOINTS_MAX][8];
    struct fabric_endpoint_options wish = { .network = FABRIC_LEFT };
    struct vmtp_table table = { wants, FABRIC_ENDPOINTS_MAX, sizeof *wants }, none = { 0 };
    struct fabric_options opt = options_of(FABRIC_BRIDGE);
    struct topology *topology = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    for (int i = 0; i < FABRIC_ENDPOINTS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "e%d", i);
        wants[i] = (struct vmtp_want){ sizeof *wants, names[i], &wish };
    }
    assert_int_equal(topology_make(&opt, &table, &none, &topology, &err), 0);
    for (uint32_t i = 0; i < topology->place_count; i++)
        for (uint32_t j = 0; j < i; j++) {
            const struct place *a = &topology->places[i], *b = &topology->places[j];

            assert_int_not_equal(a->ip4.s_addr, b->ip4.s_addr);
            assert_int_not_equal(a->floating.s_addr, b->floating.s_addr);
            assert_memory_not_equal(&a->ip6, &b->ip6, sizeof a->ip6);
        }
    topology_free(topology);
}

static void refuses_endpoints_that_do_not_fit(void **state)
{
    struct fabric_endpoint_options right = { .network = FABRIC_RIGHT };
    struct fabric_endpoint_options node = { .network = FABRIC_LEFT, .node = 2 };
    struct vmtp_want one[] = { { sizeof *one, "x", &right } };
    struct vmtp_want on_node[] = { { sizeof *one, "x", &node } };
    struct vmtp_want twins[] = { { sizeof *one, "a", NULL }, { sizeof *one, "a", NULL } };
    struct vmtp_want stranger[] = { { sizeof *one, "moon", NULL } };
    struct fabric_options bridge = options_of(FABRIC_BRIDGE), pair = options_of(FABRIC_PAIR);
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(refused(&bridge, one, 1, &err), -EINVAL);
    assert_string_equal(err.text, "endpoint 'x': only topologies routed and cloud have a network "
                                  "right");
    assert_int_equal(refused(&bridge, on_node, 1, &err), -EINVAL);
    assert_string_equal(err.text, "endpoint 'x': only topology cloud has nodes");
    assert_int_equal(refused(&bridge, twins, 2, &err), -EEXIST);
    assert_int_equal(refused(&bridge, stranger, 1, &err), -EINVAL);
    assert_int_equal(refused(&pair, twins, 1, &err), -EINVAL);
    assert_string_equal(err.text, "topology pair has two endpoints, but the flows use 1: use "
                                  "topology bridge");
    assert_int_equal(refused(&bridge, one, FABRIC_ENDPOINTS_MAX + 1, &err), -E2BIG);
}

/* ---- reach ---- */

static void says_how_a_server_is_reached(void **state)
{
    static const char *const names[] = { "n1-left-a", "n2-right-a", "n1-left-b", NULL };
    static const struct vmtp_route routes[] = {
        { sizeof *routes, SAME, INTRA, "n1-left-a", "n1-left-b", 4 },
        { sizeof *routes, DIFFERENT, INTER, "n1-left-a", "n2-right-a", 6 },
        { sizeof *routes, FLOATING, INTER, "n1-left-a", "n2-right-a", 4 },
    };
    struct fabric_options opt = options_of(FABRIC_CLOUD);
    struct vmtp_reach reach = { .size = sizeof reach };
    struct topology *topology;

    (void)state;
    opt.rate_bps = 1000000000;
    topology = made(&opt, names, routes, 3);
    assert_true(topology->floats);
    assert_true(topology->needs_ip6);
    assert_true(topology_find(topology, "n1-left-a")->floats);
    assert_false(topology_find(topology, "n1-left-b")->floats);

    assert_int_equal(topology_reach(topology, &routes[0], &reach, NULL), 0);
    assert_string_equal(reach.address, "10.1.0.3");
    assert_int_equal(reach.mtu, 1450);
    assert_int_equal(reach.rate_bps, 0); /* does not leave the node */
    assert_int_equal(reach.overhead_bytes, 14);

    assert_int_equal(topology_reach(topology, &routes[1], &reach, NULL), 0);
    assert_string_equal(reach.address, "fd76:6d74:70:2::2");
    assert_int_equal(reach.rate_bps, 1000000000);
    assert_int_equal(reach.overhead_bytes, 64);

    assert_int_equal(topology_reach(topology, &routes[2], &reach, NULL), 0);
    assert_string_equal(reach.address, "172.24.0.2");
    topology_free(topology);
}

static void refuses_what_can_not_be_reached(void **state)
{
    static const char *const names[] = { "n1-left-a", "n1-right-a", NULL };
    struct fabric_options opt = options_of(FABRIC_CLOUD);
    struct topology *topology = made(&opt, names, NULL, 0);
    struct vmtp_route route = { sizeof route, FLOATING, INTRA, "n1-left-a", "n1-right-a", 6 };
    struct vmtp_reach reach = { .size = sizeof reach, .mtu = 7 };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(topology_reach(topology, &route, &reach, &err), -EINVAL);
    assert_non_null(strstr(err.text, "floating addresses are IPv4 only"));
    route.to = "nobody";
    assert_int_equal(topology_reach(topology, &route, &reach, &err), -ENOENT);
    assert_string_equal(err.text, "fabric has no endpoint 'nobody'");
    assert_int_equal(reach.mtu, 7);
    topology_free(topology);
}

/* ---- options ---- */

static void checks_rules_across_options(void **state)
{
    struct fabric_options opt = options_of(FABRIC_CLOUD);
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(topology_check(&opt, &err), 0);
    opt.mtu_bytes = 1329;
    assert_int_equal(topology_check(&opt, &err), -EINVAL);
    assert_non_null(strstr(err.text, "at least 1330"));
    opt = options_of(FABRIC_PAIR);
    opt.burst_bytes = 9000;
    assert_int_equal(topology_check(&opt, &err), -EINVAL);
    assert_non_null(strstr(err.text, "burst without rate"));
    opt.rate_bps = 1000;
    assert_int_equal(topology_check(&opt, &err), -EINVAL);
    assert_non_null(strstr(err.text, "at least 64K"));
    opt.rate_bps = 1000000;
    opt.burst_bytes = 1513;
    assert_int_equal(topology_check(&opt, &err), -EINVAL);
    assert_string_equal(err.text, "burst must hold one frame, which is 1514 bytes with this mtu");
    opt.burst_bytes = 1514;
    assert_int_equal(topology_check(&opt, &err), 0);
    opt.jitter_ns = 1;
    assert_int_equal(topology_check(&opt, &err), -EINVAL);
    assert_non_null(strstr(err.text, "jitter must not be longer than delay"));
}

static void sizes_the_bucket_and_the_queue(void **state)
{
    struct fabric_options opt = options_of(FABRIC_PAIR);
    struct shape shape;

    (void)state;
    opt.rate_bps = 1000000000;
    shape = shape_plan(&opt, 1500);
    assert_int_equal(shape.rate_bytes, 125000000);
    assert_int_equal(shape.burst_bytes, 1514 + 125000);
    assert_int_equal(shape.limit_bytes, 1514 + 125000 + 6250000);
    opt.rate_bps = 10000000;
    assert_int_equal(shape_plan(&opt, 1500).limit_bytes, 1514 + 1250 + 262144);
    opt.queue_ns = 5000000; /* asked for, so taken */
    assert_int_equal(shape_plan(&opt, 1500).limit_bytes, 1514 + 1250 + 6250);
    opt.burst_bytes = 20000;
    assert_int_equal(shape_plan(&opt, 1500).burst_bytes, 20000);
    opt.loss_percent = 100;
    assert_int_equal(shape_plan(&opt, 1500).loss, UINT32_MAX);
    opt.loss_percent = 50;
    assert_int_equal(shape_plan(&opt, 1500).loss, 0x80000000);
}

/* ---- errors ---- */

static void names_what_the_kernel_lacks(void **state)
{
    static const char *const names[] = { "a", "b", NULL };
    struct fabric_options opt = options_of(FABRIC_PAIR);
    struct topology *topology = made(&opt, names, NULL, 0);
    struct build_report report = { .kind = BUILD_FAILED, .step = BUILD_IMPAIR, .code = -ENOENT };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(build_explain(topology, &report, &err), -EOPNOTSUPP);
    assert_string_equal(err.text, "fabric: delay, jitter and loss need netem, which this kernel "
                                  "lacks (CONFIG_NET_SCH_NETEM)");
    report = (struct build_report){ .step = BUILD_LINK, .code = -EOPNOTSUPP };
    build_explain(topology, &report, &err);
    assert_non_null(strstr(err.text, "(CONFIG_VETH)"));
    report = (struct build_report){
        .step = BUILD_MASTER, .index = 1, .code = -EBUSY, .detail = "why not"
    };
    assert_int_equal(build_explain(topology, &report, &err), -EBUSY);
    assert_string_equal(err.text, "fabric: namespace 'b', interface 'eth0': can't join its bridge: "
                                  "Device or resource busy: why not");
    report = (struct build_report){
        .step = BUILD_SETTING, .index = 1, .code = -EROFS, .detail = "/proc/x"
    };
    build_explain(topology, &report, &err);
    assert_string_equal(err.text, "fabric: namespace 'b': can't write a kernel setting: Read-only "
                                  "file system: /proc/x");
    topology_free(topology);
}

static void says_which_privilege_is_missing(void **state)
{
    struct privilege_facts fine = { 1000, 1000, -1, -1 };
    struct privilege_facts none = { 0, 1000, -1, -1 };
    struct privilege_facts debian = { 1000, 1000, 0, -1 };
    struct privilege_facts ubuntu = { 1000, 1000, 1, 1 };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(privilege_explain(&none, PRIVILEGE_USER, -ENOSPC, &err), -ENOSPC);
    assert_non_null(strstr(err.text, "user.max_user_namespaces=0"));
    assert_non_null(strstr(err.text, "or use cloud local"));
    privilege_explain(&debian, PRIVILEGE_USER, -EPERM, &err);
    assert_non_null(strstr(err.text, "kernel.unprivileged_userns_clone=0"));
    privilege_explain(&ubuntu, PRIVILEGE_SPACE, -EPERM, &err);
    assert_non_null(strstr(err.text, "AppArmor"));
    privilege_explain(&ubuntu, PRIVILEGE_MAP, -EPERM, &err);
    assert_non_null(strstr(err.text, "AppArmor"));
    privilege_explain(&fine, PRIVILEGE_USER, -EINVAL, &err);
    assert_non_null(strstr(err.text, "CONFIG_USER_NS"));
    privilege_explain(&fine, PRIVILEGE_SPACE, -EINVAL, &err);
    assert_non_null(strstr(err.text, "CONFIG_NET_NS"));
    privilege_explain(&fine, PRIVILEGE_USER, -EPERM, &err);
    assert_non_null(strstr(err.text, "seccomp"));
    privilege_explain(&fine, PRIVILEGE_SPACE, -ENOSPC, &err);
    assert_non_null(strstr(err.text, "user.max_net_namespaces"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves_each_path_of_each_topology),
        cmocka_unit_test(gives_each_pair_endpoints_of_its_own),
        cmocka_unit_test(refuses_paths_it_does_not_have),
        cmocka_unit_test(joins_a_pair_with_one_cable),
        cmocka_unit_test(makes_only_what_is_needed),
        cmocka_unit_test(shapes_each_link_but_of_a_cloud_only_that_between_nodes),
        cmocka_unit_test(gives_each_endpoint_its_own_addresses),
        cmocka_unit_test(refuses_endpoints_that_do_not_fit),
        cmocka_unit_test(says_how_a_server_is_reached),
        cmocka_unit_test(refuses_what_can_not_be_reached),
        cmocka_unit_test(checks_rules_across_options),
        cmocka_unit_test(sizes_the_bucket_and_the_queue),
        cmocka_unit_test(names_what_the_kernel_lacks),
        cmocka_unit_test(says_which_privilege_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
