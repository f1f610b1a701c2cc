/* SPDX-License-Identifier: Apache-2.0
 *
 * The paths that each topology offers, the endpoints they run between, and how one endpoint
 * reaches another.  Pure; see topology.h.
 */
#include "topology.h"

#include <arpa/inet.h>

#define SAME      "same-network"
#define DIFFERENT "different-network"
#define FLOATING  "floating-ip"
#define INTRA     "intra-node"
#define INTER     "inter-node"

static const struct vmtp_path pair_paths[] = {
    { "direct", "Two namespaces with one cable between them" },
};
static const struct vmtp_path cloud_paths[] = {
    { SAME, "Both endpoints in one network" },
    { DIFFERENT, "Through the router, between the two networks" },
    { FLOATING, "Through the router, between the networks, by floating addresses (NAT)" },
};

static const struct vmtp_table offers[] = {
    [FABRIC_PAIR] = VMTP_TABLE(pair_paths),
    [FABRIC_BRIDGE] = { cloud_paths, 1, sizeof *cloud_paths },
    [FABRIC_ROUTED] = { cloud_paths, 2, sizeof *cloud_paths },
    [FABRIC_CLOUD] = VMTP_TABLE(cloud_paths),
};

static const char *const cloud_placements[] = { INTRA, INTER, NULL };

/* Between which endpoints a path runs. */
static const struct run {
    int topology;
    const char *path, *placement, *from, *to;
} runs[] = {
    { FABRIC_PAIR, "direct", "", "a", "b" },
    { FABRIC_BRIDGE, SAME, "", "a", "b" },
    { FABRIC_ROUTED, SAME, "", "left-a", "left-b" },
    { FABRIC_ROUTED, DIFFERENT, "", "left-a", "right-a" },
    { FABRIC_CLOUD, SAME, INTRA, "n1-left-a", "n1-left-b" },
    { FABRIC_CLOUD, SAME, INTER, "n1-left-a", "n2-left-a" },
    { FABRIC_CLOUD, DIFFERENT, INTRA, "n1-left-a", "n1-right-a" },
    { FABRIC_CLOUD, DIFFERENT, INTER, "n1-left-a", "n2-right-a" },
    { FABRIC_CLOUD, FLOATING, INTRA, "n1-left-a", "n1-right-a" },
    { FABRIC_CLOUD, FLOATING, INTER, "n1-left-a", "n2-right-a" },
};
#define RUNS (sizeof runs / sizeof *runs)

int topology_paths(const struct fabric_options *opt, struct vmtp_table *ret)
{
    *ret = offers[opt->topology];
    return 0;
}

const char *const *topology_placements(const struct fabric_options *opt, const char *path)
{
    (void)path;
    return opt->topology == FABRIC_CLOUD ? cloud_placements : NULL;
}

static bool path_known(const struct fabric_options *opt, const char *path)
{
    for (size_t i = 0; i < RUNS; i++)
        if (runs[i].topology == opt->topology && strcmp(runs[i].path, path) == 0)
            return true;
    return false;
}

static int refuse_path(const struct fabric_options *opt, const char *path, const char *placement,
                       struct vmtp_error *err)
{
    static const char *const lists[] = { "direct", SAME, SAME " and " DIFFERENT,
                                         SAME ", " DIFFERENT " and " FLOATING };

    if (!path_known(opt, path))
        return vmtp_fail(err, -EINVAL, "no path '%.60s' in this topology: it offers %s", path,
                         lists[opt->topology]);
    if (opt->topology != FABRIC_CLOUD)
        return vmtp_fail(err, -EINVAL,
                         "no placement '%.60s' here: only topology cloud has more than one node",
                         placement);
    return vmtp_fail(err, -EINVAL, "no placement '%.60s': there are " INTRA " and " INTER,
                     placement);
}

/* "n1-left-a", and "n1-left-a-2" of the second pair. */
static void name_make(char ret[64], const char *name, uint32_t pair)
{
    if (pair > 1)
        snprintf(ret, 64, "%s-%u", name, pair);
    else
        snprintf(ret, 64, "%s", name);
}

int topology_resolve(const struct fabric_options *opt, const char *path, const char *placement,
                     uint32_t pair, char ret_from[64], char ret_to[64], struct vmtp_error *err)
{
    if (pair > 1 && opt->topology == FABRIC_PAIR)
        return vmtp_fail(err, -EINVAL,
                         "topology pair has one pair of endpoints: use topology bridge");
    for (size_t i = 0; i < RUNS; i++) {
        const struct run *run = &runs[i];

        if (run->topology == opt->topology && strcmp(run->path, path) == 0 &&
            (strcmp(run->placement, placement) == 0 || !*placement)) {
            name_make(ret_from, run->from, pair);
            name_make(ret_to, run->to, pair);
            return 0;
        }
    }
    return refuse_path(opt, path, placement, err);
}

const struct place *topology_find(const struct topology *topology, const char *name)
{
    for (uint32_t i = 0; i < topology->place_count; i++)
        if (strcmp(topology->places[i].name, name) == 0)
            return &topology->places[i];
    return NULL;
}

/* Does the way between the two go over the link between the nodes?  The router is on node 1. */
static bool crosses_nodes(const struct topology *topology, const struct place *from,
                          const struct place *to)
{
    if (topology->opt.topology != FABRIC_CLOUD)
        return false;
    if (from->network == to->network)
        return from->node != to->node;
    return from->node != 1 || to->node != 1;
}

static int reach_address(const struct place *to, const struct vmtp_route *route,
                         struct vmtp_reach *ret, struct vmtp_error *err)
{
    bool floating = route->path && strcmp(route->path, FLOATING) == 0;
    const void *address = &to->ip4;

    if (floating && route->family == 6)
        return vmtp_fail(err, -EINVAL,
                         "floating addresses are IPv4 only, as in Neutron: use family 4, or path "
                         "different-network");
    if (floating)
        address = &to->floating;
    else if (route->family == 6)
        address = &to->ip6;
    if (!inet_ntop(route->family == 6 ? AF_INET6 : AF_INET, address, ret->address,
                   sizeof ret->address))
        return vmtp_fail(err, -errno, "no address of endpoint '%.60s'", to->name);
    return 0;
}

int topology_reach(const struct topology *topology, const struct vmtp_route *route,
                   struct vmtp_reach *ret, struct vmtp_error *err)
{
    const struct place *from = topology_find(topology, route->from);
    const struct place *to = topology_find(topology, route->to);
    struct vmtp_reach reach = { .size = sizeof reach, .mtu = topology->mtu };
    bool crosses;
    int r;

    if (!from || !to)
        return vmtp_fail(err, -ENOENT, "fabric has no endpoint '%.60s'",
                         from ? route->to : route->from);
    r = reach_address(to, route, &reach, err);
    if (r < 0)
        return r;
    crosses = crosses_nodes(topology, from, to);
    reach.overhead_bytes = FABRIC_ETHERNET + (crosses ? FABRIC_VXLAN_BYTES : 0);
    if (topology->opt.topology != FABRIC_CLOUD || crosses)
        reach.rate_bps = topology->opt.rate_bps;
    vmtp_give(ret, &reach, sizeof reach);
    return 0;
}
