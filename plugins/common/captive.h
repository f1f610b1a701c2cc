/* SPDX-License-Identifier: Apache-2.0
 *
 * A function in a child of ours, for a library that ends the program, waits without a deadline or
 * does not give back what it took.
 *
 * What the library prints is kept as words for an error.  Results come back in memory that both
 * share: captive_share().  Any thread.
 */
#ifndef COMMON_CAPTIVE_H
#define COMMON_CAPTIVE_H

#include <stddef.h>
#include <stdint.h>
#include <vmtp/error.h>

#define CAPTIVE_GAVE_UP 255 /* the library ended the child, or it crashed */

struct captive {
    int (*run)(void *arg); /* in the child; 0 to 254 */
    void *arg;
    uint64_t deadline_ns; /* CLOCK_MONOTONIC */
    int cancel_fd;
};

/* What run() returned or CAPTIVE_GAVE_UP; -ETIMEDOUT, -ECANCELED and others, and then the child is
 * gone.  ret_words: what was printed, on one line of plain ASCII, cut. */
int captive_run(const struct captive *captive, char *ret_words, size_t size,
                struct vmtp_error *err);

/* Zeroed memory that a child may fill; NULL: out of memory. */
void *captive_share(size_t size);
void captive_unshare(void *memory, size_t size);

#endif
