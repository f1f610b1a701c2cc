/* SPDX-License-Identifier: Apache-2.0
 *
 * nuttcp as a tool: rules, cost and command lines.  Every trial has a server of its own.  Every
 * function here is pure or runs in the instance's worker thread.
 */
#include "options.h"

#include "../../common/clock.h"
#include "../../common/datagram.h"
#include "../../common/words.h"
#include "report.h"

#include <inttypes.h>

#define DATAGRAM_MIN 32u /* nuttcp's own numbers stand in it */
#define INTERVAL_MIN (10 * NS_PER_MS)
#define TCP_EXTRA_NS (500 * NS_PER_MS)
#define UDP_EXTRA_NS (2800 * NS_PER_MS) /* it says "end" five times, half a second apart */
#define GROUP        "231.1.1.1"

static uint64_t rate_of(const struct nuttcp_opt *o, const struct vmtp_trial *trial)
{
    return trial->rate_bps ? trial->rate_bps : o->rate_bps;
}

static uint64_t length_of(const struct nuttcp_opt *o, const struct vmtp_flow *flow)
{
    return o->length || o->protocol == PROTOCOL_TCP ? o->length : datagram_length(flow);
}

static uint64_t control_port(const struct nuttcp_opt *o)
{
    return o->control_port ? o->control_port : o->port + o->connections;
}

/* Without reports the warm-up is in the figures.  There are none where they would cost a quarter of
 * the rate, of datagrams as fast as they go; nor where the client receives with a nuttcp before
 * 6.1.4, which gives up in the first interval that brings nothing. */
static bool reports(const struct nuttcp_opt *o, const struct nuttcp_state *state)
{
    if (o->direction == DIRECTION_DOWN && !version_least(&state->client, 6, 1, 4))
        return false;
    return o->protocol == PROTOCOL_TCP || state->rate_bps;
}

static uint64_t interval_ns(const struct vmtp_trial *trial)
{
    uint64_t half_ns = (trial->warmup_ns + trial->duration_ns) / 2, ns = trial->interval_ns;

    if (trial->warmup_ns && (!ns || ns > trial->warmup_ns))
        ns = trial->warmup_ns;
    if (ns > half_ns)
        ns = half_ns;
    return ns && ns < INTERVAL_MIN ? INTERVAL_MIN : ns;
}

/* ---- rules ---- */

static int check_datagrams(const struct nuttcp_opt *o, struct vmtp_error *err)
{
    if (o->connections > 1)
        return vmtp_fail(err, -EINVAL, "connections is for protocol tcp: nuttcp has one for UDP");
    if (o->mss)
        return vmtp_fail(err, -EINVAL, "mss is for protocol tcp");
    if (o->length && (o->length < DATAGRAM_MIN || o->length > DATAGRAM_MAX))
        return vmtp_fail(err, -EINVAL, "length of a datagram must be from %u to %u bytes",
                         DATAGRAM_MIN, DATAGRAM_MAX);
    if (o->protocol == PROTOCOL_MULTICAST && o->direction == DIRECTION_DOWN)
        return vmtp_fail(err, -EINVAL, "direction: down is not for multicast");
    return 0;
}

static int nuttcp_check(const void *opt, struct vmtp_error *err)
{
    const struct nuttcp_opt *o = opt;
    uint64_t last = o->port + o->connections - 1;

    if (o->protocol != PROTOCOL_MULTICAST && o->group)
        return vmtp_fail(err, -EINVAL, "group is for protocol multicast");
    if (o->protocol == PROTOCOL_TCP && o->jitter)
        return vmtp_fail(err, -EINVAL, "jitter is for protocol udp");
    if (last > 65535 || control_port(o) > 65535)
        return vmtp_fail(err, -EINVAL,
                         "port %" PRIu64 " is too high for %" PRIu64
                         " data ports and a control port behind them",
                         o->port, o->connections);
    if (control_port(o) >= o->port && control_port(o) <= last)
        return vmtp_fail(err, -EINVAL,
                         "control-port %" PRIu64 " is one of the data ports %" PRIu64
                         " to %" PRIu64,
                         control_port(o), o->port, last);
    return o->protocol == PROTOCOL_TCP ? 0 : check_datagrams(o, err);
}

static int nuttcp_plan(struct vmtp_self *self, const struct vmtp_flow *flow,
                       const struct vmtp_trial *trial, struct vmtp_cost *ret,
                       struct vmtp_error *err)
{
    const struct nuttcp_opt *o = self->opt;
    double seconds = (double)(trial->warmup_ns + trial->duration_ns) * 1e-9;

    (void)flow;
    if (trial->rate_bps && o->protocol == PROTOCOL_TCP)
        return vmtp_fail(err, -EINVAL,
                         "a rate is searched with protocol udp: of TCP nothing is lost");
    ret->extra_ns = o->protocol == PROTOCOL_TCP ? TCP_EXTRA_NS : UDP_EXTRA_NS;
    ret->bytes = (uint64_t)(seconds * (double)rate_of(o, trial) / 8);
    ret->port = (uint32_t)control_port(o);
    return 0;
}

/* ---- versions ---- */

static int need(const struct vmtp_flow *flow, const struct nuttcp_state *state, const char *option,
                unsigned major, unsigned minor, struct vmtp_error *err)
{
    bool client = version_least(&state->client, major, minor, 0);
    const struct version *old = client ? &state->server : &state->client;

    if (both_least(state, major, minor))
        return 0;
    return vmtp_fail(err, -ENOTSUP, "endpoint %s: %s needs nuttcp %u.%u, and there is %u.%u.%u",
                     (client ? flow->server : flow->client)->name, option, major, minor, old->major,
                     old->minor, old->patch);
}

