/* SPDX-License-Identifier: Apache-2.0
 *
 * Which machines and networks a run takes: see blueprint.h.
 */
#include "blueprint.h"

#include <stdlib.h>

#include "kind.h"

/* The same for every path but external. */
static const char *const placements[] = { OS_INTRA, OS_INTER, OS_ROOM, NULL };

/* In this order, what any set of options offers stands in one piece. */
static const struct vmtp_path paths[] = {
    { OS_EXTERNAL, "From the external host to a machine" },
    { OS_SAME, "Both machines in one network" },
    { OS_DIFFERENT, "Through the router, between the two networks" },
    { OS_FLOATING, "Through the router, to the other's floating address (NAT)" },
};
enum { EXTERNAL, SAME, DIFFERENT, FLOATING, PATHS };

/* ---- paths ---- */

static void paths_give(const struct os_options *opt, size_t end, struct vmtp_table *ret)
{
    size_t begin = opt->external_host ? EXTERNAL : SAME;

    *ret = (struct vmtp_table){ paths + begin, (uint32_t)(end - begin), sizeof *paths };
}

int blueprint_paths(const void *opt, struct vmtp_table *ret, struct vmtp_error *err)
{
    const struct os_options *options = opt;

    (void)err;
    paths_give(options, options->network ? DIFFERENT : options->floating ? PATHS : FLOATING, ret);
    return 0;
}

int provider_paths(const void *opt, struct vmtp_table *ret, struct vmtp_error *err)
{
    (void)err;
    paths_give(opt, DIFFERENT, ret);
    return 0;
}

const char *const *blueprint_placements(const void *opt, const char *path)
{
    (void)opt;
    return strcmp(path, OS_EXTERNAL) == 0 ? NULL : placements;
}

VMTP_PRINTF(3, 4)
static void name_make(char ret[64], uint32_t pair, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(ret, 64, fmt, ap);
    va_end(ap);
    if (pair > 1)
        snprintf(ret + strlen(ret), 64 - strlen(ret), "-%u", pair);
}

static int resolve_external(const char *placement, uint32_t pair, char ret_from[64],
                            char ret_to[64], struct vmtp_error *err)
{
    if (*placement)
        return vmtp_fail(err, -EINVAL, "path " OS_EXTERNAL " has no placements");
    snprintf(ret_from, 64, OS_EXTERNAL_HOST);
    name_make(ret_to, pair, "server");
    return 0;
}

int blueprint_resolve(const void *opt, const char *path, const char *placement, uint32_t pair,
                      char ret_from[64], char ret_to[64], struct vmtp_error *err)
{
    int network = strcmp(path, OS_SAME) == 0 ? 1 : 2;

    (void)opt;
    if (strcmp(path, OS_EXTERNAL) == 0)
        return resolve_external(placement, pair, ret_from, ret_to, err);
    if (network == 2 && strcmp(path, OS_DIFFERENT) != 0 && strcmp(path, OS_FLOATING) != 0)
        return vmtp_fail(err, -EINVAL, "no path '%.60s'", path);
    if (!*placement || strcmp(placement, OS_INTRA) == 0)
        name_make(ret_from, pair, "client-intra-%d", network);
    else if (strcmp(placement, OS_INTER) == 0)
        name_make(ret_from, pair, "client-inter-%d", network);
    else if (strcmp(placement, OS_ROOM) == 0)
        name_make(ret_from, pair, "client-room-%d", network);
    else
        return vmtp_fail(err, -EINVAL,
                         "no placement '%.60s': there are " OS_INTRA ", " OS_INTER " and " OS_ROOM,
                         placement);
    name_make(ret_to, pair, strcmp(placement, OS_ROOM) == 0 ? "server-room" : "server");
    return 0;
}

/* ---- machines ---- */

enum { HOME, AWAY, ROOM }; /* nodes, until they are counted; of ROOM each machine has one */

static const struct own {
    const char *stem;
    enum os_side side;
    unsigned int network;
    uint32_t node;
} owns[] = {
    { "server", OS_SERVER, 1, HOME },         { "client-intra-1", OS_CLIENT, 1, HOME },
    { "client-intra-2", OS_CLIENT, 2, HOME }, { "client-inter-1", OS_CLIENT, 1, AWAY },
    { "client-inter-2", OS_CLIENT, 2, AWAY }, { "server-room", OS_SERVER, 1, ROOM },
    { "client-room-1", OS_CLIENT, 1, ROOM },  { "client-room-2", OS_CLIENT, 2, ROOM },
};

