/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop: one thread that serves all SSH connections of a cloud, and the commands on them.
 *
 * Commands are started from any thread.  They share connections: up to eight, or as many as the
 * server likes, go over one; no more than eight at one server log in and start at the same time.
 * Every process must be reaped or dropped before the loop is freed.
 */
#ifndef COMMON_SSH_LOOP_H
#define COMMON_SSH_LOOP_H

#include "process.h"

struct ssh_loop;

int ssh_loop_new(struct ssh_loop **ret, struct vmtp_error *err);
/* Ends all connections and the thread. */
void ssh_loop_free(struct ssh_loop *loop);

/* [any] Begin to start a command: ssh_process_await() says what became of it.  argv must last
 * until then. */
int ssh_loop_start(struct ssh_loop *loop, const struct ssh_target *target, const char *mark,
                   const char *const *argv, struct ssh_process **ret, struct vmtp_error *err);
/* [any] Hand over the pipes of a process that has started. */
void ssh_loop_give(struct ssh_process *process, struct vmtp_channel *ret);
/* [any] Once it has ended: its status, or 255 if its connection was lost; frees it. */
int ssh_loop_reap(struct ssh_loop *loop, struct ssh_process *process);
/* [any] Forget it; the pipes that were not given are closed. */
void ssh_loop_drop(struct ssh_loop *loop, struct ssh_process *process);

#endif
