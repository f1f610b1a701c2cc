/* SPDX-License-Identifier: Apache-2.0
 *
 * null: a tool without traffic, to test everything around a tool with.
 *
 * Its figures are made up from the options and the trial's number, so the same scenario gives the
 * same figures each time.  It can fail, wait and hang on request.
 */
#include <vmtp/plugin.h>

#define SAMPLES_MAX   10000
#define DATAGRAM_BITS (1448.0 * 8)
#define RTT_VALUES    1000
#define NS_PER_S      1e9

struct options {
    int protocol;
    uint64_t samples, goodput_bps, fail_trial, delay_ns, lost;
    double spread;
    int fail_prepare;
    bool hang, latency;
};

struct state {
    bool finished;
};

enum { TCP = 1, UDP };
enum { NEVER, ALWAYS, ONCE };

static const struct vmtp_choice protocols[] = {
    { "tcp", TCP, "Claims to be a TCP stream" },
    { "udp", UDP, "Claims to be UDP datagrams, and counts them" },
    { 0 },
};

static const struct vmtp_choice failing[] = {
    { "false", NEVER, "It does not" },
    { "true", ALWAYS, "Whenever it is tried" },
    { "once", ONCE, "Not when it is tried again" },
    { 0 },
};

static const struct vmtp_option options[] = {
    { "protocol", "What it claims to send", VMTP_OPT_ENUM(struct options, protocol, protocols),
      .def = "tcp" },
    { "samples", "Interval figures in a trial", VMTP_OPT_UINT(struct options, samples), .def = "10",
      .max = SAMPLES_MAX },
    { "goodput", "The figure that trials scatter around",
      VMTP_OPT_RATE(struct options, goodput_bps), .def = "1G" },
    { "spread", "How far a trial's figure may be from it, in percent",
      VMTP_OPT_REAL(struct options, spread), .def = "1", .max = 100 },
    { "lost", "Datagrams lost in a trial, with protocol: udp", VMTP_OPT_UINT(struct options, lost),
      .def = "0" },
    { "latency", "Also emit a histogram of round-trip times",
      VMTP_OPT_BOOL(struct options, latency), .def = "false" },
    { "delay", "How long a trial really takes", VMTP_OPT_DURATION(struct options, delay_ns),
      .def = "0" },
    { "fail-trial", "Number of a trial that fails; 0: none",
      VMTP_OPT_UINT(struct options, fail_trial), .def = "0" },
    { "fail-prepare", "Fail before the first trial",
      VMTP_OPT_ENUM(struct options, fail_prepare, failing), .def = "false" },
    { "hang", "Never end a trial of its own accord", VMTP_OPT_BOOL(struct options, hang),
      .def = "false" },
};

enum { GOODPUT, SENT, RECEIVED, LOST_SOCKET, RTT };

static const struct vmtp_metric metrics[] = {
    [GOODPUT] = { VMTP_GOODPUT, "bit/s", "Made-up goodput", VMTP_GAUGE, 0 },
    [SENT] = { VMTP_SENT, "packets", "Made-up datagrams sent", VMTP_COUNTER, 0 },
    [RECEIVED] = { VMTP_RECEIVED, "packets", "Made-up datagrams received", VMTP_COUNTER, 0 },
    [LOST_SOCKET] = { VMTP_LOST_SOCKET, "packets", "Made-up drops at the socket", VMTP_COUNTER,
                      VMTP_LOWER_IS_BETTER },
    [RTT] = { VMTP_RTT, "s", "Made-up round-trip time", VMTP_DISTRIBUTION, VMTP_LOWER_IS_BETTER },
};

/* The same number in -1..1 for the same input: the mixing step of splitmix64. */
static double noise(uint64_t input)
{
    uint64_t x = (input + 1) * 0x9e3779b97f4a7c15ull;

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    x ^= x >> 31;
    return (double)(x >> 11) / (double)(1ull << 52) - 1;
}

static double trial_goodput(const struct options *opt, const struct vmtp_trial *trial)
{
    double around = trial->rate_bps && trial->rate_bps < opt->goodput_bps
                        ? (double)trial->rate_bps
                        : (double)opt->goodput_bps;

    return around * (1 + opt->spread / 100 * noise(trial->number));
}

static int series_emit(struct vmtp_self *self, const struct vmtp_trial *trial, uint64_t start_ns)
{
    const struct options *opt = self->opt;
    double goodput = trial_goodput(opt, trial);
    uint64_t step_ns = trial->interval_ns ? trial->interval_ns : (uint64_t)(NS_PER_S / 10);
    int r = 0;

    start_ns += trial->warmup_ns;
    for (uint64_t i = 0; i < opt->samples && r == 0; i++) {
        double share = 1 + opt->spread / 100 * noise((uint64_t)trial->number << 32 | i);

        r = vmtp_emit(self, GOODPUT, start_ns + (i + 1) * step_ns, goodput * share, false);
    }
    return r < 0 ? r : vmtp_emit(self, GOODPUT, 0, goodput, true);
}

