/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include "../../common/clock.h"

#include <limits.h>
#include <sys/stat.h>

#define MARK      0x766d7470 /* "vmtp", the application_id of our files */
#define VERSION   2          /* of the tables; the first had samples without a part */
#define PAUSE_NS  (20 * NS_PER_MS)
#define WAIT_NS   (60 * NS_PER_S) /* another vmtp may be writing a run with all its samples */
#define TEXT_(of) #of
#define TEXT(of)  TEXT_(of)

static const char tables[] =
    "CREATE TABLE runs (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, schema TEXT,"
    " name TEXT, began REAL, version TEXT, cloud TEXT, encapsulation TEXT COLLATE NOCASE,"
    " document TEXT);"
    "CREATE INDEX runs_began ON runs (began);"
    "CREATE TABLE results (number INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, key TEXT, flow TEXT, tool TEXT,"
    " protocol TEXT COLLATE NOCASE, path TEXT, placement TEXT, \"from\" TEXT, \"to\" TEXT,"
    " status TEXT, verdict TEXT, why TEXT);"
    "CREATE INDEX results_run ON results (run, protocol);"
    "CREATE INDEX results_key ON results (key);"
    "CREATE TABLE figures (result INTEGER NOT NULL REFERENCES results ON DELETE CASCADE,"
    " metric TEXT, stat TEXT, unit TEXT, value REAL, ci95_low REAL, ci95_high REAL, n INTEGER,"
    " why TEXT);"
    "CREATE INDEX figures_result ON figures (result);"
    "CREATE TABLE samples (run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, time REAL,"
    " flow TEXT, subject TEXT, metric TEXT, kind TEXT, unit TEXT, trial INTEGER, final INTEGER,"
    " value REAL, failed INTEGER, search INTEGER, part TEXT);"
    "CREATE INDEX samples_run ON samples (run, flow, metric);"
    "PRAGMA application_id = " TEXT(MARK) ";"
                                          "PRAGMA user_version = " TEXT(VERSION);

/* From the first version to this one. */
static const char growth[] = "ALTER TABLE samples ADD COLUMN part TEXT DEFAULT '';"
                             "PRAGMA user_version = " TEXT(VERSION);

/* ---- what SQLite says ---- */

static int busy_fail(const struct store *store, struct vmtp_error *err)
{
    if (store->cancelled)
        return vmtp_fail(err, -ECANCELED, "%s: cancelled while another program wrote to it",
                         store->path);
    return vmtp_fail(err, -EBUSY, "%s: another program keeps it locked", store->path);
}

static int system_fail(const struct store *store, struct vmtp_error *err)
{
    int code = sqlite3_system_errno(store->db);

    if (!code)
        return vmtp_fail(err, -EIO, "%s: %s", store->path, sqlite3_errmsg(store->db));
    return vmtp_fail(err, -code, "%s: %s", store->path, strerror(code));
}

static int store_fail(const struct store *store, struct vmtp_error *err)
{
    switch (sqlite3_errcode(store->db) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return busy_fail(store, err);
    case SQLITE_NOMEM:
        return vmtp_fail(err, -ENOMEM, "%s: out of memory", store->path);
    case SQLITE_FULL:
        return vmtp_fail(err, -ENOSPC, "%s: %s", store->path, strerror(ENOSPC));
    case SQLITE_READONLY:
        return vmtp_fail(err, -EROFS, "%s: it can't be written to", store->path);
    case SQLITE_NOTADB:
        return vmtp_fail(err, -EINVAL, "%s: it is no SQLite database; give path another file",
                         store->path);
    case SQLITE_CORRUPT:
        return vmtp_fail(err, -EBADMSG,
                         "%s: the database is damaged; sqlite3's .recover may save what is in it",
                         store->path);
    default:
        return system_fail(store, err);
    }
}

int store_prepare(struct store *store, const char *sql, sqlite3_stmt **ret, struct vmtp_error *err)
{
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return store_fail(store, err);
    *ret = statement;
    return 0;
}

int store_step(struct store *store, sqlite3_stmt *statement, struct vmtp_error *err)
{
    int r = sqlite3_step(statement);

    if (r == SQLITE_ROW || r == SQLITE_DONE)
        return r == SQLITE_ROW;
    return store_fail(store, err);
}

