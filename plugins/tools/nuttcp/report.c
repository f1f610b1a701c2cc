/* SPDX-License-Identifier: Apache-2.0
 *
 * What nuttcp tells, made into samples.  Every key of a line is optional and what is no number is
 * no figure.  nuttcp knows of no warm-up: the intervals in which it went are taken off the whole.
 */
#include "report.h"

#include "../../common/datagram.h"

#include <math.h>
#include <stdlib.h>

#define NUMBER_MAX 1e15
#define MEBI       1048576.0

/* One line; NAN: it is not told. */
struct figures {
    double megabytes, real_sec, real_seconds, rate_mbps, tx_cpu, rx_cpu, retrans, cwnd, rtt_ms;
    double drop, pkt, jitter_ms, owd_ms;
};

#define KEY(key, field)                                                                            \
    {                                                                                              \
        key, offsetof(struct figures, field)                                                       \
    }
static const struct {
    const char *name;
    size_t offset;
} keys[] = {
    KEY("megabytes", megabytes), KEY("real_sec", real_sec), KEY("real_seconds", real_seconds),
    KEY("rate_Mbps", rate_mbps), KEY("tx_cpu", tx_cpu),     KEY("rx_cpu", rx_cpu),
    KEY("retrans", retrans),     KEY("cwnd", cwnd),         KEY("rtt_ms", rtt_ms),
    KEY("drop", drop),           KEY("pkt", pkt),           KEY("msmaxjitter", jitter_ms),
    KEY("msavgOWD", owd_ms),
};
#define KEYS (sizeof keys / sizeof *keys)

static double *field(struct figures *figures, size_t key)
{
    return (double *)((char *)figures + keys[key].offset);
}

/* Only these two may be below zero: datagrams that came twice, and clocks that differ. */
static bool may_be(const struct figures *figures, const double *at, double value)
{
    bool negative = at == &figures->drop || at == &figures->owd_ms;

    return value <= NUMBER_MAX && value >= (negative ? -NUMBER_MAX : 0);
}

/* "key=number", to the next space. */
static void token_take(struct figures *figures, const char *token, size_t len)
{
    for (size_t i = 0; i < KEYS; i++) {
        size_t name = strlen(keys[i].name);
        double *at = field(figures, i), value;
        char *end;

        if (len <= name + 1 || token[name] != '=' || memcmp(token, keys[i].name, name) != 0)
            continue;
        value = strtod(token + name + 1, &end);
        if (end == token + len && may_be(figures, at, value))
            *at = value;
    }
}

static struct figures figures_read(const char *text)
{
    struct figures figures;

    for (size_t i = 0; i < KEYS; i++)
        *field(&figures, i) = NAN;
    while (*text) {
        size_t len = strcspn(text, " ");

        token_take(&figures, text, len);
        text += len;
        text += strspn(text, " ");
    }
    return figures;
}

/* The seconds are told in hundredths; bytes and rate are told better than that. */
static struct tally tally_of(const struct figures *figures, double seconds)
{
    double bytes = figures->megabytes * MEBI, rate = figures->rate_mbps * 1e6;

    return (struct tally){
        .bytes = bytes,
        .seconds = rate > 0 && bytes > 0 ? bytes * 8 / rate : seconds,
        .packets = figures->pkt,
        .drops = figures->drop,
        .retransmits = figures->retrans,
    };
}

/* ---- samples ---- */

static int emit(struct vmtp_self *self, uint32_t metric, uint64_t time_ns, double value)
{
    return isfinite(value) ? vmtp_emit(self, metric, time_ns, value, time_ns == 0) : 0;
}

/* What the tool says of retransmits is their number only from version 7 on: before, always 0. */
static bool tells_retransmits(const struct nuttcp_state *state)
{
    return both_least(state, 7, 0);
}

static int interval_take(struct vmtp_self *self, const struct figures *figures, uint64_t time_ns)
{
    struct nuttcp_state *state = self->state;
    struct tally part = tally_of(figures, figures->real_sec), *sum = &state->before;
    int r;

    if (sum->seconds < ((double)state->warmup_ns - (double)state->step_ns / 2) * 1e-9) {
        sum->bytes += part.bytes;
        sum->seconds += part.seconds;
        sum->packets += part.packets;
        sum->drops += part.drops;
        sum->retransmits += part.retransmits;
        return 0;
    }
    r = emit(self, M_GOODPUT, time_ns, figures->rate_mbps * 1e6);
    if (r == 0 && tells_retransmits(state))
        r = emit(self, M_RETRANSMITS, time_ns, figures->retrans);
    return r < 0 ? r : emit(self, M_CWND, time_ns, figures->cwnd * 1024);
}

