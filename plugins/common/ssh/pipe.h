/* SPDX-License-Identifier: Apache-2.0
 *
 * The ends of pipes to a process at a place, for the cloud's own use: waits with a deadline and the
 * run's cancel fd.  Any thread.
 */
#ifndef COMMON_SSH_PIPE_H
#define COMMON_SSH_PIPE_H

#include "wire.h"

#include <vmtp/error.h>

/* Until when to wait, and the run's cancel fd. */
struct ssh_patience {
    uint64_t deadline_ns;
    int cancel_fd;
};

/* If it is open; -1 afterwards. */
void ssh_pipe_close(int *fd);
/* 0, -ETIMEDOUT or -ECANCELED. */
int ssh_pipe_wait(int fd, short events, const struct ssh_patience *patience,
                  struct vmtp_error *err);
/* Adds what comes: its bytes, 0 at the end.  -EMSGSIZE beyond max in all. */
int ssh_pipe_read(int fd, struct ssh_buffer *ret, size_t max, const struct ssh_patience *patience,
                  struct vmtp_error *err);
/* All of it; -EPIPE: nobody reads it any more. */
int ssh_pipe_write(int fd, const void *data, size_t len, const struct ssh_patience *patience,
                   struct vmtp_error *err);

#endif
