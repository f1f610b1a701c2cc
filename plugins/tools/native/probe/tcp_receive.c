/* SPDX-License-Identifier: Apache-2.0
 *
 * The receiving end of a TCP direction, which is where throughput is judged.  The window begins
 * one warm-up after the first arrival, whatever the two ends' clocks say.  [job]
 */
#include "clock.h"
#include "meter.h"
#include "payload.h"
#include "tcpinfo.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_ONE   (1u << 20)
#define READ_MANY  (256u << 10)
#define FIRST_NS   NS_PER_S /* for the first byte after the start */
#define EVENTS_MAX 256

struct tcp_receiver {
    struct job *j;
    char *buffer;
    size_t size;
    int epoll_fd; /* -1: one connection */
    int flags;
    struct window window;
    struct meter meter;
    struct observer observer;
    uint64_t give_up_ns;
};

/* All that hangs on the time: the begin of the window, its end. */
static bool receive_goes_on(struct tcp_receiver *r, uint64_t now)
{
    const struct params *p = &r->j->t->p;

    if (!r->window.started && now >= r->give_up_ns)
        window_start(&r->window, r->give_up_ns + p->warmup_ns);
    if (!r->window.started)
        return true;
    if (!r->meter.begun && now >= r->window.start_ns)
        meter_begin(&r->meter, r->window.start_ns, now);
    if (now >= r->meter.next_ns)
        meter_pass(&r->meter, now);
    if (now <= window_end(&r->window))
        return true;
    meter_end(&r->meter, now);
    window_pass(&r->window, now);
    return false;
}

static int receive_some(struct tcp_receiver *r, int fd)
{
    ssize_t n = recv(fd, r->buffer, r->size, r->flags);
    uint64_t now;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return vmtp_fail(&r->j->err, n ? -errno : -ECONNRESET,
                         "connection lost while receiving: %s",
                         n ? strerror(errno) : "the sender closed it");
    now = clock_now();
    if (!r->window.started)
        window_start(&r->window, now + r->j->t->p.warmup_ns);
    window_arrival(&r->window, now, (uint64_t)n);
    return 0;
}

static int receive_round(struct tcp_receiver *r)
{
    struct epoll_event ev[EVENTS_MAX];
    int count, result = 0;

    if (r->epoll_fd < 0)
        return receive_some(r, r->j->fd[0]);
    count = epoll_wait(r->epoll_fd, ev, EVENTS_MAX, r->flags & MSG_DONTWAIT ? 0 : 20);
    for (int i = 0; i < count && !result; i++)
        result = receive_some(r, ev[i].data.fd);
    return result;
}

static int receive_until_end(struct tcp_receiver *r)
{
    uint64_t before = clock_now(), now;

    for (; receive_goes_on(r, before) && !trial_stopped(r->j->t); before = now) {
        int result = receive_round(r);

        if (result)
            return result;
        now = clock_now();
        observer_waited(&r->observer, now - before);
    }
    return 0;
}

static void send_result(struct tcp_receiver *r)
{
    struct window_interval total;
    struct tcpinfo info;
    char buf[2048];
    struct json_writer w;

    tcpinfo_read(&info, r->j->fd, r->j->count);
    window_close(&r->window);
    total = window_total(&r->window);
    intervals_send(r->j, &r->window, &r->meter);
    result_begin(&w, buf, sizeof buf, r->j, &r->meter);
    json_add_uint(&w, "bytes", total.bytes);
    json_add_uint(&w, "elapsed_ns", total.elapsed_ns);
    if (info.connections) {
        json_add_uint(&w, "rcv_space", info.rcv_space_sum / info.connections);
        json_add_uint(&w, "rcv_rtt_us", info.rcv_rtt_us_sum / info.connections);
    }
    output_send(r->j->t->out, &w);
}

static int receiver_init(struct tcp_receiver *r)
{
    const struct params *p = &r->j->t->p;

    r->flags = (p->wait == WAIT_SPIN ? MSG_DONTWAIT : 0) | (p->discard ? MSG_TRUNC : 0);
    r->size = r->j->count == 1 ? READ_ONE : READ_MANY;
    r->give_up_ns = r->j->start_ns + FIRST_NS;
    r->buffer = payload_make(r->size);
    if (!r->buffer || window_init(&r->window, p->duration_ns, p->interval_ns) < 0 ||
        meter_init(&r->meter, p) < 0)
        return vmtp_fail(&r->j->err, -ENOMEM, "out of memory");
    r->meter.spins = p->wait == WAIT_SPIN;
    if (!observer_start(&r->observer, r->j->fd, r->j->count))
        r->meter.observer = &r->observer;
    if (r->j->count == 1)
        return 0;
    r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (uint32_t i = 0; i < r->j->count; i++) {
        struct epoll_event ev = { .events = EPOLLIN, .data.fd = r->j->fd[i] };

        if (r->epoll_fd < 0 || epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, r->j->fd[i], &ev) < 0)
            return vmtp_fail(&r->j->err, -errno, "epoll: %s", strerror(errno));
    }
    return 0;
}

int tcp_receive(struct job *j)
{
    struct tcp_receiver r = { .j = j, .epoll_fd = -1 };
    int result = receiver_init(&r);

    if (!result)
        result = receive_until_end(&r);
    if (!result && !trial_stopped(j->t))
        send_result(&r);
    observer_stop(&r.observer);
    meter_free(&r.meter);
    if (r.epoll_fd >= 0)
        close(r.epoll_fd);
    payload_free(r.buffer, r.size);
    window_free(&r.window);
    return result;
}
