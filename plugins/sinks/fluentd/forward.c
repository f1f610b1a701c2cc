/* SPDX-License-Identifier: Apache-2.0 */
#include "forward.h"

#include "pack.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define WHERE         DIAL_WHERE
#define WHERE_OF(who) DIAL_WHERE_OF(&(who)->to)

static int lost(const struct forward *forward, int code, struct vmtp_error *err)
{
    return vmtp_fail(err, code, WHERE ": the connection was lost: %s", WHERE_OF(forward),
                     code == -EPIPE ? "the server has closed it" : strerror(-code));
}

static int wait_explain(const struct forward *forward, int code, const char *what,
                        struct vmtp_error *err)
{
    if (code == -ECANCELED)
        return vmtp_fail(err, code, "interrupted");
    return vmtp_fail(err, code, WHERE ": %s", WHERE_OF(forward), what);
}

int forward_open(struct forward *forward, struct vmtp_error *err)
{
    int r = dial(&forward->to, err);

    forward->fd = r < 0 ? -1 : r;
    return r < 0 ? r : 0;
}

/* ---- talking ---- */

int forward_send(struct forward *forward, const void *data, size_t len, struct vmtp_error *err)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = send(forward->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        int r = 0;

        if (n < 0 && errno == EAGAIN)
            r = dial_wait(&forward->to, forward->fd, POLLOUT, UINT64_MAX);
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
            r = dial_wait(&forward->to, forward->fd, POLLIN, UINT64_MAX);
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
