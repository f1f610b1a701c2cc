/* SPDX-License-Identifier: Apache-2.0
 *
 * A process at an endpoint: lines out of it, bytes into it, and its end.
 *
 * The cloud gives fds (struct vmtp_channel); everything above them, lines, deadlines, cancelling,
 * stopping and reaping, is here and the same for every cloud.  One thread at a time uses a process.
 */
#ifndef VMTP_ENGINE_PROCESS_H
#define VMTP_ENGINE_PROCESS_H

#include "../base/buf.h"
#include "../plugin/instance.h"

#define LINE_MAX_BYTES (1024 * 1024)

struct vmtp_process {
    struct instance *cloud;
    struct vmtp_channel channel;
    const char *endpoint; /* its name */
    char *program;        /* argv[0], for messages */
    struct buf out, err;  /* what has come and is not yet a line */
    size_t consumed;      /* bytes at the front of ... */
    struct buf *current;  /* ... this one, which the last line still refers to */
};

int process_spawn(struct instance *cloud, const struct vmtp_endpoint *endpoint,
                  const struct vmtp_spawn *spawn, struct vmtp_process **ret,
                  struct vmtp_error *err);
int process_write(struct vmtp_process *process, const void *data, size_t len, uint64_t deadline_ns,
                  int cancel_fd, struct vmtp_error *err);
int process_line(struct vmtp_process *process, struct vmtp_line *ret, uint64_t deadline_ns,
                 int cancel_fd, struct vmtp_error *err);
/* hurry_fd readable cuts the grace short.  Frees the process. */
int process_stop(struct vmtp_process *process, uint64_t grace_ns, int hurry_fd,
                 struct vmtp_error *err);
/* Let it run to its end, without input; frees it. */
int process_see_through(struct vmtp_process *process, const struct vmtp_exec *exec,
                        uint64_t deadline_ns, int cancel_fd, struct vmtp_error *err);
/* The same from its start. */
int process_exec(struct instance *cloud, const struct vmtp_endpoint *endpoint,
                 const struct vmtp_exec *exec, uint64_t deadline_ns, int cancel_fd,
                 struct vmtp_error *err);

#endif
