/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe.h"

#include "../clock.h"

#include <poll.h>
#include <unistd.h>

void ssh_pipe_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int ssh_pipe_wait(int fd, short events, const struct ssh_patience *patience, struct vmtp_error *err)
{
    struct pollfd fds[] = { { .fd = fd, .events = events },
                            { .fd = patience->cancel_fd, .events = POLLIN } };

    for (;;) {
        int r = poll(fds, 2, clock_wait_ms(patience->deadline_ns));

        if (r < 0 && errno != EINTR)
            return vmtp_fail(err, -errno, "%s", strerror(errno));
        if (r > 0 && fds[1].revents)
            return vmtp_fail(err, -ECANCELED, "interrupted");
        if (r > 0)
            return 0;
        if (r == 0 && clock_wait_ms(patience->deadline_ns) == 0)
            return vmtp_fail(err, -ETIMEDOUT, "no answer in time");
    }
}

int ssh_pipe_read(int fd, struct ssh_buffer *ret, size_t max, const struct ssh_patience *patience,
                  struct vmtp_error *err)
{
    char chunk[4096];
    ssize_t n;

    while ((n = read(fd, chunk, sizeof chunk)) < 0) {
        int r = errno == EAGAIN || errno == EINTR ? ssh_pipe_wait(fd, POLLIN, patience, err)
                                                  : vmtp_fail(err, -errno, "%s", strerror(errno));

        if (r < 0)
            return r;
    }
    ssh_add(ret, chunk, (size_t)n);
    if (ret->failed)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (ret->len > max)
        return vmtp_fail(err, -EMSGSIZE, "an answer of more than %zu bytes", max);
    return (int)n;
}

int ssh_pipe_write(int fd, const void *data, size_t len, const struct ssh_patience *patience,
                   struct vmtp_error *err)
{
    const char *next = data;

    while (len) {
        ssize_t n = write(fd, next, len);
        int r = 0;

        if (n > 0) {
            next += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN || errno == EINTR) {
            r = ssh_pipe_wait(fd, POLLOUT, patience, err);
        } else {
            r = vmtp_fail(err, -errno, "%s", strerror(errno));
        }
        if (r < 0)
            return r;
    }
    return 0;
}
