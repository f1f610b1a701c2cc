/* SPDX-License-Identifier: Apache-2.0
 *
 * A TCP connection to a name or address, with a deadline and a way to break off.
 *
 * Each of a name's addresses is tried in turn.  Whoever dials owns the fd: non-blocking and
 * close-on-exec.  Any thread.
 */
#ifndef COMMON_DIAL_H
#define COMMON_DIAL_H

#include <stdint.h>
#include <vmtp/error.h>

/* How errors name a server; a name is at most so long. */
#define DIAL_WHERE         "%.200s port %u"
#define DIAL_WHERE_OF(who) (who)->host, (who)->port

struct dial {
    const char *host;
    uint16_t port;
    uint64_t deadline_ns; /* CLOCK_MONOTONIC */
    int cancel_fd;
};

/* The fd.  -ECANCELED: "interrupted". */
int dial(const struct dial *dial, struct vmtp_error *err);
/* Until the fd is ready, or then, or the deadline: 0, -ETIMEDOUT, -ECANCELED. */
int dial_wait(const struct dial *dial, int fd, short events, uint64_t until_ns);

#endif
