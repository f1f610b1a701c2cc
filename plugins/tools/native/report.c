/* SPDX-License-Identifier: Apache-2.0
 *
 * From the probes' results to samples, histograms and events.  Every number is bounded on its
 * way in; what a probe has not said is not emitted.
 */
#include "report.h"

#include "../../common/event.h"
#include "protocol.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define BYTES_MAX 1e18
#define NS_MAX    1e15
#define COUNT_MAX 1e15
#define STALL_NS  10e6
#define SHORTFALL 0.98 /* of the rate that was asked for */
#define WAITED    0.2  /* of the window: where both ends share two cores less is normal */

static int emit(struct run *run, uint32_t metric, double value)
{
    return isfinite(value) ? vmtp_emit(run->self, metric, 0, value, true) : 0;
}

static const json_t *result_of(const struct run *run, int dir, bool receiver)
{
    int which = (dir == 0) == receiver ? SERVER : CLIENT;

    return run->session->probe[which].mail.result[dir];
}

static const json_t *intervals_of(const struct run *run, int dir, bool receiver)
{
    int which = (dir == 0) == receiver ? SERVER : CLIENT;

    return run->session->probe[which].mail.intervals[dir];
}

static bool has_direction(const struct run *run, int dir)
{
    return dir ? run->down : run->up;
}

/* bit/s; NAN where no time has passed. */
static double rate_of(const json_t *o)
{
    double bytes = json_get(o, "bytes", BYTES_MAX, NAN);
    double ns = json_get(o, "elapsed_ns", NS_MAX, NAN);

    return ns > 0 ? bytes * 8e9 / ns : NAN;
}

/* The sum over the directions of one field of all results of a side; NAN: nobody said. */
static double sum_of(const struct run *run, bool receiver, const char *key, double max)
{
    double sum = NAN;

    for (int dir = 0; dir < 2; dir++) {
        double v =
            has_direction(run, dir) ? json_get(result_of(run, dir, receiver), key, max, NAN) : NAN;

        if (!isnan(v))
            sum = isnan(sum) ? v : sum + v;
    }
    return sum;
}

/* The mean over the directions. */
static double mean_of(const struct run *run, bool receiver, const char *key, double max)
{
    return sum_of(run, receiver, key, max) / (run->up + run->down);
}

static int emit_goodput(struct run *run)
{
    double rate[2] = { 0, 0 };
    int r = 0;

    for (int dir = 0; dir < 2; dir++)
        if (has_direction(run, dir))
            rate[dir] = rate_of(result_of(run, dir, true));
    r = emit(run, M_GOODPUT, rate[0] + rate[1]);
    if (run->up && run->down && r >= 0) {
        r = emit(run, M_GOODPUT_UP, rate[0]);
        r = r < 0 ? r : emit(run, M_GOODPUT_DOWN, rate[1]);
    }
    return r;
}

static uint64_t interval_end(const struct run *run, size_t n, size_t count)
{
    uint64_t begin = run->start_ns + run->trial->warmup_ns, step = run->trial->interval_ns;

    if (!step || n + 1 == count)
        return begin + run->trial->duration_ns;
    return begin + (n + 1) * step;
}

static int emit_goodput_intervals(struct run *run)
{
    const json_t *list[2] = { intervals_of(run, 0, true), intervals_of(run, 1, true) };
    size_t count = json_array_size(list[run->up ? 0 : 1]);
    int r = 0;

    for (size_t n = 0; n < count && r >= 0 && count > 1; n++) {
        uint64_t at = interval_end(run, n, count);
        double up = run->up ? rate_of(json_array_get(list[0], n)) : 0;
        double down = run->down ? rate_of(json_array_get(list[1], n)) : 0;

        if (!isnan(up + down))
            r = vmtp_emit(run->self, M_GOODPUT, at, up + down, false);
        if (run->up && run->down && !isnan(up) && r >= 0)
            r = vmtp_emit(run->self, M_GOODPUT_UP, at, up, false);
        if (run->up && run->down && !isnan(down) && r >= 0)
            r = vmtp_emit(run->self, M_GOODPUT_DOWN, at, down, false);
    }
    return r;
}

