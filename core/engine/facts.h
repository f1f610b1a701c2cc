/* SPDX-License-Identifier: Apache-2.0
 *
 * Facts: each endpoint is asked once about itself (kernel, CPUs, interface, offloads, clock), by
 * the probe.  They stand beside the results, and tools look at them before they run.
 */
#ifndef VMTP_ENGINE_FACTS_H
#define VMTP_ENGINE_FACTS_H

#include "fleet.h"

/* Ask all endpoints; what could not be had is noted, and never fails a run.  -ECANCELED when the
 * run was. */
int facts_gather(struct fleet *fleet, struct vmtp_error *err);

/* What is known of an endpoint; json is the caller's to free. */
void facts_of(struct run *run, const char *endpoint, struct vmtp_facts *ret);

/* Where the endpoint has a program: 0 and its path; -ENOENT: nowhere; -ENODATA: that is not known.
 */
int facts_program(struct run *run, const char *endpoint, const char *name, char *ret_path,
                  size_t len);

#endif
