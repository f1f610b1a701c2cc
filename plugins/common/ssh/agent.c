/* SPDX-License-Identifier: Apache-2.0 */
#include "agent.h"

#include "../clock.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_NS  (10 * NS_PER_S)
#define ANSWER_MAX (256 * 1024)

enum {
    AGENT_REQUEST_IDENTITIES = 11,
    AGENT_IDENTITIES = 12,
    AGENT_SIGN_REQUEST = 13,
    AGENT_SIGNATURE = 14,
};

static int agent_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd, r;

    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    r = -errno;
    close(fd);
    return r;
}

static int agent_wait(int fd, short events, uint64_t deadline_ns)
{
    struct pollfd ready = { .fd = fd, .events = events };
    int r;

    do
        r = poll(&ready, 1, clock_wait_ms(deadline_ns));
    while (r < 0 && errno == EINTR);
    return r > 0 ? 0 : r == 0 ? -ETIMEDOUT : -errno;
}

static int agent_write(int fd, struct ssh_buffer *buffer, uint64_t deadline_ns)
{
    while (buffer->len) {
        ssize_t n = send(fd, buffer->data, buffer->len, MSG_NOSIGNAL);
        int r = 0;

        if (n > 0)
            ssh_buffer_drop(buffer, (size_t)n);
        else if (errno == EAGAIN || errno == EINTR)
            r = agent_wait(fd, POLLOUT, deadline_ns);
        else
            r = -errno;
        if (r < 0)
            return r;
    }
    return 0;
}

static int agent_read(int fd, struct ssh_buffer *buffer, size_t wanted, uint64_t deadline_ns)
{
    unsigned char chunk[4096];

    while (buffer->len < wanted) {
        size_t want = wanted - buffer->len < sizeof chunk ? wanted - buffer->len : sizeof chunk;
        ssize_t n = recv(fd, chunk, want, 0);
        int r = 0;

        if (n > 0)
            ssh_add(buffer, chunk, (size_t)n);
        else if (n < 0 && (errno == EAGAIN || errno == EINTR))
            r = agent_wait(fd, POLLIN, deadline_ns);
        else
            r = n < 0 ? -errno : -ECONNRESET;
        if (r < 0 || buffer->failed)
            return r < 0 ? r : -ENOMEM;
    }
    return 0;
}

/* Sends the request and puts the answer, without its length, into the place of it. */
static int agent_talk(int fd, struct ssh_buffer *message, uint64_t deadline_ns)
{
    struct ssh_buffer framed = { 0 };
    struct ssh_reader reader;
    uint32_t len = 0;
    int r;

    ssh_add_string(&framed, message->data, message->len);
    r = framed.failed || message->failed ? -ENOMEM : agent_write(fd, &framed, deadline_ns);
    ssh_buffer_clear(&framed);
    ssh_buffer_clear(message);
    if (r == 0)
        r = agent_read(fd, message, 4, deadline_ns);
    if (r == 0) {
        reader = (struct ssh_reader){ message->data, message->len, false };
        len = ssh_read_u32(&reader);
        message->len = 0;
        r = len > ANSWER_MAX ? -EMSGSIZE : agent_read(fd, message, len, deadline_ns);
    }
    return r;
}

static int agent_ask(const char *path, struct ssh_buffer *message, struct vmtp_error *err)
{
    int fd = agent_connect(path);
    int r = fd;

    if (fd >= 0) {
        r = agent_talk(fd, message, clock_now_ns() + ANSWER_NS);
        close(fd);
    }
    return r < 0 ? vmtp_fail(err, r, "the SSH agent at '%.100s': %s", path, strerror(-r)) : 0;
}

int ssh_agent_list(const char *socket_path, int (*each)(void *arg, const struct ssh_identity *),
                   void *arg, struct vmtp_error *err)
{
    const unsigned char request = AGENT_REQUEST_IDENTITIES;
    struct ssh_buffer message = { 0 };
    struct ssh_reader reader;
    uint32_t count = 0;
    int r;

    ssh_add(&message, &request, 1);
    r = agent_ask(socket_path, &message, err);
    reader = (struct ssh_reader){ message.data, message.len, false };
    if (r == 0 && ssh_bytes_equal(ssh_read_bytes(&reader, 1), &(char){ AGENT_IDENTITIES }, 1))
        count = ssh_read_u32(&reader);
    for (uint32_t i = 0; r == 0 && i < count && !reader.failed; i++) {
        struct ssh_identity identity = { .blob = ssh_read_string(&reader) };

        identity.comment = ssh_read_string(&reader);
        if (!reader.failed)
            r = each(arg, &identity);
    }
    ssh_buffer_clear(&message);
    return r;
}

int ssh_agent_sign(const char *socket_path, struct ssh_bytes blob, struct ssh_bytes data,
                   uint32_t flags, struct ssh_buffer *ret, struct vmtp_error *err)
{
    const unsigned char request = AGENT_SIGN_REQUEST;
    struct ssh_buffer message = { 0 };
    struct ssh_reader reader;
    struct ssh_bytes signature;
    int r;

    ssh_add(&message, &request, 1);
    ssh_add_string(&message, blob.data, blob.len);
    ssh_add_string(&message, data.data, data.len);
    ssh_add_u32(&message, flags);
    r = agent_ask(socket_path, &message, err);
    reader = (struct ssh_reader){ message.data, message.len, false };
    if (r == 0 && !ssh_bytes_equal(ssh_read_bytes(&reader, 1), &(char){ AGENT_SIGNATURE }, 1))
        r = vmtp_fail(err, -EACCES, "the SSH agent refuses to sign");
    ssh_read_u32(&reader);    /* the length of what follows */
    ssh_read_string(&reader); /* its algorithm */
    signature = ssh_read_string(&reader);
    if (r == 0 && reader.failed)
        r = vmtp_fail(err, -EPROTO, "the SSH agent's signature can't be read");
    if (r == 0)
        ssh_add(ret, signature.data, signature.len);
    ssh_buffer_clear(&message);
    return r;
}