/* A figure of one interval; what the probe has not told is no figure. */
static int emit_told(struct run *run, uint32_t metric, uint64_t at, const json_t *o,
                     const char *name, double scale)
{
    if (!json_has(o, name))
        return 0;
    return vmtp_emit(run->self, metric, at, json_get(o, name, BYTES_MAX, 0) * scale, false);
}

static int emit_sender_intervals(struct run *run)
{
    int dir = run->up ? 0 : 1, r = 0;
    const json_t *list = intervals_of(run, dir, false);
    size_t count = json_array_size(list);

    for (size_t n = 0; n < count && r >= 0 && count > 1; n++) {
        const json_t *o = json_array_get(list, n);
        uint64_t at = interval_end(run, n, count);

        r = emit_told(run, M_RETRANSMITS, at, o, "retransmits", 1);
        r = r < 0 ? r : emit_told(run, M_TCP_RTT, at, o, "rtt_us", 1e-6);
        r = r < 0 ? r : emit_told(run, M_CWND, at, o, "cwnd_bytes", 1);
    }
    return r;
}

/* Both directions' senders count over one window, so bytes may be summed. */
static double offered(const struct run *run)
{
    return sum_of(run, false, "bytes", BYTES_MAX) * 8e9 / (double)run->trial->duration_ns;
}

static int emit_tcp(struct run *run)
{
    double window_us = (double)run->trial->duration_ns / 1e3;
    const struct {
        uint32_t metric;
        double value;
    } rows[] = {
        { M_RETRANSMITS, sum_of(run, false, "retransmits", COUNT_MAX) },
        { M_MSS, mean_of(run, false, "mss", 65535) },
        { M_TCP_RTT, mean_of(run, false, "rtt_us", 1e9) * 1e-6 },
        { M_TCP_MIN_RTT, mean_of(run, false, "min_rtt_us", 1e9) * 1e-6 },
        { M_CWND, sum_of(run, false, "cwnd_bytes", BYTES_MAX) },
        { M_DELIVERY_RATE, sum_of(run, false, "delivery_bytes_s", BYTES_MAX) * 8 },
        { M_BUSY, fmin(mean_of(run, false, "busy_us", NS_MAX) / window_us, 1) },
        { M_RWND_LIMITED, fmin(mean_of(run, false, "rwnd_us", NS_MAX) / window_us, 1) },
        { M_SNDBUF_LIMITED, fmin(mean_of(run, false, "sndbuf_us", NS_MAX) / window_us, 1) },
        { M_RCV_RTT, mean_of(run, true, "rcv_rtt_us", 1e9) * 1e-6 },
        { M_RCV_SPACE, mean_of(run, true, "rcv_space", BYTES_MAX) },
    };
    bool told = json_has(result_of(run, run->up ? 0 : 1, false), "busy_us");
    int r = 0;

    for (size_t i = 0; i < sizeof rows / sizeof *rows && r >= 0; i++)
        if (told || rows[i].metric < M_BUSY || rows[i].metric > M_SNDBUF_LIMITED)
            r = emit(run, rows[i].metric, rows[i].value);
    return r < 0 ? r : emit_sender_intervals(run);
}

static int emit_udp(struct run *run)
{
    double sent = sum_of(run, false, "sent", COUNT_MAX);
    double received = sum_of(run, true, "received", COUNT_MAX);
    double drops = sum_of(run, true, "socket_drops", COUNT_MAX);
    double slope = NAN;
    int r;

    received = fmin(received, sent);
    drops = fmin(drops, sent - received);
    if (!(run->up && run->down)) {
        const json_t *v = json_object_get(result_of(run, run->up ? 0 : 1, true), "delay_slope");

        slope = json_is_number(v) ? json_number_value(v) : NAN;
    }
    r = emit(run, M_SENT, sent);
    r = r < 0 ? r : emit(run, M_RECEIVED, received);
    r = r < 0 ? r : emit(run, M_LOST_SOCKET, drops);
    r = r < 0 ? r : emit(run, M_DUPLICATED, sum_of(run, true, "duplicated", COUNT_MAX));
    r = r < 0 ? r : emit(run, M_REORDERED, sum_of(run, true, "reordered", COUNT_MAX));
    r = r < 0 ? r : emit(run, M_DELAY_SLOPE, slope);
    if (run->rate_bps && r >= 0)
        r = emit(run, M_SKIPPED, sum_of(run, false, "skipped", COUNT_MAX));
    return r;
}

