/* SPDX-License-Identifier: Apache-2.0
 *
 * The sending end of a TCP direction: one big write a system call from one buffer, over epoll
 * where there are many connections.  It sends until it is told to stop, so that the receiver
 * sees traffic to the end of its own window, and counts from its own start in its own window.
 * [job]
 */
#include "clock.h"
#include "meter.h"
#include "payload.h"
#include "tcpview.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SAMPLE_NS  (20 * NS_PER_MS)
#define FEW        8 /* connections whose TCP_INFO may be read every SAMPLE_NS */
#define TAIL_NS    (2 * NS_PER_S)
#define EVENTS_MAX 256

struct tcp_sender {
    struct job *j;
    char *payload;
    size_t length;
    int epoll_fd; /* -1: one connection */
    struct meter meter;
    struct tcpinfo begin, border, now;
    struct tcpview whole, open; /* of the window, of the open interval */
    struct tcpview *interval;
    uint32_t passed;
    uint64_t begin_ns, border_ns, end_ns, next_ns;
    uint64_t written, written_begin, written_end;
};

static void sample_begin(struct tcp_sender *s, uint64_t now)
{
    tcpinfo_read(&s->begin, s->j->fd, s->j->count);
    s->border = s->begin;
    s->border_ns = now;
    s->written_begin = s->written;
    meter_begin(&s->meter, s->begin_ns, now);
}

/* Intervals end when the meter's do; one that was slept through has nothing of its own. */
static void sample_intervals(struct tcp_sender *s, uint64_t now)
{
    tcpview_count(&s->open, &s->border, &s->now, now - s->border_ns);
    s->interval[s->passed] = s->open;
    s->passed = s->meter.passed;
    s->open = (struct tcpview){ 0 };
    s->border = s->now;
    s->border_ns = now;
}

static void sample_end(struct tcp_sender *s, uint64_t now)
{
    meter_end(&s->meter, now);
    tcpview_count(&s->whole, &s->begin, &s->now, now - s->meter.begin_ns);
    s->written_end = s->written;
}

/* Called when next_ns has come: take stock, and say when again. */
static void sample(struct tcp_sender *s, uint64_t now)
{
    if (!s->meter.begun) {
        sample_begin(s, now);
    } else {
        tcpinfo_read(&s->now, s->j->fd, s->j->count);
        tcpview_look(&s->whole, &s->now);
        tcpview_look(&s->open, &s->now);
        meter_pass(&s->meter, now);
        if (s->meter.passed > s->passed)
            sample_intervals(s, now);
        if (s->passed == s->meter.count)
            sample_end(s, now);
    }
    s->next_ns = s->meter.next_ns;
    if (s->j->count <= FEW && now + SAMPLE_NS < s->next_ns && !s->meter.ended)
        s->next_ns = now + SAMPLE_NS;
}

static int send_some(struct tcp_sender *s, int fd)
{
    ssize_t n = send(fd, s->payload, s->length, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n > 0)
        s->written += (uint64_t)n;
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        return vmtp_fail(&s->j->err, -errno, "connection lost while sending: %s", strerror(errno));
    return 0;
}

/* A blocking send() of 1 MiB would come back only when all of it is in the buffer, whatever
 * SO_SNDTIMEO says: on a slow path for longer than the whole window. */
static int send_one(struct tcp_sender *s, int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    uint64_t before = s->written;
    int r = send_some(s, fd);

    if (!r && s->written - before < s->length)
        poll(&p, 1, 20);
    return r;
}

static int send_round(struct tcp_sender *s)
{
    struct epoll_event ev[EVENTS_MAX];
    int count, r = 0;

    if (s->epoll_fd < 0)
        return send_one(s, s->j->fd[0]);
    count = epoll_wait(s->epoll_fd, ev, EVENTS_MAX, 20);
    for (int i = 0; i < count && !r; i++) {
        r = send_some(s, ev[i].data.fd);
        if (clock_now() >= s->next_ns)
            break;
    }
    return r;
}

static int send_until_stop(struct tcp_sender *s)
{
    uint64_t last = s->end_ns + TAIL_NS, now;

    (void)clock_wait(s->j->start_ns);
    for (now = clock_now(); now < last && !trial_stopped(s->j->t); now = clock_now()) {
        int r;

        if (now >= s->next_ns)
            sample(s, now);
        r = send_round(s);
        if (r && clock_now() < s->end_ns && !trial_stopped(s->j->t))
            return r;
        if (r)
            break; /* the receiver has seen enough and was told to stop first */
    }
    now = clock_now();
    if (now >= s->end_ns && !s->meter.ended)
        sample(s, now);
    return 0;
}

static void send_intervals(const struct tcp_sender *s)
{
    char buf[INTERVAL_BYTES];
    struct json_writer w;

    for (uint32_t i = 0; i < s->passed; i++) {
        interval_begin(&w, buf, sizeof buf, s->j, &s->meter, i);
        tcpview_add(&s->interval[i], &w);
        output_send(s->j->t->out, &w);
    }
}

static void send_result(const struct tcp_sender *s)
{
    char buf[2048];
    struct json_writer w;

    send_intervals(s);
    result_begin(&w, buf, sizeof buf, s->j, &s->meter);
    if (s->meter.ended) {
        json_add_uint(&w, "bytes",
                      s->now.has_sent ? s->now.sent_bytes - s->begin.sent_bytes
                                      : s->written_end - s->written_begin);
        json_add_uint(&w, "mss", s->now.mss);
        tcpview_add(&s->whole, &w);
    }
    output_send(s->j->t->out, &w);
}

static int watch_all(struct tcp_sender *s)
{
    if (s->j->count == 1)
        return 0;
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (uint32_t i = 0; i < s->j->count; i++) {
        struct epoll_event ev = { .events = EPOLLOUT, .data.fd = s->j->fd[i] };

        if (s->epoll_fd < 0 || epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, s->j->fd[i], &ev) < 0)
            return vmtp_fail(&s->j->err, -errno, "epoll: %s", strerror(errno));
    }
    return 0;
}

static int sender_init(struct tcp_sender *s)
{
    const struct params *p = &s->j->t->p;
    int r = meter_init(&s->meter, p);

    if (r)
        return vmtp_fail(&s->j->err, r, "out of memory");
    s->begin_ns = s->next_ns = s->j->start_ns + p->warmup_ns;
    s->end_ns = s->begin_ns + p->duration_ns;
    s->length = p->length;
    s->interval = calloc(s->meter.count, sizeof *s->interval);
    s->payload = payload_make(s->length);
    if (!s->interval || !s->payload)
        return vmtp_fail(&s->j->err, -ENOMEM, "out of memory");
    return watch_all(s);
}

int tcp_send(struct job *j)
{
    struct tcp_sender s = { .j = j, .epoll_fd = -1 };
    int r = sender_init(&s);

    if (!r)
        r = send_until_stop(&s);
    if (!r)
        send_result(&s);
    if (s.epoll_fd >= 0)
        close(s.epoll_fd);
    payload_free(s.payload, s.length);
    free(s.interval);
    meter_free(&s.meter);
    return r;
}
