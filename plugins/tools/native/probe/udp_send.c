/* SPDX-License-Identifier: Apache-2.0
 *
 * The sending end of a UDP direction: numbered datagrams over connected sockets, one at a time,
 * in sendmmsg() batches or as GSO super-packets, at a rate or as fast as the core can.  Numbers
 * begin anew with the measured phase, so that loss of the warm-up does not count.  [job]
 */
#include "clock.h"
#include "drops.h"
#include "interface.h"
#include "link.h"
#include "meter.h"
#include "pace.h"
#include "payload.h"
#include "socket.h"

#include <endian.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../protocol.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define GSO_BYTES_MAX    65000u
#define GSO_SEGMENTS_MAX 64u /* UDP_MAX_SEGMENTS until Linux 6.9 */
#define BATCH_MAX        64u
#define SLICE_NS         (20 * NS_PER_MS)
#define RETRY_NS         (100 * NS_PER_US)
#define FORBIDDEN_MAX    1000u /* before the first that gets out */

struct udp_sender {
    struct job *j;
    char *payload; /* most datagrams, one behind the other */
    size_t length;
    uint32_t least, most; /* datagrams that are sent at once ... */
    uint32_t batch;       /* ... this time */
    bool gso;
    struct mmsghdr message[BATCH_MAX];
    struct iovec iov[BATCH_MAX];
    uint64_t *seq; /* next number of each connection */
    uint32_t at;   /* whose turn it is */
    enum packet_phase phase;
    uint64_t begin_ns, end_ns;
    uint64_t sent, full; /* measured phase: datagrams; times the local queue was full */
    uint64_t forbidden;  /* of the sent ones: a rule of this machine dropped them */
    uint64_t sent_all;   /* with the warm-up */
    uint32_t unreached;  /* times that nobody was there */
    struct pace pace;
    struct meter meter;
    uint64_t wire_packets; /* of the interface, before */
    double wire_ratio;     /* packets for each datagram; 0: unknown */
    int interface;
    struct link_name link;
    struct drops drops; /* before the measured phase */
    struct clock_span clock;
    uint64_t allowed, forbidden_all; /* system calls, with the warm-up */
};

static void stamp(struct udp_sender *s, uint64_t now)
{
    uint64_t seq = s->seq[s->at] | (uint64_t)s->phase << PACKET_PHASE_SHIFT;
    struct packet_header h = { htobe64(s->j->t->p.token), 0, htobe64(now) };

    for (uint32_t i = 0; i < s->batch; i++) {
        h.seq = htobe64(seq + i);
        memcpy(s->payload + i * s->length, &h, sizeof h);
    }
}

/* Datagrams that went out, or a negative errno. */
static int send_batch(struct udp_sender *s, int fd)
{
    int n;

    if (s->gso || s->batch == 1) {
        n = send(fd, s->payload, s->length * s->batch, MSG_NOSIGNAL) < 0 ? -1 : (int)s->batch;
    } else {
        n = sendmmsg(fd, s->message, s->batch, MSG_NOSIGNAL);
    }
    return n < 0 ? -errno : n;
}

static void set_segment(const struct udp_sender *s, int value)
{
    for (uint32_t i = 0; i < s->j->count; i++)
        (void)setsockopt(s->j->fd[i], IPPROTO_UDP, UDP_SEGMENT, &value, sizeof value);
}

/* Segments must fit the MTU (else EINVAL or EMSGSIZE), and the driver must know checksums (EIO). */
static void give_up_gso(struct udp_sender *s)
{
    s->gso = false;
    set_segment(s, 0);
    output_text(s->j->t->out, "note",
                "UDP segmentation offload is not possible here; sent in sendmmsg batches instead");
}

static void count(struct udp_sender *s, uint64_t n)
{
    s->seq[s->at] += n;
    s->sent_all += n;
    if (s->phase == PHASE_MEASURED)
        s->sent += n;
    s->at = s->at + 1 < s->j->count ? s->at + 1 : 0;
}

/* The sender's own packet filter has dropped what the call would have sent first.  For the path
 * that is a loss; but where nothing at all gets out, it is an error. */
static bool is_loss(struct udp_sender *s, int code)
{
    uint64_t n = s->gso ? s->batch : 1;

    if (code != -EPERM || (!s->allowed && s->forbidden_all >= FORBIDDEN_MAX))
        return false;
    s->forbidden_all++;
    if (s->phase == PHASE_MEASURED)
        s->forbidden += n;
    count(s, n);
    return true;
}