static int emit_datagrams(struct vmtp_self *self, const struct nuttcp_state *state,
                          const struct tally *part)
{
    double lost = isnan(part->drops) ? NAN : fmin(fmax(part->drops, 0), part->packets);
    double offered = part->packets * (double)state->length * 8 / part->seconds;
    int r = emit(self, M_SENT, 0, part->packets);

    r = r < 0 ? r : emit(self, M_RECEIVED, 0, part->packets - lost);
    r = r < 0 ? r : emit(self, M_OFFERED, 0, offered);
    return r < 0 ? r : datagram_shortfall(self, "nuttcp", offered, (double)state->rate_bps);
}

static int emit_stream(struct vmtp_self *self, const struct nuttcp_state *state,
                       const struct tally *part, const struct figures *whole)
{
    const struct version *old =
        version_least(&state->client, 7, 0, 0) ? &state->server : &state->client;
    char text[120];
    int r = emit(self, M_CONNECT_RTT, 0, whole->rtt_ms / 1e3);

    r = r < 0 ? r : emit(self, M_CWND, 0, whole->cwnd * 1024);
    if (r < 0 || tells_retransmits(state))
        return r < 0 ? r : emit(self, M_RETRANSMITS, 0, part->retransmits);
    snprintf(text, sizeof text, "nuttcp %u.%u.%u does not see retransmits; 7 and newer do",
             old->major, old->minor, old->patch);
    return vmtp_emit_event(self, VMTP_NOTE, text);
}

static int emit_ends(struct vmtp_self *self, const struct figures *whole)
{
    const struct nuttcp_opt *o = self->opt;
    bool up = o->direction == DIRECTION_UP;
    int r = emit(self, M_CPU_CLIENT, 0, (up ? whole->tx_cpu : whole->rx_cpu) / 100);

    r = r < 0 ? r : emit(self, M_CPU_SERVER, 0, (up ? whole->rx_cpu : whole->tx_cpu) / 100);
    r = r < 0 ? r : emit(self, M_JITTER_MAX, 0, whole->jitter_ms / 1e3);
    return r < 0 ? r : emit(self, M_OWD, 0, whole->owd_ms / 1e3);
}

static int whole_take(struct vmtp_self *self, const struct vmtp_flow *flow,
                      const struct figures *whole, struct vmtp_error *err)
{
    const struct nuttcp_state *state = self->state;
    const struct nuttcp_opt *o = self->opt;
    const struct tally *before = &state->before;
    struct tally all = tally_of(whole, whole->real_seconds), part = {
        .bytes = all.bytes - before->bytes,
        .seconds = all.seconds - before->seconds,
        .packets = all.packets - before->packets,
        .drops = all.drops - before->drops,
        .retransmits = all.retransmits - before->retransmits,
    };
    int r;

    if (!(part.seconds > 0) || !(part.bytes >= 0) || isnan(whole->rate_mbps))
        return vmtp_fail(err, -EPROTO, "endpoint %s: nuttcp does not tell what was received",
                         flow->client->name);
    r = emit(self, M_GOODPUT, 0, part.bytes * 8 / part.seconds);
    if (r == 0 && o->protocol == PROTOCOL_TCP)
        r = emit_stream(self, state, &part, whole);
    else if (r == 0 && part.packets >= 0)
        r = emit_datagrams(self, state, &part);
    if (r == 0 && o->protocol != PROTOCOL_TCP)
        r = datagram_fragments(self, flow, state->length);
    return r < 0 ? r : emit_ends(self, whole);
}

/* ---- lines ---- */

/* 'nuttcp-t: v6.1.2: Error: connect: Connection refused', and what it says without that word. */
static const char *complaint(const char *text)
{
    static const char *const marks[] = { "Error: ", "Error=", "connect failed: ", "not supported",
                                         " overlaps " };
    size_t count = sizeof marks / sizeof *marks;

    for (size_t i = 0; i < count; i++) {
        const char *at = strstr(text, marks[i]);

        if (at)
            return i < 2 ? at + strlen(marks[i]) : text;
    }
    return NULL;
}

int nuttcp_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                 uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    const struct vmtp_endpoint *end = role == VMTP_CLIENT ? flow->client : flow->server;
    const char *why = complaint(text);
    struct figures figures;
    int r = 0;

    if (why)
        return vmtp_fail(err, -EPROTO, "endpoint %s: nuttcp: %.300s", end->name, why);
    if (role != VMTP_CLIENT)
        return 0;
    figures = figures_read(text);
    if (!isnan(figures.real_sec))
        r = interval_take(self, &figures, time_ns);
    else if (!isnan(figures.real_seconds))
        r = whole_take(self, flow, &figures, err);
    if (r < 0 && err && !err->code)
        vmtp_fail(err, r, "a figure could not be kept: %s", strerror(-r));
    return r;
}
