/* SPDX-License-Identifier: Apache-2.0
 *
 * The receiving end of a UDP direction: throughput by arrivals, loss by numbers, delay by kernel
 * stamps.  The window begins one warm-up after the first arrival, whatever a queue on the way does
 * to the numbers; what is counted as lost is of the datagrams that the sender sent in its window.
 * The receiver naps between batches rather than being woken for each datagram; that leaves the CPU
 * to the sender and, with a big enough buffer, loses nothing.  [job]
 */
#include "boundary.h"
#include "clock.h"
#include "drops.h"
#include "interface.h"
#include "link.h"
#include "meter.h"
#include "payload.h"
#include "recorder.h"
#include "sequence.h"

#include <endian.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../protocol.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

#define BATCH      256u
#define GRO_BATCH  32u
#define GRO_BYTES  65536u
#define HEAD_BYTES 64u
#define NAP_NS     (200 * NS_PER_US)
#define NAP_MIN_NS (50 * NS_PER_US)
#define NAP_BYTES  (32u << 20) /* of socket buffer that goes with a whole nap */
#define NAP_LEAST  (1u << 20)  /* with less there is no time for naps */
#define QUIET_NS   (20 * NS_PER_MS)
#define FIRST_NS   (10 * NS_PER_S)
#define CONTROL    192u

struct udp_receiver {
    struct job *j;
    uint32_t batch;
    size_t slot; /* bytes for each datagram or super-packet */
    char *payload, *control;
    struct mmsghdr message[BATCH];
    struct iovec iov[BATCH];
    bool gro, stamped, measured; /* measured: a datagram of that phase has come */
    bool listens;                /* to what the kernel tells beside each datagram */
    int flags;
    struct sequence *sequence; /* of each connection */
    uint64_t nap_ns;           /* 0: wait in poll() */
    struct window window;
    struct delays delays;
    struct meter meter;
    struct observer observer;
    /* Measured phase: datagrams, and how many came at least and at most as one (GRO). */
    uint64_t segments, fewest, most;
    uint64_t last_ns;          /* the last arrival of the measured phase */
    uint64_t told_ns;          /* when the sender's count became known */
    struct boundary *boundary; /* of each connection */
    uint32_t passed;           /* of them */
    struct link_name link;     /* that the datagrams come in by */
    int interface;
    struct drops drops; /* before the measured phase */
    struct clock_span clock;
    int64_t least_ns; /* one-way delay of all datagrams by both clocks as they are; 0: none */
};

/* Since the boundary. */
static uint64_t socket_drops(const struct udp_receiver *r)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < r->j->count; i++) {
        uint32_t info[SK_MEMINFO_VARS] = { 0 };
        socklen_t len = sizeof info;

        if (!getsockopt(r->j->fd[i], SOL_SOCKET, SO_MEMINFO, info, &len) &&
            len > SK_MEMINFO_DROPS * sizeof *info)
            sum += info[SK_MEMINFO_DROPS] - r->boundary[i].begin;
    }
    return sum;
}

static bool is_ipv6(const struct udp_receiver *r)
{
    return r->j->t->p.family == 6;
}

static void enter_measured(struct udp_receiver *r)
{
    r->measured = true;
    drops_read(&r->drops, r->link.name, is_ipv6(r));
    r->clock = r->j->t->clock;
    clock_span_begin(&r->clock);
}

struct arrival {
    uint64_t time_ns;  /* monotonic */
    uint64_t stamp_ns; /* the kernel's, realtime; 0: none */
    uint64_t length;
    uint64_t segments; /* that came as one with it */
    struct boundary_mark mark;
};

static void set_interface(struct udp_receiver *r, int interface)
{
    r->interface = interface;
    link_name_read(interface, &r->link);
}

static void see_boundary(struct udp_receiver *r, uint32_t connection, uint64_t seq,
                         const struct arrival *a)
{
    bool measured = seq >> PACKET_PHASE_SHIFT == PHASE_MEASURED;

    if (a->mark.interface && a->mark.interface != r->interface)
        set_interface(r, a->mark.interface);
    boundary_see(&r->boundary[connection], measured, seq & PACKET_SEQ_MASK, a->segments,
                 a->mark.dropped);
    r->passed += measured;
}

static void take_delay(struct udp_receiver *r, uint64_t stamp_ns, uint64_t tx_ns, bool measured)
{
    int64_t delay_ns = (int64_t)(stamp_ns - tx_ns);

    if (!r->least_ns || delay_ns < r->least_ns)
        r->least_ns = delay_ns;
    if (measured)
        delays_add(&r->delays, stamp_ns, delay_ns);
}

