/* SPDX-License-Identifier: Apache-2.0
 *
 * A fabric as data: see topology.h.
 *
 * bridge, routed and cloud are one plan: a bridge for each network on each node that needs it,
 * joined by VXLAN where there are two nodes, and a router with a leg in each network where there
 * are two networks.  Addresses: 10.1.0.0/16 and fd76:6d74:70:1::/64 for left (and for pair), the
 * same with 2 for right; floating ones from 172.24.0.0/16; the nodes have 192.168.255.1 and .2.
 */
#include "topology.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define NODES         2
#define NETWORK_COUNT 2
#define ROUTER_HOST   0xfffe /* the router's leg: the last address of each network */

/* Indexed by node (1..2) and network (1..2). */
struct plan {
    struct topology *topology;
    uint32_t nodes[NODES + 1]; /* space */
    uint32_t bridges[NODES + 1][NETWORK_COUNT + 1];
};

static const char *const network_names[] = { "", "left", "right" };

/* ---- rules across options ---- */

static int check_impairment(const struct fabric_options *opt, struct vmtp_error *err)
{
    if (opt->jitter_ns && opt->jitter_ns > opt->delay_ns)
        return vmtp_fail(err, -EINVAL,
                         "jitter must not be longer than delay: no packet can "
                         "arrive before it was sent");
    return 0;
}

static int check_shaper(const struct fabric_options *opt, struct vmtp_error *err)
{
    uint64_t frame_bytes = opt->mtu_bytes + FABRIC_ETHERNET;

    if (opt->burst_bytes && !opt->rate_bps)
        return vmtp_fail(err, -EINVAL, "burst without rate: there is no shaper it could be of");
    if (opt->rate_bps && opt->rate_bps < 64000)
        return vmtp_fail(err, -EINVAL, "rate must be 0 (unshaped) or at least 64K");
    if (opt->burst_bytes && opt->burst_bytes < frame_bytes)
        return vmtp_fail(err, -EINVAL,
                         "burst must hold one frame, which is %llu bytes with this mtu",
                         (unsigned long long)frame_bytes);
    return 0;
}

int topology_check(const struct fabric_options *opt, struct vmtp_error *err)
{
    int r;

    if (opt->topology == FABRIC_CLOUD && opt->mtu_bytes < 1280 + FABRIC_VXLAN_BYTES)
        return vmtp_fail(err, -EINVAL,
                         "mtu must be at least 1330 in topology cloud: VXLAN takes 50 bytes of it "
                         "and IPv6 needs 1280");
    r = check_shaper(opt, err);
    return r < 0 ? r : check_impairment(opt, err);
}

/* ---- addresses ---- */

static struct in_addr address4(uint32_t value)
{
    return (struct in_addr){ htonl(value) };
}

static struct in_addr network_address4(uint32_t network, uint32_t host)
{
    return address4(10u << 24 | network << 16 | host);
}

static struct in6_addr network_address6(uint32_t network, uint32_t host)
{
    struct in6_addr address = { .s6_addr = { 0xfd, 0x76, 0x6d, 0x74, 0, 0x70 } };

    address.s6_addr[7] = (uint8_t)network;
    address.s6_addr[14] = (uint8_t)(host >> 8);
    address.s6_addr[15] = (uint8_t)host;
    return address;
}

static void port_address(struct port *port, uint32_t network, uint32_t host)
{
    port->ip4 = network_address4(network, host);
    port->prefix4 = 16;
    port->ip6 = network_address6(network, host);
    port->prefix6 = 64;
}

/* ---- parts ---- */

static uint32_t space_add(struct topology *topology, const char *name)
{
    struct space *space = &topology->spaces[topology->space_count];

    snprintf(space->name, sizeof space->name, "%s", name);
    return topology->space_count++;
}

VMTP_PRINTF(4, 5)
static uint32_t port_add(struct topology *topology, enum port_kind kind, uint32_t space,
                         const char *fmt, ...)
{
    struct port *port = &topology->ports[topology->port_count];
    va_list ap;

    port->kind = kind;
    port->space = space;
    port->peer = port->master = FABRIC_NONE;
    port->mtu = topology->mtu;
    va_start(ap, fmt);
    vsnprintf(port->name, sizeof port->name, fmt, ap);
    va_end(ap);
    return topology->port_count++;
}

