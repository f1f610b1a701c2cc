/* SPDX-License-Identifier: Apache-2.0
 *
 * The native tool: vmtp's own traffic, made and judged by vmtp-probe at both ends.  This file is
 * what the core sees: rules, plan and operations.  Every function here is pure or runs in the
 * instance's worker thread.
 */
#include "options.h"

#include "../../common/datagram.h"
#include "protocol.h"

#define TCP_LENGTH (1u << 20) /* one big write a system call is what makes TCP fast */
#define EXTRA_NS   50000000ull

uint64_t native_rate(const struct native_opt *o, const struct vmtp_trial *trial)
{
    return trial->rate_bps ? trial->rate_bps : o->rate_bps;
}

uint64_t native_connections(const struct native_opt *o, const struct vmtp_trial *trial)
{
    uint64_t streams = VMTP_HAS(trial, streams) ? trial->streams : 0;

    if (!streams || o->measure == MEASURE_LATENCY)
        return o->connections;
    return streams < PROBE_CONNECTIONS_MAX ? streams : PROBE_CONNECTIONS_MAX;
}

uint64_t native_length(const struct native_opt *o, const struct vmtp_flow *flow)
{
    if (o->length)
        return o->length;
    return o->protocol == PROTOCOL_TCP ? TCP_LENGTH : datagram_length(flow);
}

static int check_latency(const struct native_opt *o, struct vmtp_error *err)
{
    if (o->connections != 1)
        return vmtp_fail(err, -EINVAL, "connections must be 1 when latency is measured");
    if (o->direction != DIRECTION_UP)
        return vmtp_fail(err, -EINVAL, "latency is measured by the client: direction must be up");
    if (o->rate_bps || o->length)
        return vmtp_fail(err, -EINVAL,
                         "%s is for throughput; latency takes frequency, request "
                         "and response",
                         o->rate_bps ? "rate" : "length");
    if (o->discard)
        return vmtp_fail(err, -EINVAL, "discard is for throughput");
    if (o->protocol == PROTOCOL_UDP &&
        (o->request > PROBE_DATAGRAM_MAX || o->response > PROBE_DATAGRAM_MAX))
        return vmtp_fail(err, -EINVAL, "request and response must fit a datagram of %u bytes",
                         PROBE_DATAGRAM_MAX);
    return 0;
}

static int check_udp(const struct native_opt *o, struct vmtp_error *err)
{
    if (o->length > PROBE_DATAGRAM_MAX)
        return vmtp_fail(err, -EINVAL, "length of a datagram must be at most %u bytes",
                         PROBE_DATAGRAM_MAX);
    if (o->length && o->length < sizeof(struct packet_header))
        return vmtp_fail(err, -EINVAL, "length of a datagram must be at least %zu bytes",
                         sizeof(struct packet_header));
    if (o->congestion || o->mss)
        return vmtp_fail(err, -EINVAL, "%s is for protocol tcp",
                         o->congestion ? "congestion" : "mss");
    if (o->discard && o->offload == OFFLOAD_ON)
        return vmtp_fail(err, -EINVAL,
                         "discard and offload: on do not go together: with merged "
                         "datagrams all headers must be read");
    return 0;
}

static int native_check(const void *opt, struct vmtp_error *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    const struct native_opt *o = opt;
    int r = 0;

    if (o->congestion && (!*o->congestion || strlen(o->congestion) > 15 ||
                          o->congestion[strspn(o->congestion, letters)]))
        return vmtp_fail(err, -EINVAL,
                         "congestion '%.20s' is not the name of an algorithm, such "
                         "as cubic",
                         o->congestion);
    if (o->measure == MEASURE_LATENCY)
        r = check_latency(o, err);
    else if (o->frequency)
        r = vmtp_fail(err, -EINVAL, "frequency is for measure: latency; a throughput has a rate");
    if (!r && o->protocol == PROTOCOL_UDP)
        r = check_udp(o, err);
    if (!r && o->protocol == PROTOCOL_TCP && o->offload == OFFLOAD_ON)
        r = vmtp_fail(err, -EINVAL, "offload is for protocol udp; TCP uses what the kernel has");
    return r;
}