static int nuttcp_prepare(struct vmtp_self *self, const struct vmtp_flow *flow,
                          struct vmtp_error *err)
{
    static const char *const argv[] = { "nuttcp", "-V", NULL };
    const struct nuttcp_opt *o = self->opt;
    struct nuttcp_state *state = self->state;
    int r = version_ask(self, flow->client, argv, "nuttcp-", &state->client, err);

    if (r == 0)
        r = version_ask(self, flow->server, argv, "nuttcp-", &state->server, err);
    if (r == 0)
        version_tell(self, &state->client);
    if (r == 0 && o->group)
        r = need(flow, state, "group", 7, 2, err);
    if (r == 0 && o->jitter)
        r = need(flow, state, "jitter", 7, 1, err);
    return r;
}

/* ---- command lines: values are attached, for some of nuttcp's options need not have one ---- */

static void number(struct words *words, const char *option, uint64_t value)
{
    words_format(words, "%s%" PRIu64, option, value);
}

static void milliseconds(struct words *words, const char *option, uint64_t ns)
{
    uint64_t ms = ns / NS_PER_MS;

    words_format(words, "%s%" PRIu64 ".%03" PRIu64, option, ms / 1000, ms % 1000);
}

static void multicast_words(const struct nuttcp_opt *o, const struct nuttcp_state *state,
                            const struct vmtp_flow *flow, struct words *words)
{
    const char *group = o->group ? o->group : GROUP;

    number(words, "-m", o->ttl);
    if (o->group || (flow->family != 6 && both_least(state, 7, 2)))
        words_format(words, "-g%.45s", group);
}

static void datagram_words(const struct nuttcp_opt *o, const struct nuttcp_state *state,
                           const struct vmtp_flow *flow, struct words *words)
{
    bool multicast = o->protocol == PROTOCOL_MULTICAST;

    words_add(words, "-u");
    if (multicast)
        multicast_words(o, state, flow, words);
    if (o->jitter || (multicast && both_least(state, 7, 1))) {
        words_add(words, "-j");
        words_add(words, "-o");
    }
    if (!state->rate_bps)
        words_add(words, "-Ru"); /* else it would be 1 Mbit/s */
}

static void common_words(const struct nuttcp_opt *o, const struct nuttcp_state *state,
                         struct words *words)
{
    if (state->rate_bps)
        words_format(words, "-R%" PRIu64 "K",
                     state->rate_bps < 1000 ? 1 : (state->rate_bps + 500) / 1000);
    if (state->length)
        number(words, "-l", state->length);
    if (o->connections > 1)
        number(words, "-N", o->connections);
    if (o->window) {
        words_format(words, "-w%" PRIu64 "b", o->window);
        words_format(words, "-ws%" PRIu64 "b", o->window);
    }
    if (o->mss)
        number(words, "-M", o->mss);
    if (o->dscp)
        number(words, "-c", o->dscp);
}

static void client_words(const struct nuttcp_opt *o, const struct nuttcp_state *state,
                         const struct vmtp_flow *flow, const struct vmtp_trial *trial,
                         struct words *words)
{
    words_add(words, "-fparse");
    milliseconds(words, "-T", trial->warmup_ns + trial->duration_ns);
    if (state->step_ns)
        milliseconds(words, "-i", state->step_ns);
    number(words, "-p", o->port);
    if (o->direction == DIRECTION_DOWN) {
        words_add(words, "-r");
        if (o->protocol == PROTOCOL_TCP)
            words_add(words, "-F"); /* the client opens the connection all the same */
    }
    if (o->protocol != PROTOCOL_TCP)
        datagram_words(o, state, flow, words);
    common_words(o, state, words);
    words_add(words, flow->address);
}

static int nuttcp_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                          const struct vmtp_trial *trial, enum vmtp_role role,
                          struct vmtp_argv *ret, struct vmtp_error *err)
{
    const struct nuttcp_opt *o = self->opt;
    struct nuttcp_state *state = self->state;
    struct words words = { .self = self, .argv = ret };

    state->rate_bps = rate_of(o, trial);
    state->length = length_of(o, flow);
    state->warmup_ns = trial->warmup_ns;
    state->step_ns = reports(o, state) ? interval_ns(trial) : 0;
    state->before = (struct tally){ 0 };
    words_add(&words, "nuttcp");
    number(&words, "-P", control_port(o));
    if (flow->family == 6)
        words_add(&words, "-6");
    if (role == VMTP_CLIENT) {
        client_words(o, state, flow, trial, &words);
    } else {
        words_add(&words, "-S");
        words_add(&words, "--nofork");
    }
    return words_end(&words, err);
}

static const struct vmtp_program programs[] = {
    { "nuttcp", "nuttcp", VMTP_CLIENT | VMTP_SERVER },
};

static const struct vmtp_tool nuttcp_ops = {
    .size = sizeof nuttcp_ops,
    .plan = nuttcp_plan,
    .prepare = nuttcp_prepare,
    .command = nuttcp_command,
    .parse = nuttcp_parse,
    .programs = VMTP_TABLE(programs),
    .rated = 1,
};

static const struct vmtp_component nuttcp = {
    .size = sizeof nuttcp,
    .kind = VMTP_TOOL,
    .name = "nuttcp",
    .summary = "throughput and loss over TCP, UDP and multicast with nuttcp",
    .options = { nuttcp_options, NUTTCP_OPTIONS, sizeof(struct vmtp_option) },
    .metrics = { nuttcp_metrics, M_COUNT, sizeof(struct vmtp_metric) },
    .opt_size = sizeof(struct nuttcp_opt),
    .state_size = sizeof(struct nuttcp_state),
    .check = nuttcp_check,
    .ops = &nuttcp_ops,
};

VMTP_MODULE(.name = "nuttcp", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&nuttcp));