static void port_join(struct topology *topology, uint32_t one, uint32_t other)
{
    topology->ports[one].peer = other;
    topology->ports[other].peer = one;
}

/* The shaper of a link stands at both of its ends, where each sends. */
static void port_shape_link(struct topology *topology, uint32_t port)
{
    topology->ports[port].shaped = topology->opt.rate_bps != 0;
    topology->ports[topology->ports[port].peer].shaped = topology->opt.rate_bps != 0;
}

/* An impairment stands where the endpoint sends, so each direction of a path has it once. */
static void port_impair(struct topology *topology, uint32_t port)
{
    const struct fabric_options *opt = &topology->opt;

    topology->ports[port].impaired = opt->delay_ns || opt->loss_percent > 0;
}

/* ---- endpoints ---- */

/* "a", "b", "a-2" */
static bool is_end(const char *name)
{
    if (*name != 'a' && *name != 'b')
        return false;
    if (name[1] == '\0')
        return true;
    return name[1] == '-' && name[2] && strspn(name + 2, "0123456789") == strlen(name + 2);
}

/* The cloud's own endpoints are called after where they are: "n2-left-a", "right-a", "a-2". */
static int place_read_name(struct place *place, struct vmtp_error *err)
{
    const char *name = place->name;

    place->node = 1;
    place->network = FABRIC_LEFT;
    if (name[0] == 'n' && (name[1] == '1' || name[1] == '2') && name[2] == '-') {
        place->node = (uint32_t)(name[1] - '0');
        name += 3;
    }
    if (strncmp(name, "left-", 5) == 0) {
        name += 5;
    } else if (strncmp(name, "right-", 6) == 0) {
        place->network = FABRIC_RIGHT;
        name += 6;
    }
    if (!is_end(name))
        return vmtp_fail(err, -EINVAL, "fabric has no endpoint '%.60s' of its own", place->name);
    return 0;
}

static int place_read_options(struct place *place, const struct fabric_options *opt,
                              const struct fabric_endpoint_options *wish, struct vmtp_error *err)
{
    bool networks = opt->topology == FABRIC_ROUTED || opt->topology == FABRIC_CLOUD;

    if (wish->network == FABRIC_RIGHT && !networks)
        return vmtp_fail(err, -EINVAL,
                         "endpoint '%.60s': only topologies routed and cloud have a network right",
                         place->name);
    if (wish->node && opt->topology != FABRIC_CLOUD)
        return vmtp_fail(err, -EINVAL, "endpoint '%.60s': only topology cloud has nodes",
                         place->name);
    place->network = wish->network == FABRIC_RIGHT ? FABRIC_RIGHT : FABRIC_LEFT;
    place->node = wish->node == 2 ? 2 : 1;
    return 0;
}

static int place_add(struct topology *topology, const struct vmtp_want *want,
                     struct vmtp_error *err)
{
    struct place *place = &topology->places[topology->place_count];
    uint32_t host = topology->place_count + 1;
    int r;

    if (topology_find(topology, want->name))
        return vmtp_fail(err, -EEXIST, "two endpoints are called '%.60s'", want->name);
    snprintf(place->name, sizeof place->name, "%s", want->name);
    r = want->opt ? place_read_options(place, &topology->opt, want->opt, err)
                  : place_read_name(place, err);
    if (r < 0)
        return r;
    place->ip4 = network_address4(place->network, host);
    place->ip6 = network_address6(place->network, host);
    place->floating = address4(172u << 24 | 24u << 16 | host);
    place->space = space_add(topology, place->name);
    topology->place_count++;
    return 0;
}

static uint32_t place_port(struct topology *topology, const struct place *place)
{
    uint32_t port = port_add(topology, PORT_VETH, place->space, "eth0");

    port_address(&topology->ports[port], place->network, (uint32_t)(place - topology->places) + 1);
    return port;
}

/* ---- topologies ---- */

static int plan_pair(struct topology *topology, struct vmtp_error *err)
{
    uint32_t a, b;

    if (topology->place_count != 2)
        return vmtp_fail(err, -EINVAL,
                         "topology pair has two endpoints, but the flows use %u: use topology "
                         "bridge",
                         topology->place_count);
    a = place_port(topology, &topology->places[0]);
    b = place_port(topology, &topology->places[1]);
    port_join(topology, a, b);
    port_shape_link(topology, a);
    port_impair(topology, a);
    port_impair(topology, b);
    return 0;
}

