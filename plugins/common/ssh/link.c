/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"

#include "../clock.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUEUE_BYTES ((size_t)128 * 1024)

/* As send(): bytes, or a negative errno. */
static ssize_t bytes_send(struct ssh_link *link)
{
    ssize_t n;

    if (link->tunnel) {
        n = libssh2_channel_write(link->tunnel, (const char *)link->out.data, link->out.len);
        return n == LIBSSH2_ERROR_EAGAIN ? -EAGAIN : n < 0 ? -ECONNRESET : n;
    }
    n = send(link->fd, link->out.data, link->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    return n < 0 ? -errno : n;
}

/* As recv(): bytes, 0 at the end, or a negative errno. */
static ssize_t bytes_receive(struct ssh_link *link, void *data, size_t len)
{
    ssize_t n;

    if (link->tunnel) {
        n = libssh2_channel_read(link->tunnel, data, len);
        if (n == LIBSSH2_ERROR_EAGAIN || (n == 0 && !libssh2_channel_eof(link->tunnel)))
            return -EAGAIN;
        return n < 0 ? -ECONNRESET : n;
    }
    n = recv(link->fd, data, len, MSG_DONTWAIT);
    return n < 0 ? -errno : n;
}

void ssh_link_flush(struct ssh_link *link)
{
    while (link->out.len && !link->failed) {
        ssize_t n = bytes_send(link);

        if (n >= 0)
            ssh_buffer_drop(&link->out, (size_t)n);
        else if (n == -EAGAIN)
            return;
        else if (n != -EINTR)
            link->failed = (int)n;
    }
}

bool ssh_link_busy(const struct ssh_link *link)
{
    return link->out.len >= QUEUE_BYTES;
}

static LIBSSH2_SEND_FUNC(link_send)
{
    struct ssh_link *link = ((const struct ssh_abstract *)*abstract)->link;

    (void)socket;
    (void)flags;
    if (link->failed)
        return link->failed;
    ssh_add(&link->out, buffer, length);
    if (link->out.failed)
        link->failed = -ENOMEM;
    ssh_link_flush(link);
    return link->failed ? link->failed : (ssize_t)length;
}

static LIBSSH2_RECV_FUNC(link_receive)
{
    struct ssh_link *link = ((const struct ssh_abstract *)*abstract)->link;
    ssize_t n;

    (void)socket;
    (void)flags;
    if (link->failed)
        return link->failed;
    do
        n = bytes_receive(link, buffer, length);
    while (n == -EINTR);
    if (n > 0)
        link->heard_ns = clock_now_ns();
    else if (n != -EAGAIN)
        link->failed = n < 0 ? (int)n : -ECONNRESET;
    return n;
}

void ssh_link_serve(LIBSSH2_SESSION *session)
{
    union { /* ISO C has no cast between pointers to functions and to data */
        LIBSSH2_SEND_FUNC((*function));
        void *data;
    } send = { .function = link_send };
    union {
        LIBSSH2_RECV_FUNC((*function));
        void *data;
    } receive = { .function = link_receive };

    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, send.data);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, receive.data);
}

void ssh_link_cut(struct ssh_link *link)
{
    if (!link->failed)
        link->failed = -ECONNRESET;
}

void ssh_link_close(struct ssh_link *link)
{
    ssh_link_cut(link);
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
    link->tunnel = NULL;
    ssh_buffer_clear(&link->out);
}
