/* SPDX-License-Identifier: Apache-2.0
 *
 * iperf3 as a tool: rules, cost and command lines.  Every trial has a server of its own that
 * serves one test.  Every function here is pure or runs in the instance's worker thread.
 */
#include "options.h"

#include "../../common/clock.h"
#include "../../common/datagram.h"
#include "../../common/words.h"
#include "report.h"

#include <inttypes.h>

#define DATAGRAM_MIN 16u
#define INTERVAL_MIN (100 * NS_PER_MS)
#define INTERVAL_MAX (60 * NS_PER_S)
#define WARMUP_MAX   600ull   /* seconds */
#define ROWS_MAX     10000ull /* of one connection and interval each: half a KiB, read as a whole */
#define EXTRA_NS     (300 * NS_PER_MS)

/* iperf3 knows whole seconds only. */
static uint64_t seconds(uint64_t ns)
{
    return (ns + NS_PER_S - 1) / NS_PER_S;
}

static uint64_t rate_of(const struct iperf3_opt *o, const struct vmtp_trial *trial)
{
    return trial->rate_bps ? trial->rate_bps : o->rate_bps;
}

static uint64_t connections_of(const struct iperf3_opt *o, const struct vmtp_trial *trial)
{
    uint64_t streams = VMTP_HAS(trial, streams) ? trial->streams : 0;

    return !streams ? o->connections : streams < CONNECTIONS_MAX ? streams : CONNECTIONS_MAX;
}

/* 0: iperf3's own choice, for UDP the segment size of its control connection. */
static uint64_t length_of(const struct iperf3_opt *o, const struct vmtp_flow *flow)
{
    if (o->length || o->protocol == PROTOCOL_TCP || !flow->mtu)
        return o->length;
    return datagram_length(flow);
}

/* No shorter than iperf3 can, nor so short that the document would grow without bounds. */
static uint64_t interval_ns(const struct iperf3_opt *o, const struct vmtp_trial *trial)
{
    uint64_t streams = connections_of(o, trial) * (o->direction == DIRECTION_BOTH ? 2 : 1);
    uint64_t total = trial->warmup_ns + trial->duration_ns, least = total / ROWS_MAX * streams;
    uint64_t ns = trial->interval_ns;

    if (!ns)
        return 0;
    if (ns < least)
        ns = least;
    return ns < INTERVAL_MIN ? INTERVAL_MIN : ns > INTERVAL_MAX ? INTERVAL_MAX : ns;
}

static int check_udp(const struct iperf3_opt *o, struct vmtp_error *err)
{
    const char *wrong = o->congestion  ? "congestion"
                        : o->mss       ? "mss"
                        : o->no_delay  ? "no-delay"
                        : o->zero_copy ? "zero-copy"
                                       : NULL;

    if (wrong)
        return vmtp_fail(err, -EINVAL, "%s is for protocol tcp", wrong);
    if (o->length && (o->length < DATAGRAM_MIN || o->length > DATAGRAM_MAX))
        return vmtp_fail(err, -EINVAL, "length of a datagram must be from %u to %u bytes",
                         DATAGRAM_MIN, DATAGRAM_MAX);
    return 0;
}

static int iperf3_check(const void *opt, struct vmtp_error *err)
{
    const struct iperf3_opt *o = opt;

    if (o->rate_bps && o->rate_bps < o->connections)
        return vmtp_fail(err, -EINVAL, "rate is shared by the connections: less than 1 bit/s each");
    return o->protocol == PROTOCOL_UDP ? check_udp(o, err) : 0;
}

static int iperf3_plan(struct vmtp_self *self, const struct vmtp_flow *flow,
                       const struct vmtp_trial *trial, struct vmtp_cost *ret,
                       struct vmtp_error *err)
{
    const struct iperf3_opt *o = self->opt;
    uint64_t warmup = seconds(trial->warmup_ns), duration = seconds(trial->duration_ns);
    double bytes = (double)(warmup + duration) * (double)rate_of(o, trial) / 8;

