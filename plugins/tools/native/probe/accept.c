/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's part of the handshake: it says its port, then takes connections that know the
 * token until the start.  A stranger's connection is closed, a stranger's datagram dropped.
 * Each UDP connection gets a connected socket of its own on the same port, bound to the address
 * that the client had used.  [trial's thread]
 */
#include "clock.h"
#include "hello.h"
#include "socket.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX    64
#define STRANGERS_MAX 64 /* held at the same time, beyond the wanted connections */

/* What an epoll event is about; in the upper half of its data, a descriptor in the lower. */
enum watched { WATCH_WAKE, WATCH_LISTEN, WATCH_PENDING, WATCH_READY };

struct accepting {
    struct trial *t;
    int epoll_fd;
    uint64_t wanted, ready;
    int *pending; /* accepted, but have not said hello yet; -1: free place */
    uint64_t places;
};

static int watch(struct accepting *a, int fd, enum watched what)
{
    struct epoll_event ev = { .events = EPOLLIN, .data.u64 = (uint64_t)what << 32 | (uint32_t)fd };

    return epoll_ctl(a->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

static void announce(const struct trial *t, uint16_t port)
{
    char buf[256];
    struct json_writer w;

    output_begin(&w, buf, sizeof buf, "setup");
    json_add_uint(&w, "trial", t->p.trial);
    json_add_uint(&w, "port", port);
    output_send(t->out, &w);
}

static int listen_prepare(struct trial *t, int fd)
{
    int one = 1;

    if (!t->p.udp)
        return listen(fd, 2 * PROBE_CONNECTIONS_MAX) < 0 ? -errno : 0;
    /* Only once the port is ours: from now on our own sockets may share it. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0)
        return -errno;
    if (t->p.family == 6)
        return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof one) < 0 ? -errno : 0;
    return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one) < 0 ? -errno : 0;
}

static int listen_open(struct trial *t, struct vmtp_error *err)
{
    int family = t->p.family == 6 ? AF_INET6 : AF_INET, one = 1, r = 0;
    struct address any;

    t->listen_fd = socket_open(&t->p, family, err);
    if (t->listen_fd < 0)
        return t->listen_fd;
    if (!t->p.udp) /* connections in TIME-WAIT must not hold a fixed port */
        (void)setsockopt(t->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    address_any(&any, family, (uint16_t)t->p.port);
    if (bind(t->listen_fd, (struct sockaddr *)&any.ss, any.len) < 0)
        r = -errno;
    if (!r)
        r = listen_prepare(t, t->listen_fd);
    if (!r && getsockname(t->listen_fd, (struct sockaddr *)&any.ss, &any.len) < 0)
        r = -errno;
    if (r)
        return vmtp_fail(err, r, "port %" PRIu64 " for %s: %s", t->p.port, t->p.udp ? "udp" : "tcp",
                         r == -EADDRINUSE ? "taken by another program; give another or 0"
                                          : strerror(-r));
    announce(t, address_port(&any));
    return 0;
}

/* Where the hello's connection belongs, if that place is free or already this socket's. */
static int *place(struct accepting *a, const struct packet_header *h)
{
    struct trial *t = a->t;
    enum direction dir = hello_direction(h);
    bool wanted = dir == UP ? t->p.up : t->p.down;

    if (!hello_is(t, h) || hello_is_answer(h) || !wanted || hello_index(h) >= t->p.connections)
        return NULL;
    return &t->fd[dir][hello_index(h)];
}

/* Put what where the pending connection was (or free place, was -1) is. */
static bool pending_replace(struct accepting *a, int was, int fd)
{
    for (uint64_t i = 0; i < a->places; i++) {
        if (a->pending[i] == was) {
            a->pending[i] = fd;
            return true;
        }
    }
    return false;
}

static void accept_tcp(struct accepting *a)
{
    int fd = accept4(a->t->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int least = sizeof(struct packet_header);

    if (fd < 0)
        return;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least);
    socket_abort_on_close(fd);
    if (!pending_replace(a, -1, fd) || watch(a, fd, WATCH_PENDING) < 0) {
        (void)pending_replace(a, fd, -1);
        close(fd);
    }
}

static void greet_tcp(struct accepting *a, int fd)
{
    struct packet_header h;
    ssize_t len = recv(fd, &h, sizeof h, 0);
    int least = 1, *to;

    if (len < 0 && errno == EAGAIN)
        return;
    (void)pending_replace(a, fd, -1);
    (void)epoll_ctl(a->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    to = len == sizeof h ? place(a, &h) : NULL;
    if (!to || *to >= 0) {
        close(fd);
        return;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least);
    *to = fd;
    a->ready++;
    h = hello_answer(h);
    (void)send(fd, &h, sizeof h, MSG_NOSIGNAL);
}

/* The local address that the datagram came to, from its control messages. */
static bool local_address(struct msghdr *m, struct address *local)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof info);
            ((struct sockaddr_in *)&local->ss)->sin_addr = info.ipi_addr;
            return true;
        }
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&local->ss;
            struct in6_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof info);
            in6->sin6_addr = info.ipi6_addr;
            if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
                in6->sin6_scope_id = info.ipi6_ifindex;
            return true;
        }
    }
    return false;
}

