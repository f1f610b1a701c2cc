/* SPDX-License-Identifier: Apache-2.0
 *
 * How long the calling thread was ready to run and had no CPU: /proc/thread-self/schedstat, field
 * 2, nanoseconds.  It says what a blocking loop can't see itself.
 */
#ifndef PROBE_RUNQUEUE_H
#define PROBE_RUNQUEUE_H

#include <stdint.h>

/* A descriptor of the calling thread's own, for the caller to close; -1: this kernel does not
 * tell. */
int runqueue_open(void);
/* Since the thread's start; 0 where it is not known. */
uint64_t runqueue_wait(int fd);

#endif
