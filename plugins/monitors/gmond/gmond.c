/* SPDX-License-Identifier: Apache-2.0
 *
 * gmond: the load of every host that Ganglia knows, while flows are measured.
 *
 * open() already gets what Ganglia knows by then, so that there is a reading from before the first
 * trial; run() tells it and goes on.  A server that fails is told of once, and tried again.
 */
#include "../../common/clock.h"
#include "../../common/event.h"
#include "fetch.h"
#include "hosts.h"
#include "listen.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <vmtp/plugin.h>

#define FIRST_NS   (2 * NS_PER_S) /* for the reading that open() waits for */
#define CONFIG_NS  (5 * NS_PER_S)
#define SILENCE_NS (60 * NS_PER_S) /* three times the heartbeat of a gmond */
#define REST       3               /* times as long as an answer took it is left alone */
#define NOTES_MAX  8               /* of one kind: a server that comes and goes */

enum mode { POLL, LISTEN };

static const struct vmtp_choice modes[] = {
    { "poll", POLL, "Ask gmond or gmetad for its XML" },
    { "listen", LISTEN, "Hear what gmonds send, by multicast or to this machine" },
    { 0 },
};

struct options {
    const char *address;
    uint64_t port;
    int mode;
    uint64_t interval_ns, timeout_ns;
    const char *interface, *config;
};

#define O struct options
static const struct vmtp_option options[] = {
    { "address",
      "gmond or gmetad that is asked; the group or own address at which to listen; that of config",
      VMTP_OPT_ADDRESS(O, address) },
    { "port", "Its port", VMTP_OPT_PORT(O, port), .def = "8649", .min = 1, .max = 65535 },
    { "mode", "How figures are got", VMTP_OPT_ENUM(O, mode, modes), .def = "poll" },
    { "interval", "How often gmond is asked; its ages are whole seconds",
      VMTP_OPT_DURATION(O, interval_ns), .def = "1s", .min = (int64_t)(200 * NS_PER_MS),
      .max = (int64_t)(3600 * NS_PER_S) },
    { "timeout", "How long an answer may take", VMTP_OPT_DURATION(O, timeout_ns), .def = "5s",
      .min = (int64_t)(100 * NS_PER_MS), .max = (int64_t)(300 * NS_PER_S) },
    { "interface", "Where a multicast group is joined; the system chooses",
      VMTP_OPT_STRING(O, interface) },
    { "config",
      "gmond.conf whose tcp_accept_channel is asked, or whose udp_recv_channels are listened to, "
      "where there is no address",
      VMTP_OPT_PATH(O, config), .def = "/etc/ganglia/gmond.conf" },
};
#undef O

/* A server that fails, until it does no more. */
struct trouble {
    bool now;
    unsigned int notes;
    uint64_t since_ns;
    struct vmtp_error last;
};

struct state {
    struct hosts *hosts;
    struct channel channels[CHANNELS_MAX];
    size_t channel_count;
    char address[64]; /* of the one that is asked, where config says it */
    const char *asked;
    struct ears ears;
    uint64_t heard_ns;        /* when anything came last */
    struct vmtp_error broken; /* code 0: open() made all that is needed */
    struct trouble trouble;
    bool odd_sum_told, too_many_told, slow_told;
};

static bool given(const char *text)
{
    return text && *text;
}

