/* SPDX-License-Identifier: Apache-2.0
 *
 * From the lines of nuttcp -fparse to samples: a line for each interval, then one of the whole.
 * Nothing is kept but the state of the trial.  [worker]
 */
#ifndef NUTTCP_REPORT_H
#define NUTTCP_REPORT_H

#include "options.h"

int nuttcp_parse(struct vmtp_self *, const struct vmtp_flow *, enum vmtp_role, uint64_t time_ns,
                 const char *text, struct vmtp_error *);

#endif
