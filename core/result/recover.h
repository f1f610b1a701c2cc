/* SPDX-License-Identifier: Apache-2.0
 *
 * A run that was killed before it had a result document: what its journal has of it, as one.
 *
 * Needs neither the scenario nor the plugins: the journal says what each flow is.  The figures go
 * the way of all figures (sketch.h); there are no thresholds, since the run did not end.
 */
#ifndef VMTP_RESULT_RECOVER_H
#define VMTP_RESULT_RECOVER_H

#include "../scenario/plan.h"

#include <jansson.h>

/* What a journal has to say for that: of each tool a line of type "tool", in front of those of type
 * "flow".  NULL: out of memory. */
json_t *recover_tool_line(const struct component *tool);
json_t *recover_flow_line(const struct planned_flow *flow);

/* Of a journal's file.  An event "recovered" says what the document is, another one that lines were
 * damaged.  The caller owns *ret. */
int journal_recover(const char *file, json_t **ret, struct vmtp_error *err);

#endif
