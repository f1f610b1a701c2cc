/* SPDX-License-Identifier: Apache-2.0
 *
 * What a command of the cloud's own prints, from its start to its end.
 *
 * Owned by whoever runs it; any thread, one at a time for one output.
 */
#ifndef COMMON_SSH_OUTPUT_H
#define COMMON_SSH_OUTPUT_H

#include "place.h"

struct ssh_output {
    struct ssh_buffer out, err; /* with a NUL behind them once they are read */
};

/* Both, at most max bytes each, until the process has ended. */
int ssh_output_read(struct ssh_output *output, const struct vmtp_channel *channel, size_t max,
                    const struct ssh_patience *patience, struct vmtp_error *err);
void ssh_output_clear(struct ssh_output *output);

/* A command with an empty stdin to its end: its exit status, or a negative errno; then it was
 * killed, and ret holds what it had said until then. */
int ssh_place_run(struct ssh_place *place, const char *const *argv, size_t max,
                  const struct ssh_patience *patience, struct ssh_output *ret,
                  struct vmtp_error *err);

#endif
