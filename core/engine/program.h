/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that tools run at endpoints and that must be there: where each of them is.
 *
 * Looked for by the probe when an endpoint is asked for its facts; a static build that vmtp ships
 * is put where there is none.  The fleet keeps what was found.
 */
#ifndef VMTP_ENGINE_PROGRAM_H
#define VMTP_ENGINE_PROGRAM_H

#include "fleet.h"

/* Before anything is deployed, of endpoints that have this machine's programs: a reason for each
 * one of the tool's that is not here. */
void programs_look(const struct vmtp_tool *tool, struct vmtp_reasons *reasons);

#define PROGRAMS_MAX 64 /* in a plan; what is beyond is taken to be there */

/* The names of all that the plan's tools run, each once; ends with NULL.  NULL: out of memory. */
const char **programs_list(const struct plan *plan, struct arena *arena);

/* Once the facts are known: find or put all that the tool runs at the ends of this flow.  A reason
 * for each that can't be had. */
void programs_provide(struct fleet *fleet, const struct vmtp_tool *tool,
                      const struct vmtp_flow *flow, struct vmtp_reasons *reasons);

/* What an argv[0] means at the endpoint: the path where it was found, or itself. */
const char *program_path(struct fleet *fleet, const struct vmtp_endpoint *endpoint,
                         const char *name);

#endif
