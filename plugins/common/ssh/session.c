/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "../clock.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define GOES_MAX     6                 /* of a server that closes at once: MaxStartups */
#define BACK_OFF_NS  (250 * NS_PER_MS) /* after the first; doubled each time */
#define ADDRESS_NS   (4 * NS_PER_S)    /* for one address when there are others */
#define KEEPALIVE_NS (5 * NS_PER_S)    /* of silence, after which the server is asked for a word */
#define SILENCE_NS   (15 * NS_PER_S)   /* of silence, after which the connection is lost */

void ssh_session_rouse(struct ssh_session *session)
{
    session->roused = true;
}

static void session_die(struct ssh_session *session)
{
    session->state = SSH_DEAD;
    ssh_link_cut(&session->link);
    ssh_session_rouse(session);
}

#define session_fail(session, code, ...)                                                           \
    do {                                                                                           \
        vmtp_fail(&(session)->err, code, __VA_ARGS__);                                             \
        session_die(session);                                                                      \
    } while (0)

struct ssh_session *ssh_session_new(const struct ssh_target *target, struct ssh_session *outer)
{
    struct ssh_session *session = calloc(1, sizeof *session);

    if (!session)
        return NULL;
    session->target = target;
    session->outer = outer;
    session->limit = SSH_CHANNELS_MAX;
    session->link.fd = -1;
    session->abstract = (struct ssh_abstract){ &session->link, &session->login };
    if (outer)
        outer->users++;
    return session;
}

/* Nothing waits here: the link is cut, so libssh2 frees without asking the server. */
static void connection_drop(struct ssh_session *session)
{
    LIBSSH2_CHANNEL *tunnel = session->link.tunnel;

    ssh_link_cut(&session->link);
    if (session->raw)
        libssh2_session_free(session->raw);
    session->raw = NULL;
    ssh_link_close(&session->link);
    if (tunnel && session->outer->state == SSH_READY)
        libssh2_channel_close(tunnel); /* a dead outer one frees it with all the others */
    if (session->outer && session->outer->opening == session) {
        session->outer->opening = session->outer;
        ssh_session_rouse(session->outer);
    }
    ssh_login_clear(&session->login);
    lookup_free(session->lookup);
    session->lookup = NULL;
    session->address = NULL;
    session->link = (struct ssh_link){ .fd = -1 };
}

void ssh_session_free(struct ssh_session *session)
{
    if (session->raw && session->state == SSH_READY)
        libssh2_session_disconnect(session->raw, "done");
    connection_drop(session);
    if (session->outer)
        session->outer->users--;
    free(session);
}

/* ---- to the server ---- */

/* Once the link stands. */
static void handshake_begin(struct ssh_session *session)
{
    session->raw = libssh2_session_init_ex(NULL, NULL, NULL, &session->abstract);
    if (!session->raw) {
        session_fail(session, -ENOMEM, "out of memory");
        return;
    }
    libssh2_session_set_blocking(session->raw, 0);
    ssh_link_serve(session->raw);
    if (ssh_trust_prefer(session->target->trust, &session->target->spec, session->raw) < 0) {
        session_fail(session, -ENOMEM, "out of memory");
        return;
    }
    session->link.heard_ns = clock_now_ns();
    session->state = SSH_SHAKES_HANDS;
}

static void look_up(struct ssh_session *session)
{
    const struct addrinfo *answer = NULL;
    int r = lookup_answer(session->lookup, &answer, &session->err);

    if (r == -EAGAIN)
        return;
    if (r < 0) {
        session_die(session);
        return;
    }
    session->address = answer;
    session->state = SSH_CONNECTS;
}

/* The next address: a socket that is connecting to it. */
static int connect_begin(struct ssh_session *session)
{
    const struct addrinfo *address = session->address;
    uint64_t now_ns = clock_now_ns(), limit_ns = session->target->connect_ns;
    int fd, r = 0;

    session->address = address->ai_next;
    if (session->address && !limit_ns)
        limit_ns = ADDRESS_NS;
    fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    if (connect(fd, address->ai_addr, address->ai_addrlen) < 0 && errno != EINPROGRESS)
        r = -errno;
    if (r < 0) {
        close(fd);
        return r;
    }
    memcpy(&session->peer, address->ai_addr, address->ai_addrlen);
    session->link.fd = fd;
    session->wake_ns = session->deadline_ns;
    if (limit_ns && now_ns + limit_ns < session->wake_ns)
        session->wake_ns = now_ns + limit_ns;
    return 0;
}

