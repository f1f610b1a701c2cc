/* SPDX-License-Identifier: Apache-2.0
 *
 * What both ends' iperf tell, made into samples.  iperf knows of no warm-up: the intervals in which
 * it went are taken off the whole.  Nothing is emitted before every connection's whole has been
 * told by the end that receives; what the sending end tells then stands beside it.
 */
#include "report.h"

#include "../../common/datagram.h"
#include "lines.h"

#include <math.h>

static bool goes(const struct iperf_opt *o, int direction)
{
    return o->direction == DIRECTION_BOTH ||
           (o->direction == DIRECTION_DOWN) == (direction == DOWN);
}

/* ---- lines to sides ---- */

/* Where both send, the way back has a star at either end. */
static struct side *side_of(struct iperf_state *state, const struct iperf_opt *o,
                            enum vmtp_role role, bool back)
{
    int direction = o->direction == DIRECTION_BOTH   ? (back ? DOWN : UP)
                    : o->direction == DIRECTION_DOWN ? DOWN
                                                     : UP;
    bool receives = (role == VMTP_SERVER) == (direction == UP);

    return &state->sides[direction][receives ? RECEIVE : SEND];
}

static struct stream *stream_of(struct side *side, int id)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->streams[i].id == id)
            return &side->streams[i];
    if (side->count == CONNECTIONS_MAX)
        return NULL;
    side->streams[side->count].id = id;
    return &side->streams[side->count++];
}

/* The line of the whole begins where the first interval does, and goes on. */
static bool is_whole(const struct iperf_state *state, const struct figures *figures)
{
    return figures->start_s == 0 && figures->end_s > 1.5e-9 * (double)state->step_ns;
}

static bool is_warmup(const struct iperf_state *state, const struct figures *figures)
{
    return figures->start_s < ((double)state->warmup_ns - (double)state->step_ns / 2) * 1e-9;
}

static void before_add(struct figures *before, const struct figures *figures)
{
    before->end_s = figures->end_s;
    before->bytes += figures->bytes;
    before->lost += figures->lost;
    before->datagrams += figures->datagrams;
    before->retransmits += figures->retransmits;
}

static void stream_take(const struct iperf_state *state, struct side *side, struct stream *stream,
                        const struct figures *figures)
{
    if (is_whole(state, figures)) {
        side->ended += !stream->ended;
        stream->ended = true;
        stream->whole = *figures;
    } else if (is_warmup(state, figures)) {
        before_add(&stream->before, figures);
    } else if (figures->cwnd_bytes > 0) {
        stream->cwnd_bytes += figures->cwnd_bytes;
        stream->rtt_us += figures->rtt_us;
        stream->intervals++;
    }
}

/* ---- what was measured ---- */

/* One direction at one end: its connections together, without the warm-up. */
struct part {
    double bytes, seconds, lost, datagrams, jitter_ms, retransmits, cwnd_bytes, rtt_us;
};

static void part_add(struct part *part, const struct stream *stream, double share)
{
    const struct figures *whole = &stream->whole, *before = &stream->before;
    double n = (double)stream->intervals;

    part->bytes += whole->bytes - before->bytes;
    part->seconds = fmax(part->seconds, whole->end_s - before->end_s);
    part->lost += whole->lost - before->lost;
    part->datagrams += whole->datagrams - before->datagrams;
    part->jitter_ms += whole->jitter_ms * share;
    part->retransmits += whole->retransmits - before->retransmits;
    /* The last look at a socket is when it is closed, and tells little. */
    part->cwnd_bytes += n > 0 ? stream->cwnd_bytes / n : whole->cwnd_bytes;
    part->rtt_us += (n > 0 ? stream->rtt_us / n : whole->rtt_us) * share;
}

static struct part part_of(const struct side *side)
{
    struct part part = { 0 };

    for (size_t i = 0; i < side->count; i++)
        if (side->streams[i].ended)
            part_add(&part, &side->streams[i], 1.0 / (double)side->ended);
    return part;
}

/* Of all directions that were asked for, added up; the time is that of the longest. */
static struct part parts_of(const struct vmtp_self *self, int kind)
{
    const struct iperf_state *state = self->state;
    double share = ((const struct iperf_opt *)self->opt)->direction == DIRECTION_BOTH ? 0.5 : 1;
    struct part sum = { 0 };

