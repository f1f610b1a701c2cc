/* SPDX-License-Identifier: Apache-2.0
 *
 * iperf (2) as a tool: rules, cost and command lines.  Every trial has a server of its own: that of
 * 2.1.8 does not survive a second UDP client that comes soon after the first.  Every function here
 * is pure or runs in the instance's worker thread.
 */
#include "options.h"

#include "../../common/clock.h"
#include "../../common/datagram.h"
#include "../../common/words.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>

#define DATAGRAM_MIN 64u /* iperf's own numbers stand in it */
#define INTERVAL_MIN (10 * NS_PER_MS)
#define INTERVAL_OLD (500 * NS_PER_MS) /* 2.0 takes no shorter ones */
#define TCP_EXTRA_NS (1000 * NS_PER_MS)
#define UDP_EXTRA_NS (3500 * NS_PER_MS) /* it asks for the last acknowledgement ten times */
#define UNLIMITED    1000000000000ull

static uint64_t rate_of(const struct iperf_opt *o, const struct vmtp_trial *trial)
{
    return trial->rate_bps ? trial->rate_bps : o->rate_bps;
}

static uint64_t length_of(const struct iperf_opt *o, const struct vmtp_flow *flow)
{
    uint64_t length = o->length;

    if (!length && o->protocol == PROTOCOL_UDP)
        length = datagram_length(flow);
    return length && o->protocol == PROTOCOL_UDP && length < DATAGRAM_MIN ? DATAGRAM_MIN : length;
}

/* 0: none, where the trial is too short for two of them. */
static uint64_t interval_ns(const struct iperf_state *state, const struct vmtp_trial *trial)
{
    uint64_t least = is_modern(state) ? INTERVAL_MIN : INTERVAL_OLD, ns = trial->interval_ns;

    if (trial->warmup_ns && (!ns || ns > trial->warmup_ns))
        ns = trial->warmup_ns;
    if (ns && ns < least)
        ns = least;
    return ns * 2 > trial->warmup_ns + trial->duration_ns ? 0 : ns;
}

static int check_udp(const struct iperf_opt *o, struct vmtp_error *err)
{
    if (o->congestion || o->mss)
        return vmtp_fail(err, -EINVAL, "%s is for protocol tcp",
                         o->congestion ? "congestion" : "mss");
    if (o->length && (o->length < DATAGRAM_MIN || o->length > DATAGRAM_MAX))
        return vmtp_fail(err, -EINVAL, "length of a datagram must be from %u to %u bytes",
                         DATAGRAM_MIN, DATAGRAM_MAX);
    return 0;
}

static int iperf_check(const void *opt, struct vmtp_error *err)
{
    const struct iperf_opt *o = opt;

    if (o->rate_bps && o->rate_bps < o->connections)
        return vmtp_fail(err, -EINVAL, "rate is shared by the connections: less than 1 bit/s each");
    return o->protocol == PROTOCOL_UDP ? check_udp(o, err) : 0;
}

static int iperf_plan(struct vmtp_self *self, const struct vmtp_flow *flow,
                      const struct vmtp_trial *trial, struct vmtp_cost *ret, struct vmtp_error *err)
{
    const struct iperf_opt *o = self->opt;
    double seconds = (double)(trial->warmup_ns + trial->duration_ns) * 1e-9;
    double bytes = seconds * (double)rate_of(o, trial) / 8;

    (void)flow;
    if (trial->rate_bps && o->protocol == PROTOCOL_TCP)
        return vmtp_fail(err, -EINVAL,
                         "a rate is searched with protocol udp: of TCP nothing is lost");
    ret->extra_ns = o->protocol == PROTOCOL_TCP ? TCP_EXTRA_NS : UDP_EXTRA_NS;
    ret->bytes = (uint64_t)(o->direction == DIRECTION_BOTH ? 2 * bytes : bytes);
    ret->port = (uint32_t)o->port;
    return 0;
}

/* ---- versions ---- */

static int end_ask(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                   struct version *ret, struct vmtp_error *err)
{
    static const char *const argv[] = { "iperf", "-v", NULL };
    const struct iperf_opt *o = self->opt;
    int r = version_ask(self, endpoint, argv, "iperf version ", ret, err);

    if (r < 0)
        return r;
    if (ret->major != 2)
        return vmtp_fail(err, -ENOTSUP, "endpoint %s: iperf is %u.%u.%u, and wanted is 2.x",
                         endpoint->name, ret->major, ret->minor, ret->patch);
    if (o->direction != DIRECTION_UP && !version_least(ret, 2, 1, 0))
        return vmtp_fail(err, -ENOTSUP,
                         "endpoint %s: direction %s needs iperf 2.1, and there is "
                         "%u.%u.%u",
                         endpoint->name, o->direction == DIRECTION_DOWN ? "down" : "both",
                         ret->major, ret->minor, ret->patch);
    return 0;
}

/* Receiving over several UDP connections, the client of 2.1 crashes. */
static int iperf_prepare(struct vmtp_self *self, const struct vmtp_flow *flow,
                         struct vmtp_error *err)
{
    const struct iperf_opt *o = self->opt;
    struct iperf_state *state = self->state;
    int r = end_ask(self, flow->client, &state->client, err);

