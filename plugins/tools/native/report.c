/* SPDX-License-Identifier: Apache-2.0
 *
 * From the probes' results to samples, histograms and events.  Every number is bounded on its
 * way in; what a probe has not said is not emitted.
 */
#include "told.h"

#include "../../common/event.h"

#include <math.h>
#include <stdlib.h>

#define STALL_NS 10e6
#define WAITED   0.2 /* of the window: where both ends share two cores less is normal */

static int emit_goodput(struct run *run)
{
    double rate[2] = { 0, 0 };
    int r = 0;

    for (int dir = 0; dir < 2; dir++)
        if (told_direction(run, dir))
            rate[dir] = told_rate(told_result(run, dir, true));
    r = told_emit(run, M_GOODPUT, rate[0] + rate[1]);
    if (run->up && run->down && r >= 0) {
        r = told_emit(run, M_GOODPUT_UP, rate[0]);
        r = r < 0 ? r : told_emit(run, M_GOODPUT_DOWN, rate[1]);
    }
    return r;
}

static int emit_goodput_intervals(struct run *run)
{
    const json_t *list[2] = { told_intervals(run, 0, true), told_intervals(run, 1, true) };
    size_t count = json_array_size(list[run->up ? 0 : 1]);
    int r = 0;

    for (size_t n = 0; n < count && r >= 0 && count > 1; n++) {
        uint64_t at = told_interval_end(run, n, count);
        double up = run->up ? told_rate(json_array_get(list[0], n)) : 0;
        double down = run->down ? told_rate(json_array_get(list[1], n)) : 0;

        if (!isnan(up + down))
            r = vmtp_emit(run->self, M_GOODPUT, at, up + down, false);
        if (run->up && run->down && !isnan(up) && r >= 0)
            r = vmtp_emit(run->self, M_GOODPUT_UP, at, up, false);
        if (run->up && run->down && !isnan(down) && r >= 0)
            r = vmtp_emit(run->self, M_GOODPUT_DOWN, at, down, false);
    }
    return r;
}

/* Both directions' senders count over one window, so bytes may be summed. */
static double offered(const struct run *run)
{
    return told_sum(run, false, "bytes", BYTES_MAX) * 8e9 / (double)run->trial->duration_ns;
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

/* The same of interval n. */
static double cpu_in(const struct run *run, int which, size_t n)
{
    const struct mail *m = &run->session->probe[which].mail;
    double most = NAN;

    for (int dir = 0; dir < 2; dir++)
        most = fmax(most, json_get(json_array_get(m->intervals[dir], n), "cpu", COUNT_MAX, NAN));
    return most;
}

static int emit_cpu(struct run *run, int which, uint32_t metric)
{
    const struct mail *m = &run->session->probe[which].mail;
    size_t count = json_array_size(m->intervals[run->up ? 0 : 1]);
    int r = told_emit(run, metric, cpu_of(run, which));

    for (size_t n = 0; n < count && count > 1 && r >= 0; n++) {
        double value = cpu_in(run, which, n);

        if (!isnan(value))
            r = vmtp_emit(run->self, metric, told_interval_end(run, n, count), value, false);
    }
    return r;
}

/* Of the busiest thread that sends or receives. */
static const struct told_row threads[] = {
    { M_CPU_SENDER, false, "thread", 1, 1, TOLD_MOST },
    { M_DELAY_SENDER, false, "delay", 1, 1, TOLD_MOST },
    { M_CPU_RECEIVER, true, "thread", 1, 1, TOLD_MOST },
    { M_DELAY_RECEIVER, true, "delay", 1, 1, TOLD_MOST },
    { M_READING, true, "reading", 1, 1, TOLD_MOST },
    { M_RECEIVE_FILL, true, "fill", 1, 1, TOLD_MOST },
};

static int emit_machines(struct run *run)
{
    int r = emit_cpu(run, CLIENT, M_CPU_CLIENT);

    r = r < 0 ? r : emit_cpu(run, SERVER, M_CPU_SERVER);
    if (run->latency)
        return r;
    return r < 0 ? r : told_rows(run, threads, sizeof threads / sizeof *threads);
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
    if (run->udp && !run->latency)
        report_udp_notes(run);
    tell_stalls(run);
}

int report(struct run *run, struct vmtp_error *err)
{
    int r;

    if (run->latency) {
        r = report_latency(run);
    } else {
        r = emit_goodput(run);
        r = r < 0 ? r : emit_goodput_intervals(run);
        if (r >= 0 && run->udp) /* what a TCP socket has taken is not what was sent */
            r = told_emit(run, M_OFFERED, offered(run));
        r = r < 0 ? r : run->udp ? report_udp(run) : report_tcp(run);
    }
    r = r < 0 ? r : emit_machines(run);
    r = r < 0 ? r : emit_histograms(run, err);
    tell_modes(run);
    if (r < 0 && err && !err->code)
        vmtp_fail(err, r, "a figure could not be kept: %s", strerror(-r));
    return r < 0 ? r : 0;
}
