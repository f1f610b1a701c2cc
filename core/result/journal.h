/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: each sample, result and event of a run as one JSON line on disk, written before
 * any sink sees it.
 *
 * Every line is a JSON object with "t" (wall-clock seconds) and "type".  A journal is valid at
 * every moment: what could not be written whole is taken back, and a last line that was cut by a
 * crash is passed over by the reader.  [any] thread may write.
 */
#ifndef VMTP_RESULT_JOURNAL_H
#define VMTP_RESULT_JOURNAL_H

#include "../base/attr.h"

#include <jansson.h>
#include <stdint.h>
#include <vmtp/error.h>
#include <vmtp/sink.h>

struct journal;

/* Make folder/journal.ndjson; it must not exist. */
int journal_create(const char *folder, struct journal **ret, struct vmtp_error *err);
void journal_free(struct journal *journal);
DEFINE_CLEANUP(journal_free, struct journal *)

/* One line; line is stolen.  "t" is added.  After a failure (disk full) the journal takes no more
 * lines and returns the same code each time. */
int journal_add(struct journal *journal, const char *type, json_t *line);
/* The same with another "t" than now. */
int journal_add_at(struct journal *journal, uint64_t wall_ns, const char *type, json_t *line);
/* A figure: the line that journal_replay() makes a record of again. */
int journal_add_record(struct journal *journal, const struct vmtp_record *record);
/* The same of a monitor, whose name is in the line too. */
int journal_add_watched(struct journal *journal, const struct vmtp_record *record,
                        const char *monitor);
/* Down to the disk. */
int journal_sync(struct journal *journal);

/* Give each line of folder/journal.ndjson to line(), until it returns non-zero. */
int journal_read(const char *folder, int (*line)(void *arg, const json_t *line), void *arg,
                 struct vmtp_error *err);
/* When a line was written, by the wall clock; and a time of it in seconds.  0: it has none, or none
 * that can be. */
uint64_t journal_wall_ns(const json_t *line);
uint64_t journal_ns(const json_t *line, const char *name);
/* A line of type "sample" as the record it was made from; strings are the line's.  Returns 0, or
 * -EINVAL for another line. */
int journal_record(const json_t *line, struct vmtp_record *ret);

#endif
