/* SPDX-License-Identifier: Apache-2.0
 *
 * Watches over a run: signals stop it, and a line on stderr says how far it is.
 *
 * A thread of its own from watch_start() to watch_stop().  SIGINT, SIGTERM and SIGHUP are blocked
 * in every thread that is made after watch_start() and taken by this one: the first stops the run
 * cleanly, the second hurries.  On a terminal the line is rewritten in place; elsewhere a plain
 * line is written each tenth of the way.
 */
#ifndef VMTP_CLI_WATCH_H
#define VMTP_CLI_WATCH_H

#include "../engine/outcome.h"

struct watch;

int watch_start(struct run *run, bool progress, struct watch **ret, struct vmtp_error *err);
/* NULL is fine. */
void watch_stop(struct watch *watch);
DEFINE_CLEANUP(watch_stop, struct watch *)

/* Carry a run out as run_carry_out() does, watched. */
int run_watched(struct run *run, bool progress, struct outcome *ret, struct vmtp_error *err);

#endif