int store_run(struct store *store, sqlite3_stmt *statement, struct vmtp_error *err)
{
    int r = store_step(store, statement, err);

    sqlite3_reset(statement);
    return r < 0 ? r : 0;
}

static int execute(struct store *store, const char *sql, struct vmtp_error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_fail(store, err);
}

/* ---- the file ---- */

static int wait_turn(void *arg, int tries)
{
    struct store *store = arg;
    uint64_t now_ns = clock_now_ns();
    int r;

    if (tries == 0)
        store->give_up_ns = now_ns + WAIT_NS;
    if (now_ns >= store->give_up_ns)
        return 0;
    r = store->self->host->pause(store->self, now_ns + PAUSE_NS);
    store->cancelled = r == -ECANCELED;
    return r == 0;
}

/* What stands in a file that is not known to be ours is not trusted to run anything. */
static void db_settle(struct store *store)
{
    sqlite3_busy_handler(store->db, wait_turn, store);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
}

static int db_open(struct store *store, int flags, struct vmtp_error *err)
{
    char name[PATH_MAX];
    struct stat st;
    /* ":memory:" and "file:x" are names of files like others. */
    int n = snprintf(name, sizeof name, "%s%s", *store->path == '/' ? "" : "./", store->path);

    if (n < 0 || (size_t)n >= sizeof name)
        return vmtp_fail(err, -ENAMETOOLONG, "%.80s...: %s", store->path, strerror(ENAMETOOLONG));
    if (stat(name, &st) == 0 && !S_ISREG(st.st_mode))
        return vmtp_fail(err, -EINVAL, "%s: it is no file; give path one", store->path);
    if (sqlite3_open_v2(name, &store->db, flags, NULL) != SQLITE_OK)
        return store_fail(store, err);
    db_settle(store);
    return 0;
}

static int number_read(struct store *store, const char *sql, int64_t *ret, struct vmtp_error *err)
{
    sqlite3_stmt *statement = NULL;
    int r = store_prepare(store, sql, &statement, err);

    if (r == 0)
        r = store_step(store, statement, err);
    if (r > 0)
        *ret = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return r < 0 ? r : 0;
}

/* *ret_sql makes of it what this vmtp writes into; NULL: it is that already. */
static int file_check(struct store *store, const char **ret_sql, struct vmtp_error *err)
{
    int64_t mark = 0, version = 0, objects = 0;
    bool empty;
    int r = number_read(store, "PRAGMA application_id", &mark, err);

    if (r == 0)
        r = number_read(store, "PRAGMA user_version", &version, err);
    if (r == 0)
        r = number_read(store, "SELECT count(*) FROM sqlite_master", &objects, err);
    if (r < 0)
        return r;
    empty = objects == 0 && mark == 0;
    *ret_sql = empty ? tables : version < VERSION ? growth : NULL;
    if (mark == MARK && version > VERSION)
        return vmtp_fail(err, -ENOTSUP, "%s: a newer vmtp has made it (tables of version %lld)",
                         store->path, (long long)version);
    if (mark != MARK && !empty)
        return vmtp_fail(err, -EINVAL,
                         "%s: the database is another program's; give path another file",
                         store->path);
    return 0;
}

int store_begin(struct store *store, struct vmtp_self *self, const char *path,
                struct vmtp_error *err)
{
    const char *sql = NULL;
    int r;

    *store = (struct store){ .self = self, .path = path };
    r = db_open(store, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
    if (r == 0)
        r = execute(store, "BEGIN IMMEDIATE", err);
    if (r == 0)
        r = file_check(store, &sql, err);
    if (r == 0 && sql)
        r = execute(store, sql, err);
    return r;
}

int store_commit(struct store *store, struct vmtp_error *err)
{
    return execute(store, "COMMIT", err);
}

/* Not read-only: what a writer that was killed has left half done is taken back by who comes next.
 */
int store_open(struct store *store, struct vmtp_self *self, const char *path,
               struct vmtp_error *err)
{
    const char *sql = NULL;
    int r;

    *store = (struct store){ .self = self, .path = path };
    r = db_open(store, SQLITE_OPEN_READWRITE, err);
    if (r == 0)
        r = file_check(store, &sql, err);
    if (r == 0 && sql == tables)
        r = vmtp_fail(err, -ENODATA, "%s: nothing was ever kept in it", path);
    return r;
}

void store_close(struct store *store)
{
    sqlite3_close(store->db);
    store->db = NULL;
}
