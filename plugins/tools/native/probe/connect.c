/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's part of the handshake.  All connections are opened at once; over UDP a hello that
 * got no answer is sent again, which also opens the way through NAT for the down direction.
 * [trial's thread]
 */
#include "clock.h"
#include "hello.h"
#include "socket.h"

#include <inttypes.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define AGAIN_NS   (50 * NS_PER_MS)
#define EVENTS_MAX 64

struct connecting {
    struct trial *t;
    struct address to;
    int epoll_fd;
    uint64_t wanted, ready, rtt_ns, deadline_ns, again_ns;
    bool *said; /* TCP: the hello is on its way; UDP: it was answered */
};

static uint64_t per_direction(const struct trial *t)
{
    return t->p.connections;
}

/* Connections are numbered through: first those of up, then those of down. */
static int *connection(struct trial *t, uint64_t n)
{
    return n < per_direction(t) ? &t->fd[UP][n] : &t->fd[DOWN][n - per_direction(t)];
}

static bool connection_wanted(const struct trial *t, uint64_t n)
{
    return n < per_direction(t) ? t->p.up : t->p.down;
}

static int fail_connect(struct connecting *c, int code, struct vmtp_error *err)
{
    return vmtp_fail(err, code, "connect to %s port %" PRIu64 " over %s: %s", c->t->p.address,
                     c->t->p.port, c->t->p.udp ? "udp" : "tcp", strerror(-code));
}

static int say_hello(struct connecting *c, uint64_t n)
{
    struct trial *t = c->t;
    enum direction dir = n < per_direction(t) ? UP : DOWN;
    struct packet_header h = hello_make(t, dir, n % per_direction(t), clock_now());

    return send(*connection(t, n), &h, sizeof h, MSG_NOSIGNAL) == sizeof h ? 0 : -errno;
}

static int open_one(struct connecting *c, uint64_t n, struct vmtp_error *err)
{
    struct epoll_event ev = { .events = c->t->p.udp ? EPOLLIN : EPOLLOUT, .data.u64 = n };
    int fd = socket_open(&c->t->p, c->to.ss.ss_family, err);

    if (fd < 0)
        return fd;
    *connection(c->t, n) = fd;
    if (connect(fd, (struct sockaddr *)&c->to.ss, c->to.len) < 0 && errno != EINPROGRESS)
        return fail_connect(c, -errno, err);
    if (epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
        return vmtp_fail(err, -errno, "epoll: %s", strerror(errno));
    if (c->t->p.udp)
        (void)say_hello(c, n); /* lost ones are sent again */
    else
        socket_abort_on_close(fd);
    c->wanted++;
    return 0;
}

static int open_all(struct connecting *c, struct vmtp_error *err)
{
    for (uint64_t n = 0; n < 2 * per_direction(c->t); n++) {
        int r = connection_wanted(c->t, n) ? open_one(c, n, err) : 0;

        if (r)
            return r;
    }
    return 0;
}

static int on_connected(struct connecting *c, uint64_t n, struct vmtp_error *err)
{
    struct epoll_event ev = { .events = EPOLLIN, .data.u64 = n };
    int fd = *connection(c->t, n), code = 0, least = sizeof(struct packet_header), r;
    socklen_t len = sizeof code;

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
        code = errno;
    if (code)
        return fail_connect(c, -code, err);
    r = say_hello(c, n);
    if (r)
        return fail_connect(c, r, err);
    c->said[n] = true;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least);
    return epoll_ctl(c->epoll_fd, EPOLL_CTL_MOD, fd, &ev) < 0 ? fail_connect(c, -errno, err) : 0;
}

static int on_answer(struct connecting *c, uint64_t n, struct vmtp_error *err)
{
    struct packet_header h;
    int fd = *connection(c->t, n), least = 1;
    ssize_t len = recv(fd, &h, sizeof h, 0);
    uint64_t rtt;

    if (len < 0 && errno == EAGAIN)
        return 0;
    if (len < 0)
        return fail_connect(c, -errno, err);
    if (len < (ssize_t)sizeof h || !hello_is(c->t, &h) || !hello_is_answer(&h))
        return c->t->p.udp ? 0 : fail_connect(c, -EPROTO, err);
    rtt = clock_now() - be64toh(h.tx_ns);
    if (!c->rtt_ns || rtt < c->rtt_ns)
        c->rtt_ns = rtt;
    c->said[n] = true;
    c->ready++;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least);
    (void)epoll_ctl(c->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    return 0;
}

static void say_hello_again(struct connecting *c)
{
    if (!c->t->p.udp || clock_now() < c->again_ns)
        return;
    for (uint64_t n = 0; n < 2 * per_direction(c->t); n++)
        if (connection_wanted(c->t, n) && !c->said[n])
            (void)say_hello(c, n);
    c->again_ns = clock_now() + AGAIN_NS;
}

static int wait_answers(struct connecting *c, struct vmtp_error *err)
{
    struct epoll_event ev[EVENTS_MAX];

    while (c->ready < c->wanted && !trial_stopped(c->t)) {
        int count = epoll_wait(c->epoll_fd, ev, EVENTS_MAX, 20), r = 0;

        for (int i = 0; i < count && !r; i++) {
            bool connected = c->t->p.udp || c->said[ev[i].data.u64];

            r = connected ? on_answer(c, ev[i].data.u64, err)
                          : on_connected(c, ev[i].data.u64, err);
        }
        if (r)
            return r;
        if (clock_now() > c->deadline_ns)
            return vmtp_fail(err, -ETIMEDOUT,
                             "connect to %s port %" PRIu64 " over %s: no answer for 5 s (%" PRIu64
                             " of %" PRIu64 " connections); is the port open on the way?",
                             c->t->p.address, c->t->p.port, c->t->p.udp ? "udp" : "tcp", c->ready,
                             c->wanted);
        say_hello_again(c);
    }
    return trial_stopped(c->t) ? -ECANCELED : 0;
}

static void announce(const struct connecting *c)
{
    char buf[512];
    struct json_writer w;
    int fd = *connection(c->t, c->t->p.up ? 0 : per_direction(c->t));
    int mss = 0;
    socklen_t len = sizeof mss;

    output_begin(&w, buf, sizeof buf, "setup");
    json_add_uint(&w, "trial", c->t->p.trial);
    json_add_uint(&w, "rtt_ns", c->rtt_ns);
    json_add_uint(&w, "mtu", socket_mtu(fd));
    if (!c->t->p.udp && !getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &mss, &len))
        json_add_uint(&w, "mss", (uint64_t)mss);
    output_send(c->t->out, &w);
}

static int connect_all(struct connecting *c, struct vmtp_error *err)
{
    int r = address_parse(&c->to, c->t->p.address, (uint16_t)c->t->p.port, err);

    if (!r)
        r = open_all(c, err);
    if (!r)
        r = wait_answers(c, err);
    if (!r)
        announce(c);
    return r;
}

int trial_connect(struct trial *t, struct vmtp_error *err)
{
    struct connecting c = { .t = t, .deadline_ns = clock_now() + PROBE_CONNECT_NS };
    int r;

    c.again_ns = clock_now() + AGAIN_NS;
    c.said = calloc(2 * per_direction(t), sizeof *c.said);
    c.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (c.said && c.epoll_fd >= 0)
        r = connect_all(&c, err);
    else
        r = vmtp_fail(err, -ENOMEM, "out of memory or descriptors");
    free(c.said);
    if (c.epoll_fd >= 0)
        close(c.epoll_fd);
    return r;
}
