/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"

#include "../../common/clock.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define KIND   0x766d /* none of libmongoc's own kinds of streams */
#define BUFFER 4096

/* A connected socket as libmongoc wants it. */
struct wire {
    mongoc_stream_t stream; /* stays first */
    struct link *link;
    int fd;
    int status; /* why the last that was tried failed: a negative errno, or 0 */
};

static struct wire *wire_of(mongoc_stream_t *stream)
{
    return (struct wire *)stream;
}

/* ---- waiting ---- */

/* libmongoc's timeouts: 0 is not to wait at all (and this 0 too), negative is for ever; the step's
 * own deadline holds. */
static uint64_t until_of(const struct link *link, int32_t timeout_ms)
{
    uint64_t step_ns = link->self->host->deadline_ns(link->self);
    uint64_t until_ns =
        timeout_ms < 0 ? UINT64_MAX : clock_now_ns() + (uint64_t)timeout_ms * NS_PER_MS;

    if (timeout_ms == 0)
        return 0;
    return step_ns && step_ns < until_ns ? step_ns : until_ns;
}

/* How many are ready or broken; else -ECANCELED or -ETIMEDOUT.  Behind the count fds there is room
 * for one more. */
static int ready_wait(struct link *link, struct pollfd *fds, size_t count, uint64_t until_ns)
{
    uint64_t step_ns = link->self->host->deadline_ns(link->self);
    int n;

    fds[count] = (struct pollfd){ .fd = link->self->host->cancel_fd(link->self), .events = POLLIN };
    do
        n = poll(fds, (nfds_t)count + 1, clock_wait_ms(until_ns));
    while ((n < 0 && errno == EINTR) || (n == 0 && clock_now_ns() < until_ns));
    if (n < 0)
        return -errno;
    link->cancelled = link->cancelled || fds[count].revents;
    link->late = link->late || (n == 0 && step_ns && clock_now_ns() >= step_ns);
    return link->cancelled ? -ECANCELED : n ? n : -ETIMEDOUT;
}

static int fd_wait(struct link *link, int fd, short events, uint64_t until_ns)
{
    struct pollfd fds[2] = { { .fd = fd, .events = events } };
    int n = ready_wait(link, fds, 1, until_ns);

    return n < 0 ? n : 0;
}

/* ---- the stream ---- */

/* Send or receive all of a piece, or (least) at least so much; less: the other side has closed, or
 * there is no more without waiting. */
static ssize_t piece_move(struct wire *wire, const mongoc_iovec_t *piece, int send_flags,
                          size_t least, uint64_t until_ns)
{
    short events = send_flags ? POLLOUT : POLLIN;
    size_t moved = 0;

    while (moved < least) {
        char *at = (char *)piece->iov_base + moved;
        size_t rest = piece->iov_len - moved;
        ssize_t n = send_flags ? send(wire->fd, at, rest, send_flags)
                               : recv(wire->fd, at, rest, MSG_DONTWAIT);
        int r = n < 0 ? -errno : 0;

        if (n == 0 || (r == -EAGAIN && !until_ns && moved))
            break;
        if (n > 0)
            moved += (size_t)n;
        else if (r == -EAGAIN && until_ns)
            r = fd_wait(wire->link, wire->fd, events, until_ns);
        if (r < 0 && r != -EINTR) {
            wire->status = r;
            errno = -r;
            return -1;
        }
    }
    return (ssize_t)moved;
}

static bool wire_should_retry(mongoc_stream_t *stream)
{
    return wire_of(stream)->status == -EAGAIN;
}

static ssize_t wire_writev(mongoc_stream_t *stream, mongoc_iovec_t *pieces, size_t count,
                           int32_t timeout_ms)
{
    struct wire *wire = wire_of(stream);
    uint64_t until_ns = until_of(wire->link, timeout_ms);
    ssize_t moved = 0;

    wire->status = 0;
    for (size_t i = 0; i < count; i++) {
        int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (i + 1 < count ? MSG_MORE : 0);
        ssize_t n = piece_move(wire, &pieces[i], flags, pieces[i].iov_len, until_ns);

        if (n < 0)
            return moved && wire_should_retry(stream) ? moved : -1;
        moved += n;
        if ((size_t)n < pieces[i].iov_len)
            break;
    }
    return moved;
}