static int emit_latency(struct run *run)
{
    const json_t *o = run->session->probe[CLIENT].mail.result[0];
    double received = json_get(o, "received", COUNT_MAX, 0);
    int r = emit(run, M_SENT, json_get(o, "sent", COUNT_MAX, 0));

    r = r < 0 ? r : emit(run, M_RECEIVED, received);
    if (run->udp && r >= 0)
        r = emit(run, M_DUPLICATED, json_get(o, "duplicated", COUNT_MAX, 0));
    return r < 0 ? r : emit(run, M_TRANSACTIONS, received * 1e9 / (double)run->trial->duration_ns);
}

/* ---- histograms ---- */

/* "index:count,index:count,...", indices rising.  The number of buckets, or -EPROTO. */
static int parse_buckets(const char *text, struct vmtp_bucket *to, size_t size)
{
    size_t count = 0;
    long last = -1;

    while (*text) {
        char *end;
        unsigned long index = strtoul(text, &end, 10), n;

        if (end == text || *end != ':' || count == size || index >= VMTP_BUCKETS ||
            (long)index <= last)
            return -EPROTO;
        text = end + 1;
        n = strtoul(text, &end, 10);
        if (end == text || (*end && *end != ','))
            return -EPROTO;
        to[count++] = (struct vmtp_bucket){ (uint32_t)index, n };
        last = (long)index;
        text = *end ? end + 1 : end;
    }
    return (int)count;
}

static int metric_of(const char *name)
{
    for (int i = 0; name && i < M_COUNT; i++)
        if (native_metrics[i].kind == VMTP_DISTRIBUTION && !strcmp(native_metrics[i].name, name))
            return i;
    return -1;
}

static int emit_histogram(struct run *run, const struct probe *p, const json_t *event,
                          struct vmtp_bucket *buckets, struct vmtp_error *err)
{
    const char *text = json_string_value(json_object_get(event, "buckets"));
    int metric = metric_of(json_string_value(json_object_get(event, "name")));
    int count = text ? parse_buckets(text, buckets, VMTP_BUCKETS) : -EPROTO;
    struct vmtp_histogram h;

    if (metric < 0 || count < 0)
        return vmtp_fail(err, -EPROTO, "endpoint %s: vmtp-probe sent a bad histogram", p->name);
    memset(&h, 0, sizeof h);
    h.size = sizeof h;
    h.buckets = buckets;
    h.count = (size_t)count;
    h.scale = 1e-9;
    h.min = (uint64_t)json_get(event, "min", 9e18, 0);
    h.max = (uint64_t)json_get(event, "max", 9e18, 0);
    return run->self->host->emit_histogram(run->self, (uint32_t)metric, &h);
}

static int emit_histograms(struct run *run, struct vmtp_error *err)
{
    struct vmtp_bucket *buckets = calloc(VMTP_BUCKETS, sizeof *buckets);
    int r = buckets ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");

    for (int which = CLIENT; which <= SERVER && r >= 0; which++) {
        const struct probe *p = &run->session->probe[which];

        for (size_t i = 0; i < p->mail.histograms && r >= 0; i++)
            r = emit_histogram(run, p, p->mail.histogram[i], buckets, err);
    }
    free(buckets);
    return r;
}

/* ---- what must be said beside the numbers ---- */

/* CPU of a probe: its result with the most of it, since both directions see one process. */
static double cpu_of(const struct run *run, int which)
{
    const struct mail *m = &run->session->probe[which].mail;
    double most = NAN;

    for (int dir = 0; dir < 2; dir++) {
        double ns = json_get(m->result[dir], "cpu_ns", NS_MAX, NAN);
        double ratio = ns / json_get(m->result[dir], "window_ns", NS_MAX, NAN);

        if (isfinite(ratio) && !(ratio <= most))
            most = ratio;
    }
    return most;
}

static void event(struct run *run, const char *subject, uint32_t kind, const char *text)
{
    event_emit(run->self, subject, kind, text);
}