    if (r == 0)
        r = end_ask(self, flow->server, &state->server, err);
    if (r == 0)
        version_tell(self, &state->client);
    if (r == 0 && o->protocol == PROTOCOL_UDP && o->direction != DIRECTION_UP &&
        o->connections > 1 && !version_least(&state->client, 2, 2, 0))
        return vmtp_fail(
            err, -ENOTSUP, "endpoint %s: iperf %u.%u.%u can't receive over several UDP connections",
            flow->client->name, state->client.major, state->client.minor, state->client.patch);
    return r;
}

/* ---- command lines ---- */

static void number(struct words *words, const char *option, uint64_t value)
{
    words_option(words, option, "%" PRIu64, value);
}

static void seconds(struct words *words, const char *option, uint64_t ns)
{
    uint64_t ms = ns / NS_PER_MS;

    words_option(words, option, "%" PRIu64 ".%03" PRIu64, ms / 1000, ms % 1000);
}

static void socket_words(const struct iperf_opt *o, const struct iperf_state *state,
                         struct words *words)
{
    if (state->length)
        number(words, "-l", state->length); /* the server would cut longer datagrams */
    if (o->window)
        number(words, "-w", o->window);
    if (o->mss)
        number(words, "-M", o->mss);
    if (o->dscp)
        number(words, "-S", o->dscp << 2);
    if (o->congestion) {
        words_add(words, "-Z");
        words_add(words, o->congestion);
    }
}

static void client_words(const struct iperf_opt *o, const struct iperf_state *state,
                         const struct vmtp_flow *flow, const struct vmtp_trial *trial,
                         struct words *words)
{
    uint64_t rate = state->rate_bps;

    words_add(words, "-c");
    words_add(words, flow->address);
    seconds(words, "-t", trial->warmup_ns + trial->duration_ns);
    if (o->connections > 1)
        number(words, "-P", o->connections);
    if (o->direction != DIRECTION_UP)
        words_add(words, o->direction == DIRECTION_DOWN ? "-R" : "--full-duplex");
    if (o->protocol == PROTOCOL_UDP && !rate)
        number(words, "-b", UNLIMITED); /* 0 is refused, and nothing is 1 Mbit/s */
    else if (rate)                      /* in bit/s: its K, M and G are 1024-based */
        number(words, "-b", (rate + o->connections - 1) / o->connections);
}

static void trial_begin(struct iperf_state *state, const struct iperf_opt *o,
                        const struct vmtp_flow *flow, const struct vmtp_trial *trial)
{
    *state = (struct iperf_state){
        .client = state->client,
        .server = state->server,
        .rate_bps = rate_of(o, trial),
        .length = length_of(o, flow),
        .warmup_ns = trial->warmup_ns,
        .reordered = NAN,
        .mss = NAN,
        .connect_ms = NAN,
    };
    state->step_ns = interval_ns(state, trial);
}

static int iperf_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                         const struct vmtp_trial *trial, enum vmtp_role role, struct vmtp_argv *ret,
                         struct vmtp_error *err)
{
    const struct iperf_opt *o = self->opt;
    struct iperf_state *state = self->state;
    struct words words = { .self = self, .argv = ret };
    bool udp = o->protocol == PROTOCOL_UDP;

    if (role == VMTP_SERVER) /* the first of the two */
        trial_begin(state, o, flow, trial);
    words_add(&words, "iperf");
    if (role == VMTP_CLIENT)
        client_words(o, state, flow, trial, &words);
    else
        words_add(&words, "-s");
    number(&words, "-p", o->port);
    words_option(&words, "-f", "b");
    if (flow->family == 6)
        words_add(&words, "-V");
    if (udp)
        words_add(&words, "-u");
    if (udp && role == VMTP_SERVER && o->connections == 1 && is_modern(state))
        words_add(&words, "-1"); /* it does not end with it, but takes no second client */
    if (is_modern(state))
        words_add(&words, "-e");
    if (state->step_ns)
        seconds(&words, "-i", state->step_ns);
    socket_words(o, state, &words);
    return words_end(&words, err);
}

static const struct vmtp_program programs[] = {
    { "iperf", "iperf", VMTP_CLIENT | VMTP_SERVER },
};

static const struct vmtp_tool iperf_ops = {
    .size = sizeof iperf_ops,
    .plan = iperf_plan,
    .prepare = iperf_prepare,
    .command = iperf_command,
    .parse = iperf_parse,
    .programs = VMTP_TABLE(programs),
    .rated = 1,
};

static const struct vmtp_component iperf = {
    .size = sizeof iperf,
    .kind = VMTP_TOOL,
    .name = "iperf",
    .summary = "throughput and loss over TCP and UDP with iperf 2",
    .options = { iperf_options, IPERF_OPTIONS, sizeof(struct vmtp_option) },
    .metrics = { iperf_metrics, M_COUNT, sizeof(struct vmtp_metric) },
    .opt_size = sizeof(struct iperf_opt),
    .state_size = sizeof(struct iperf_state),
    .check = iperf_check,
    .ops = &iperf_ops,
};

VMTP_MODULE(.name = "iperf", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&iperf));
