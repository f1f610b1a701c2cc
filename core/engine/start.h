/* SPDX-License-Identifier: Apache-2.0
 *
 * The common start of flows that run at the same time: nobody starts before all are ready or
 * have given up.
 */
#ifndef VMTP_ENGINE_START_H
#define VMTP_ENGINE_START_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vmtp/error.h>

struct start {
    pthread_mutex_t lock;
    size_t awaited;    /* flows that neither came nor gave up */
    uint64_t start_ns; /* 0: not yet known */
    int released_fd;   /* readable once start_ns is known */
};

int start_init(struct start *start, size_t flows, struct vmtp_error *err);
void start_clear(struct start *start);

/* [any] Come and wait: 0 and the time at which all start, -ECANCELED or -ETIMEDOUT. */
int start_wait(struct start *start, uint64_t deadline_ns, int cancel_fd, uint64_t *ret_start_ns);
/* [any] Instead: the others need not wait for this flow. */
void start_leave(struct start *start);

#endif
