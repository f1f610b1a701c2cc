/* SPDX-License-Identifier: Apache-2.0
 *
 * The peers that `make bench` measures vmtp beside, as tools for the same scenario: iperf3, iperf
 * and nuttcp with their own defaults, one trial each in every round, on one path.
 *
 * What counts is what the receiver says it got.
 */
#include <vmtp/plugin.h>

#include <stdlib.h>

enum { TCP, UDP };
enum { GOODPUT, SENT, RECEIVED };

struct options {
    int protocol;
    uint64_t length;
};

static const struct vmtp_choice protocols[] = { { "tcp", TCP, "stream" },
                                                { "udp", UDP, "datagrams, as fast as it can" },
                                                { 0 } };

static const struct vmtp_option options[] = {
    { VMTP_OPT_ENUM(struct options, protocol, protocols), .name = "protocol", .def = "tcp",
      .help = "Transport" },
    { VMTP_OPT_SIZE(struct options, length), .name = "length",
      .help = "Bytes of a write or datagram; 0: the peer's own default" },
};

static const struct vmtp_metric metrics[] = {
    [GOODPUT] = { VMTP_GOODPUT, "bit/s", "Payload received", VMTP_GAUGE, 0 },
    [SENT] = { VMTP_SENT, "packets", "Datagrams sent", VMTP_COUNTER, 0 },
    [RECEIVED] = { VMTP_RECEIVED, "packets", "Datagrams received", VMTP_COUNTER, 0 },
};

/* One more word: a constant, or what fmt makes of the number. */
static void word(struct vmtp_argv *argv, const char *text)
{
    argv->arg[argv->count++] = text;
}

static void number(struct vmtp_self *self, struct vmtp_argv *argv, const char *option,
                   uint64_t value)
{
    char *text = self->host->alloc(self, 32);

    if (!text)
        return;
    snprintf(text, 32, "%llu", (unsigned long long)value);
    word(argv, option);
    word(argv, text);
}

static uint64_t seconds(const struct vmtp_trial *trial)
{
    return (trial->duration_ns + 999999999) / 1000000000;
}

static int final(struct vmtp_self *self, uint32_t metric, double value)
{
    return vmtp_emit(self, metric, 0, value, true);
}

/* The number behind a key in text; -1: there is none. */
static double value_of(const char *text, const char *key)
{
    const char *at = text ? strstr(text, key) : NULL;
    char *end;
    double value;

    if (!at)
        return -1;
    at += strlen(key);
    value = strtod(at, &end);
    return end == at ? -1 : value;
}

/* ---- iperf3 -J: the object end.sum_received ---- */

static int iperf3_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                          const struct vmtp_trial *trial, enum vmtp_role role,
                          struct vmtp_argv *argv, struct vmtp_error *err)
{
    const struct options *opt = self->opt;

    (void)err;
    word(argv, "iperf3");
    if (role == VMTP_SERVER) {
        word(argv, "-s");
        word(argv, "-1");
        return 0;
    }
    word(argv, "-J");
    word(argv, "-c");
    word(argv, flow->address);
    number(self, argv, "-t", seconds(trial));
    if (opt->protocol == UDP) {
        word(argv, "-u");
        number(self, argv, "-b", 0);
    }
    if (opt->length)
        number(self, argv, "-l", opt->length);
    return 0;
}

static int iperf3_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                        uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    const char *end = strstr(text, "\"end\":");
    const char *received = end ? strstr(end, "\"sum_received\":") : NULL;
    const char *sum = end ? strstr(end, "\"sum\":") : NULL;
    const struct options *opt = self->opt;
    double rate = value_of(received, "\"bits_per_second\":");

    (void)flow, (void)time_ns;
    if (role != VMTP_CLIENT)
        return 0;
    if (rate < 0)
        return vmtp_fail(err, -EPROTO, "iperf3: no sum_received in '%.200s'", text);
    if (opt->protocol == UDP) {
        double packets = value_of(sum, "\"packets\":"), lost = value_of(sum, "\"lost_packets\":");

        final(self, SENT, packets);
        final(self, RECEIVED, packets - lost);
    }
    return final(self, GOODPUT, rate);
}

