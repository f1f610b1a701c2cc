/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks tools, before anything is touched, whether they can run a planned flow and what it costs.
 */
#ifndef VMTP_ENGINE_ASK_H
#define VMTP_ENGINE_ASK_H

#include "../base/log.h"
#include "../scenario/plan.h"

/* For plan_make(). */
struct plan_tools ask_tools(const struct log *log);
/* The plan of a scenario, whose warnings go to the log. */
int ask_plan(const struct scenario *scenario, const struct log *log, struct plan **ret,
             struct vmtp_error *err);

#endif
