/* SPDX-License-Identifier: Apache-2.0
 *
 * The asking end of a latency trial: one thread sends requests and takes responses, spinning or
 * blocking.  Closed loop: the next request follows the last response.  Open loop: requests have
 * intended times, and latency is counted from those (rtt) and from the real sending (rtt_send);
 * the first sees a sender that can't keep up, which the second hides.  [job]
 */
#include "clock.h"
#include "meter.h"
#include "pace.h"
#include "payload.h"
#include "recorder.h"
#include "socket.h"

#include <endian.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../protocol.h"

#define RING     65536u /* requests that may be on their way */
#define LOST_NS  (200 * NS_PER_MS)
#define GRACE_NS (200 * NS_PER_MS) /* for the last responses */
#define SLICE_NS (20 * NS_PER_MS)

struct asked {
    uint64_t seq; /* plus 1; 0: free */
    uint64_t intended_ns, sent_ns;
    bool measured;
};

struct asker {
    struct job *j;
    int fd;
    bool open_loop, spin;
    char *tx, *rx;
    size_t tx_left, rx_have; /* TCP: of a request and of a response that are under way */
    struct asked *ring;
    struct recorder *rtt, *rtt_send, *slip;
    uint64_t seq, outstanding, sent, received, duplicated;
    uint64_t lost_after_ns;
    uint64_t begin_ns, end_ns;
    struct pace pace;
    struct meter meter;
};

static bool is_due(const struct asker *a, uint64_t now)
{
    if (a->tx_left || now >= a->end_ns)
        return false;
    if (!a->open_loop)
        return !a->outstanding;
    return now >= a->j->start_ns + (uint64_t)a->pace.next_ns;
}

/* What is left of the request; the socket takes what it can. */
static int push(struct asker *a)
{
    const struct params *p = &a->j->t->p;
    ssize_t n =
        send(a->fd, a->tx + p->request - a->tx_left, a->tx_left, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n >= 0)
        a->tx_left -= (size_t)n;
    else if (p->udp && (errno == ENOBUFS || errno == ECONNREFUSED || errno == EAGAIN))
        a->tx_left = 0; /* counts as sent and lost */
    else if (errno != EAGAIN && errno != EINTR)
        return vmtp_fail(&a->j->err, -errno, "sending a request: %s", strerror(errno));
    return 0;
}

static int ask(struct asker *a, uint64_t now)
{
    struct asked *q = &a->ring[a->seq % RING];
    struct packet_header h = { htobe64(a->j->t->p.token), 0, htobe64(now) };

    q->seq = a->seq + 1;
    q->sent_ns = now;
    q->intended_ns = a->open_loop ? a->j->start_ns + (uint64_t)a->pace.next_ns : now;
    q->measured = q->intended_ns >= a->begin_ns;
    if (q->measured && !a->meter.begun)
        meter_begin(&a->meter, now, now);
    if (q->measured) {
        a->sent++;
        recorder_add(a->slip, now - q->intended_ns);
    }
    h.seq = htobe64((uint64_t)PHASE_MEASURED << PACKET_PHASE_SHIFT | a->seq);
    memcpy(a->tx, &h, sizeof h);
    a->seq++;
    a->outstanding++;
    a->pace.next_ns += a->pace.gap_ns;
    a->tx_left = a->j->t->p.request;
    return push(a);
}

static void answered(struct asker *a, uint64_t now)
{
    struct packet_header h;
    struct asked *q;
    uint64_t seq;

    memcpy(&h, a->rx, sizeof h);
    seq = be64toh(h.seq) & PACKET_SEQ_MASK;
    if (be64toh(h.token) != a->j->t->p.token || be64toh(h.seq) >> PACKET_PHASE_SHIFT == PHASE_HELLO)
        return;
    q = &a->ring[seq % RING];
    if (q->seq != seq + 1) {
        a->duplicated++;
        return;
    }
    q->seq = 0;
    if (a->outstanding)
        a->outstanding--;
    if (!q->measured)
        return;
    a->received++;
    recorder_add(a->rtt, now - q->intended_ns);
    recorder_add(a->rtt_send, now - q->sent_ns);
}

/* One response, or a part of it: 1; 0: nothing there; or a negative errno. */
static int pull(struct asker *a, int flags)
{
    const struct params *p = &a->j->t->p;
    ssize_t n = recv(a->fd, a->rx + a->rx_have, p->response - a->rx_have, flags);
    uint64_t now;

    if (n < 0 && (errno == EAGAIN || errno == EINTR || (p->udp && errno == ECONNREFUSED)))
        return 0;
    if (n < 0 || (n == 0 && !p->udp))
        return vmtp_fail(&a->j->err, n ? -errno : -ECONNRESET, "waiting for a response: %s",
                         n ? strerror(errno) : "the other end closed the connection");
    now = clock_now();
    a->rx_have += (size_t)n;
    if (p->udp ? a->rx_have >= sizeof(struct packet_header) : a->rx_have == p->response)
        answered(a, now);
    if (p->udp || a->rx_have == p->response)
        a->rx_have = 0;
    return 1;
}