static bool network_used(const struct topology *topology, uint32_t network)
{
    for (uint32_t i = 0; i < topology->place_count; i++)
        if (topology->places[i].network == network)
            return true;
    return false;
}

/* Is this network present on this node?  The router is on node 1 and has a leg in each. */
static bool bridge_needed(const struct topology *topology, uint32_t node, uint32_t network)
{
    if (node == 1 && topology->router != FABRIC_NONE)
        return true;
    for (uint32_t i = 0; i < topology->place_count; i++)
        if (topology->places[i].network == network && topology->places[i].node == node)
            return true;
    return false;
}

static void plan_bridges(struct plan *plan)
{
    struct topology *topology = plan->topology;

    for (uint32_t node = 1; node <= NODES; node++) {
        plan->nodes[node] = FABRIC_NONE;
        for (uint32_t network = 1; network <= NETWORK_COUNT; network++) {
            plan->bridges[node][network] = FABRIC_NONE;
            if (!bridge_needed(topology, node, network))
                continue;
            if (plan->nodes[node] == FABRIC_NONE) {
                plan->nodes[node] = space_add(topology, node == 1 ? "node-1" : "node-2");
                topology->spaces[plan->nodes[node]].switches = true;
            }
            plan->bridges[node][network] =
                port_add(topology, PORT_BRIDGE, plan->nodes[node], "br-%s", network_names[network]);
        }
    }
}

static void plan_places(struct plan *plan)
{
    struct topology *topology = plan->topology;

    for (uint32_t i = 0; i < topology->place_count; i++) {
        struct place *place = &topology->places[i];
        uint32_t inside = place_port(topology, place);
        uint32_t outside = port_add(topology, PORT_VETH, plan->nodes[place->node], "p%u", i);

        port_join(topology, inside, outside);
        topology->ports[outside].master = plan->bridges[place->node][place->network];
        if (topology->opt.topology != FABRIC_CLOUD) {
            port_shape_link(topology, inside);
            port_impair(topology, inside);
        }
        if (topology->router != FABRIC_NONE) {
            place->gateway4 = network_address4(place->network, ROUTER_HOST);
            place->gateway6 = network_address6(place->network, ROUTER_HOST);
        }
    }
}

static void plan_router(struct plan *plan)
{
    struct topology *topology = plan->topology;

    if (topology->router == FABRIC_NONE)
        return;
    topology->spaces[topology->router].forwards = true;
    for (uint32_t network = 1; network <= NETWORK_COUNT; network++) {
        const char *name = network_names[network];
        uint32_t leg = port_add(topology, PORT_VETH, topology->router, "%s", name);
        uint32_t outside = port_add(topology, PORT_VETH, plan->nodes[1], "r-%s", name);

        port_address(&topology->ports[leg], network, ROUTER_HOST);
        port_join(topology, leg, outside);
        topology->ports[outside].master = plan->bridges[1][network];
        if (topology->opt.topology == FABRIC_ROUTED)
            port_shape_link(topology, leg);
    }
}

static uint32_t plan_underlay_port(struct plan *plan, uint32_t node)
{
    struct topology *topology = plan->topology;
    uint32_t index = port_add(topology, PORT_VETH, plan->nodes[node], "eth0");
    struct port *port = &topology->ports[index];

    port->mtu = topology->mtu + FABRIC_VXLAN_BYTES;
    port->ip4 = address4(192u << 24 | 168u << 16 | 255u << 8 | node);
    port->prefix4 = 24;
    port_impair(topology, index);
    return index;
}

static void plan_vxlan(struct plan *plan, uint32_t network, const uint32_t underlay[NODES + 1])
{
    struct topology *topology = plan->topology;

    for (uint32_t node = 1; node <= NODES; node++) {
        uint32_t index =
            port_add(topology, PORT_VXLAN, plan->nodes[node], "vx-%s", network_names[network]);
        struct port *port = &topology->ports[index];

        port->master = plan->bridges[node][network];
        port->vni = FABRIC_VNI + network - 1;
        port->local = topology->ports[underlay[node]].ip4;
        port->remote = topology->ports[underlay[NODES + 1 - node]].ip4;
    }
}