static int connect_udp(struct accepting *a, const struct address *local, const struct address *peer)
{
    struct vmtp_error ignored;
    int fd = socket_open(&a->t->p, local->ss.ss_family, &ignored), one = 1;

    if (fd < 0)
        return fd;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (const struct sockaddr *)&local->ss, local->len) < 0 ||
        connect(fd, (const struct sockaddr *)&peer->ss, peer->len) < 0 ||
        watch(a, fd, WATCH_READY) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void greet_udp(struct accepting *a)
{
    union {
        struct cmsghdr align;
        char buf[256];
    } control;
    struct packet_header h;
    struct address peer = { .len = sizeof peer.ss }, local = { .len = sizeof local.ss };
    struct iovec iov = { &h, sizeof h };
    struct msghdr m = { .msg_name = &peer.ss,
                        .msg_namelen = sizeof peer.ss,
                        .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control.buf,
                        .msg_controllen = sizeof control.buf };
    ssize_t len = recvmsg(a->t->listen_fd, &m, 0);
    int *to = len == sizeof h ? place(a, &h) : NULL;

    if (!to || getsockname(a->t->listen_fd, (struct sockaddr *)&local.ss, &local.len) < 0 ||
        !local_address(&m, &local))
        return;
    peer.len = m.msg_namelen;
    if (*to < 0) {
        *to = connect_udp(a, &local, &peer);
        a->ready += *to >= 0;
    }
    h = hello_answer(h);
    if (*to >= 0)
        (void)send(*to, &h, sizeof h, MSG_NOSIGNAL);
}

/* A hello that came again because the answer was lost.  Traffic stays where it is. */
static void greet_again(struct accepting *a, int fd)
{
    struct packet_header h;
    ssize_t len = recv(fd, &h, sizeof h, MSG_PEEK);

    if (len == sizeof h && place(a, &h)) {
        (void)recv(fd, &h, sizeof h, 0);
        h = hello_answer(h);
        (void)send(fd, &h, sizeof h, MSG_NOSIGNAL);
    } else if (len >= 0) {
        (void)epoll_ctl(a->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    }
}

static void accept_until_start(struct accepting *a)
{
    struct epoll_event ev[EVENTS_MAX];

    while (trial_waits(a->t)) {
        int count = epoll_wait(a->epoll_fd, ev, EVENTS_MAX, 1000);

        for (int i = 0; i < count; i++) {
            int fd = (int)(uint32_t)ev[i].data.u64;
            enum watched what = (enum watched)(ev[i].data.u64 >> 32);

            if (what == WATCH_LISTEN && a->t->p.udp)
                greet_udp(a);
            else if (what == WATCH_LISTEN)
                accept_tcp(a);
            else if (what == WATCH_PENDING)
                greet_tcp(a, fd);
            else if (what == WATCH_READY)
                greet_again(a, fd);
        }
    }
}

static int accept_all(struct accepting *a, struct vmtp_error *err)
{
    int r = watch(a, a->t->wake_fd, WATCH_WAKE);

    if (r)
        return vmtp_fail(err, r, "epoll: %s", strerror(-r));
    r = listen_open(a->t, err);
    if (r)
        return r;
    r = watch(a, a->t->listen_fd, WATCH_LISTEN);
    if (r)
        return vmtp_fail(err, r, "epoll: %s", strerror(-r));
    accept_until_start(a);
    if (!trial_stopped(a->t) && a->ready < a->wanted)
        return vmtp_fail(err, -ENOTCONN, "only %" PRIu64 " of %" PRIu64 " connections came in",
                         a->ready, a->wanted);
    return 0;
}

int trial_accept(struct trial *t, struct vmtp_error *err)
{
    struct accepting a = { .t = t, .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
    int r;

    a.wanted = t->p.connections * ((uint64_t)t->p.up + t->p.down);
    a.places = a.wanted + STRANGERS_MAX;
    a.pending = malloc(a.places * sizeof *a.pending);
    for (uint64_t i = 0; a.pending && i < a.places; i++)
        a.pending[i] = -1;
    if (a.epoll_fd >= 0 && a.pending)
        r = accept_all(&a, err);
    else
        r = vmtp_fail(err, -ENOMEM, "out of memory or descriptors");
    for (uint64_t i = 0; a.pending && i < a.places; i++)
        if (a.pending[i] >= 0)
            close(a.pending[i]);
    free(a.pending);
    if (a.epoll_fd >= 0)
        close(a.epoll_fd);
    return r;
}
