/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a component's table in order?  Checked as closely as can be without running any of it.
 */
#ifndef VMTP_PLUGIN_LINT_H
#define VMTP_PLUGIN_LINT_H

#include "component.h"

int component_lint(const struct component *component, struct vmtp_error *err);

/* Is this the name of one of the metrics that include/vmtp/metric.h lists? */
bool metric_is_shared(const char *name);

#endif
