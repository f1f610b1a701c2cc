/* SPDX-License-Identifier: Apache-2.0
 *
 * fabric: a cloud of network namespaces on this machine.
 *
 * An instance owns a topology (pure data, topology.h) and the fds of the namespaces that were made
 * after it (builder.h); an endpoint's priv is its struct place in the topology.  The namespaces
 * have no names and die with their last fd and process, so there is nothing for the ledger.
 */
#include <vmtp/plugin.h>

#include "../../common/clock.h"
#include "../../common/process.h"
#include "builder.h"
#include "topology.h"

#define DEPLOY_DEADLINE_NS 30000000000u

struct state {
    struct topology *topology; /* kept for the endpoints' priv until close */
    struct spaces *spaces;     /* NULL: nothing is deployed */
};

static const struct vmtp_choice topologies[] = {
    { "pair", FABRIC_PAIR, "Two endpoints and a cable" },
    { "bridge", FABRIC_BRIDGE, "One network: endpoints at a bridge" },
    { "routed", FABRIC_ROUTED, "Two networks with a router between them" },
    { "cloud", FABRIC_CLOUD, "Two nodes, two networks over VXLAN, a router, floating addresses" },
    { 0 },
};

static const struct vmtp_option options[] = {
    { .name = "topology",
      VMTP_OPT_ENUM(struct fabric_options, topology, topologies),
      .def = "pair",
      .help = "What is built" },
    { .name = "rate",
      VMTP_OPT_RATE(struct fabric_options, rate_bps),
      .def = "0",
      .help = "What each link carries, Ethernet headers included; in topology cloud the link "
              "between the nodes; 0: as much as the machine can" },
    { .name = "mtu",
      VMTP_OPT_SIZE(struct fabric_options, mtu_bytes),
      .def = "1500",
      .min = 1280,
      .max = 65535,
      .help = "Largest IP packet of a link; in topology cloud of the link between the nodes, and "
              "endpoints get 50 less" },
    { .name = "queue",
      VMTP_OPT_DURATION(struct fabric_options, queue_ns),
      .def = "0",
      .min = 0,
      .max = 10000000000,
      .help = "How long a shaped link may hold a packet back; 0: 50 ms, but at least 256 KiB" },
    { .name = "burst",
      VMTP_OPT_SIZE(struct fabric_options, burst_bytes),
      .def = "0",
      .min = 0,
      .max = 1 << 30,
      .help = "What a shaped link lets through at once; 0: a frame and 1 ms of the rate" },
    { .name = "delay",
      VMTP_OPT_DURATION(struct fabric_options, delay_ns),
      .def = "0",
      .min = 0,
      .max = 10000000000,
      .help = "Added to each packet, in each direction" },
    { .name = "jitter",
      VMTP_OPT_DURATION(struct fabric_options, jitter_ns),
      .def = "0",
      .min = 0,
      .max = 10000000000,
      .help = "How much the delay varies, to both sides" },
    { .name = "loss",
      VMTP_OPT_REAL(struct fabric_options, loss_percent),
      .def = "0",
      .min = 0,
      .max = 100,
      .help = "Percentage of packets lost at random, in each direction" },
    { .name = "congestion",
      VMTP_OPT_STRING(struct fabric_options, congestion),
      .help =
          "TCP congestion control of the endpoints, such as cubic; the machine's unless given" },
};

static const struct vmtp_choice networks[] = {
    { "left", FABRIC_LEFT, "The first network" },
    { "right", FABRIC_RIGHT, "The second network" },
    { 0 },
};

static const struct vmtp_option endpoint_options[] = {
    { .name = "network",
      VMTP_OPT_ENUM(struct fabric_endpoint_options, network, networks),
      .def = "left",
      .help = "The network it is in; right only in topologies routed and cloud" },
    { .name = "node",
      VMTP_OPT_UINT(struct fabric_endpoint_options, node),
      .min = 1,
      .max = 2,
      .help = "The node it is on, only in topology cloud; 1 unless given" },
};

/* ---- pure ---- */

static int fabric_check(const void *opt, struct vmtp_error *err)
{
    return topology_check(opt, err);
}

static int fabric_paths(const void *opt, struct vmtp_table *ret, struct vmtp_error *err)
{
    (void)err;
    return topology_paths(opt, ret);
}

static const char *const *fabric_placements(const void *opt, const char *path)
{
    return topology_placements(opt, path);
}

static int fabric_resolve(const void *opt, const char *path, const char *placement, uint32_t pair,
                          char ret_from[64], char ret_to[64], struct vmtp_error *err)
{
    return topology_resolve(opt, path, placement, pair, ret_from, ret_to, err);
}

/* ---- life ---- */