static double most_of(const struct probe *p, const char *key)
{
    return fmax(json_get(p->mail.result[0], key, NS_MAX, 0),
                json_get(p->mail.result[1], key, NS_MAX, 0));
}

static void tell_stalls(struct run *run)
{
    for (int which = CLIENT; which <= SERVER; which++) {
        const struct probe *p = &run->session->probe[which];
        double stall = most_of(p, "stall_ns"), waited = most_of(p, "runqueue_ns");
        char text[160];

        if (stall > STALL_NS) {
            snprintf(text, sizeof text, "vmtp-probe stood still for %.0f ms", stall / 1e6);
            event(run, p->name, VMTP_DISTURBED, text);
        } else if (waited > WAITED * (double)run->trial->duration_ns) {
            snprintf(text, sizeof text, "vmtp-probe was ready but had no CPU for %.0f ms in all",
                     waited / 1e6);
            event(run, p->name, VMTP_NOTE, text);
        }
    }
}

static void tell_shortfall(struct run *run)
{
    for (int dir = 0; dir < 2; dir++) {
        const json_t *o = result_of(run, dir, false);
        double rate = json_get(o, "bytes", BYTES_MAX, 0) * 8e9 / (double)run->trial->duration_ns;
        char text[200];

        if (!has_direction(run, dir) || rate >= SHORTFALL * (double)run->rate_bps)
            continue;
        snprintf(text, sizeof text, "sent %.5g Mb/s of the %.5g asked for%s", rate / 1e6,
                 (double)run->rate_bps / 1e6,
                 json_get(o, "full", COUNT_MAX, 0) > 0
                     ? "; the local queue was full, so the path may be what holds it back"
                     : "");
        event(run, run->session->probe[dir ? SERVER : CLIENT].name, VMTP_GENERATOR_LIMITED, text);
    }
}

static void tell_offload(struct run *run)
{
    for (int dir = 0; dir < 2; dir++) {
        const json_t *o = result_of(run, dir, false);
        double wire = json_get(o, "wire_ratio", COUNT_MAX, -1);
        const char *text = "datagrams were sent with UDP segmentation offload; whether they were "
                           "wire packets is unknown";

        if (!has_direction(run, dir) || !json_is_true(json_object_get(o, "gso")))
            continue;
        if (wire >= 0 && wire < 0.9)
            text = "datagrams were GSO super-packets on this path: not wire packets";
        else if (wire >= 0)
            text = "datagrams were sent with UDP segmentation offload and were wire packets";
        event(run, NULL, VMTP_NOTE, text);
    }
}

static void tell_modes(struct run *run)
{
    if (run->latency)
        event(run, NULL, VMTP_NOTE,
              run->spin ? "latency was measured spinning at both ends"
                        : "latency was measured blocking at both ends");
    else if (run->spin)
        event(run, NULL, VMTP_NOTE, "the receiver was spinning");
    if (run->opt->discard)
        event(run, NULL, VMTP_NOTE, "receive copy skipped");
    if (run->offload)
        tell_offload(run);
    if (run->udp && !run->latency && run->rate_bps)
        tell_shortfall(run);
    tell_stalls(run);
}

int report(struct run *run, struct vmtp_error *err)
{
    int r;

    if (run->latency) {
        r = emit_latency(run);
    } else {
        r = emit_goodput(run);
        r = r < 0 ? r : emit_goodput_intervals(run);
        if (r >= 0 && run->udp) /* what a TCP socket has taken is not what was sent */
            r = emit(run, M_OFFERED, offered(run));
        r = r < 0 ? r : run->udp ? emit_udp(run) : emit_tcp(run);
    }
    r = r < 0 ? r : emit(run, M_CPU_CLIENT, cpu_of(run, CLIENT));
    r = r < 0 ? r : emit(run, M_CPU_SERVER, cpu_of(run, SERVER));
    r = r < 0 ? r : emit_histograms(run, err);
    tell_modes(run);
    if (r < 0 && err && !err->code)
        vmtp_fail(err, r, "a figure could not be kept: %s", strerror(-r));
    return r < 0 ? r : 0;
}
