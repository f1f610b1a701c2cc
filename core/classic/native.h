/* SPDX-License-Identifier: Apache-2.0
 *
 * The native part of a request: flows between hosts that are there already, and the scenario that
 * measures them.
 */
#ifndef VMTP_CLASSIC_NATIVE_H
#define VMTP_CLASSIC_NATIVE_H

#include "request.h"

/* Adds flows, tests, secrets and the scenario to the request; nothing where no host is named. */
int native_make(const struct wish *wish, const struct settings *settings,
                const struct registry *registry, struct classic_request *request,
                struct vmtp_error *err);

#endif
