/* SPDX-License-Identifier: Apache-2.0 */
#include "forward.h"

#include "../../common/clock.h"
#include "../../common/lookup.h"
#include "pack.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_NS (5 * NS_PER_S) /* with each of a name's addresses */

/* Names the server; a name is at most so long. */
#define WHERE         "%.200s port %u"
#define WHERE_OF(who) (who)->host, (who)->port

static int lost(const struct forward *forward, int code, struct vmtp_error *err)
{
    return vmtp_fail(err, code, WHERE ": the connection was lost: %s", WHERE_OF(forward),
                     code == -EPIPE ? "the server has closed it" : strerror(-code));
}

/* 0: it is ready; -ETIMEDOUT, -ECANCELED. */
static int fd_wait(const struct forward *forward, int fd, short events, uint64_t until_ns)
{
    struct pollfd ready[2] = { { .fd = fd, .events = events },
                               { .fd = forward->cancel_fd, .events = POLLIN } };

    if (until_ns > forward->deadline_ns)
        until_ns = forward->deadline_ns;
    for (;;) {
        int wait_ms = clock_wait_ms(until_ns);
        int n = poll(ready, 2, wait_ms);

        if (n > 0 && ready[1].revents)
            return -ECANCELED;
        if (n > 0)
            return 0;
        if (wait_ms == 0)
            return -ETIMEDOUT;
    }
}

static int wait_explain(const struct forward *forward, int code, const char *what,
                        struct vmtp_error *err)
{
    if (code == -ECANCELED)
        return vmtp_fail(err, code, "interrupted");
    return vmtp_fail(err, code, WHERE ": %s", WHERE_OF(forward), what);
}

/* ---- connecting ---- */

static int connect_finish(const struct forward *forward, int fd)
{
    socklen_t len = sizeof(int);
    int code = 0, r = fd_wait(forward, fd, POLLOUT, clock_now_ns() + CONNECT_NS);

    if (r < 0)
        return r;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
        return -errno;
    return -code;
}

static int address_connect(const struct forward *forward, const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int r = 0;

    if (fd < 0)
        return -errno;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    if (connect(fd, address->ai_addr, address->ai_addrlen) < 0)
        r = errno == EINPROGRESS ? connect_finish(forward, fd) : -errno;
    if (r < 0)
        close(fd);
    return r < 0 ? r : fd;
}

static int addresses_connect(struct forward *forward, struct lookup *lookup, struct vmtp_error *err)
{
    const struct addrinfo *address = NULL;
    int r = fd_wait(forward, lookup_fd(lookup), POLLIN, clock_now_ns() + CONNECT_NS);

    if (r < 0)
        return wait_explain(forward, r, "no name server answers", err);
    r = lookup_answer(lookup, &address, err);
    if (r < 0)
        return r;
    for (r = -EHOSTUNREACH; address && r < 0 && r != -ECANCELED; address = address->ai_next)
        r = address_connect(forward, address);
    if (r == -ECANCELED)
        return wait_explain(forward, r, "", err);
    if (r < 0)
        return vmtp_fail(err, r, "can't connect to " WHERE ": %s", WHERE_OF(forward), strerror(-r));
    forward->fd = r;
    return 0;
}

int forward_open(struct forward *forward, struct vmtp_error *err)
{
    struct lookup *lookup;
    int r = lookup_start(forward->host, forward->port, &lookup);

    forward->fd = -1;
    if (r < 0)
        return vmtp_fail(err, r, "can't look up %.200s: %s", forward->host, strerror(-r));
    r = addresses_connect(forward, lookup, err);
    lookup_free(lookup);
    return r;
}

/* ---- talking ---- */

int forward_send(struct forward *forward, const void *data, size_t len, struct vmtp_error *err)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = send(forward->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        int r = 0;

        if (n < 0 && errno == EAGAIN)
            r = fd_wait(forward, forward->fd, POLLOUT, UINT64_MAX);
        else if (n < 0 && errno != EINTR)
            return lost(forward, -errno, err);
        if (r < 0)
            return wait_explain(forward, r, "it does not read what is sent", err);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* As recv(), but waits; 0: the server has closed. */
static ssize_t bytes_receive(const struct forward *forward, void *ret, size_t size,
                             const char *what, struct vmtp_error *err)
{
    for (;;) {
        ssize_t n = recv(forward->fd, ret, size, MSG_DONTWAIT);
        int r = 0;

        if (n >= 0)
            return n;
        if (errno == EAGAIN)
            r = fd_wait(forward, forward->fd, POLLIN, UINT64_MAX);
        else if (errno != EINTR)
            return lost(forward, -errno, err);
        if (r < 0)
            return wait_explain(forward, r, what, err);
    }
}

int forward_acknowledged(struct forward *forward, const char *chunk, struct vmtp_error *err)
{
    char answer[256];
    size_t len = 0;

    while (len < sizeof answer) {
        ssize_t n = bytes_receive(forward, answer + len, sizeof answer - len,
                                  "it does not acknowledge what was sent (ack: false does "
                                  "without)",
                                  err);
        if (n <= 0)
            return n < 0 ? (int)n : lost(forward, -EPIPE, err);
        len += (size_t)n;
        switch (pack_answer_read(answer, len, chunk)) {
        case PACK_ACK:
            return 0;
        case PACK_HELO:
            return vmtp_fail(err, -EACCES,
                             WHERE ": it asks for a shared key, which this sink has not: give it "
                                   "a source without <security>",
                             WHERE_OF(forward));
        case PACK_OTHER:
            return vmtp_fail(err, -EPROTO, WHERE ": it does not speak the forward protocol",
                             WHERE_OF(forward));
        case PACK_CUT:
            break;
        }
    }
    return vmtp_fail(err, -EPROTO, WHERE ": it does not speak the forward protocol",
                     WHERE_OF(forward));
}

int forward_finish(struct forward *forward, struct vmtp_error *err)
{
    char answer[256];
    ssize_t n;

    if (shutdown(forward->fd, SHUT_WR) < 0)
        return lost(forward, -errno, err);
    do
        n = bytes_receive(forward, answer, sizeof answer, "it does not read all that was sent",
                          err);
    while (n > 0);
    return (int)n;
}

void forward_close(struct forward *forward)
{
    if (forward->fd >= 0)
        close(forward->fd);
    forward->fd = -1;
}