static void native_can_run(struct vmtp_self *self, const struct vmtp_flow *flow,
                           const struct vmtp_facts *client, const struct vmtp_facts *server,
                           struct vmtp_reasons *reasons)
{
    const struct native_opt *o = self->opt;

    if (o->wait == WAIT_SPIN && client && client->cpus == 1)
        reasons->add(reasons, "wait: spin needs two CPUs at the client, which has one");
    if (o->wait == WAIT_SPIN && server && server->cpus == 1)
        reasons->add(reasons, "wait: spin needs two CPUs at the server, which has one");
    if (flow->family == 6 && flow->mtu && flow->mtu < 1280)
        reasons->add(reasons, "an MTU of %u is too small for IPv6", flow->mtu);
}

/* What a rate search can't drive: it needs one direction's datagrams, at its own rate. */
static int check_search(const struct native_opt *o, struct vmtp_error *err)
{
    if (o->protocol != PROTOCOL_UDP || o->measure != MEASURE_THROUGHPUT)
        return vmtp_fail(err, -EINVAL,
                         "only UDP throughput has a loss to search by: set protocol: udp%s",
                         o->measure == MEASURE_THROUGHPUT ? "" : " and measure: throughput");
    if (o->direction == DIRECTION_BOTH)
        return vmtp_fail(err, -EINVAL,
                         "it is for one direction at a time: direction must be up or down");
    if (o->rate_bps)
        return vmtp_fail(err, -EINVAL, "the rate is what it finds: leave rate out");
    return 0;
}

static int native_plan(struct vmtp_self *self, const struct vmtp_flow *flow,
                       const struct vmtp_trial *trial, struct vmtp_cost *ret,
                       struct vmtp_error *err)
{
    const struct native_opt *o = self->opt;
    double seconds = (double)(trial->warmup_ns + trial->duration_ns) * 1e-9;
    double bits = seconds * (double)native_rate(o, trial);
    int r = trial->rate_bps ? check_search(o, err) : 0;

    (void)flow;
    if (r < 0)
        return r;
    if (o->direction == DIRECTION_BOTH)
        bits *= 2;
    if (o->measure == MEASURE_LATENCY && o->frequency)
        bits = seconds * 8.0 * (double)(o->frequency * (o->request + o->response));
    ret->extra_ns = EXTRA_NS;
    ret->slack_ns = o->protocol == PROTOCOL_UDP ? PROBE_REASSEMBLY_NS : 0;
    ret->bytes = (uint64_t)(bits / 8);
    ret->port = (uint32_t)o->port;
    return 0;
}

static int native_prepare(struct vmtp_self *self, const struct vmtp_flow *flow,
                          struct vmtp_error *err)
{
    struct native_state *state = self->state;

    return session_start(self, &state->session, flow, err);
}

static void native_finish(struct vmtp_self *self, const struct vmtp_flow *flow)
{
    struct native_state *state = self->state;

    (void)flow;
    session_stop(self, &state->session);
}

static const struct vmtp_tool native_ops = {
    .size = sizeof native_ops,
    .can_run = native_can_run,
    .plan = native_plan,
    .prepare = native_prepare,
    .finish = native_finish,
    .run = native_run,
    .rated = 1,
    .streamed = 1,
};

static const struct vmtp_component native = {
    .size = sizeof native,
    .kind = VMTP_TOOL,
    .name = "native",
    .summary = "throughput, loss and latency over TCP and UDP with vmtp's own probe",
    .options = { native_options, NATIVE_OPTIONS, sizeof(struct vmtp_option) },
    .metrics = { native_metrics, M_COUNT, sizeof(struct vmtp_metric) },
    .opt_size = sizeof(struct native_opt),
    .state_size = sizeof(struct native_state),
    .check = native_check,
    .ops = &native_ops,
};

VMTP_MODULE(.name = "native", .version = PROBE_VERSION, .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&native));
