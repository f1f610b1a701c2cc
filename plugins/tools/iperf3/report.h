/* SPDX-License-Identifier: Apache-2.0
 *
 * From what iperf3 prints to samples: the one object of -J, or the events of --json-stream.
 * Nothing is kept but the state of the trial.  [worker]
 */
#ifndef IPERF3_REPORT_H
#define IPERF3_REPORT_H

#include "options.h"

/* All that one end has printed.  The client's comes first and has the figures of the trial; the
 * server's adds what only it has seen. */
int iperf3_parse(struct vmtp_self *, const struct vmtp_flow *, enum vmtp_role, uint64_t time_ns,
                 const char *text, struct vmtp_error *);

#endif