static void plan_underlay(struct plan *plan)
{
    struct topology *topology = plan->topology;
    uint32_t underlay[NODES + 1] = { FABRIC_NONE };

    if (plan->nodes[1] == FABRIC_NONE || plan->nodes[2] == FABRIC_NONE)
        return;
    for (uint32_t node = 1; node <= NODES; node++)
        underlay[node] = plan_underlay_port(plan, node);
    port_join(topology, underlay[1], underlay[2]);
    port_shape_link(topology, underlay[1]);
    for (uint32_t network = 1; network <= NETWORK_COUNT; network++)
        if (plan->bridges[1][network] != FABRIC_NONE && plan->bridges[2][network] != FABRIC_NONE)
            plan_vxlan(plan, network, underlay);
}

static void plan_networks(struct topology *topology)
{
    struct plan plan = { .topology = topology };

    if (network_used(topology, FABRIC_LEFT) && network_used(topology, FABRIC_RIGHT))
        topology->router = space_add(topology, "router");
    plan_bridges(&plan);
    plan_places(&plan);
    plan_router(&plan);
    plan_underlay(&plan);
}

/* ---- all of it ---- */

static const void *row(const struct vmtp_table *table, uint32_t i)
{
    return (const char *)table->rows + (size_t)i * table->stride;
}

/* Room for the endpoints, two nodes and a router, with all the ports that these can have. */
static struct topology *topology_new(const struct fabric_options *opt, uint32_t wanted)
{
    struct topology *topology = calloc(1, sizeof *topology);

    if (!topology)
        return NULL;
    topology->opt = *opt;
    topology->mtu = (uint32_t)opt->mtu_bytes;
    if (opt->topology == FABRIC_CLOUD)
        topology->mtu -= FABRIC_VXLAN_BYTES;
    topology->router = FABRIC_NONE;
    topology->spaces = calloc(wanted + NODES + 1, sizeof *topology->spaces);
    topology->ports = calloc(2 * (size_t)wanted + 16, sizeof *topology->ports);
    topology->places = calloc(wanted + 1, sizeof *topology->places);
    if (!topology->spaces || !topology->ports || !topology->places) {
        topology_free(topology);
        return NULL;
    }
    return topology;
}

void topology_free(struct topology *topology)
{
    if (!topology)
        return;
    free(topology->spaces);
    free(topology->ports);
    free(topology->places);
    free(topology);
}

static int topology_plan(struct topology *topology, const struct vmtp_table *wants,
                         struct vmtp_error *err)
{
    for (uint32_t i = 0; i < wants->count; i++) {
        int r = place_add(topology, row(wants, i), err);

        if (r < 0)
            return r;
    }
    if (topology->opt.topology == FABRIC_PAIR)
        return plan_pair(topology, err);
    plan_networks(topology);
    return 0;
}

/* Both ends: the client is seen by its floating address too. */
static void route_float(struct topology *topology, const struct vmtp_route *route)
{
    topology->floats = true;
    for (uint32_t i = 0; i < topology->place_count; i++) {
        struct place *place = &topology->places[i];

        if (strcmp(place->name, route->from) == 0 || strcmp(place->name, route->to) == 0)
            place->floats = true;
    }
}

/* What the routes need beyond the endpoints; refuses those that there can't be. */
static int topology_route(struct topology *topology, const struct vmtp_table *routes,
                          struct vmtp_error *err)
{
    for (uint32_t i = 0; i < routes->count; i++) {
        const struct vmtp_route *route = row(routes, i);
        struct vmtp_reach reach = { .size = sizeof reach };
        int r = topology_reach(topology, route, &reach, err);

        if (r < 0)
            return r;
        if (route->family == 6)
            topology->needs_ip6 = true;
        if (route->path && strcmp(route->path, "floating-ip") == 0)
            route_float(topology, route);
    }
    return 0;
}

int topology_make(const struct fabric_options *opt, const struct vmtp_table *wants,
                  const struct vmtp_table *routes, struct topology **ret, struct vmtp_error *err)
{
    struct topology *topology;
    int r;

    if (wants->count > FABRIC_ENDPOINTS_MAX)
        return vmtp_fail(err, -E2BIG, "fabric makes at most %d endpoints, not %u",
                         FABRIC_ENDPOINTS_MAX, wants->count);
    topology = topology_new(opt, wants->count);
    if (!topology)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = topology_plan(topology, wants, err);
    if (r == 0)
        r = topology_route(topology, routes, err);
    if (r < 0) {
        topology_free(topology);
        return r;
    }
    *ret = topology;
    return 0;
}
