/* SPDX-License-Identifier: Apache-2.0
 *
 * The ledger: each outside resource that a run made, on disk before it is used; the only thing
 * that clean-up may delete.  And the run's folder, which it stands in.
 *
 * A run folder is STATE/runs/ID with STATE = $VMTP_STATE_DIR, $XDG_STATE_HOME/vmtp or
 * ~/.local/state/vmtp, mode 0700, holding scenario.yaml, journal.ndjson, ledger.ndjson and
 * result.json.  While its run lives, the ledger is locked (flock), so that nobody reaps it.
 */
#ifndef VMTP_RESULT_LEDGER_H
#define VMTP_RESULT_LEDGER_H

#include "../base/arena.h"

#include <vmtp/cloud.h>

struct ledger;

/* "20261121-024000-1f3a8c02": sorts by time, unique. */
void run_id_make(char ret[32]);
/* Make the folder of a new run, in STATE if it is not NULL; *ret is the caller's to free. */
int run_folder_make(const char *state, const char *id, char **ret, struct vmtp_error *err);
/* The folder of a run that exists: by id, by a unique beginning of one, or "last". */
int run_folder_find(const char *id, char **ret, struct vmtp_error *err);
/* Remove it with the files in it. */
int run_folder_remove(const char *folder, struct vmtp_error *err);
/* The ids of all runs, oldest first, in the arena; count in *ret_count. */
int run_list(struct arena *arena, const char ***ret, size_t *ret_count, struct vmtp_error *err);

int ledger_create(const char *folder, struct ledger **ret, struct vmtp_error *err);
/* Of a run that is not alive: -EBUSY if it is. */
int ledger_open(const char *folder, struct ledger **ret, struct vmtp_error *err);
void ledger_free(struct ledger *ledger);
DEFINE_CLEANUP(ledger_free, struct ledger *)

/* On disk (fsync) when they return 0.  [any] */
int ledger_add(struct ledger *ledger, const char *kind, const char *id, struct vmtp_error *err);
int ledger_drop(struct ledger *ledger, const char *kind, const char *id, struct vmtp_error *err);
/* What is still owned, newest first: rows of struct vmtp_owned, in the arena. */
int ledger_rows(struct ledger *ledger, struct arena *arena, struct vmtp_table *ret,
                struct vmtp_error *err);

#endif