static void take_datagram(struct udp_receiver *r, uint32_t connection, const char *data,
                          const struct arrival *a)
{
    struct packet_header h;
    uint64_t seq;

    memcpy(&h, data, sizeof h);
    seq = be64toh(h.seq);
    if (be64toh(h.token) != r->j->t->p.token || seq >> PACKET_PHASE_SHIFT == PHASE_HELLO)
        return;
    if (!r->boundary[connection].passed)
        see_boundary(r, connection, seq, a);
    if (a->stamp_ns)
        take_delay(r, a->stamp_ns, be64toh(h.tx_ns), seq >> PACKET_PHASE_SHIFT == PHASE_MEASURED);
    if (seq >> PACKET_PHASE_SHIFT == PHASE_MEASURED) {
        if (!r->measured)
            enter_measured(r);
        sequence_add(&r->sequence[connection], seq & PACKET_SEQ_MASK);
        r->segments++;
        r->last_ns = a->time_ns;
    }
    if (!r->window.started)
        window_start(&r->window, a->time_ns + r->j->t->p.warmup_ns);
    window_arrival(&r->window, a->time_ns, a->length);
}

static void read_control(struct msghdr *m, uint64_t *segment, struct arrival *a)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int size;

            memcpy(&size, CMSG_DATA(c), sizeof size);
            *segment = size > 0 ? (uint64_t)size : 0;
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec ts;

            memcpy(&ts, CMSG_DATA(c), sizeof ts);
            a->stamp_ns = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
        } else {
            boundary_read(c, &a->mark);
        }
    }
}

static void count_at_once(struct udp_receiver *r, uint64_t n)
{
    if (n && (!r->fewest || n < r->fewest))
        r->fewest = n;
    if (n > r->most)
        r->most = n;
}

/* One message of recvmmsg(): a datagram, or with GRO several of the same length. */
static void take_message(struct udp_receiver *r, uint32_t connection, uint32_t n, uint64_t now,
                         uint64_t real)
{
    struct msghdr *m = &r->message[n].msg_hdr;
    uint64_t length = r->message[n].msg_len, segment = length, before;
    struct arrival a = { .time_ns = now };

    read_control(m, &segment, &a);
    if (!segment)
        segment = length;
    a.segments = segment ? (length + segment - 1) / segment : 1;
    if (a.stamp_ns && a.stamp_ns < real && real - a.stamp_ns < NS_PER_S)
        a.time_ns = now - (real - a.stamp_ns);
    before = r->segments;
    for (uint64_t at = 0; at + sizeof(struct packet_header) <= length; at += segment) {
        a.length = length - at < segment ? length - at : segment;
        if (r->slot >= at + sizeof(struct packet_header))
            take_datagram(r, connection, r->payload + n * r->slot + at, &a);
    }
    count_at_once(r, r->segments - before);
}

/* All connections are in the measured phase: from here on it costs time and tells nothing. */
static void pass_boundary(struct udp_receiver *r)
{
    for (uint32_t i = 0; i < r->j->count; i++)
        boundary_listen(r->j->fd[i], is_ipv6(r), false);
    r->passed = 0;
    r->listens = r->gro || r->stamped;
    for (uint32_t i = 0; i < r->batch && !r->listens; i++)
        r->message[i].msg_hdr.msg_controllen = 0;
}