/* ---- iperf -y C: "time,src,sport,dst,dport,id,0.0-1.0,bytes,bits/s" ---- */

static int iperf_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                         const struct vmtp_trial *trial, enum vmtp_role role,
                         struct vmtp_argv *argv, struct vmtp_error *err)
{
    (void)err;
    word(argv, "iperf");
    word(argv, "-y");
    word(argv, "C");
    if (role == VMTP_SERVER) {
        word(argv, "-s");
        return 0;
    }
    word(argv, "-c");
    word(argv, flow->address);
    number(self, argv, "-t", seconds(trial));
    return 0;
}

static int iperf_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                       uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    const char *rate = strrchr(text, ',');

    (void)flow, (void)time_ns, (void)err;
    if (role != VMTP_SERVER || !rate)
        return 0;
    return final(self, GOODPUT, strtod(rate + 1, NULL));
}

/* ---- nuttcp -fparse: "rate_Mbps=16173.0 ... drop=0 pkt=17858" ---- */

static int nuttcp_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                          const struct vmtp_trial *trial, enum vmtp_role role,
                          struct vmtp_argv *argv, struct vmtp_error *err)
{
    const struct options *opt = self->opt;

    (void)err;
    word(argv, "nuttcp");
    if (role == VMTP_SERVER) {
        word(argv, "-S");
        word(argv, "--nofork");
        return 0;
    }
    word(argv, "-fparse");
    number(self, argv, "-T", seconds(trial));
    if (opt->protocol == UDP) {
        word(argv, "-u");
        word(argv, "-Ru");
    }
    if (opt->length)
        number(self, argv, "-l", opt->length);
    word(argv, flow->address);
    return 0;
}

static int nuttcp_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                        uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    double rate = value_of(text, "rate_Mbps="), packets = value_of(text, "pkt=");

    (void)flow, (void)time_ns, (void)err;
    if (role != VMTP_CLIENT || rate < 0)
        return 0;
    if (packets >= 0) {
        final(self, SENT, packets);
        final(self, RECEIVED, packets - value_of(text, "drop="));
    }
    return final(self, GOODPUT, rate * 1e6);
}

static int fixed_port(struct vmtp_cost *ret, uint32_t port)
{
    ret->port = port;
    ret->extra_ns = 3000000000;
    return 0;
}

#define PEER(peer, listens, all_at_once)                                                           \
    static int peer##_plan(struct vmtp_self *self, const struct vmtp_flow *flow,                   \
                           const struct vmtp_trial *trial, struct vmtp_cost *ret,                  \
                           struct vmtp_error *err)                                                 \
    {                                                                                              \
        (void)self, (void)flow, (void)trial, (void)err;                                            \
        return fixed_port(ret, listens);                                                           \
    }                                                                                              \
    static const struct vmtp_tool peer##_tool = {                                                  \
        .size = sizeof peer##_tool,                                                                \
        .plan = peer##_plan,                                                                       \
        .command = peer##_command,                                                                 \
        .parse = peer##_parse,                                                                     \
        .whole = all_at_once,                                                                      \
    };                                                                                             \
    static const struct vmtp_component peer = {                                                    \
        .size = sizeof peer,                                                                       \
        .kind = VMTP_TOOL,                                                                         \
        .name = "peer-" #peer,                                                                     \
        .summary = #peer ", to measure vmtp beside",                                               \
        .options = VMTP_TABLE(options),                                                            \
        .metrics = VMTP_TABLE(metrics),                                                            \
        .opt_size = sizeof(struct options),                                                        \
        .ops = &peer##_tool,                                                                       \
    }

PEER(iperf3, 5201, 1);
PEER(iperf, 5001, 0);
PEER(nuttcp, 5000, 0);

VMTP_MODULE(.name = "peers", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&iperf3, &iperf, &nuttcp));
