/* SPDX-License-Identifier: Apache-2.0
 *
 * From iperf's lines to samples.  What the receiving end says is what counts; without it a trial
 * has no figures.  Nothing is kept but the state of the trial.  [worker]
 */
#ifndef IPERF_REPORT_H
#define IPERF_REPORT_H

#include "options.h"

int iperf_parse(struct vmtp_self *, const struct vmtp_flow *, enum vmtp_role, uint64_t time_ns,
                const char *text, struct vmtp_error *);

#endif