static int datagrams_emit(struct vmtp_self *self, const struct vmtp_trial *trial)
{
    const struct options *opt = self->opt;
    double seconds = (double)trial->duration_ns / NS_PER_S;
    double received = (double)(uint64_t)(trial_goodput(opt, trial) * seconds / DATAGRAM_BITS);
    double asked = (double)(uint64_t)((double)trial->rate_bps * seconds / DATAGRAM_BITS);
    double sent = (asked > received ? asked : received) + (double)opt->lost;
    int r = vmtp_emit(self, SENT, 0, sent, true);

    if (r == 0)
        r = vmtp_emit(self, RECEIVED, 0, received, true);
    return r < 0 ? r : vmtp_emit(self, LOST_SOCKET, 0, 0, true);
}

/* Three buckets: 100 us, 200 us and, for one reply in a hundred, 1 ms. */
static int latency_emit(struct vmtp_self *self)
{
    const struct vmtp_bucket buckets[] = {
        { vmtp_bucket_index(100000), RTT_VALUES * 6 / 10 },
        { vmtp_bucket_index(200000), RTT_VALUES * 39 / 100 },
        { vmtp_bucket_index(1000000), RTT_VALUES / 100 },
    };
    const struct vmtp_histogram histogram = {
        .size = sizeof histogram,
        .buckets = buckets,
        .count = sizeof buckets / sizeof *buckets,
        .scale = 1e-9,
        .min = 100000,
        .max = 1000000,
    };

    return self->host->emit_histogram(self, RTT, &histogram);
}

/* As long as asked for, or until the run is cancelled. */
static int trial_wait(struct vmtp_self *self, uint64_t start_ns)
{
    const struct options *opt = self->opt;

    if (opt->hang)
        return self->host->pause(self, UINT64_MAX);
    return opt->delay_ns ? self->host->pause(self, start_ns + opt->delay_ns) : 0;
}

static int null_prepare(struct vmtp_self *self, const struct vmtp_flow *flow,
                        struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    const struct state *state = self->state;

    (void)flow;
    if (opt->fail_prepare == ALWAYS || (opt->fail_prepare == ONCE && !state->finished))
        return vmtp_fail(err, -EIO, "null: told to fail (fail-prepare)");
    return 0;
}

static void null_finish(struct vmtp_self *self, const struct vmtp_flow *flow)
{
    struct state *state = self->state;

    (void)flow;
    state->finished = true;
}

static int null_run(struct vmtp_self *self, const struct vmtp_flow *flow,
                    const struct vmtp_trial *trial, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    uint64_t start_ns;
    int r;

    (void)flow;
    r = self->host->ready(self, &start_ns, err);
    if (r < 0)
        return r;
    r = trial_wait(self, start_ns);
    if (r < 0)
        return vmtp_fail(err, r, "null: stopped while waiting: %s", strerror(-r));
    if (opt->fail_trial == trial->number)
        return vmtp_fail(err, -EIO, "null: told to fail trial %u (fail-trial)", trial->number);
    r = series_emit(self, trial, start_ns);
    if (r == 0 && opt->protocol == UDP)
        r = datagrams_emit(self, trial);
    if (r == 0 && opt->latency)
        r = latency_emit(self);
    return r < 0 ? vmtp_fail(err, r, "null: %s", strerror(-r)) : 0;
}

static int null_plan(struct vmtp_self *self, const struct vmtp_flow *flow,
                     const struct vmtp_trial *trial, struct vmtp_cost *ret, struct vmtp_error *err)
{
    const struct options *opt = self->opt;

    (void)flow;
    if (trial->rate_bps && opt->protocol != UDP)
        return vmtp_fail(err, -EINVAL, "only datagrams have a loss to search by: protocol: udp");
    ret->extra_ns = opt->delay_ns;
    return 0;
}

static const struct vmtp_tool tool = {
    .size = sizeof tool,
    .plan = null_plan,
    .prepare = null_prepare,
    .finish = null_finish,
    .run = null_run,
    .rated = 1,
};

static const struct vmtp_component null = {
    .size = sizeof null,
    .kind = VMTP_TOOL,
    .name = "null",
    .summary = "Makes figures up and no traffic: for testing everything else",
    .options = VMTP_TABLE(options),
    .metrics = VMTP_TABLE(metrics),
    .opt_size = sizeof(struct options),
    .state_size = sizeof(struct state),
    .ops = &tool,
};

VMTP_MODULE(.name = "null", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&null));
