/* SPDX-License-Identifier: Apache-2.0
 *
 * ping as a tool: a number of ICMP echo requests of one size, and what came back.  There is no
 * server: the kernel there answers.
 *
 * A trial is as long as its requests take; the flow's duration counts only with count: 0.  Every
 * function here is pure or runs in the instance's worker thread.
 */
#include "tally.h"

#include "../../common/clock.h"
#include "../../common/words.h"

#include <inttypes.h>

#define PAYLOAD_MAX 65507

struct options {
    uint64_t size, count, interval_ns, timeout_ns, dscp, ttl;
    bool do_not_fragment;
};

/* What a ping understands beyond -c, -s and -i. */
struct variant {
    const char *sign; /* in what it prints for -V */
    const char *tos, *ttl;
    bool numeric, fragment, timeout, fraction; /* of a second, in the timeout */
    bool six;                                  /* IPv6 is a program of its own */
};

struct state {
    const struct variant *variant;
    struct tally tally;
};

static const struct variant variants[] = {
    { "iputils", "-Q", "-t", .numeric = true, .fragment = true, .timeout = true, .fraction = true },
    { "BusyBox", NULL, "-t", .timeout = true },
    { "inetutils", "-T", "--ttl", .numeric = true, .timeout = true, .six = true },
};
static const struct variant any;

static const struct vmtp_option options[] = {
    { "size", "payload bytes of a request; below 16 there may be no times",
      VMTP_OPT_SIZE(struct options, size), .def = "56", .max = PAYLOAD_MAX },
    { "count", "requests; 0: as many as the flow's duration has intervals",
      VMTP_OPT_UINT(struct options, count), .def = "10", .max = 1000000 },
    { "interval", "from one request to the next", VMTP_OPT_DURATION(struct options, interval_ns),
      .def = "200ms", .min = NS_PER_MS, .max = 3600 * (int64_t)NS_PER_S },
    { "timeout", "how long the last reply is waited for",
      VMTP_OPT_DURATION(struct options, timeout_ns), .def = "2s", .min = NS_PER_MS,
      .max = 3600 * (int64_t)NS_PER_S },
    { "dscp", "differentiated services code point of the requests",
      VMTP_OPT_UINT(struct options, dscp), .def = "0", .max = 63 },
    { "ttl", "how many routers a request may pass; 0: the kernel's choice",
      VMTP_OPT_UINT(struct options, ttl), .def = "0", .max = 255 },
    { "do-not-fragment", "refuse requests larger than the path's MTU",
      VMTP_OPT_BOOL(struct options, do_not_fragment), .def = "false" },
};

