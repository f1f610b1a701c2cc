/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads of vmtp's own, in a program that may be somebody else's: no signal is delivered to them,
 * so that no handler runs there and a broken pipe is an error and no end; and numbers are read and
 * written as in "C", whatever the program's locale.
 */
#ifndef VMTP_BASE_THREAD_H
#define VMTP_BASE_THREAD_H

#include "attr.h"

#include <locale.h>
#include <pthread.h>

/* Start one: 0 or a negative errno. */
int thread_start(pthread_t *ret, void *(*function)(void *arg), void *arg);

/* Numbers as in "C" in this thread as long as the block lasts:
 *
 *     _cleanup_(locale_leave) _unused_ locale_t outside = locale_enter(); */
locale_t locale_enter(void);
void locale_leave(const locale_t *outside);

#endif
