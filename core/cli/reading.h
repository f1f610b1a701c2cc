/* SPDX-License-Identifier: Apache-2.0
 *
 * What chart, compare, summary and `run --baseline` have in common: the documents that files,
 * folders and ids of runs, and stores have, each as vmtp.result/1 in memory, whatever it was.
 *
 * VMTP's own JSON (of VMTP itself or of VMTP mode) is translated (core/classic/import.h); a run
 * that has no document is put together from its journal (core/result/recover.h).  One thread.
 */
#ifndef VMTP_CLI_READING_H
#define VMTP_CLI_READING_H

#include "../base/attr.h"
#include "cli.h"

#include <vmtp/sink.h>

struct reading {
    json_t **documents; /* vmtp.result/1 */
    char **names;       /* what a person calls each: the file, or the run's id */
    size_t count;
};

/* One more: a result document, VMTP's JSON, a journal, a run's folder, or a run's id.  A file of
 * more than 256 MB is refused. */
int reading_add(struct reading *reading, const char *name, struct vmtp_error *err);
/* All that a store has that answers the question.  store: a sink as a scenario has it, in YAML,
 * "sqlite: { path: results.db }" or "mongodb: { uri: ... }". */
int reading_recall(struct reading *reading, const struct registry *registry, const struct log *log,
                   const char *store, const struct vmtp_question *question, struct vmtp_error *err);
void reading_clear(struct reading *reading);

#endif
