/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection to a Fluentd, Fluent Bit or what else speaks their forward protocol.
 *
 * On the stack of whoever uses it, who closes it whatever happened.  One thread at a time; every
 * wait ends at the deadline and at a cancel.
 */
#ifndef FLUENTD_FORWARD_H
#define FLUENTD_FORWARD_H

#include "../../common/dial.h"

struct forward {
    struct dial to; /* filled in by the user */
    int fd;         /* -1: not open */
};

int forward_open(struct forward *forward, struct vmtp_error *err);
int forward_send(struct forward *forward, const void *data, size_t len, struct vmtp_error *err);
/* Wait until the server has taken this chunk. */
int forward_acknowledged(struct forward *forward, const char *chunk, struct vmtp_error *err);
/* Nothing more comes; wait until the server has read all and closes too. */
int forward_finish(struct forward *forward, struct vmtp_error *err);
void forward_close(struct forward *forward);

#endif
