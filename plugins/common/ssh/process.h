/* SPDX-License-Identifier: Apache-2.0
 *
 * A command on a server: a channel of an SSH connection, and pipes to whoever started it.
 *
 * Two own it: the starter, who waits for it and reaps or drops it, and the loop, which carries
 * bytes between channel and pipes.  What both read is under the loop's lock.  The command's first
 * line of output tells that it runs, and as which process (command.h); it is not passed on.
 */
#ifndef COMMON_SSH_PROCESS_H
#define COMMON_SSH_PROCESS_H

#include "pipe.h"
#include "session.h"

#include <poll.h>
#include <pthread.h>
#include <vmtp/cloud.h>

#define SSH_STREAM_BYTES 16384

enum ssh_process_state {
    SSH_PROCESS_WAITS, /* for a connection, and its turn to open a channel */
    SSH_PROCESS_EXECS,
    SSH_PROCESS_STARTS, /* its first line is not there yet */
    SSH_PROCESS_RUNS,
    SSH_PROCESS_CLOSES, /* it has no more output */
    SSH_PROCESS_ENDED,
};

struct ssh_stream {
    int fd; /* our end of the pipe; -1: closed */
    size_t at, len;
    char data[SSH_STREAM_BYTES];
};

struct ssh_process {
    struct ssh_process *next;
    const struct ssh_target *target;
    char *command;
    char *name; /* for errors: argv[0] */

    /* the loop's alone */
    struct ssh_session *session; /* NULL: it has none yet */
    enum ssh_process_state state;
    uint64_t deadline_ns; /* to have started by; UINT64_MAX: it is not its turn yet, or it has */
    LIBSSH2_CHANNEL *channel;
    struct ssh_stream streams[3];
    bool in_ended; /* and the server was told */
    struct sockaddr_storage peer;

    /* the starter's alone */
    struct vmtp_channel ends;
    int started_fd; /* readable once it has started, or failed to */

    pthread_mutex_t *lock; /* of all below */
    bool started, ended, dropped;
    int pid;               /* to be signalled: a process, or if negative a group */
    int status;            /* exit status, or 128 + signal */
    struct vmtp_error err; /* why it did not start, or how its connection was lost */
};

/* ---- for the starter [any] ---- */

/* Copies name and command. */
int ssh_process_new(const struct ssh_target *target, const char *name, const char *command,
                    pthread_mutex_t *lock, struct ssh_process **ret, struct vmtp_error *err);
/* Until it runs: 0, or why not. */
int ssh_process_await(struct ssh_process *process, const struct ssh_patience *patience,
                      struct vmtp_error *err);

/* ---- for the loop ---- */

/* As far as it goes; with a session that is ready. */
void ssh_process_step(struct ssh_process *process);
/* Its session is dead. */
void ssh_process_lose(struct ssh_process *process);
/* It has never run and never will. */
void ssh_process_fail(struct ssh_process *process, const struct vmtp_error *err);
/* What to poll of its pipes: rows of ret, which has room for three. */
size_t ssh_process_fds(const struct ssh_process *process, struct pollfd *ret);
/* Both are done with it. */
void ssh_process_free(struct ssh_process *process);

#endif
