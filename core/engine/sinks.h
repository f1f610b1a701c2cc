/* SPDX-License-Identifier: Apache-2.0
 *
 * Sinks are fed from the run's folder: first the journal's records, then the document.  After a
 * run and on a replay it is the same.
 */
#ifndef VMTP_ENGINE_SINKS_H
#define VMTP_ENGINE_SINKS_H

#include "run.h"

/* Feed one sink with the run whose folder and id this is.  document: the result document's text. */
int sink_feed(struct run *run, const struct section *sink, const char *document,
              struct vmtp_error *err);

/* Feed all sinks of the scenario.  One that fails is noted and does not keep the others from
 * theirs; the first failure is returned. */
int sinks_feed(struct run *run, const char *document, struct vmtp_error *err);

/* Keep the document in the run's folder and feed all sinks with it, unless they are fed later. */
int sinks_write(struct run *run, const json_t *document, struct vmtp_error *err);

#endif