    for (int direction = UP; direction <= DOWN; direction++) {
        struct part part = part_of(&state->sides[direction][kind]);

        if (!goes(self->opt, direction))
            continue;
        sum.bytes += part.bytes;
        sum.seconds = fmax(sum.seconds, part.seconds);
        sum.lost += part.lost;
        sum.datagrams += part.datagrams;
        sum.jitter_ms += part.jitter_ms * share;
        sum.retransmits += part.retransmits;
        sum.cwnd_bytes += part.cwnd_bytes;
        sum.rtt_us += part.rtt_us * share;
    }
    return sum;
}

static bool is_told(const struct vmtp_self *self, int kind)
{
    const struct iperf_state *state = self->state;
    const struct iperf_opt *o = self->opt;

    for (int direction = UP; direction <= DOWN; direction++)
        if (goes(o, direction) && state->sides[direction][kind].ended < o->connections)
            return false;
    return true;
}

/* ---- samples ---- */

static int final(struct vmtp_self *self, uint32_t metric, double value)
{
    return isfinite(value) ? vmtp_emit(self, metric, 0, value, true) : 0;
}

static double rate(const struct part *part)
{
    return part->seconds > 0 && part->bytes >= 0 ? part->bytes * 8 / part->seconds : NAN;
}

static int emit_goodput(struct vmtp_self *self, const struct vmtp_flow *flow,
                        struct vmtp_error *err)
{
    const struct iperf_state *state = self->state;
    const struct iperf_opt *o = self->opt;
    double rates[2] = { 0, 0 };
    int r;

    for (int direction = UP; direction <= DOWN; direction++) {
        struct part part = part_of(&state->sides[direction][RECEIVE]);

        if (goes(o, direction))
            rates[direction] = rate(&part);
    }
    if (isnan(rates[UP] + rates[DOWN]))
        return vmtp_fail(err, -EPROTO, "endpoint %s: iperf does not tell what was received",
                         (o->direction == DIRECTION_UP ? flow->server : flow->client)->name);
    r = final(self, M_GOODPUT, rates[UP] + rates[DOWN]);
    if (o->direction != DIRECTION_BOTH || r < 0)
        return r;
    r = final(self, M_GOODPUT_UP, rates[UP]);
    return r < 0 ? r : final(self, M_GOODPUT_DOWN, rates[DOWN]);
}

static int emit_received(struct vmtp_self *self, const struct vmtp_flow *flow,
                         struct vmtp_error *err)
{
    const struct iperf_state *state = self->state;
    const struct iperf_opt *o = self->opt;
    struct part part = parts_of(self, RECEIVE);
    int r = emit_goodput(self, flow, err);

    if (r < 0 || o->protocol == PROTOCOL_TCP) {
        r = r < 0 ? r : final(self, M_MSS, state->mss);
        return r < 0 ? r : final(self, M_CONNECT_RTT, state->connect_ms / 1e3);
    }
    r = part.datagrams >= 0 ? final(self, M_SENT, part.datagrams) : 0;
    if (r == 0 && part.datagrams >= 0 && !isnan(part.lost))
        r = final(self, M_RECEIVED, part.datagrams - fmin(fmax(part.lost, 0), part.datagrams));
    r = r < 0 ? r : final(self, M_JITTER, part.jitter_ms / 1e3);
    r = r < 0 ? r : final(self, M_REORDERED, state->reordered);
    return r < 0 ? r : datagram_fragments(self, flow, state->length);
}

static int emit_sent(struct vmtp_self *self)
{
    const struct iperf_state *state = self->state;
    const struct iperf_opt *o = self->opt;
    struct part part = parts_of(self, SEND);
    double wanted = (double)state->rate_bps * (o->direction == DIRECTION_BOTH ? 2 : 1);
    int r;

    if (o->protocol == PROTOCOL_UDP) {
        r = final(self, M_OFFERED, rate(&part));
        return r < 0 ? r : datagram_shortfall(self, "iperf", rate(&part), wanted);
    }
    r = part.retransmits >= 0 ? final(self, M_RETRANSMITS, part.retransmits) : 0;
    r = r < 0 ? r : final(self, M_TCP_RTT, part.rtt_us * 1e-6);
    return r < 0 ? r : final(self, M_CWND, part.cwnd_bytes);
}