/* "" or the number of a pair that has one: "-2" and up. */
static bool is_pair(const char *text)
{
    return !*text ||
           (text[0] == '-' && text[1] >= '1' && text[1] <= '9' && strcmp(text, "-1") != 0 &&
            strspn(text + 1, "0123456789") == strlen(text + 1));
}

static const struct own *own_find(const char *name)
{
    for (size_t i = 0; i < sizeof owns / sizeof *owns; i++) {
        size_t len = strlen(owns[i].stem);

        if (strncmp(name, owns[i].stem, len) == 0 && is_pair(name + len))
            return &owns[i];
    }
    return NULL;
}

static const void *row(const struct vmtp_table *table, uint32_t i)
{
    return (const char *)table->rows + (size_t)i * table->stride;
}

/* A machine that the scenario names itself. */
static int machine_read(struct bp_machine *machine, const struct os_options *opt,
                        const struct os_endpoint_options *wish, struct vmtp_error *err)
{
    if (wish->network == 2 && opt->network)
        return vmtp_fail(err, -EINVAL, "endpoint %s: there is one network here, %s", machine->name,
                         opt->network);
    machine->side = OS_CLIENT;
    machine->network = (unsigned int)wish->network;
    machine->node = OS_ANYWHERE;
    machine->host = wish->host ? wish->host : "";
    return 0;
}

static int machine_add(struct blueprint *blueprint, const struct vmtp_want *want,
                       struct vmtp_error *err)
{
    struct bp_machine *machine = &blueprint->machines[blueprint->machine_count];
    const struct own *own = own_find(want->name);

    if (strcmp(want->name, OS_EXTERNAL_HOST) == 0) {
        blueprint->external_host = true;
        return want->opt ? vmtp_fail(err, -EINVAL,
                                     "endpoint " OS_EXTERNAL_HOST " is the option's of that name")
                         : 0;
    }
    snprintf(machine->name, sizeof machine->name, "%s", want->name);
    blueprint->machine_count++;
    if (want->opt)
        return machine_read(machine, blueprint->opt, want->opt, err);
    if (!own)
        return vmtp_fail(err, -EINVAL, "there is no endpoint '%.60s' of this cloud's own",
                         want->name);
    machine->side = own->side;
    machine->network = own->network;
    machine->node = own->node == ROOM ? ROOM + blueprint->machine_count : own->node;
    machine->host = "";
    return 0;
}

/* Number the nodes, the servers' first. */
static void nodes_count(struct blueprint *blueprint)
{
    uint32_t known[ROOM] = { OS_ANYWHERE, OS_ANYWHERE };

    for (int side = OS_SERVER; side <= OS_CLIENT; side++)
        for (uint32_t i = 0; i < blueprint->machine_count; i++) {
            struct bp_machine *machine = &blueprint->machines[i];

            if ((int)machine->side != side || machine->node == OS_ANYWHERE)
                continue;
            if (machine->node >= ROOM)
                machine->node = blueprint->node_count++;
            else if (known[machine->node] != OS_ANYWHERE)
                machine->node = known[machine->node];
            else
                machine->node = known[machine->node] = blueprint->node_count++;
        }
}

/* ---- routes ---- */

static int family_check(const struct os_options *opt, const struct vmtp_route *route,
                        struct vmtp_error *err)
{
    bool floats = strcmp(route->path, OS_FLOATING) == 0;

    if (route->family != 6)
        return 0;
    if (floats)
        return vmtp_fail(err, -EINVAL,
                         "path " OS_FLOATING " has no IPv6: floating addresses are "
                         "IPv4");
    if (opt->ipv6 == OS_IPV6_OFF && !opt->network)
        return vmtp_fail(err, -EINVAL, "a flow of IPv6 with ipv6: off: slaac would do");
    return 0;
}

static int route_add(struct blueprint *blueprint, const struct vmtp_route *route,
                     struct vmtp_error *err)
{
    bool floats = strcmp(route->path, OS_FLOATING) == 0 ||
                  (strcmp(route->path, OS_EXTERNAL) == 0 && blueprint->opt->floating);