/* Everything that waits at one connection; the number of messages, or a negative errno. */
static int drain(struct udp_receiver *r, uint32_t connection)
{
    uint64_t now, real;
    int n;

    for (uint32_t i = 0; i < r->batch && r->listens; i++)
        r->message[i].msg_hdr.msg_controllen = CONTROL;
    n = recvmmsg(r->j->fd[connection], r->message, r->batch, r->flags, NULL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED ? 0 : -errno;
    now = clock_now();
    real = r->stamped ? clock_real() : 0;
    for (int i = 0; i < n; i++)
        take_message(r, connection, (uint32_t)i, now, real);
    if (r->passed == r->j->count)
        pass_boundary(r);
    return n;
}

static void rest(struct udp_receiver *r)
{
    uint64_t before = clock_now(), slept;

    if (r->j->t->p.wait == WAIT_SPIN)
        return;
    if (!r->nap_ns) {
        struct pollfd p = { .fd = r->j->fd[0], .events = POLLIN };

        poll(&p, 1, 10);
        return;
    }
    clock_nap(r->nap_ns);
    slept = clock_now() - before;
    meter_stall(&r->meter, slept > r->nap_ns ? slept - r->nap_ns : 0);
    observer_waited(&r->observer, slept);
}

/* A nap must be over before the socket buffers are full. */
static uint64_t nap_length(const struct udp_receiver *r)
{
    int bytes = 0;
    socklen_t len = sizeof bytes;
    uint64_t all, nap;

    (void)getsockopt(r->j->fd[0], SOL_SOCKET, SO_RCVBUF, &bytes, &len);
    all = (uint64_t)bytes * r->j->count;
    if (r->j->count == 1 && (r->j->t->p.wait == WAIT_BLOCK || all < NAP_LEAST))
        return 0;
    nap = NAP_NS * all / NAP_BYTES;
    return nap < NAP_MIN_NS ? NAP_MIN_NS : nap < NAP_NS ? nap : NAP_NS;
}

static uint64_t received(const struct udp_receiver *r)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < r->j->count; i++)
        sum += r->sequence[i].received;
    return sum;
}

/* So long must nothing have come, after the sender's end, for the rest to be lost. */
static uint64_t quiet_ns(const struct udp_receiver *r)
{
    uint64_t quiet = QUIET_NS, rtt = atomic_load(&r->j->t->rtt_ns);
    double gap = window_gap(&r->window);

    if (4 * rtt > quiet)
        quiet = 4 * rtt;
    if (3 * gap > (double)quiet)
        quiet = (uint64_t)(3 * gap);
    return quiet < PROBE_DRAIN_NS / 2 ? quiet : PROBE_DRAIN_NS / 2;
}

static bool receive_goes_on(struct udp_receiver *r, uint64_t now)
{
    const struct params *p = &r->j->t->p;
    uint64_t sent = atomic_load_explicit(&r->j->t->sent[r->j->dir], memory_order_relaxed);

    if (r->window.started && !r->meter.begun && now >= r->window.start_ns)
        meter_begin(&r->meter, r->window.start_ns, now);
    if (now >= r->meter.next_ns)
        meter_pass(&r->meter, now);
    if (r->window.started && !r->meter.ended && now > window_end(&r->window)) {
        window_pass(&r->window, now);
        meter_end(&r->meter, now);
    }
    if (!sent) /* not yet told */
        return now < r->j->start_ns + p->warmup_ns + p->duration_ns + FIRST_NS;
    if (!r->told_ns)
        r->told_ns = now;
    if (received(r) >= sent - 1 || now > r->told_ns + PROBE_DRAIN_NS)
        return false;
    return now < r->told_ns + quiet_ns(r) || now < r->last_ns + quiet_ns(r);
}

static int receive_until_end(struct udp_receiver *r)
{
    while (receive_goes_on(r, clock_now()) && !trial_stopped(r->j->t)) {
        bool short_read = true;

        for (uint32_t i = 0; i < r->j->count; i++) {
            int n = drain(r, i);

            if (n < 0)
                return vmtp_fail(&r->j->err, n, "receiving datagrams: %s", strerror(-n));
            if ((uint32_t)n == r->batch)
                short_read = false;
        }
        if (short_read)
            rest(r);
    }
    return 0;
}

static void send_delays(struct udp_receiver *r, struct json_writer *w)
{
    if (!r->stamped || r->delays.n < 3)
        return;
    json_add_real(w, "delay_slope", delays_slope(&r->delays));
    clock_span_add(w, &r->clock);
    /* By the receiver's CLOCK_REALTIME and the sender's CLOCK_MONOTONIC: only who knows both ends'
     * clocks can make a delay of it. */
    if (r->least_ns > 0) {
        json_add_uint(w, "delay_least_ns", (uint64_t)r->least_ns);
        json_add_uint(w, "delay_median_ns", (uint64_t)delays_median(&r->delays));
    }
}

static void send_histogram(struct udp_receiver *r)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);

    if (recorder && r->stamped) {
        delays_record(&r->delays, recorder);
        recorder_send(recorder, r->j->t->out, "pdv", direction_name(r->j->dir));
    }
    free(recorder);
}

/* What came as one is dropped as one.  How many datagrams that were is known where all were of the
 * same number. */
