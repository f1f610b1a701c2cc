/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets at which gmonds' datagrams arrive: of a multicast group that was joined, or of an address
 * of this machine.  [worker]
 */
#ifndef GMOND_LISTEN_H
#define GMOND_LISTEN_H

#include "config.h"
#include "message.h"

struct ears {
    int fds[CHANNELS_MAX];
    size_t count;
};

/* All of them, or none and why. */
int ears_open(struct ears *ears, const struct channel *channels, size_t count,
              struct vmtp_error *err);
void ears_close(struct ears *ears);

/* Each value that is there by now.  Returns how many; a datagram that is none is dropped. */
int ears_hear(const struct ears *ears,
              void (*take)(void *arg, const struct message *message, const char *sender),
              void *arg);
/* Until something may be there (1), or then (0); -ECANCELED. */
int ears_wait(const struct ears *ears, uint64_t until_ns, int cancel_fd);

#endif