    for (uint32_t i = 0; i < blueprint->machine_count; i++) {
        struct bp_machine *machine = &blueprint->machines[i];

        if (strcmp(machine->name, route->to) != 0)
            continue;
        machine->side = OS_SERVER;
        machine->floats = machine->floats || floats;
    }
    return family_check(blueprint->opt, route, err);
}

/* ---- all of it ---- */

static struct blueprint *blueprint_new(const struct os_options *opt, uint32_t wanted)
{
    struct blueprint *blueprint = calloc(1, sizeof *blueprint);

    if (!blueprint)
        return NULL;
    blueprint->opt = opt;
    blueprint->machines = calloc(wanted + 1, sizeof *blueprint->machines);
    if (!blueprint->machines) {
        free(blueprint);
        return NULL;
    }
    return blueprint;
}

void blueprint_free(struct blueprint *blueprint)
{
    if (!blueprint)
        return;
    free(blueprint->machines);
    free(blueprint);
}

static int blueprint_plan(struct blueprint *blueprint, const struct vmtp_table *wants,
                          const struct vmtp_table *routes, struct vmtp_error *err)
{
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < wants->count; i++)
        r = machine_add(blueprint, row(wants, i), err);
    for (uint32_t i = 0; r == 0 && i < routes->count; i++)
        r = route_add(blueprint, row(routes, i), err);
    for (uint32_t i = 0; i < blueprint->machine_count && !blueprint->opt->network; i++)
        if (blueprint->machines[i].network > blueprint->network_count)
            blueprint->network_count = blueprint->machines[i].network;
    blueprint->router = blueprint->network_count > 0;
    nodes_count(blueprint);
    return r;
}

int blueprint_make(const struct os_options *opt, const struct vmtp_table *wants,
                   const struct vmtp_table *routes, struct blueprint **ret, struct vmtp_error *err)
{
    struct blueprint *blueprint = blueprint_new(opt, wants->count);
    int r;

    if (!blueprint)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = blueprint_plan(blueprint, wants, routes, err);
    if (r < 0) {
        blueprint_free(blueprint);
        return r;
    }
    *ret = blueprint;
    return 0;
}

const struct bp_machine *blueprint_gate(const struct blueprint *blueprint)
{
    for (uint32_t i = 0; i < blueprint->machine_count; i++)
        if (blueprint->machines[i].side == OS_SERVER)
            return &blueprint->machines[i];
    return blueprint->machines;
}

/* ---- needs ---- */

void blueprint_count(const struct blueprint *blueprint, uint64_t ret[])
{
    const struct os_options *opt = blueprint->opt;
    uint64_t subnets = blueprint->network_count * (opt->ipv6 ? 2u : 1u);

    ret[OS_KIND_SERVER] = ret[OS_KIND_PORT] = blueprint->machine_count;
    ret[OS_KIND_FLOATING] = opt->floating ? blueprint->machine_count : 0;
    ret[OS_KIND_KEYPAIR] = 1;
    ret[OS_KIND_NETWORK] = blueprint->network_count;
    ret[OS_KIND_SUBNET] = ret[OS_KIND_INTERFACE] = subnets;
    ret[OS_KIND_ROUTER] = blueprint->router && !opt->router;
    ret[OS_KIND_SECURITY_GROUP] = opt->security_groups.count == 0;
    ret[OS_KIND_FLAVOR] = !opt->flavor;
}

int blueprint_needs(const void *opt, const struct vmtp_table *wants,
                    const struct vmtp_table *routes, struct vmtp_need *ret, size_t max,
                    struct vmtp_error *err)
{
    uint64_t counts[OS_KIND_COUNT] = { 0 };
    struct blueprint *blueprint;
    size_t filled = 0;
    int r = blueprint_make(opt, wants, routes, &blueprint, err);

    if (r < 0)
        return r;
    blueprint_count(blueprint, counts);
    blueprint_free(blueprint);
    for (int kind = 0; kind < OS_KIND_COUNT && filled < max; kind++) {
        struct vmtp_need need = { sizeof need, kind_name((enum os_kind)kind), counts[kind] };

        if (counts[kind])
            vmtp_give((char *)ret + filled++ * ret->size, &need, sizeof need);
    }
    return (int)filled;
}