/* At least `least` bytes and at least one; fewer as above. */
static ssize_t wire_readv(mongoc_stream_t *stream, mongoc_iovec_t *pieces, size_t count,
                          size_t least, int32_t timeout_ms)
{
    struct wire *wire = wire_of(stream);
    uint64_t until_ns = until_of(wire->link, timeout_ms);
    size_t moved = 0;

    wire->status = 0;
    least = least ? least : 1;
    for (size_t i = 0; i < count && moved < least; i++) {
        size_t rest = least - moved;
        ssize_t n = piece_move(wire, &pieces[i], 0,
                               rest < pieces[i].iov_len ? rest : pieces[i].iov_len, until_ns);

        if (n < 0)
            return -1;
        moved += (size_t)n;
        if ((size_t)n < rest && (size_t)n < pieces[i].iov_len)
            break;
    }
    return (ssize_t)moved;
}

static int wire_flush(mongoc_stream_t *stream)
{
    (void)stream;
    return 0;
}

static int wire_close(mongoc_stream_t *stream)
{
    struct wire *wire = wire_of(stream);
    int r = wire->fd < 0 ? 0 : close(wire->fd);

    wire->fd = -1;
    return r;
}

static void wire_destroy(mongoc_stream_t *stream)
{
    wire_close(stream);
    free(stream);
}

static int wire_setsockopt(mongoc_stream_t *stream, int level, int name, void *value,
                           mongoc_socklen_t len)
{
    return setsockopt(wire_of(stream)->fd, level, name, value, len);
}

static bool wire_check_closed(mongoc_stream_t *stream)
{
    char byte;
    ssize_t n = recv(wire_of(stream)->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static bool wire_timed_out(mongoc_stream_t *stream)
{
    return wire_of(stream)->status == -ETIMEDOUT;
}

/* Of several, all of them wires: how many have something to tell.  After a wait that was cut short
 * all of them are broken, or libmongoc would go on to its own deadline. */
static ssize_t wire_poll(mongoc_stream_poll_t *streams, size_t count, int32_t timeout_ms)
{
    struct link *link = wire_of(streams[0].stream)->link;
    struct pollfd *fds = calloc(count + 1, sizeof *fds);
    bool cut;
    int n;

    if (!fds)
        return -1;
    for (size_t i = 0; i < count; i++)
        fds[i] = (struct pollfd){ .fd = wire_of(streams[i].stream)->fd,
                                  .events = (short)streams[i].events };
    n = ready_wait(link, fds, count, until_of(link, timeout_ms));
    cut = link->cancelled || link->late;
    for (size_t i = 0; i < count; i++)
        streams[i].revents = cut ? POLLERR : fds[i].revents;
    free(fds);
    return cut ? (ssize_t)count : n < 0 ? 0 : n;
}

static mongoc_stream_t *wire_new(struct link *link, int fd)
{
    struct wire *wire = calloc(1, sizeof *wire);

    if (!wire)
        return NULL;
    *wire = (struct wire){ .stream = { .type = KIND,
                                       .destroy = wire_destroy,
                                       .close = wire_close,
                                       .flush = wire_flush,
                                       .writev = wire_writev,
                                       .readv = wire_readv,
                                       .setsockopt = wire_setsockopt,
                                       .check_closed = wire_check_closed,
                                       .poll = wire_poll,
                                       .failed = wire_destroy,
                                       .timed_out = wire_timed_out,
                                       .should_retry = wire_should_retry },
                           .link = link,
                           .fd = fd };
    return &wire->stream;
}

/* ---- connecting ---- */

static int socket_connect(struct link *link, const struct sockaddr *to, socklen_t len,
                          uint64_t until_ns)
{
    int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r, on = 1;
    socklen_t size = sizeof r;

    if (fd < 0)
        return -errno;
    r = connect(fd, to, len) < 0 ? -errno : 0;
    if (r == -EINPROGRESS) {
        r = fd_wait(link, fd, POLLOUT, until_ns);
        if (r == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &r, &size) == 0)
            r = -r;
    }
    if (r == 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* a UNIX socket has none */
        return fd;
    }
    close(fd);
    return r;
}

static int unix_connect(struct link *link, const char *path, uint64_t until_ns)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };

    if (strlen(path) >= sizeof to.sun_path)
        return -ENAMETOOLONG;
    memcpy(to.sun_path, path, strlen(path) + 1);
    return socket_connect(link, (struct sockaddr *)&to, sizeof to, until_ns);
}

