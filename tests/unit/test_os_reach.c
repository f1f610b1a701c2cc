/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/reach.c: by which address a machine is reached over each path.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/reach.c"

/* A server on network 1, a client on network 2 and an external host. */
struct scene {
    struct deployment all;
    struct bp_machine plans[2];
    struct os_machine machines[3];
    struct os_proof proof;
    struct vmtp_self self;
    struct vmtp_reach reach;
    struct vmtp_error err;
};

static void scene_make(struct scene *scene)
{
    *scene = (struct scene){ .plans = { { .network = 1 }, { .network = 2 } } };
    scene->machines[0] = (struct os_machine){ .plan = &scene->plans[0], .name = "server" };
    snprintf(scene->machines[0].port.ip4, VMTP_ADDRESS_MAX, "192.168.1.7");
    snprintf(scene->machines[0].port.ip6, VMTP_ADDRESS_MAX, "2001:db8::7");
    snprintf(scene->machines[0].floating.id, OS_ID_MAX, "f");
    snprintf(scene->machines[0].floating.address, VMTP_ADDRESS_MAX, "203.0.113.7");
    scene->machines[1] = (struct os_machine){ .plan = &scene->plans[1], .name = "client" };
    scene->machines[2] = (struct os_machine){ .name = "external-host" };
    snprintf(scene->machines[2].place.peer, sizeof scene->machines[2].place.peer, "192.0.2.1");
    scene->all.networks[0].mtu = 1450;
    scene->all.networks[1].mtu = 1400;
    scene->all.machines = scene->machines;
    scene->all.machine_count = 3;
    scene->self.state = &scene->all;
    scene->reach.size = sizeof scene->reach;
}

static int reached(struct scene *scene, const char *path, const char *from, const char *to,
                   uint32_t family)
{
    struct vmtp_route route = { sizeof route, path, "", from, to, family };

    return deployment_reach(&scene->self, &route, &scene->reach, &scene->err);
}

static void a_machine_is_reached_by_the_address_of_the_path(void **state)
{
    static const struct {
        const char *path, *from;
        uint32_t family;
        const char *address;
    } rows[] = {
        { "same-network", "client", 4, "192.168.1.7" },
        { "different-network", "client", 6, "2001:db8::7" },
        { "floating-ip", "client", 4, "203.0.113.7" },
        { "external", "external-host", 4, "203.0.113.7" },
        { "external", "external-host", 6, "2001:db8::7" },
        { "", "client", 4, "192.168.1.7" },
    };
    struct scene scene;

    (void)state;
    scene_make(&scene);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(reached(&scene, rows[i].path, rows[i].from, "server", rows[i].family), 0);
        assert_string_equal(scene.reach.address, rows[i].address);
    }
    assert_int_equal(reached(&scene, "", "client", "external-host", 4), 0);
    assert_string_equal(scene.reach.address, "192.0.2.1");
}

static void where_nothing_floats_the_external_host_takes_the_fixed_address(void **state)
{
    struct scene scene;

    (void)state;
    scene_make(&scene);
    scene.machines[0].floating = (struct os_floating){ 0 };
    assert_int_equal(reached(&scene, "external", "external-host", "server", 4), 0);
    assert_string_equal(scene.reach.address, "192.168.1.7");
}

static void the_mtu_is_the_lesser_of_the_networks(void **state)
{
    struct scene scene;

    (void)state;
    scene_make(&scene);
    assert_int_equal(reached(&scene, "different-network", "client", "server", 4), 0);
    assert_int_equal(scene.reach.mtu, 1400);
    assert_int_equal(reached(&scene, "external", "external-host", "server", 4), 0);
    assert_int_equal(scene.reach.mtu, 1450);
    scene.all.networks[1].mtu = 0;
    assert_int_equal(reached(&scene, "different-network", "client", "server", 4), 0);
    assert_int_equal(scene.reach.mtu, 1450);
}

static void the_proof_of_a_route_stands_beside_it(void **state)
{
    struct scene scene;

    (void)state;
    scene_make(&scene);
    scene.proof = (struct os_proof){ .route = { sizeof(struct vmtp_route), "floating-ip",
                                                "inter-node", "client", "server", 4 },
                                     .text = "ttl 64: no router",
                                     .doubt = true };
    scene.all.proofs = &scene.proof;
    scene.all.proof_count = 1;
    assert_int_equal(reached(&scene, "floating-ip", "client", "server", 4), 0);
    assert_string_equal(scene.reach.proof, "ttl 64: no router");
    assert_int_equal(scene.reach.doubt, 1);
    assert_int_equal(reached(&scene, "different-network", "client", "server", 4), 0);
    assert_string_equal(scene.reach.proof, "");
    assert_int_equal(scene.reach.doubt, 0);
}

static void says_which_address_there_is_not(void **state)
{
    struct scene scene;

    (void)state;
    scene_make(&scene);
    assert_int_equal(reached(&scene, "floating-ip", "server", "client", 4), -EADDRNOTAVAIL);
    assert_string_equal(scene.err.text, "client has no floating address");
    assert_int_equal(reached(&scene, "", "server", "client", 6), -EADDRNOTAVAIL);
    assert_string_equal(scene.err.text, "client has no IPv6 address");
    assert_int_equal(reached(&scene, "", "server", "client", 4), -EADDRNOTAVAIL);
    assert_string_equal(scene.err.text, "client has no IPv4 address");
    assert_int_equal(reached(&scene, "", "server", "nobody", 4), -ENOENT);
    assert_string_equal(scene.err.text, "endpoint nobody is not deployed");
    assert_int_equal(reached(&scene, "", "none", "server", 4), -ENOENT);
    assert_string_equal(scene.err.text, "endpoint none is not deployed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_is_reached_by_the_address_of_the_path),
        cmocka_unit_test(where_nothing_floats_the_external_host_takes_the_fixed_address),
        cmocka_unit_test(the_mtu_is_the_lesser_of_the_networks),
        cmocka_unit_test(the_proof_of_a_route_stands_beside_it),
        cmocka_unit_test(says_which_address_there_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
