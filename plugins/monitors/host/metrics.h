/* SPDX-License-Identifier: Apache-2.0
 *
 * What the host monitor can measure.  vmtp-probe tells a figure under the name of its metric.
 */
#ifndef HOST_METRICS_H
#define HOST_METRICS_H

#include <stddef.h>
#include <vmtp/metric.h>

#define HOST_METRICS 51

extern const struct vmtp_metric host_metrics[HOST_METRICS];

/* The row of that name, len bytes; -1: there is none, the probe is a newer one. */
int host_metric_find(const char *name, size_t len);

#endif
