/* SPDX-License-Identifier: Apache-2.0 */
#include "start.h"

#include "../base/clock.h"
#include "../base/fd.h"

#include <sys/eventfd.h>

/* So far ahead that every worker is awake by then. */
#define AHEAD_NS (2 * NS_PER_MS)

int start_init(struct start *start, size_t flows, struct vmtp_error *err)
{
    *start = (struct start){ .awaited = flows };
    start->released_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (start->released_fd < 0)
        return vmtp_fail(err, -errno, "eventfd: %s", strerror(errno));
    pthread_mutex_init(&start->lock, NULL);
    return 0;
}

void start_clear(struct start *start)
{
    fd_close_at(&start->released_fd);
    pthread_mutex_destroy(&start->lock);
}

void start_leave(struct start *start)
{
    pthread_mutex_lock(&start->lock);
    if (--start->awaited == 0) {
        start->start_ns = clock_now_ns() + AHEAD_NS;
        fd_raise(start->released_fd);
    }
    pthread_mutex_unlock(&start->lock);
}

int start_wait(struct start *start, uint64_t deadline_ns, int cancel_fd, uint64_t *ret_start_ns)
{
    struct pollfd released = { .fd = start->released_fd, .events = POLLIN };
    int r;

    start_leave(start);
    r = fd_poll(&released, 1, deadline_ns, cancel_fd);
    if (r <= 0)
        return r < 0 ? r : -ETIMEDOUT;
    pthread_mutex_lock(&start->lock);
    *ret_start_ns = start->start_ns;
    pthread_mutex_unlock(&start->lock);
    return 0;
}