static const struct vmtp_metric metrics[M_COUNT] = {
    [M_RTT] = { VMTP_RTT, "s", "from a request to its first reply", VMTP_DISTRIBUTION,
                VMTP_LOWER_IS_BETTER },
    [M_RTT_AVG] = { "rtt_avg", "s", "mean round-trip time, as ping sums up", VMTP_GAUGE,
                    VMTP_LOWER_IS_BETTER },
    [M_RTT_MIN] = { "rtt_min", "s", "least round-trip time, as ping sums up", VMTP_GAUGE,
                    VMTP_LOWER_IS_BETTER },
    [M_RTT_MAX] = { "rtt_max", "s", "greatest round-trip time, as ping sums up", VMTP_GAUGE,
                    VMTP_LOWER_IS_BETTER },
    [M_RTT_MDEV] = { "rtt_mdev", "s", "standard deviation of the round-trip time, as ping sums up",
                     VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [M_SENT] = { VMTP_SENT, "packets", "requests sent", VMTP_COUNTER, 0 },
    [M_RECEIVED] = { VMTP_RECEIVED, "packets", "of these, answered", VMTP_COUNTER, 0 },
    [M_DUPLICATED] = { VMTP_DUPLICATED, "packets", "replies that were there already", VMTP_COUNTER,
                       VMTP_LOWER_IS_BETTER },
    [M_REORDERED] = { VMTP_REORDERED, "packets", "replies behind one to a younger request",
                      VMTP_COUNTER, VMTP_LOWER_IS_BETTER },
};

static uint64_t count_of(const struct options *opt, const struct vmtp_trial *trial)
{
    uint64_t count = opt->count ? opt->count : trial->duration_ns / opt->interval_ns;

    return count ? count : 1;
}

static int ping_plan(struct vmtp_self *self, const struct vmtp_flow *flow,
                     const struct vmtp_trial *trial, struct vmtp_cost *ret, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    uint64_t count = count_of(opt, trial), given = trial->warmup_ns + trial->duration_ns;
    uint64_t takes = count * opt->interval_ns + opt->timeout_ns;

    (void)flow, (void)err;
    ret->extra_ns = takes > given ? takes - given : 0;
    ret->bytes = count * opt->size;
    return 0;
}

/* ---- which ping it is ---- */

static int version_line(void *arg, const struct vmtp_line *line)
{
    struct state *state = arg;

    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        if (strstr(line->text, variants[i].sign))
            state->variant = &variants[i];
    return 0;
}

static int refuse(const struct vmtp_flow *flow, const struct variant *variant, const char *what,
                  struct vmtp_error *err)
{
    return vmtp_fail(err, -EOPNOTSUPP, "endpoint %s: its ping%s%s%s can't set %s; iputils-ping can",
                     flow->client->name, variant->sign ? " (" : "",
                     variant->sign ? variant->sign : "", variant->sign ? ")" : "", what);
}

/* BusyBox has no -V and says who it is in its complaint. */
static int ping_prepare(struct vmtp_self *self, const struct vmtp_flow *flow,
                        struct vmtp_error *err)
{
    static const char *const argv[] = { "ping", "-V", NULL };
    const struct options *opt = self->opt;
    struct state *state = self->state;
    struct vmtp_exec exec = {
        .size = sizeof exec, .argv = argv, .line = version_line, .arg = state
    };
    int r;

    state->variant = &any;
    r = self->host->exec(self, flow->client, &exec, err);
    if (r < 0)
        return r;
    if (opt->dscp && !state->variant->tos)
        return refuse(flow, state->variant, "dscp", err);
    if (opt->ttl && !state->variant->ttl)
        return refuse(flow, state->variant, "ttl", err);
    if (opt->do_not_fragment && !state->variant->fragment)
        return refuse(flow, state->variant, "do-not-fragment", err);
    return 0;
}

/* ---- a trial ---- */

static void number(struct words *words, const char *option, uint64_t value)
{
    words_option(words, option, "%" PRIu64, value);
}

static void seconds(struct words *words, const char *option, uint64_t ns)
{
    uint64_t ms = ns / NS_PER_MS;

    words_option(words, option, "%" PRIu64 ".%03" PRIu64, ms / 1000, ms % 1000);
}

static void variant_words(const struct options *opt, const struct variant *variant,
                          struct words *words)
{
    if (variant->numeric)
        words_add(words, "-n");
    if (variant->fraction)
        seconds(words, "-W", opt->timeout_ns);
    else if (variant->timeout)
        number(words, "-W", (opt->timeout_ns + NS_PER_S - 1) / NS_PER_S);
    if (opt->dscp && variant->tos)
        number(words, variant->tos, opt->dscp << 2);
    if (opt->ttl && variant->ttl)
        number(words, variant->ttl, opt->ttl);
    if (opt->do_not_fragment && variant->fragment) {
        words_add(words, "-M");
        words_add(words, "do");
    }
}

static int ping_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                        const struct vmtp_trial *trial, enum vmtp_role role, struct vmtp_argv *ret,
                        struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    struct state *state = self->state;
    const struct variant *variant = state->variant ? state->variant : &any;
    struct words words = { .self = self, .argv = ret };

    if (role == VMTP_SERVER)
        return 0;
    state->tally = (struct tally){ 0 };
    words_add(&words, variant->six && flow->family == 6 ? "ping6" : "ping");
    number(&words, "-c", count_of(opt, trial));
    number(&words, "-s", opt->size);
    seconds(&words, "-i", opt->interval_ns);
    variant_words(opt, variant, &words);
    words_add(&words, flow->address);
    return words_end(&words, err);
}

static int ping_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                      uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    struct state *state = self->state;

    (void)role;
    return tally_line(self, &state->tally, flow, time_ns, text, err);
}

static const struct vmtp_program programs[] = {
    { "ping", "iputils-ping", VMTP_CLIENT },
};

static const struct vmtp_tool tool = {
    .size = sizeof tool,
    .plan = ping_plan,
    .prepare = ping_prepare,
    .command = ping_command,
    .parse = ping_parse,
    .programs = VMTP_TABLE(programs),
};

static const struct vmtp_component ping = {
    .size = sizeof ping,
    .kind = VMTP_TOOL,
    .name = "ping",
    .summary = "round-trip times and loss of ICMP echo requests",
    .options = VMTP_TABLE(options),
    .metrics = VMTP_TABLE(metrics),
    .opt_size = sizeof(struct options),
    .state_size = sizeof(struct state),
    .ops = &tool,
};

VMTP_MODULE(.name = "ping", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&ping));
