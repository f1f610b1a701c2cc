/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch.h"

#include "../../common/clock.h"
#include "answer.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* As recv(), but waits: 0 where the server has closed.  One that sends without a pause is broken
 * off at the deadline too. */
static ssize_t bytes_receive(const struct dial *from, int fd, char *ret, size_t size,
                             struct vmtp_error *err)
{
    for (;;) {
        int r = clock_now_ns() < from->deadline_ns ? dial_wait(from, fd, POLLIN, UINT64_MAX)
                                                   : -ETIMEDOUT;
        ssize_t n = r < 0 ? r : recv(fd, ret, size, MSG_DONTWAIT);

        if (r == -ECANCELED)
            return vmtp_fail(err, r, "interrupted");
        if (r < 0)
            return vmtp_fail(err, r, "its answer is not over in time");
        if (n >= 0)
            return n;
        if (errno != EAGAIN && errno != EINTR)
            return vmtp_fail(err, -errno, "the connection was lost: %s", strerror(errno));
    }
}

static int answer_read(const struct dial *from, int fd, struct answer *answer,
                       struct vmtp_error *err)
{
    char room[32768];
    int r = 0;

    while (r == 0) {
        ssize_t n = bytes_receive(from, fd, room, sizeof room, err);

        if (n < 0)
            return (int)n;
        if (n == 0)
            return answer_end(answer, err);
        r = answer_feed(answer, room, (size_t)n, err);
    }
    return r < 0 ? r : 0;
}

static int answer_fetch(const struct dial *from, struct answer *answer, struct vmtp_error *err)
{
    int fd = dial(from, err), r;

    if (fd < 0)
        return fd;
    r = answer_read(from, fd, answer, err);
    close(fd);
    if (r < 0 && r != -ECANCELED)
        vmtp_wrap(err, DIAL_WHERE, DIAL_WHERE_OF(from));
    return r;
}

int fetch(const struct dial *from, void (*report)(void *arg, const struct report *report),
          void *arg, struct vmtp_error *err)
{
    struct answer *answer;
    int r = answer_new(report, arg, &answer);

    if (r < 0)
        return vmtp_fail(err, r, "out of memory");
    r = answer_fetch(from, answer, err);
    answer_free(answer);
    return r;
}