/* Closed loop over UDP: a response that does not come must not end the trial. */
static void give_up_lost(struct asker *a, uint64_t now)
{
    struct asked *q = &a->ring[(a->seq - 1) % RING];

    if (a->open_loop || !a->j->t->p.udp || !a->outstanding)
        return;
    if (now > q->sent_ns + a->lost_after_ns) {
        q->seq = 0;
        a->outstanding = 0;
    }
}

static void wait_something(struct asker *a, uint64_t now)
{
    struct pollfd p = { .fd = a->fd, .events = (short)(POLLIN | (a->tx_left ? POLLOUT : 0)) };
    uint64_t due = a->j->start_ns + (uint64_t)a->pace.next_ns, wait = SLICE_NS;
    struct timespec ts = { 0, 0 };

    if (a->open_loop && !a->tx_left && due < now + wait)
        wait = due > now ? due - now : 0;
    ts.tv_nsec = (long)wait;
    ppoll(&p, 1, &ts, NULL);
}

static int receive(struct asker *a, uint64_t now)
{
    int r = 0;

    /* The blocking closed loop is one system call for a response, as in every peer tool. */
    if (!a->spin && !a->open_loop && !a->tx_left)
        return pull(a, 0);
    if (a->outstanding || a->rx_have)
        r = pull(a, MSG_DONTWAIT);
    if (!r && !a->spin)
        wait_something(a, now);
    return r;
}

static int ask_until_end(struct asker *a)
{
    uint64_t now, last = 0;

    (void)clock_wait(a->j->start_ns);
    for (now = clock_now(); !trial_stopped(a->j->t); now = clock_now()) {
        int r = 0;

        if (a->spin && last)
            meter_stall(&a->meter, now - last);
        last = now;
        if (now >= a->end_ns)
            meter_end(&a->meter, now);
        if (now >= a->end_ns && (!a->outstanding || now > a->end_ns + GRACE_NS))
            break;
        if (is_due(a, now))
            r = ask(a, now);
        else if (a->tx_left)
            r = push(a);
        if (r >= 0)
            r = receive(a, now);
        if (r < 0)
            return r;
        give_up_lost(a, now);
    }
    return 0;
}

static void send_result(const struct asker *a)
{
    const char *dir = direction_name(a->j->dir);
    struct output *out = a->j->t->out;
    char buf[1024];
    struct json_writer w;

    recorder_send(a->rtt, out, "rtt", dir);
    if (a->open_loop) {
        recorder_send(a->rtt_send, out, "rtt_send", dir);
        recorder_send(a->slip, out, "send_slip", dir);
    }
    result_begin(&w, buf, sizeof buf, a->j, &a->meter);
    json_add_uint(&w, "sent", a->sent);
    json_add_uint(&w, "received", a->received);
    json_add_uint(&w, "duplicated", a->duplicated);
    json_add_uint(&w, "elapsed_ns", a->j->t->p.duration_ns);
    output_send(out, &w);
}

static int asker_init(struct asker *a)
{
    const struct params *p = &a->j->t->p;
    uint64_t rtt = atomic_load(&a->j->t->rtt_ns);

    a->fd = a->j->fd[0];
    a->spin = p->wait == WAIT_SPIN;
    a->open_loop = p->frequency != 0;
    a->begin_ns = a->j->start_ns + p->warmup_ns;
    a->end_ns = a->begin_ns + p->duration_ns;
    a->pace.gap_ns = a->open_loop ? 1e9 / (double)p->frequency : 0;
    a->lost_after_ns = 8 * rtt > LOST_NS ? 8 * rtt : LOST_NS;
    a->tx = payload_make(p->request);
    a->rx = payload_make(p->response);
    a->rtt = calloc(3, sizeof *a->rtt);
    a->ring = calloc(RING, sizeof *a->ring);
    if (!a->tx || !a->rx || !a->rtt || !a->ring)
        return vmtp_fail(&a->j->err, -ENOMEM, "out of memory");
    a->rtt_send = a->rtt + 1;
    a->slip = a->rtt + 2;
    if (!a->spin && !a->open_loop)
        socket_block(a->fd);
    return 0;
}

int latency_ask(struct job *j)
{
    struct asker a = { .j = j };
    int r = asker_init(&a);

    if (!r)
        r = ask_until_end(&a);
    if (!r && !trial_stopped(j->t))
        send_result(&a);
    payload_free(a.tx, j->t->p.request);
    payload_free(a.rx, j->t->p.response);
    free(a.rtt);
    free(a.ring);
    return r;
}
