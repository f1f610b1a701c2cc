/* SPDX-License-Identifier: Apache-2.0
 *
 * What carries an SSH connection: a TCP socket, or a channel through another server (a jump host).
 *
 * libssh2 is given our send and receive.  Sending never says "again": what can't go out yet is
 * queued here.  So libssh2 only ever waits for input, and its channels need not take turns. Whoever
 * sends data looks at ssh_link_busy() first, which bounds the queue.  Belongs to a session.
 */
#ifndef COMMON_SSH_LINK_H
#define COMMON_SSH_LINK_H

#include "wire.h"

#include <libssh2.h>
#include <sys/types.h>

struct ssh_login;

struct ssh_link {
    int fd;                  /* -1: none, or not of our own */
    LIBSSH2_CHANNEL *tunnel; /* instead of a socket */
    struct ssh_buffer out;
    uint64_t heard_ns; /* when something came last */
    int failed;        /* negative errno; -ECONNRESET when the other side has closed it */
};

/* What the abstract pointer of a libssh2 session points to. */
struct ssh_abstract {
    struct ssh_link *link;
    struct ssh_login *login;
};

/* Let this libssh2 session use the link that its abstract names. */
void ssh_link_serve(LIBSSH2_SESSION *session);
/* Send what is queued, as far as it goes. */
void ssh_link_flush(struct ssh_link *link);
/* There is enough in the queue: send no data now. */
bool ssh_link_busy(const struct ssh_link *link);
/* From now on everything fails. */
void ssh_link_cut(struct ssh_link *link);
/* Cuts, and closes the socket; the tunnel is its session's to free. */
void ssh_link_close(struct ssh_link *link);

#endif