    (void)flow;
    if (warmup > WARMUP_MAX)
        return vmtp_fail(err, -EINVAL, "iperf3 has a warm-up of at most %llus", WARMUP_MAX);
    ret->extra_ns =
        (warmup + duration) * NS_PER_S - trial->warmup_ns - trial->duration_ns + EXTRA_NS;
    ret->bytes = (uint64_t)(o->direction == DIRECTION_BOTH ? 2 * bytes : bytes);
    ret->port = (uint32_t)o->port;
    return 0;
}

static void number(struct words *words, const char *option, uint64_t value)
{
    words_option(words, option, "%" PRIu64, value);
}

static void protocol_words(const struct iperf3_opt *o, const struct vmtp_flow *flow,
                           const struct vmtp_trial *trial, struct words *words)
{
    uint64_t rate = rate_of(o, trial), length = length_of(o, flow);
    uint64_t connections = connections_of(o, trial);

    if (o->protocol == PROTOCOL_UDP)
        words_add(words, "-u");
    if (o->protocol == PROTOCOL_UDP || rate) /* else UDP would be sent at 1 Mbit/s */
        number(words, "-b", (rate + connections - 1) / connections);
    if (length)
        number(words, "-l", length);
    if (o->window)
        number(words, "-w", o->window);
    if (o->dscp)
        number(words, "-S", o->dscp << 2);
    if (o->mss)
        number(words, "-M", o->mss);
    if (o->no_delay)
        words_add(words, "-N");
    if (o->zero_copy)
        words_add(words, "-Z");
    if (o->congestion) {
        words_add(words, "-C");
        words_add(words, o->congestion);
    }
}

static void client_words(const struct iperf3_opt *o, const struct vmtp_flow *flow,
                         const struct vmtp_trial *trial, struct words *words)
{
    words_add(words, "-c");
    words_add(words, flow->address);
    number(words, "-t", seconds(trial->duration_ns));
    if (trial->warmup_ns)
        number(words, "-O", seconds(trial->warmup_ns));
    if (connections_of(o, trial) > 1)
        number(words, "-P", connections_of(o, trial));
    if (o->direction != DIRECTION_UP)
        words_add(words, o->direction == DIRECTION_DOWN ? "-R" : "--bidir");
    protocol_words(o, flow, trial, words);
}

static int iperf3_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                          const struct vmtp_trial *trial, enum vmtp_role role,
                          struct vmtp_argv *ret, struct vmtp_error *err)
{
    const struct iperf3_opt *o = self->opt;
    struct iperf3_state *state = self->state;
    struct words words = { .self = self, .argv = ret };
    uint64_t ms = interval_ns(o, trial) / NS_PER_MS;

    state->rate_bps = rate_of(o, trial);
    words_add(&words, "iperf3");
    words_add(&words, "-J");
    number(&words, "-p", o->port);
    words_option(&words, "-i", "%" PRIu64 ".%03" PRIu64, ms / 1000, ms % 1000);
    if (role == VMTP_CLIENT) {
        client_words(o, flow, trial, &words);
    } else {
        words_add(&words, "-s");
        words_add(&words, "-1");
    }
    return words_end(&words, err);
}

static const struct vmtp_program programs[] = {
    { "iperf3", "iperf3", VMTP_CLIENT | VMTP_SERVER },
};

static const struct vmtp_tool iperf3_ops = {
    .size = sizeof iperf3_ops,
    .plan = iperf3_plan,
    .command = iperf3_command,
    .parse = iperf3_parse,
    .whole = 1,
    .programs = VMTP_TABLE(programs),
    .rated = 1,
    .streamed = 1,
};

static const struct vmtp_component iperf3 = {
    .size = sizeof iperf3,
    .kind = VMTP_TOOL,
    .name = "iperf3",
    .summary = "throughput and loss over TCP and UDP with iperf3",
    .options = { iperf3_options, IPERF3_OPTIONS, sizeof(struct vmtp_option) },
    .metrics = { iperf3_metrics, M_COUNT, sizeof(struct vmtp_metric) },
    .opt_size = sizeof(struct iperf3_opt),
    .state_size = sizeof(struct iperf3_state),
    .check = iperf3_check,
    .ops = &iperf3_ops,
};

VMTP_MODULE(.name = "iperf3", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&iperf3));