static bool is_numeric(const char *text)
{
    struct in6_addr address;

    return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

static bool is_multicast(const char *text)
{
    struct in6_addr v6;
    struct in_addr v4;

    return (inet_pton(AF_INET, text, &v4) == 1 && IN_MULTICAST(ntohl(v4.s_addr))) ||
           (inet_pton(AF_INET6, text, &v6) == 1 && IN6_IS_ADDR_MULTICAST(&v6));
}

static int gmond_check(const void *opt, struct vmtp_error *err)
{
    const struct options *o = opt;

    if (!given(o->address) && !given(o->config))
        return vmtp_fail(err, -EINVAL, "give address or config");
    if (given(o->interface) && o->mode != LISTEN)
        return vmtp_fail(err, -EINVAL, "interface is for mode: listen");
    if (given(o->interface) && strlen(o->interface) >= IF_NAMESIZE)
        return vmtp_fail(err, -EINVAL, "interface '%.40s' is longer than names of interfaces are",
                         o->interface);
    if (o->mode == LISTEN && given(o->address) && !is_numeric(o->address))
        return vmtp_fail(err, -EINVAL,
                         "address '%.60s': mode: listen takes a numeric one, as 239.2.11.71",
                         o->address);
    if (o->mode == POLL && given(o->address) && is_multicast(o->address))
        return vmtp_fail(err, -EINVAL,
                         "address %.60s is a multicast group, which nobody can ask: write mode: "
                         "listen",
                         o->address);
    return 0;
}

/* ---- what there is to say ---- */

static void note(struct vmtp_self *self, const char *text)
{
    if (event_emit(self, NULL, VMTP_NOTE, text) < 0)
        vmtp_warn(self, "%s", text);
}

static void trouble_begin(struct vmtp_self *self, const struct vmtp_error *why)
{
    struct state *state = self->state;
    struct trouble *trouble = &state->trouble;

    trouble->last = *why;
    if (trouble->now)
        return;
    trouble->now = true;
    trouble->since_ns = clock_now_ns();
    if (trouble->notes++ < NOTES_MAX)
        note(self, why->text);
}

static void trouble_end(struct vmtp_self *self)
{
    struct state *state = self->state;
    struct trouble *trouble = &state->trouble;
    uint64_t s = (clock_now_ns() - trouble->since_ns + NS_PER_S / 2) / NS_PER_S;
    char text[400];

    if (!trouble->now)
        return;
    trouble->now = false;
    if (trouble->notes > NOTES_MAX)
        return;
    snprintf(text, sizeof text, "all is well again after %llu s in which: %.300s",
             (unsigned long long)s, trouble->last.text);
    note(self, text);
}

static void oddities_tell(struct vmtp_self *self)
{
    struct state *state = self->state;
    const struct hosts_oddities *odd = hosts_oddities(state->hosts);
    char text[120];

    if (odd->wrong_sums && !state->odd_sum_told) {
        state->odd_sum_told = true;
        note(self, odd->wrong_sum);
    }
    if (odd->too_many && !state->too_many_told) {
        state->too_many_told = true;
        snprintf(text, sizeof text, "Ganglia knows more than %d hosts: the others are not watched",
                 HOSTS_MAX);
        note(self, text);
    }
}

/* How it ended: a failure that lasts is one of the monitor. */
static int run_end(struct vmtp_self *self, int r, struct vmtp_error *err)
{
    const struct state *state = self->state;
    const struct trouble *trouble = &state->trouble;
    uint64_t s = (clock_now_ns() - trouble->since_ns + NS_PER_S / 2) / NS_PER_S;

    if (r != -ECANCELED || !trouble->now)
        return r;
    return vmtp_fail(err, trouble->last.code ? trouble->last.code : -EIO,
                     "%.700s (for the last %llu s)", trouble->last.text, (unsigned long long)s);
}

/* ---- asking ---- */

struct asking {
    struct hosts *hosts;
    size_t count;
};

static void report_take(void *arg, const struct report *report)
{
    struct asking *asking = arg;

    asking->count++;
    hosts_report(asking->hosts, report, clock_now_ns());
}

/* -ECANCELED: stopped; all else is trouble. */
static int ask(struct vmtp_self *self, uint64_t timeout_ns)
{
    const struct options *o = self->opt;
    struct state *state = self->state;
    const struct dial from = { .host = state->asked,
                               .port = state->channel_count ? state->channels[0].port
                                                            : (uint16_t)o->port,
                               .deadline_ns = clock_now_ns() + timeout_ns,
                               .cancel_fd = self->host->cancel_fd(self) };
    struct asking asking = { .hosts = state->hosts };
    struct vmtp_error err = { 0 };
    int r = fetch(&from, report_take, &asking, &err);

    if (r == -ECANCELED)
        return r;
    if (r == 0 && asking.count == 0)
        r = vmtp_fail(&err, -ENODATA, DIAL_WHERE ": it knows no host (is it deaf?)",
                      DIAL_WHERE_OF(&from));
    if (r < 0)
        trouble_begin(self, &err);
    else
        trouble_end(self);
    oddities_tell(self);
    return 0;
}

/* When to ask again: one whose answers take long is not asked without a rest. */
static uint64_t ask_next_ns(struct vmtp_self *self, uint64_t began_ns)
{
    const struct options *o = self->opt;
    struct state *state = self->state;
    uint64_t now_ns = clock_now_ns(), rest_ns = REST * (now_ns - began_ns);
    char text[120];

    if (began_ns + o->interval_ns >= now_ns + rest_ns || state->trouble.now)
        return began_ns + o->interval_ns > now_ns ? began_ns + o->interval_ns : now_ns;
    if (!state->slow_told) {
        state->slow_told = true;
        snprintf(text, sizeof text, "an answer takes %.1f s, so it is asked less often",
                 (double)(now_ns - began_ns) / (double)NS_PER_S);
        vmtp_info(self, "%s", text);
    }
    return now_ns + rest_ns;
}

static int poll_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints,
                    size_t count)
{
    const struct options *o = self->opt;
    struct state *state = self->state;
    uint64_t began_ns = clock_now_ns();
    int r = 0;

    for (;;) {
        int told = hosts_tell(state->hosts, self, endpoints, count);

        if (told < 0)
            return told;
        r = self->host->pause(self, ask_next_ns(self, began_ns));
        began_ns = clock_now_ns();
        if (r == 0)
            r = ask(self, o->timeout_ns);
        if (r < 0)
            return r;
    }
}

