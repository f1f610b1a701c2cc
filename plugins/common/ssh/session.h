/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection to one server: name, address, socket or tunnel, handshake, host key, login; then
 * channels, until it is lost or nobody uses it any more.
 *
 * Belongs to a loop; only its thread touches it.  Nothing here waits: ssh_session_step() goes as
 * far as it can, and the loop calls it again when something has come or its time is up.
 */
#ifndef COMMON_SSH_SESSION_H
#define COMMON_SSH_SESSION_H

#include "../lookup.h"
#include "link.h"
#include "login.h"
#include "spec.h"
#include "trust.h"

#include <sys/socket.h>

#define SSH_CHANNELS_MAX 8 /* of one connection: servers allow 10 unless told otherwise */

/* A command may take so much longer to start than a login: behind it is a shell with its start-up
 * files, on a machine that may start many at once. */
#define SSH_START_TIMEOUTS 3

/* A server and how to get into it.  Constant once used; outlives the loop. */
struct ssh_target {
    struct ssh_spec spec; /* with a port */
    struct ssh_credentials credentials;
    struct ssh_trust *trust;
    const struct ssh_target *jump; /* through this one; NULL: directly */
    uint64_t timeout_ns;           /* to be logged in */
    uint64_t connect_ns;           /* of these, for a TCP connection to stand; 0: all of it */
};

enum ssh_session_state {
    SSH_WAITS, /* until wake_ns */
    SSH_LOOKS_UP,
    SSH_CONNECTS,
    SSH_TUNNELS,
    SSH_SHAKES_HANDS,
    SSH_LOGS_IN,
    SSH_READY,
    SSH_DEAD, /* err says why */
};

struct ssh_session {
    struct ssh_session *next;
    const struct ssh_target *target;
    struct ssh_session *outer; /* the jump host's; counted among its users */
    enum ssh_session_state state;
    LIBSSH2_SESSION *raw;
    struct ssh_link link;
    struct ssh_login login;
    struct ssh_abstract abstract;
    struct lookup *lookup;
    const struct addrinfo *address; /* to try next */
    struct sockaddr_storage peer;   /* that it is connected to; no family: by a tunnel */
    unsigned int users, limit;      /* channels, and how many there may be */
    const void *opening;            /* who is opening a channel: libssh2 opens one at a time; the
                                       session itself: nobody any more, but it is not through */
    unsigned int goes;              /* connections that the server has closed at once */
    uint64_t wake_ns;               /* when to step it even if nothing comes */
    uint64_t deadline_ns;
    uint64_t keepalive_ns;
    bool roused; /* step it, and those that use it */
    bool due;    /* it was, for this turn of the loop */
    struct vmtp_error err;
};

/* outer: the connection to the jump host; NULL where the target has none. */
struct ssh_session *ssh_session_new(const struct ssh_target *target, struct ssh_session *outer);
void ssh_session_free(struct ssh_session *session);

/* Out of SSH_WAITS: a new connection. */
void ssh_session_begin(struct ssh_session *session);
bool ssh_session_is_connecting(const struct ssh_session *session);
void ssh_session_step(struct ssh_session *session);
/* What to poll; -1: nothing of its own. */
int ssh_session_fd(const struct ssh_session *session, short *ret_events);
/* The loop is to step it, and those that use it, without waiting for anything. */
void ssh_session_rouse(struct ssh_session *session);
/* After a call on a channel that failed: is the connection lost? */
bool ssh_session_check(struct ssh_session *session);

#endif