static int on_failure(struct udp_sender *s, int code)
{
    if (is_loss(s, code))
        return 0;
    if (s->gso && (code == -EINVAL || code == -EMSGSIZE || code == -EIO)) {
        give_up_gso(s);
        return 0;
    }
    if (code == -EAGAIN || code == -ENOBUFS || code == -EINTR) {
        s->full++;
        clock_nap(RETRY_NS);
        return 0;
    }
    /* ICMP port unreachable, once, may be a leftover of an earlier trial. */
    if (code == -ECONNREFUSED && s->unreached++ < 3)
        return 0;
    return vmtp_fail(&s->j->err, code, "sending %zu byte datagrams: %s%s", s->length,
                     strerror(-code), code == -EMSGSIZE ? "; give a smaller length" : "");
}

static int send_next(struct udp_sender *s, uint64_t now)
{
    int n;

    stamp(s, now);
    n = send_batch(s, s->j->fd[s->at]);
    if (n < 0)
        return on_failure(s, n);
    s->allowed++;
    count(s, (uint64_t)n);
    return 0;
}

static bool is_ipv6(const struct udp_sender *s)
{
    return s->j->t->p.family == 6;
}

/* Reading takes 0.2 ms, and longer where others hold the kernel's RTNL lock: the window begins
 * behind it. */
static uint64_t enter_measured(struct udp_sender *s)
{
    uint64_t now;

    drops_read_sender(&s->drops, s->interface, s->link.name, is_ipv6(s));
    s->clock = s->j->t->clock;
    clock_span_begin(&s->clock);
    now = clock_now();
    s->begin_ns = now;
    s->end_ns = now + s->j->t->p.duration_ns;
    s->phase = PHASE_MEASURED;
    memset(s->seq, 0, s->j->count * sizeof *s->seq);
    s->pace.skipped = 0;
    if (s->pace.next_ns < (double)(now - s->j->start_ns))
        s->pace.next_ns = (double)(now - s->j->start_ns);
    meter_begin(&s->meter, s->begin_ns, now);
    return now;
}

/* Wait until the next batch is due; 0 when it is, in slices so that stop is seen. */
static bool wait_due(struct udp_sender *s, uint64_t now)
{
    uint64_t due = s->j->start_ns + (uint64_t)s->pace.next_ns;

    if (s->pace.gap_ns <= 0 || due <= now)
        return true;
    if (due > now + SLICE_NS) {
        clock_nap(SLICE_NS);
        return false;
    }
    meter_stall(&s->meter, clock_wait(due));
    return true;
}

static int send_until_end(struct udp_sender *s)
{
    uint64_t now, sent;

    (void)clock_wait(s->j->start_ns);
    for (now = clock_now(); now < s->end_ns && !trial_stopped(s->j->t); now = clock_now()) {
        uint64_t before = now;
        int r;

        if (!wait_due(s, now))
            continue;
        now = clock_now();
        meter_idle(&s->meter, now - before);
        if (now >= s->end_ns)
            break;
        if (s->phase == PHASE_WARMUP && now >= s->begin_ns)
            now = enter_measured(s);
        if (now >= s->meter.next_ns)
            meter_pass(&s->meter, now);
        pace_catch_up(&s->pace, (double)(now - s->j->start_ns));
        s->batch = pace_batch(&s->pace, (double)(now - s->j->start_ns), s->least, s->most);
        sent = s->sent_all;
        r = send_next(s, now);
        if (r)
            return r;
        s->pace.next_ns += s->pace.gap_ns * (double)(s->sent_all - sent);
    }
    meter_end(&s->meter, now);
    return 0;
}

/* A datagram longer than a packet goes out in several. */
static bool is_fragmented(const struct udp_sender *s)
{
    uint32_t mtu = socket_mtu(s->j->fd[0]), headers = is_ipv6(s) ? 48 : 28;

    return mtu && s->length + headers > mtu;
}

