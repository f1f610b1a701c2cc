/* SPDX-License-Identifier: Apache-2.0
 *
 * What iperf3 tells, made into samples.  The client's document has the figures of the whole trial;
 * how a rate went is told by the end that receives, how TCP fared by the end that sends.  What a
 * version does not tell, or tells as 0 where 0 can't be, is no figure.
 */
#include "report.h"

#include "../../common/event.h"

#include <jansson.h>
#include <math.h>

#define NUMBER_MAX 1e17
#define SHORTFALL  0.98 /* of the rate that was asked for */
#define REST_S     0.05 /* less is what is left between the last interval and the end */

/* One end's document while it is read. */
struct reading {
    struct vmtp_self *self;
    const struct iperf3_opt *opt;
    const struct vmtp_flow *flow;
    enum vmtp_role role;
    const json_t *start, *end;
};

/* ---- reading ---- */

/* NAN: it is not told, or is no number that a count, a time or a rate can be. */
static double told(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    double v = json_is_number(value) ? json_number_value(value) : NAN;

    return v >= 0 && v <= NUMBER_MAX ? v : NAN;
}

/* The part of the end that has this name in the way back of a test of both directions. */
static const json_t *part(const struct reading *reading, const char *name, bool back)
{
    char key[64];

    snprintf(key, sizeof key, "%s%s", name, back ? "_bidir_reverse" : "");
    return json_object_get(reading->end, key);
}

static void event_take(json_t *document, const char *event, json_t *data)
{
    if (strcmp(event, "interval") == 0)
        json_array_append(json_object_get(document, "intervals"), data);
    else
        json_object_set(document, event, data);
}

