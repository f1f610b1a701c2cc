/* SPDX-License-Identifier: Apache-2.0 */
#include "dial.h"

#include "clock.h"
#include "lookup.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_NS (5 * NS_PER_S) /* with each of a name's addresses */

int dial_wait(const struct dial *dial, int fd, short events, uint64_t until_ns)
{
    struct pollfd ready[2] = { { .fd = fd, .events = events },
                               { .fd = dial->cancel_fd, .events = POLLIN } };

    if (until_ns > dial->deadline_ns)
        until_ns = dial->deadline_ns;
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

static int connect_finish(const struct dial *dial, int fd)
{
    socklen_t len = sizeof(int);
    int code = 0, r = dial_wait(dial, fd, POLLOUT, clock_now_ns() + CONNECT_NS);

    if (r < 0)
        return r;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
        return -errno;
    return -code;
}

static int address_connect(const struct dial *dial, const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int r = 0;

    if (fd < 0)
        return -errno;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    if (connect(fd, address->ai_addr, address->ai_addrlen) < 0)
        r = errno == EINPROGRESS ? connect_finish(dial, fd) : -errno;
    if (r < 0)
        close(fd);
    return r < 0 ? r : fd;
}

static int addresses_connect(const struct dial *dial, struct lookup *lookup, struct vmtp_error *err)
{
    const struct addrinfo *address = NULL;
    int r = dial_wait(dial, lookup_fd(lookup), POLLIN, clock_now_ns() + CONNECT_NS);

    if (r == -ECANCELED)
        return vmtp_fail(err, r, "interrupted");
    if (r < 0)
        return vmtp_fail(err, r, DIAL_WHERE ": no name server answers", DIAL_WHERE_OF(dial));
    r = lookup_answer(lookup, &address, err);
    if (r < 0)
        return r;
    for (r = -EHOSTUNREACH; address && r < 0 && r != -ECANCELED; address = address->ai_next)
        r = address_connect(dial, address);
    if (r == -ECANCELED)
        return vmtp_fail(err, r, "interrupted");
    if (r < 0)
        return vmtp_fail(err, r, "can't connect to " DIAL_WHERE ": %s", DIAL_WHERE_OF(dial),
                         strerror(-r));
    return r;
}

int dial(const struct dial *dial, struct vmtp_error *err)
{
    struct lookup *lookup;
    int r = lookup_start(dial->host, dial->port, &lookup);

    if (r < 0)
        return vmtp_fail(err, r, "can't look up %.200s: %s", dial->host, strerror(-r));
    r = addresses_connect(dial, lookup, err);
    lookup_free(lookup);
    return r;
}