/* after NULL: what the other end must know at once. */
static void send_result(struct udp_sender *s, const struct drops *after)
{
    char buf[2048];
    struct json_writer w;

    result_begin(&w, buf, sizeof buf, s->j, &s->meter);
    json_add_uint(&w, "sent", s->sent);
    json_add_uint(&w, "bytes", s->sent * s->length);
    json_add_uint(&w, "skipped", s->pace.skipped);
    json_add_uint(&w, "full", s->full);
    json_add_uint(&w, "batch", s->most);
    json_add_flag(&w, "gso", s->gso);
    json_add_uint(&w, "forbidden", s->forbidden);
    json_add_flag(&w, "fragmented", is_fragmented(s));
    if (s->wire_ratio > 0)
        json_add_real(&w, "wire_ratio", s->wire_ratio);
    if (after) {
        json_add_text(&w, "interface", s->link.name);
        drops_add(&w, &s->drops, after);
        clock_span_add(&w, &s->clock);
    }
    output_send(s->j->t->out, &w);
}

static void tell_wire_ratio(struct udp_sender *s)
{
    uint64_t packets = link_tx_packets(s->interface);

    if (packets && s->wire_packets && s->sent_all)
        s->wire_ratio = (double)(packets - s->wire_packets) / (double)s->sent_all;
}

/* The controller stops the trial once the receiver has told what came: until then a queue may drop
 * what it still holds.  Stopping shuts the socket down, which ends the poll(). */
static void wait_stop(const struct udp_sender *s)
{
    struct pollfd p = { .fd = s->j->fd[0], .events = POLLRDHUP };
    int code;
    socklen_t len = sizeof code;

    while (!trial_stopped(s->j->t)) {
        poll(&p, 1, 20);
        if (p.revents & POLLERR)
            (void)getsockopt(p.fd, SOL_SOCKET, SO_ERROR, &code, &len);
    }
}

static void send_results(struct udp_sender *s)
{
    struct drops after;

    tell_wire_ratio(s);
    send_result(s, NULL);
    pages_send(s->j, &s->meter);
    wait_stop(s);
    drops_read_sender(&after, s->interface, s->link.name, is_ipv6(s));
    if (s->phase == PHASE_MEASURED)
        send_result(s, &after);
}

static uint32_t most_at_once(const struct udp_sender *s)
{
    uint32_t most = (uint32_t)(GSO_BYTES_MAX / s->length);

    if (!s->gso)
        return BATCH_MAX;
    return most > GSO_SEGMENTS_MAX ? GSO_SEGMENTS_MAX : most ? most : 1;
}

/* One at a time, unless the rate is too high for that from the start. */
static uint32_t least_at_once(const struct udp_sender *s)
{
    double want = s->pace.gap_ns > 0 ? SINGLE_NS / s->pace.gap_ns + 1 : s->most;

    if (s->pace.gap_ns >= SINGLE_NS)
        return 1;
    return want < s->most ? (uint32_t)want : s->most;
}

static int sender_init(struct udp_sender *s)
{
    const struct params *p = &s->j->t->p;

    s->length = p->length;
    s->gso = p->offload;
    s->most = most_at_once(s);
    s->gso = s->gso && s->most > 1;
    pace_init(&s->pace, p->rate_bps, s->length);
    s->least = least_at_once(s);
    s->begin_ns = s->j->start_ns + p->warmup_ns;
    s->end_ns = s->begin_ns + p->duration_ns;
    s->interface = interface_of_socket(s->j->fd[0]);
    s->wire_packets = link_tx_packets(s->interface);
    link_name_read(s->interface, &s->link);
    s->seq = calloc(s->j->count, sizeof *s->seq);
    s->payload = payload_make(s->length * s->most);
    if (!s->seq || !s->payload || meter_init(&s->meter, p) < 0)
        return vmtp_fail(&s->j->err, -ENOMEM, "out of memory");
    for (uint32_t i = 0; i < s->most; i++) {
        s->iov[i] = (struct iovec){ s->payload + i * s->length, s->length };
        s->message[i].msg_hdr = (struct msghdr){ .msg_iov = &s->iov[i], .msg_iovlen = 1 };
    }
    for (uint32_t i = 0; i < s->j->count; i++)
        socket_block(s->j->fd[i]);
    if (s->gso)
        set_segment(s, (int)s->length);
    return 0;
}

int udp_send(struct job *j)
{
    struct udp_sender s = { .j = j };
    int r = sender_init(&s);

    if (!r)
        r = send_until_end(&s);
    if (!r && !trial_stopped(j->t))
        send_results(&s);
    payload_free(s.payload, s.length * s.most);
    free(s.seq);
    meter_free(&s.meter);
    return r;
}