/* The next line that begins an object; whatever stands around and between them is not for us. */
static const char *object_find(const char *text)
{
    while (text && *text != '{') {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return text;
}

/* Counts of packets may be beyond any integer: 3.12 subtracts what a server never sent. */
static json_t *document_read(const char *text)
{
    json_t *document = json_pack("{s:[]}", "intervals");
    const char *at = document ? object_find(text) : NULL;

    while (at) {
        json_error_t error;
        json_t *object = json_loads(at, JSON_DISABLE_EOF_CHECK | JSON_DECODE_INT_AS_REAL, &error);
        const char *event = json_string_value(json_object_get(object, "event"));

        if (event)
            event_take(document, event, json_object_get(object, "data"));
        else if (object)
            json_object_update(document, object);
        at = object_find(at + (object ? error.position : 1));
        json_decref(object);
    }
    return document;
}

/* ---- the whole trial ---- */

static int final(const struct reading *reading, uint32_t metric, double value)
{
    return isfinite(value) ? vmtp_emit(reading->self, metric, 0, value, true) : 0;
}

/* Before 3.7 there is one sum for UDP: what was sent, and what was lost of it; less than nothing
 * where a datagram came twice. */
static double goodput_of(const struct reading *reading, bool back)
{
    const json_t *sum = part(reading, "sum", back);
    double rate = told(part(reading, "sum_received", back), "bits_per_second");
    double lost = told(sum, "lost_packets") / told(sum, "packets");

    if (isnan(rate))
        rate = told(sum, "bits_per_second") * (isnan(lost) ? 1 : 1 - lost);
    return rate;
}

static int emit_goodput(const struct reading *reading, bool both, struct vmtp_error *err)
{
    double rate = goodput_of(reading, false), back = both ? goodput_of(reading, true) : 0;
    int r;

    if (isnan(rate + back))
        return vmtp_fail(err, -EPROTO, "endpoint %s: iperf3 does not tell what was received",
                         reading->flow->client->name);
    r = final(reading, M_GOODPUT, rate + back);
    if (both && r >= 0)
        r = final(reading, M_GOODPUT_UP, rate);
    return both && r >= 0 ? final(reading, M_GOODPUT_DOWN, back) : r;
}

/* How the datagrams of one direction fared. */
struct datagrams {
    double sent, received, jitter_s, offered_bps;
};

/* The server hears of the end behind the last datagram: what then lacks is lost.  The client stops
 * by its own clock: what is on the way then is not. */
static struct datagrams datagrams_of(const struct reading *reading, bool back)
{
    const json_t *sum = part(reading, "sum", back), *sent = part(reading, "sum_sent", back);
    const json_t *got = part(reading, "sum_received", back);
    double due = told(got ? got : sum, "packets"), all = told(sent, "packets");
    double lost = told(got ? got : sum, "lost_packets");

    if (!back && reading->opt->direction != DIRECTION_DOWN && all > due)
        lost += all - due, due = all;
    return (struct datagrams){
        .sent = due,
        .received = isnan(lost) ? due : fmax(due - lost, 0),
        .jitter_s = told(sum, "jitter_ms") / 1e3,
        .offered_bps = told(sent ? sent : sum, "bits_per_second"),
    };
}

static double reordered_of(const struct reading *reading)
{
    const json_t *stream;
    double sum = NAN;
    size_t i;

    json_array_foreach(json_object_get(reading->end, "streams"), i, stream)
    {
        double n = told(json_object_get(stream, "udp"), "out_of_order");

        if (!isnan(n))
            sum = isnan(sum) ? n : sum + n;
    }
    return sum;
}

static void tell_shortfall(const struct reading *reading, bool down, double offered_bps)
{
    const struct iperf3_state *state = reading->self->state;
    char text[120];
    const struct vmtp_endpoint *sender = down ? reading->flow->server : reading->flow->client;

    if (!state->rate_bps || !(offered_bps < SHORTFALL * (double)state->rate_bps))
        return;
    snprintf(text, sizeof text, "sent %.5g Mb/s of the %.5g asked for", offered_bps / 1e6,
             (double)state->rate_bps / 1e6);
    event_emit(reading->self, sender->name, VMTP_GENERATOR_LIMITED, text);
}

static int emit_udp(const struct reading *reading, bool both)
{
    struct datagrams all = datagrams_of(reading, false);
    int r;

    tell_shortfall(reading, reading->opt->direction == DIRECTION_DOWN, all.offered_bps);
    if (both) {
        struct datagrams back = datagrams_of(reading, true);

        tell_shortfall(reading, true, back.offered_bps);
        all.sent += back.sent;
        all.received += back.received;
        all.offered_bps += back.offered_bps;
        all.jitter_s = (all.jitter_s + back.jitter_s) / 2;
    }
    r = final(reading, M_OFFERED, all.offered_bps);
    r = r < 0 ? r : final(reading, M_SENT, all.sent);
    r = r < 0 ? r : final(reading, M_RECEIVED, all.received);
    r = r < 0 ? r : final(reading, M_JITTER, all.jitter_s);
    return r < 0 ? r : final(reading, M_REORDERED, reordered_of(reading));
}

static int emit_tcp(const struct reading *reading, bool both)
{
    double again = told(part(reading, "sum_sent", false), "retransmits");
    int r = 0;

    if (both)
        again += told(part(reading, "sum_sent", true), "retransmits");
    if (!reading->opt->mss) /* else it is told as it was asked for, with the TCP options in it */
        r = final(reading, M_MSS, told(reading->start, "tcp_mss_default"));
    return r < 0 ? r : final(reading, M_RETRANSMITS, again);
}

static int emit_cpu(const struct reading *reading)
{
    const json_t *cpu = json_object_get(reading->end, "cpu_utilization_percent");
    int r = final(reading, M_CPU_CLIENT, told(cpu, "host_total") / 100);

    return r < 0 ? r : final(reading, M_CPU_SERVER, told(cpu, "remote_total") / 100);
}

static int emit_trial(const struct reading *reading, struct vmtp_error *err)
{
    bool both = part(reading, "sum_received", true) != NULL;
    bool udp = json_object_get(reading->end, "sum") != NULL;
    int r = emit_goodput(reading, both, err);

    if (r >= 0)
        r = udp ? emit_udp(reading, both) : emit_tcp(reading, both);
    return r < 0 ? r : emit_cpu(reading);
}

/* ---- the end that sends ---- */

/* Of both ends that send one tells: the client. */
static bool tells_sending(const struct reading *reading)
{
    return reading->role == VMTP_CLIENT || reading->opt->direction != DIRECTION_BOTH;
}

/* The other end's sockets stand in the document too, without their figures. */
static bool is_own(const json_t *stream)
{
    return !json_is_false(json_object_get(stream, "sender"));
}

/* A socket has neither a round trip nor a window of 0: then it was not told. */
static double positive(const json_t *object, const char *key)
{
    double value = told(object, key);

    return value > 0 ? value : NAN;
}

static int emit_sockets(const struct reading *reading)
{
    double rtt = 0, least = NAN, most = NAN, cwnd = 0, n = 0;
    const json_t *stream;
    size_t i;
    int r;

    json_array_foreach(json_object_get(reading->end, "streams"), i, stream)
    {
        const json_t *socket = json_object_get(stream, "sender");

        if (!is_own(socket) || isnan(positive(socket, "mean_rtt")))
            continue;
        n++;
        rtt += told(socket, "mean_rtt");
        least = fmin(least, positive(socket, "min_rtt")); /* of a number and NAN: the number */
        most = fmax(most, positive(socket, "max_rtt"));
        cwnd += positive(socket, "max_snd_cwnd");
    }
    if (n == 0)
        return 0;
    r = final(reading, M_TCP_RTT, rtt / n * 1e-6);
    r = r < 0 ? r : final(reading, M_TCP_MIN_RTT, least * 1e-6);
    r = r < 0 ? r : final(reading, M_TCP_MAX_RTT, most * 1e-6);
    return r < 0 ? r : final(reading, M_CWND, cwnd);
}

/* ---- intervals ---- */

static int point(const struct reading *reading, uint32_t metric, uint64_t at_ns, double value)
{
    return isfinite(value) ? vmtp_emit(reading->self, metric, at_ns, value, false) : 0;
}

/* The first after -O is told by 3.12 as if the warm-up were in it: then its times do not agree. */
static bool is_sound(const json_t *sum)
{
    double seconds = told(sum, "seconds");
    double span = told(sum, "end") - told(sum, "start");

    return seconds >= REST_S && fabs(seconds - span) < 0.1 * seconds &&
           !json_is_true(json_object_get(sum, "omitted"));
}

static int emit_received(const struct reading *reading, const json_t *sum, uint64_t at_ns)
{
    uint32_t metric = reading->opt->direction != DIRECTION_BOTH ? M_GOODPUT
                      : reading->role == VMTP_CLIENT            ? M_GOODPUT_DOWN
                                                                : M_GOODPUT_UP;

    return point(reading, metric, at_ns, told(sum, "bits_per_second"));
}

static int emit_sent(const struct reading *reading, const json_t *interval, const json_t *sum,
                     uint64_t at_ns)
{
    double rtt = 0, cwnd = 0, n = 0;
    const json_t *stream;
    size_t i;
    int r;

    json_array_foreach(json_object_get(interval, "streams"), i, stream)
    {
        if (!is_own(stream))
            continue;
        n++;
        rtt += positive(stream, "rtt");
        cwnd += positive(stream, "snd_cwnd");
    }
    if (json_object_get(sum, "packets"))
        return point(reading, M_OFFERED, at_ns, told(sum, "bits_per_second"));
    r = point(reading, M_RETRANSMITS, at_ns, told(sum, "retransmits"));
    r = r < 0 ? r : point(reading, M_TCP_RTT, at_ns, rtt / n * 1e-6);
    return r < 0 || n == 0 ? r : point(reading, M_CWND, at_ns, cwnd);
}

/* Before 3.7 the document does not say who sends. */
static bool is_sending(const struct reading *reading, const json_t *sum)
{
    const json_t *sender = json_object_get(sum, "sender");

    if (sender)
        return json_is_true(sender);
    return (reading->role == VMTP_CLIENT) == (reading->opt->direction == DIRECTION_UP);
}

static int emit_interval(const struct reading *reading, const json_t *interval, uint64_t begin_ns)
{
    static const char *const sums[] = { "sum", "sum_bidir_reverse" };
    int r = 0;

    for (size_t i = 0; i < sizeof sums / sizeof *sums && r >= 0; i++) {
        const json_t *sum = json_object_get(interval, sums[i]);
        uint64_t at_ns;

        if (!is_sound(sum))
            continue;
        at_ns = begin_ns + (uint64_t)(told(sum, "end") * 1e9);
        if (!is_sending(reading, sum))
            r = emit_received(reading, sum, at_ns);
        else if (tells_sending(reading))
            r = emit_sent(reading, interval, sum, at_ns);
    }
    return r;
}

/* They are told in seconds since the measured part began, which ended when the client did. */
static int emit_intervals(const struct reading *reading, const json_t *intervals)
{
    const struct iperf3_state *state = reading->self->state;
    const json_t *last = json_array_get(intervals, json_array_size(intervals) - 1), *interval;
    double length = told(json_object_get(last, "sum"), "end") * 1e9;
    size_t i;
    int r = 0;

    if (json_array_size(intervals) < 2 || !(length < (double)state->end_ns))
        return 0;
    json_array_foreach(intervals, i, interval)
    {
        r = emit_interval(reading, interval, state->end_ns - (uint64_t)length);
        if (r < 0)
            break;
    }
    return r;
}

/* ---- both ends ---- */

/* Its own words.  A server that was told to end when it had served has nothing to complain of. */
static int complaint(const struct reading *reading, const json_t *document, const char *text,
                     struct vmtp_error *err)
{
    const struct vmtp_endpoint *endpoint =
        reading->role == VMTP_CLIENT ? reading->flow->client : reading->flow->server;
    const char *words = json_string_value(json_object_get(document, "error"));
    bool served = json_array_size(json_object_get(reading->start, "connected")) > 0;
    size_t line = strcspn(text, "\n");

    if (words && strncmp(words, "error - ", 8) == 0)
        words += 8;
    if (words && !(served && reading->role == VMTP_SERVER))
        return vmtp_fail(err, -EPROTO, "endpoint %s: iperf3: %.300s", endpoint->name, words);
    if (!reading->end && reading->role == VMTP_CLIENT)
        return vmtp_fail(err, -EPROTO, "endpoint %s: iperf3 told no result: '%.*s'", endpoint->name,
                         line < 60 ? (int)line : 60, text);
    return 0;
}

static int report(const struct reading *reading, const json_t *document, const char *text,
                  struct vmtp_error *err)
{
    int r = complaint(reading, document, text, err);

    if (r == 0 && reading->role == VMTP_CLIENT)
        r = emit_trial(reading, err);
    if (r >= 0 && tells_sending(reading))
        r = emit_sockets(reading);
    r = r < 0 ? r : emit_intervals(reading, json_object_get(document, "intervals"));
    if (r < 0 && err && !err->code)
        vmtp_fail(err, r, "a figure could not be kept: %s", strerror(-r));
    return r < 0 ? r : 0;
}

/* "iperf 3.12" */
static void version_report(struct vmtp_self *self, const json_t *start)
{
    const char *text = json_string_value(json_object_get(start, "version"));

    if (text && strncmp(text, "iperf ", 6) == 0 && VMTP_HAS(self->host, version))
        self->host->version(self, text + 6);
}

int iperf3_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                 uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    struct iperf3_state *state = self->state;
    json_t *document = document_read(text);
    struct reading reading = {
        .self = self,
        .opt = self->opt,
        .flow = flow,
        .role = role,
        .start = json_object_get(document, "start"),
        .end = json_object_get(document, "end"),
    };
    int r;

    if (!document)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (role == VMTP_CLIENT)
        state->end_ns = time_ns;
    version_report(self, reading.start);
    r = report(&reading, document, text, err);
    json_decref(document);
    return r;
}