static void add_socket_drops(const struct udp_receiver *r, struct json_writer *w)
{
    uint64_t drops = socket_drops(r), fewest = r->fewest ? r->fewest : 1;
    bool even = r->fewest == r->most && (r->most || !r->gro);

    json_add_uint(w, even || !drops ? "socket_drops" : "socket_drops_least", drops * fewest);
}

static void send_result(struct udp_receiver *r)
{
    struct window_interval total;
    uint64_t duplicated = 0, reordered = 0;
    struct drops after;
    char buf[2048];
    struct json_writer w;

    drops_read(&after, r->link.name, is_ipv6(r));

    meter_end(&r->meter, clock_now());
    window_close(&r->window);
    total = window_total(&r->window);
    intervals_send(r->j, &r->window, &r->meter);
    send_histogram(r);
    for (uint32_t i = 0; i < r->j->count; i++) {
        duplicated += r->sequence[i].duplicated;
        reordered += r->sequence[i].reordered;
    }
    result_begin(&w, buf, sizeof buf, r->j, &r->meter);
    json_add_uint(&w, "bytes", total.bytes);
    json_add_uint(&w, "elapsed_ns", total.elapsed_ns);
    json_add_uint(&w, "received", received(r));
    json_add_uint(&w, "duplicated", duplicated);
    json_add_uint(&w, "reordered", reordered);
    add_socket_drops(r, &w);
    json_add_flag(&w, "gro", r->most > 1);
    if (r->measured) {
        json_add_text(&w, "interface", r->link.name);
        json_add_text(&w, "interface_kind", r->link.kind);
        drops_add(&w, &r->drops, &after);
    }
    send_delays(r, &w);
    output_send(r->j->t->out, &w);
}

static void set_options(struct udp_receiver *r)
{
    int one = 1;

    for (uint32_t i = 0; i < r->j->count; i++) {
        if (r->gro && setsockopt(r->j->fd[i], IPPROTO_UDP, UDP_GRO, &one, sizeof one) < 0)
            r->gro = false;
        if (r->stamped && setsockopt(r->j->fd[i], SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) < 0)
            r->stamped = false;
        boundary_listen(r->j->fd[i], is_ipv6(r), true);
    }
}

static int receiver_init(struct udp_receiver *r)
{
    const struct params *p = &r->j->t->p;

    r->gro = p->offload;
    r->stamped = p->rate_bps != 0;
    r->nap_ns = nap_length(r);
    set_options(r);
    r->batch = r->gro ? GRO_BATCH : BATCH;
    r->slot = r->gro ? GRO_BYTES : p->discard ? HEAD_BYTES : (p->length + 63) / 64 * 64;
    r->flags = MSG_DONTWAIT | (p->discard && !r->gro ? MSG_TRUNC : 0);
    r->payload = payload_make(r->slot * r->batch);
    r->control = calloc(r->batch, CONTROL);
    r->listens = true;
    r->sequence = calloc(r->j->count, sizeof *r->sequence);
    r->boundary = calloc(r->j->count, sizeof *r->boundary);
    set_interface(r, interface_of_socket(r->j->fd[0]));
    if (!r->payload || !r->sequence || !r->boundary || !r->control ||
        window_init(&r->window, p->duration_ns, p->interval_ns) < 0 ||
        delays_init(&r->delays) < 0 || meter_init(&r->meter, p) < 0)
        return vmtp_fail(&r->j->err, -ENOMEM, "out of memory");
    r->meter.spins = p->wait == WAIT_SPIN;
    if (!observer_start(&r->observer, r->j->fd, r->j->count))
        r->meter.observer = &r->observer;
    for (uint32_t i = 0; i < r->batch; i++) {
        r->iov[i] = (struct iovec){ r->payload + i * r->slot, r->slot };
        r->message[i].msg_hdr = (struct msghdr){ .msg_iov = &r->iov[i],
                                                 .msg_iovlen = 1,
                                                 .msg_control = r->control + i * CONTROL };
    }
    return 0;
}

int udp_receive(struct job *j)
{
    struct udp_receiver r = { .j = j };
    int result = receiver_init(&r);

    if (!result)
        result = receive_until_end(&r);
    if (!result && !trial_stopped(j->t))
        send_result(&r);
    observer_stop(&r.observer);
    meter_free(&r.meter);
    payload_free(r.payload, r.slot * r.batch);
    window_free(&r.window);
    delays_free(&r.delays);
    free(r.boundary);
    free(r.control);
    free(r.sequence);
    return result;
}
