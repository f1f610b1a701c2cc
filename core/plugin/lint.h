/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a component's table in order?  Checked as closely as can be without running any of it.
 */
#ifndef VMTP_PLUGIN_LINT_H
#define VMTP_PLUGIN_LINT_H

#include "component.h"

int component_lint(const struct component *component, struct vmtp_error *err);

#endif
