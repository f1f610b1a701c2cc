/* SPDX-License-Identifier: Apache-2.0
 *
 * Trials of tools that only say what to run and how to read it: command() and parse().
 */
#ifndef VMTP_ENGINE_COMMAND_H
#define VMTP_ENGINE_COMMAND_H

#include "context.h"

/* The server is started, then, once it listens and the flows beside it are ready, the client;
 * when the client has ended the server is stopped.  Fails with the tool's own words. */
int command_run(struct instance *tool, const struct vmtp_flow *flow, const struct vmtp_trial *trial,
                uint32_t port, struct vmtp_error *err);

#endif
