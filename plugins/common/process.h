/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes of this machine, started in namespaces of the caller's choice.
 *
 * A process leads a group of its own, so that a signal reaches what it started too.  It gets a
 * clean slate: default signals, only the fds 0 to 2, locale "C" (tools parse what programs print).
 * Owner: the caller owns the three fds of the channel from process_start() on; `ended` and `priv`
 * are freed by process_reap(), which must be called for every process that was started.
 * Threads: [any], but one thread at a time for one channel; no process may be reaped elsewhere
 * (no wait for "any child", SIGCHLD not ignored).
 *
 * A process that ignores the end of its stdin can outlive a vmtp that was killed by SIGKILL.
 */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include <vmtp/cloud.h>

struct process_spec {
    const char *const *argv; /* ends with NULL; argv[0] is looked up in PATH */
    const int *ns_fds;       /* namespaces to enter, in this order: a user namespace first */
    size_t ns_count;
};

/* ret is untouched on failure.  -ENOENT: there is no such program. */
int process_start(const struct process_spec *spec, struct vmtp_channel *ret,
                  struct vmtp_error *err);

/* To the process and all of its group.  Gone already is no error. */
int process_signal(struct vmtp_channel *channel, int signal);

/* Waits for the process to end; call it once `ended` is readable.  Kills what is left of the
 * group, then frees.  Returns the exit status or 128 + the signal that ended it. */
int process_reap(struct vmtp_channel *channel);

#endif