/* -EINPROGRESS: not yet. */
static int connect_result(const struct ssh_session *session)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof(int), peer_len = sizeof peer;
    int code = 0;

    if (getsockopt(session->link.fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
        return -errno;
    if (code)
        return -code;
    if (getpeername(session->link.fd, (struct sockaddr *)&peer, &peer_len) == 0)
        return 0;
    return clock_now_ns() >= session->wake_ns ? -ETIMEDOUT : -EINPROGRESS;
}

static void connect_step(struct ssh_session *session)
{
    int r = -EINPROGRESS;

    if (session->link.fd >= 0)
        r = connect_result(session);
    if (r == 0) {
        session->wake_ns = session->deadline_ns;
        handshake_begin(session);
        return;
    }
    while (session->link.fd < 0 || r != -EINPROGRESS) {
        if (session->link.fd >= 0)
            close(session->link.fd);
        session->link.fd = -1;
        if (!session->address) {
            session_fail(session, r, "%s", strerror(-r));
            return;
        }
        r = connect_begin(session);
        if (r == 0)
            r = connect_result(session);
        if (r == 0) /* at once, as over loopback: seen as writable soon */
            r = -EINPROGRESS;
    }
}

static void deadline_begin(struct ssh_session *session)
{
    session->deadline_ns = session->wake_ns = clock_now_ns() + session->target->timeout_ns;
}

/* libssh2 goes on with a tunnel that it has begun, whichever it is asked for next.  So what was
 * given up is seen through, or the next server would be taken for this one. */
static void tunnel_abandon(struct ssh_session *session)
{
    LIBSSH2_CHANNEL *tunnel = libssh2_channel_direct_tcpip_ex(session->raw, "", 0, "", 0);

    if (!tunnel && libssh2_session_last_errno(session->raw) == LIBSSH2_ERROR_EAGAIN)
        return;
    if (tunnel)
        libssh2_channel_close(tunnel); /* freed with its connection */
    session->opening = NULL;
    ssh_session_rouse(session);
}

/* Its turn comes when those before it are through; behind one that was given up it has its own time
 * for that. */
static bool tunnel_is_next(struct ssh_session *session)
{
    const struct ssh_session *outer = session->outer;

    if (outer->state == SSH_READY && outer->opening == outer && session->deadline_ns == UINT64_MAX)
        deadline_begin(session);
    return outer->state == SSH_READY && (!outer->opening || outer->opening == session);
}

static void tunnel_step(struct ssh_session *session)
{
    struct ssh_session *outer = session->outer;
    const struct ssh_spec *spec = &session->target->spec;

    if (outer->state == SSH_DEAD) {
        session->err = outer->err;
        vmtp_wrap(&session->err, "jump host %s", outer->target->spec.host);
        session_die(session);
        return;
    }
    if (!tunnel_is_next(session))
        return;
    if (!outer->opening)
        deadline_begin(session);
    outer->opening = session;
    session->link.tunnel =
        libssh2_channel_direct_tcpip_ex(outer->raw, spec->host, spec->port, "127.0.0.1", 0);
    if (!session->link.tunnel && libssh2_session_last_errno(outer->raw) == LIBSSH2_ERROR_EAGAIN)
        return;
    outer->opening = NULL;
    ssh_session_rouse(outer); /* whoever is next */
    if (session->link.tunnel)
        handshake_begin(session);
    else if (ssh_session_check(outer))
        session_fail(session, -EHOSTUNREACH, "jump host %s can't connect to it, or may not",
                     outer->target->spec.host);
}

void ssh_session_begin(struct ssh_session *session)
{
    const struct ssh_spec *spec = &session->target->spec;
    int r;

    deadline_begin(session);
    ssh_login_init(&session->login, &session->target->credentials);
    if (session->outer) {
        /* the outer one has a deadline of its own, and ours begins when it is ready */
        session->deadline_ns = session->wake_ns = UINT64_MAX;
        session->state = SSH_TUNNELS;
        return;
    }
    r = lookup_start(spec->host, spec->port, &session->lookup);
    if (r < 0)
        session_fail(session, r, "can't look up its name: %s", strerror(-r));
    else
        session->state = SSH_LOOKS_UP;
}

/* ---- into it ---- */

/* A server that has more guests than it likes (MaxStartups) closes at once. */
static void go_again(struct ssh_session *session)
{
    uint64_t wait_ns = BACK_OFF_NS << session->goes;

    session->goes++;
    connection_drop(session);
    if (session->goes >= GOES_MAX) {
        session_fail(session, -ECONNRESET,
                     "the server closes the connection before the key exchange, %u times over: is "
                     "it an SSH server, or has it too many logins at once (MaxStartups)?",
                     session->goes);
        return;
    }
    session->state = SSH_WAITS;
    session->wake_ns = clock_now_ns() + wait_ns + (uint64_t)((uintptr_t)session >> 6) % wait_ns / 2;
}

static void handshake_fail(struct ssh_session *session)
{
    char *text = NULL;
    int code = libssh2_session_last_error(session->raw, &text, NULL, 0);

    if (code == LIBSSH2_ERROR_KEX_FAILURE)
        session_fail(session, -EPROTO,
                     "no algorithm in common: it may offer only RSA host keys with SHA-2, which "
                     "libssh2 %s does not know; add an ed25519 host key there",
                     libssh2_version(0));
    else
        session_fail(session, -EPROTO, "the SSH handshake failed: %s", text ? text : "");
}

/* libssh2 wants a socket to make non-blocking, even where it never uses it. */
static int socket_of(const struct ssh_session *session)
{
    while (session->link.fd < 0 && session->outer)
        session = session->outer;
    return session->link.fd;
}

static void handshake_step(struct ssh_session *session)
{
    int r = libssh2_session_handshake(session->raw, socket_of(session));

    if (r == LIBSSH2_ERROR_EAGAIN)
        return;
    if (r < 0 && session->link.failed)
        go_again(session);
    else if (r < 0)
        handshake_fail(session);
    else if (ssh_trust_check(session->target->trust, &session->target->spec, session->raw,
                             &session->err) < 0)
        session_die(session);
    else
        session->state = SSH_LOGS_IN;
}

static void login_step(struct ssh_session *session)
{
    int r = ssh_login_step(&session->login, session->raw, &session->err);

    if (r == -EAGAIN)
        return;
    if (r < 0) {
        session_die(session);
        return;
    }
    session->state = SSH_READY;
    ssh_session_rouse(session);
    libssh2_keepalive_config(session->raw, 1, 1);
}

/* ---- while it stands ---- */

bool ssh_session_check(struct ssh_session *session)
{
    if (session->state == SSH_DEAD)
        return false;
    if (session->link.failed)
        session_fail(session, session->link.failed, "the connection was lost: %s",
                     session->link.failed == -ECONNRESET ? "the server closed it"
                                                         : strerror(-session->link.failed));
    return session->state != SSH_DEAD;
}

/* A word from the server at least every few seconds: it answers a keepalive even when it has
 * nothing to say.  Also behind a jump host, where TCP would not notice. */
static void keepalive_step(struct ssh_session *session)
{
    uint64_t now_ns = clock_now_ns(), heard_ns = session->link.heard_ns;
    int seconds;

    if (now_ns >= heard_ns + SILENCE_NS) {
        session_fail(session, -ETIMEDOUT, "the connection was lost: no answer for %llu s",
                     SILENCE_NS / NS_PER_S);
        return;
    }
    if (now_ns >= heard_ns + KEEPALIVE_NS && now_ns >= session->keepalive_ns + KEEPALIVE_NS) {
        libssh2_keepalive_send(session->raw, &seconds);
        session->keepalive_ns = now_ns;
    }
    session->wake_ns = heard_ns + KEEPALIVE_NS;
    if (session->keepalive_ns + KEEPALIVE_NS > session->wake_ns)
        session->wake_ns = session->keepalive_ns + KEEPALIVE_NS;
    if (heard_ns + SILENCE_NS < session->wake_ns)
        session->wake_ns = heard_ns + SILENCE_NS;
}

static void deadline_fail(struct ssh_session *session)
{
    static const char *const doing[] = {
        [SSH_LOOKS_UP] = "its name has no answer",
        [SSH_CONNECTS] = "it does not answer",
        [SSH_TUNNELS] = "the jump host does not reach it",
        [SSH_SHAKES_HANDS] = "what answers there does not speak SSH",
        [SSH_LOGS_IN] = "the login is not through",
    };

    session_fail(session, -ETIMEDOUT, "%s within %.3g s", doing[session->state],
                 (double)session->target->timeout_ns / (double)NS_PER_S);
}

void ssh_session_step(struct ssh_session *session)
{
    enum ssh_session_state before;

    ssh_link_flush(&session->link);
    do {
        before = session->state;
        if (before == SSH_LOOKS_UP)
            look_up(session);
        else if (before == SSH_CONNECTS)
            connect_step(session);
        else if (before == SSH_TUNNELS)
            tunnel_step(session);
        else if (before == SSH_SHAKES_HANDS)
            handshake_step(session);
        else if (before == SSH_LOGS_IN)
            login_step(session);
    } while (session->state != before && session->state != SSH_WAITS);
    if (ssh_session_is_connecting(session) && clock_now_ns() >= session->deadline_ns)
        deadline_fail(session);
    if (session->state == SSH_READY && session->opening == session)
        tunnel_abandon(session);
    if (session->state == SSH_READY && ssh_session_check(session))
        keepalive_step(session);
}

bool ssh_session_is_connecting(const struct ssh_session *session)
{
    return session->state > SSH_WAITS && session->state < SSH_READY;
}

int ssh_session_fd(const struct ssh_session *session, short *ret_events)
{
    *ret_events = POLLIN;
    if (session->state == SSH_LOOKS_UP)
        return lookup_fd(session->lookup);
    if (session->state == SSH_CONNECTS || session->link.out.len)
        *ret_events |= POLLOUT;
    return session->state == SSH_DEAD ? -1 : session->link.fd;
}