/* An interval's rate, once all connections have told theirs. */
static int emit_interval(struct vmtp_self *self, struct side *side, const struct figures *figures)
{
    const struct iperf_state *state = self->state;
    const struct iperf_opt *o = self->opt;
    double seconds = figures->end_s - figures->start_s;
    uint32_t metric = o->direction != DIRECTION_BOTH       ? M_GOODPUT
                      : side == &state->sides[UP][RECEIVE] ? M_GOODPUT_UP
                                                           : M_GOODPUT_DOWN;

    if (!(seconds > 0) || is_warmup(state, figures) || !state->begin_ns)
        return 0;
    if (fabs(figures->start_s - side->at_s) > 1e-3) {
        side->at_s = figures->start_s;
        side->rate_bps = 0;
        side->told = 0;
    }
    side->rate_bps += figures->bytes * 8 / seconds;
    if (++side->told < o->connections)
        return 0;
    return vmtp_emit(self, metric, state->begin_ns + (uint64_t)(figures->end_s * 1e9),
                     side->rate_bps, false);
}

static int emit_told(struct vmtp_self *self, const struct vmtp_flow *flow, struct vmtp_error *err)
{
    struct iperf_state *state = self->state;
    int r = 0;

    if (!state->received && is_told(self, RECEIVE)) {
        state->received = true;
        r = emit_received(self, flow, err);
    }
    if (r == 0 && state->received && !state->sent && is_told(self, SEND)) {
        state->sent = true;
        r = emit_sent(self);
    }
    return r;
}

/* ---- lines ---- */

static const char *complaint(const char *text)
{
    static const char *const marks[] = { "connect failed: ", "bind failed: ", "listen failed: ",
                                         "control failed: ", "ERROR: ",       "error: " };

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strstr(text, marks[i]))
            return text;
    return NULL;
}

/* The client sees its lines as they come, the server's are read behind them. */
static void begin_note(struct iperf_state *state, enum vmtp_role role, uint64_t time_ns,
                       const struct figures *figures)
{
    double since_ns = figures->end_s * 1e9;

    if (role == VMTP_CLIENT && !state->begin_ns && since_ns < (double)time_ns)
        state->begin_ns = time_ns - (uint64_t)since_ns;
}

/* It stands behind the line of the whole. */
static int reordered_take(struct vmtp_self *self, const struct line *line)
{
    struct iperf_state *state = self->state;

    if (!is_whole(state, &line->figures))
        return 0;
    state->reordered = fmax(state->reordered, 0) + line->reordered;
    return state->received ? final(self, M_REORDERED, state->reordered) : 0;
}

static int line_take(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                     const struct line *line, struct vmtp_error *err)
{
    struct iperf_state *state = self->state;
    struct side *side = side_of(state, self->opt, role, line->back);
    bool receives = side == &state->sides[UP][RECEIVE] || side == &state->sides[DOWN][RECEIVE];
    struct stream *stream;
    int r = 0;

    if (!isnan(line->reordered))
        return receives ? reordered_take(self, line) : 0;
    if (!receives && !isnan(line->figures.jitter_ms))
        return 0; /* the server's report, once more */
    stream = stream_of(side, line->id);
    if (!stream)
        return 0;
    stream_take(state, side, stream, &line->figures);
    if (receives && !is_whole(state, &line->figures))
        r = emit_interval(self, side, &line->figures);
    return r < 0 ? r : emit_told(self, flow, err);
}

int iperf_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    const struct vmtp_endpoint *end = role == VMTP_CLIENT ? flow->client : flow->server;
    struct iperf_state *state = self->state;
    const char *why = complaint(text);
    struct connect connect;
    struct line line;
    int r;

    if (why)
        return vmtp_fail(err, -EPROTO, "endpoint %s: iperf: %.300s", end->name, why);
    if (role == VMTP_CLIENT && connect_read(text, &connect)) {
        state->mss = connect.mss;
        state->connect_ms = connect.time_ms;
    }
    if (!line_read(text, &line))
        return 0;
    begin_note(state, role, time_ns, &line.figures);
    r = line_take(self, flow, role, &line, err);
    if (r < 0 && err && !err->code)
        vmtp_fail(err, r, "a figure could not be kept: %s", strerror(-r));
    return r;
}
