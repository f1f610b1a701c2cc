/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of a store: opening it, its tables, and what SQLite says when something fails.
 *
 * All that is written between store_begin() and store_commit() is one transaction, which
 * store_close() takes back.  It is kept in SQLite's rollback journal, not in a write-ahead log:
 * that is one file that may be copied, and may lie on NFS.  Who waits for another program's
 * transaction heeds the cancel fd, and gives up in the end.  Owner: the sink's instance, in one
 * thread at a time.
 */
#ifndef SQLITE_STORE_H
#define SQLITE_STORE_H

#include <sqlite3.h>
#include <vmtp/host.h>

struct store {
    struct vmtp_self *self;
    const char *path;
    sqlite3 *db; /* NULL: not open */
    uint64_t give_up_ns;
    bool cancelled;
};

/* To write: what is not there is made.  path is borrowed. */
int store_begin(struct store *store, struct vmtp_self *self, const char *path,
                struct vmtp_error *err);
int store_commit(struct store *store, struct vmtp_error *err);
/* To read what is there. */
int store_open(struct store *store, struct vmtp_self *self, const char *path,
               struct vmtp_error *err);
void store_close(struct store *store);

/* The statement is the caller's, to sqlite3_finalize() before the store is closed. */
int store_prepare(struct store *store, const char *sql, sqlite3_stmt **ret, struct vmtp_error *err);
/* 1: a row; 0: there are no more. */
int store_step(struct store *store, sqlite3_stmt *statement, struct vmtp_error *err);
/* All of a statement that gives no rows; it can be bound and run again. */
int store_run(struct store *store, sqlite3_stmt *statement, struct vmtp_error *err);

#endif