/* The first address that lets us in; all of them share the time. */
static int inet_connect(struct link *link, const mongoc_host_list_t *host, uint64_t until_ns)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all = NULL;
    char port[8];
    int r = -EHOSTUNREACH;

    snprintf(port, sizeof port, "%u", host->port);
    if (getaddrinfo(host->host, port, &hints, &all) != 0)
        return -ENXIO;
    for (const struct addrinfo *one = all; one && r < 0 && r != -ECANCELED; one = one->ai_next)
        r = socket_connect(link, one->ai_addr, one->ai_addrlen, until_ns);
    freeaddrinfo(all);
    return r;
}

static int host_connect(struct link *link, const mongoc_host_list_t *host, int32_t timeout_ms)
{
    uint64_t until_ns = until_of(link, timeout_ms);

    return host->family == AF_UNIX ? unix_connect(link, host->host, until_ns)
                                   : inet_connect(link, host, until_ns);
}

/* ---- TLS ---- */

static bool says_yes(const mongoc_uri_t *uri, const char *option)
{
    return mongoc_uri_get_option_as_bool(uri, option, false);
}

static mongoc_ssl_opt_t tls_options(const mongoc_uri_t *uri)
{
    bool insecure = says_yes(uri, MONGOC_URI_TLSINSECURE);

    return (mongoc_ssl_opt_t){
        .pem_file = mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCERTIFICATEKEYFILE, NULL),
        .pem_pwd =
            mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD, NULL),
        .ca_file = mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCAFILE, NULL),
        .weak_cert_validation = insecure || says_yes(uri, MONGOC_URI_TLSALLOWINVALIDCERTIFICATES),
        .allow_invalid_hostname = insecure || says_yes(uri, MONGOC_URI_TLSALLOWINVALIDHOSTNAMES),
    };
}

/* Takes the stream. */
static mongoc_stream_t *tls_open(mongoc_stream_t *stream, const mongoc_uri_t *uri, const char *host,
                                 int32_t timeout_ms, bson_error_t *why)
{
    mongoc_ssl_opt_t options = tls_options(uri);
    mongoc_stream_t *tls = mongoc_stream_tls_new_with_hostname(stream, host, &options, 1);

    if (!tls) {
        mongoc_stream_destroy(stream);
        bson_set_error(why, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT,
                       "the files for TLS can't be used");
        return NULL;
    }
    if (mongoc_stream_tls_handshake_block(tls, host, timeout_ms, why))
        return tls;
    mongoc_stream_destroy(tls);
    return NULL;
}

mongoc_stream_t *link_open(const mongoc_uri_t *uri, const mongoc_host_list_t *host, void *arg,
                           bson_error_t *why)
{
    int32_t timeout_ms = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, 10000);
    struct link *link = arg;
    int fd = link->cancelled ? -ECANCELED : host_connect(link, host, timeout_ms);
    mongoc_stream_t *stream = fd < 0 ? NULL : wire_new(link, fd);

    if (!stream) {
        bson_set_error(why, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT, "%s: %s",
                       host->host_and_port, fd == -ENXIO ? "no such host" : strerror(-fd));
        return NULL;
    }
    if (mongoc_uri_get_tls(uri))
        stream = tls_open(stream, uri, host->host, timeout_ms, why);
    return stream ? mongoc_stream_buffered_new(stream, BUFFER) : NULL;
}
