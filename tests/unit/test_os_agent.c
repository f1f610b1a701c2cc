/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/agent.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/agent.c"

#include <stdlib.h>

static const char mixed[] =
    "[{'agent_type': 'DHCP agent', 'host': 'hv1', 'configurations': {}},"
    " {'agent_type': 'Linux bridge agent', 'host': 'vm', 'configurations': {"
    "  'interface_mappings': {'physnet1': 'eth1', 'physnet2': 'eth2'},"
    "  'bridge_mappings': {'public': 'br-ex'}, 'tunneling_ip': '10.77.0.1'}},"
    " {'agent_type': 'NIC Switch agent', 'host': 'hv1.example.org', 'configurations': {}},"
    " {'agent_type': 'Open vSwitch agent', 'host': 'hv1.example.org', 'configurations': {"
    "  'bridge_mappings': {'physnet1': 'br-data'}, 'tunneling_ip': null}},"
    " {'agent_type': 'OVN Controller Gateway agent', 'host': 'gw', 'configurations': {"
    "  'bridge-mappings': 'public:br-ex,physnet1:br-data'}}]";

static json_t *agents_of(const char *text)
{
    char *copy = strdup(text);
    json_t *agents;

    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    agents = json_loads(copy, 0, NULL);
    free(copy);
    assert_non_null(agents);
    return agents;
}

static const char *found(json_t *agents, const char *host, bool direct)
{
    json_t *agent = agent_find(agents, &host, 1, direct);

    return agent ? agent_type(agent) : "none";
}

static void prefers_the_agent_of_the_servers_host(void **state)
{
    json_t *agents = agents_of(mixed), *none = json_array();

    (void)state;
    assert_string_equal(found(agents, "vm", false), "Linux bridge agent");
    assert_string_equal(found(agents, "hv1", false), "Open vSwitch agent");
    assert_string_equal(found(agents, "hv1", true), "NIC Switch agent");
    assert_string_equal(found(agents, "gw", false), "OVN Controller agent");
    assert_string_equal(found(agents, "hv", false), "Open vSwitch agent"); /* of any */
    assert_string_equal(found(agents, "", false), "Open vSwitch agent");
    assert_string_equal(found(none, "vm", false), "none");
    json_decref(agents);
    json_decref(none);
}

static void physical_is(json_t *agents, const char *host, const char *network, const char *wanted,
                        bool bridge)
{
    json_t *agent = agent_find(agents, &host, 1, false);
    char name[16] = "";
    bool is_bridge;

    assert_int_equal(agent_physical(agent, network, name, sizeof name, &is_bridge),
                     *wanted != '\0');
    assert_string_equal(name, wanted);
    if (*wanted)
        assert_int_equal(is_bridge, bridge);
}

static void knows_what_a_physical_network_is_on(void **state)
{
    json_t *agents = agents_of(mixed);

    (void)state;
    physical_is(agents, "vm", "physnet2", "eth2", false);
    physical_is(agents, "vm", "public", "br-ex", false); /* of the kernel */
    physical_is(agents, "vm", "", "br-ex", false);
    physical_is(agents, "vm", "nowhere", "", false);
    physical_is(agents, "hv1", "physnet1", "br-data", true);
    physical_is(agents, "hv1", "", "br-data", true); /* the only one */
    physical_is(agents, "gw", "physnet1", "br-data", true);
    physical_is(agents, "gw", "public", "br-ex", true);
    physical_is(agents, "gw", "", "", true);
    physical_is(agents, "gw", "physnet", "", true);
    json_decref(agents);
}

static void knows_the_end_of_tunnels(void **state)
{
    json_t *agents = agents_of(mixed);
    const char *host = "vm";

    (void)state;
    assert_string_equal(agent_tunnel(agent_find(agents, &host, 1, false)), "10.77.0.1");
    host = "hv1";
    assert_null(agent_tunnel(agent_find(agents, &host, 1, false)));
    json_decref(agents);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefers_the_agent_of_the_servers_host),
        cmocka_unit_test(knows_what_a_physical_network_is_on),
        cmocka_unit_test(knows_the_end_of_tunnels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