static int poll_open(struct vmtp_self *self, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct state *state = self->state;

    state->asked = o->address;
    if (state->channel_count) {
        const struct channel *channel = &state->channels[0];

        snprintf(state->address, sizeof state->address, "%s",
                 *channel->bind  ? channel->bind
                 : channel->ipv6 ? "::1"
                                 : "127.0.0.1");
        state->asked = state->address;
    }
    if (hosts_new(state->asked, &state->hosts) < 0)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    (void)ask(self, o->timeout_ns < FIRST_NS ? o->timeout_ns : FIRST_NS);
    return 0;
}

/* ---- listening ---- */

static void message_take(void *arg, const struct message *message, const char *sender)
{
    struct vmtp_self *self = arg;
    struct state *state = self->state;
    int figure = report_figure(message->metric);

    state->heard_ns = clock_now_ns();
    if (figure >= 0)
        hosts_hear(state->hosts, message->name, *message->address ? message->address : sender,
                   (enum report_figure)figure, message->value, state->heard_ns);
}

static void silence_judge(struct vmtp_self *self)
{
    struct state *state = self->state;
    struct vmtp_error err = { 0 };

    if (clock_now_ns() - state->heard_ns < SILENCE_NS) {
        trouble_end(self);
        return;
    }
    vmtp_fail(&err, -ETIMEDOUT, "nothing comes from any gmond");
    trouble_begin(self, &err);
}

/* One turn, at most until then. */
static int listen_turn(struct vmtp_self *self, uint64_t until_ns)
{
    struct state *state = self->state;
    uint64_t settle_ns = hosts_settle_ns(state->hosts);
    int r = ears_wait(&state->ears, settle_ns < until_ns ? settle_ns : until_ns,
                      self->host->cancel_fd(self));

    if (r < 0)
        return r;
    ears_hear(&state->ears, message_take, self);
    hosts_settle(state->hosts, clock_now_ns());
    oddities_tell(self);
    return 0;
}

static int listen_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints,
                      size_t count)
{
    struct state *state = self->state;

    for (;;) {
        int r = hosts_tell(state->hosts, self, endpoints, count);

        if (r >= 0)
            r = listen_turn(self, clock_now_ns() + NS_PER_S);
        if (r < 0)
            return r;
        silence_judge(self);
    }
}

static void channel_make(const struct options *o, struct channel *ret)
{
    *ret = (struct channel){ .port = (uint16_t)o->port };
    snprintf(is_multicast(o->address) ? ret->group : ret->bind, sizeof ret->group, "%s",
             o->address);
    snprintf(ret->interface, sizeof ret->interface, "%s", given(o->interface) ? o->interface : "");
}

static int listen_open(struct vmtp_self *self, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct state *state = self->state;
    uint64_t until_ns = clock_now_ns() + FIRST_NS;
    int r;

    if (state->channel_count == 0)
        channel_make(o, &state->channels[state->channel_count++]);
    if (hosts_new(NULL, &state->hosts) < 0)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = ears_open(&state->ears, state->channels, state->channel_count, err);
    if (r < 0)
        return r;
    state->heard_ns = clock_now_ns();
    while (r == 0 && clock_now_ns() < until_ns && hosts_pending(state->hosts) == 0)
        r = listen_turn(self, until_ns);
    return 0;
}

/* ---- the component ---- */

static int source_open(struct vmtp_self *self, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct state *state = self->state;

    if (!given(o->address)) {
        int r = config_read(
            o->config, o->mode == LISTEN ? "udp_recv_channel" : "tcp_accept_channel",
            clock_now_ns() + CONFIG_NS, self->host->cancel_fd(self), state->channels, err);

        if (r < 0)
            return r;
        state->channel_count = (size_t)r;
    }
    return o->mode == LISTEN ? listen_open(self, err) : poll_open(self, err);
}

/* What fails here is the run's to note, as all else that a monitor fails with. */
static int gmond_open(struct vmtp_self *self, struct vmtp_error *err)
{
    struct state *state = self->state;

    (void)err;
    (void)source_open(self, &state->broken);
    return 0;
}

static int gmond_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints,
                     size_t count, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct state *state = self->state;
    int r;

    if (state->broken.code) {
        if (err)
            *err = state->broken;
        return state->broken.code;
    }
    r = o->mode == LISTEN ? listen_run(self, endpoints, count) : poll_run(self, endpoints, count);
    return run_end(self, r, err);
}

static void gmond_close(struct vmtp_self *self)
{
    struct state *state = self->state;

    ears_close(&state->ears);
    hosts_free(state->hosts);
}

static const struct vmtp_monitor monitor = {
    .size = sizeof monitor,
    .run = gmond_run,
};

static const struct vmtp_component gmond = {
    .size = sizeof gmond,
    .kind = VMTP_MONITOR,
    .name = "gmond",
    .summary = "Load of the hosts that Ganglia knows",
    .options = VMTP_TABLE(options),
    .metrics = { hosts_metrics, HOSTS_METRICS, sizeof *hosts_metrics },
    .opt_size = sizeof(struct options),
    .state_size = sizeof(struct state),
    .check = gmond_check,
    .open = gmond_open,
    .close = gmond_close,
    .ops = &monitor,
};

VMTP_MODULE(.name = "gmond", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&gmond));
