/* SPDX-License-Identifier: Apache-2.0
 *
 * How long the calling thread was ready to run and had no CPU: /proc/thread-self/schedstat, field
 * 2, nanoseconds.  It says what a blocking loop can't see itself.
 */
#ifndef PROBE_RUNQUEUE_H
#define PROBE_RUNQUEUE_H

#include <stdbool.h>
#include <stdint.h>

/* A descriptor of the calling thread's own, for the caller to close; -1: this kernel does not
 * tell. */
int runqueue_open(void);
/* Since the thread's start; false: it is not known. */
bool runqueue_read(int fd, uint64_t *ret_ns);
/* The same, or 0. */
uint64_t runqueue_wait(int fd);

/* Of the text; false: it has none, or only zeros, as where the kernel does not count.  Pure. */
bool runqueue_parse(const char *text, uint64_t *ret_ns);

#endif