static void state_clear(struct state *state)
{
    spaces_free(state->spaces);
    topology_free(state->topology);
    *state = (struct state){ 0 };
}

static void fabric_close(struct vmtp_self *self)
{
    state_clear(self->state);
}

static uint64_t deploy_deadline_ns(struct vmtp_self *self)
{
    uint64_t step_ns = self->host->deadline_ns(self);
    uint64_t own_ns = clock_now_ns() + DEPLOY_DEADLINE_NS;

    return step_ns && step_ns < own_ns ? step_ns : own_ns;
}

static int announce(struct vmtp_self *self, struct place *place, struct vmtp_error *err)
{
    const struct state *state = self->state;
    struct vmtp_route route = {
        .size = sizeof route, .path = "", .from = place->name, .to = place->name, .family = 4
    };
    struct vmtp_endpoint endpoint = {
        .size = sizeof endpoint, .name = place->name, .location = "", .priv = place
    };
    struct vmtp_reach reach;
    int r = topology_reach(state->topology, &route, &reach, err);

    if (r < 0)
        return r;
    endpoint.address = reach.address;
    if (state->topology->opt.topology == FABRIC_CLOUD)
        endpoint.location = place->node == 2 ? "fabric:node-2" : "fabric:node-1";
    return self->host->endpoint(self, &endpoint, err);
}

static int fabric_deploy(struct vmtp_self *self, const char *run, const struct vmtp_table *wants,
                         const struct vmtp_table *routes, struct vmtp_error *err)
{
    struct state *state = self->state;
    int r;

    (void)run;
    state_clear(state);
    r = topology_make(self->opt, wants, routes, &state->topology, err);
    if (r < 0)
        return r;
    r = builder_run(state->topology, self->host->cancel_fd(self), deploy_deadline_ns(self),
                    &state->spaces, err);
    if (r < 0)
        return r;
    vmtp_debug(self, "%u namespaces%s", state->spaces->count,
               state->spaces->user_fd >= 0 ? " in a user namespace" : "");
    for (uint32_t i = 0; r == 0 && i < state->topology->place_count; i++)
        r = announce(self, &state->topology->places[i], err);
    return r;
}

static int fabric_undeploy(struct vmtp_self *self, const char *run, const struct vmtp_table *owned,
                           struct vmtp_error *err)
{
    struct state *state = self->state;

    (void)run;
    (void)owned;
    (void)err;
    spaces_free(state->spaces);
    state->spaces = NULL;
    return 0;
}

static int fabric_reach(struct vmtp_self *self, const struct vmtp_route *route,
                        struct vmtp_reach *ret, struct vmtp_error *err)
{
    const struct state *state = self->state;

    if (!state->spaces)
        return vmtp_fail(err, -ENOENT, "fabric is not deployed");
    return topology_reach(state->topology, route, ret, err);
}

/* ---- processes ---- */

static int fabric_spawn(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                        const struct vmtp_spawn *spawn, struct vmtp_channel *ret,
                        struct vmtp_error *err)
{
    const struct state *state = self->state;
    const struct place *place = endpoint->priv;
    struct process_spec spec = { .argv = spawn->argv };
    int fds[2];

    if (!state->spaces)
        return vmtp_fail(err, -ENOENT, "fabric is not deployed");
    if (state->spaces->user_fd >= 0)
        fds[spec.ns_count++] = state->spaces->user_fd;
    fds[spec.ns_count++] = state->spaces->net_fds[place->space];
    spec.ns_fds = fds;
    return process_start(&spec, ret, err);
}

static int fabric_signal(struct vmtp_self *self, struct vmtp_channel *channel, int signal)
{
    (void)self;
    return process_signal(channel, signal);
}

static int fabric_reap(struct vmtp_self *self, struct vmtp_channel *channel)
{
    (void)self;
    return process_reap(channel);
}

static const struct vmtp_cloud cloud = {
    .size = sizeof cloud,
    .endpoint_options = VMTP_TABLE(endpoint_options),
    .endpoint_opt_size = sizeof(struct fabric_endpoint_options),
    .paths = fabric_paths,
    .placements = fabric_placements,
    .resolve = fabric_resolve,
    .deploy = fabric_deploy,
    .undeploy = fabric_undeploy,
    .reach = fabric_reach,
    .spawn = fabric_spawn,
    .signal = fabric_signal,
    .reap = fabric_reap,
};

static const struct vmtp_component fabric = {
    .size = sizeof fabric,
    .kind = VMTP_CLOUD,
    .name = "fabric",
    .summary = "Network namespaces of this machine: a cable, a bridge, a router, a whole cloud",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct fabric_options),
    .state_size = sizeof(struct state),
    .check = fabric_check,
    .close = fabric_close,
    .ops = &cloud,
};

VMTP_MODULE(.name = "fabric", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&fabric));
