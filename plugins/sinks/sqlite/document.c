/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include "../../common/clock.h"
#include "../../common/figure.h"
#include "../../common/moment.h"

#include <math.h>

/* Where rows go. */
struct keeper {
    struct store *store;
    struct vmtp_error *err;
    sqlite3_stmt *result, *figure;
    int64_t run;
};

static const char *text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* What is not known is NULL. */
static void text_bind(sqlite3_stmt *statement, int column, const char *value)
{
    if (value && *value)
        sqlite3_bind_text(statement, column, value, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, column);
}

static void texts_bind(sqlite3_stmt *statement, int column, const char *const *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_bind(statement, column + (int)i, values[i]);
}

/* ---- rows ---- */

static int figure_keep(void *arg, const struct figure_row *row)
{
    const char *texts[] = { row->metric, row->stat, row->unit };
    struct keeper *keeper = arg;
    sqlite3_stmt *figure = keeper->figure;

    if (!*row->metric)
        return 0;
    texts_bind(figure, 2, texts, sizeof texts / sizeof *texts);
    sqlite3_bind_double(figure, 5, row->value); /* NAN is NULL */
    sqlite3_bind_double(figure, 6, row->low);
    sqlite3_bind_double(figure, 7, row->high);
    sqlite3_bind_double(figure, 8, row->n);
    text_bind(figure, 9, row->why);
    return store_run(keeper->store, figure, keeper->err);
}

static int result_insert(struct keeper *keeper, const char *const *texts, size_t count)
{
    sqlite3_bind_int64(keeper->result, 1, keeper->run);
    texts_bind(keeper->result, 2, texts, count);
    return store_run(keeper->store, keeper->result, keeper->err);
}

static const char *protocol_of(const json_t *result)
{
    const char *protocol = text(json_object_get(result, "options"), "protocol");
    const char *tool = text(result, "tool");

    return !protocol && tool && strcmp(tool, "ping") == 0 ? "icmp" : protocol;
}

static int result_keep(struct keeper *keeper, const json_t *result)
{
    const char *error = text(result, "error");
    const char *texts[] = {
        text(result, "key"),
        text(result, "flow"),
        text(result, "tool"),
        protocol_of(result),
        text(result, "path"),
        text(result, "placement"),
        text(result, "from"),
        text(result, "to"),
        text(result, "status"),
        text(result, "verdict"),
        error ? error : text(result, "reason"),
    };
    int r = result_insert(keeper, texts, sizeof texts / sizeof *texts);

    if (r < 0)
        return r;
    sqlite3_bind_int64(keeper->figure, 1, sqlite3_last_insert_rowid(keeper->store->db));
    return figures_of(result, figure_keep, keeper);
}

static int list_keep(struct keeper *keeper, const json_t *results)
{
    const json_t *result;
    size_t i;
    int r = 0;

    json_array_foreach(results, i, result)
    {
        if (r == 0)
            r = result_keep(keeper, result);
    }
    return r;
}

/* An entry of VMTP's own document. */
static int entry_keep(struct keeper *keeper, const json_t *flow, const json_t *entry)
{
    const char *error = text(entry, "error");
    const char *failed = json_is_true(json_object_get(entry, "skipped")) ? "skipped" : "failed";
    const char *texts[] = {
        text(entry, "key"),
        text(flow, "desc"),
        text(entry, "tool"),
        text(entry, "protocol"),
        NULL,
        NULL,
        text(flow, "ip_from"),
        text(flow, "ip_to"),
        error ? failed : "ok",
        NULL,
        error,
    };

    return result_insert(keeper, texts, sizeof texts / sizeof *texts);
}

static int results_keep(struct keeper *keeper, const json_t *document)
{
    const json_t *flow, *entry;
    int r = list_keep(keeper, json_object_get(document, "results"));
    size_t i, j;

    if (r == 0)
        r = list_keep(keeper, json_object_get(document, "aggregates"));
    json_array_foreach(json_object_get(document, "flows"), i, flow)
    {
        json_array_foreach(json_object_get(flow, "results"), j, entry)
        {
            if (r == 0)
                r = entry_keep(keeper, flow, entry);
        }
    }
    return r;
}

/* ---- the run ---- */

/* The same moment is the same number, whichever way it came; 0 is not known, NAN. */
static double seconds(uint64_t wall_ns)
{
    uint64_t whole = wall_ns / NS_PER_S;

    if (!wall_ns)
        return NAN;
    return (double)whole + (double)(wall_ns % NS_PER_S) / 1e9;
}

static void run_bind(sqlite3_stmt *statement, const json_t *document)
{
    const json_t *run = json_object_get(document, "run");
    const json_t *cloud = json_object_get(document, "cloud");
    const char *started = text(run, "started"), *version = text(run, "version");
    const char *encapsulation = text(json_object_get(cloud, "facts"), "encapsulation");
    const char *name = text(run, "name");

    text_bind(statement, 2, text(document, "schema"));
    text_bind(statement, 3, name ? name : text(document, "test_description"));
    sqlite3_bind_double(statement, 4,
                        seconds(moment_ns(started ? started : text(document, "date"))));
    text_bind(statement, 5, version ? version : text(document, "version"));
    text_bind(statement, 6, text(cloud, "name"));
    text_bind(statement, 7, encapsulation ? encapsulation : text(document, "encapsulation"));
}

static int id_run(struct store *store, const char *sql, const char *id, struct vmtp_error *err)
{
    sqlite3_stmt *statement = NULL;
    int r = store_prepare(store, sql, &statement, err);

    if (r < 0)
        return r;
    sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
    r = store_run(store, statement, err);
    sqlite3_finalize(statement);
    return r;
}

int run_add(struct store *store, const char *id, int64_t *ret_run, struct vmtp_error *err)
{
    int r = id_run(store, "DELETE FROM runs WHERE id = ?", id, err);

    if (r == 0)
        r = id_run(store, "INSERT INTO runs (id) VALUES (?)", id, err);
    if (r == 0)
        *ret_run = sqlite3_last_insert_rowid(store->db);
    return r;
}

static int run_keep(struct keeper *keeper, const json_t *document, const char *json, size_t len)
{
    sqlite3_stmt *statement = NULL;
    int r = store_prepare(keeper->store,
                          "UPDATE runs SET schema = ?2, name = ?3, began = ?4, version = ?5,"
                          " cloud = ?6, encapsulation = ?7, document = ?8 WHERE number = ?1",
                          &statement, keeper->err);

    if (r < 0)
        return r;
    sqlite3_bind_int64(statement, 1, keeper->run);
    run_bind(statement, document);
    if (sqlite3_bind_text64(statement, 8, json, len, SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK)
        r = store_run(keeper->store, statement, keeper->err);
    else
        r = vmtp_fail(keeper->err, -EFBIG, "%s: a document of %zu bytes is more than it takes",
                      keeper->store->path, len);
    sqlite3_finalize(statement);
    return r;
}

static int document_rows(struct keeper *keeper, const json_t *document)
{
    int r = store_prepare(keeper->store,
                          "INSERT INTO results VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6,"
                          " ?7, ?8, ?9, ?10, ?11, ?12)",
                          &keeper->result, keeper->err);

    if (r == 0)
        r = store_prepare(keeper->store,
                          "INSERT INTO figures VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
                          " ?8, ?9)",
                          &keeper->figure, keeper->err);
    if (r == 0)
        r = results_keep(keeper, document);
    sqlite3_finalize(keeper->result);
    sqlite3_finalize(keeper->figure);
    return r;
}

int document_keep(struct store *store, int64_t run, const char *json, size_t len,
                  struct vmtp_error *err)
{
    struct keeper keeper = { .store = store, .err = err, .run = run };
    json_t *document = json_loadb(json, len, 0, NULL);
    int r;

    if (!document)
        return vmtp_fail(err, -EINVAL, "the result document is no JSON");
    r = run_keep(&keeper, document, json, len);
    if (r == 0)
        r = document_rows(&keeper, document);
    json_decref(document);
    return r;
}

/* ---- and back ---- */

static int question_ask(struct store *store, const struct vmtp_question *question,
                        sqlite3_stmt **ret, struct vmtp_error *err)
{
    const char *texts[] = { question->run, question->protocol, question->encapsulation };
    int r = store_prepare(store,
                          "SELECT document FROM runs WHERE (?1 IS NULL OR id = ?1)"
                          " AND (?2 IS NULL OR EXISTS (SELECT 1 FROM results WHERE run = "
                          "runs.number AND protocol = ?2))"
                          " AND (?3 IS NULL OR encapsulation = ?3)"
                          " AND (?4 IS NULL OR began >= ?4) AND (?5 IS NULL OR began < ?5)"
                          " ORDER BY began DESC, number DESC LIMIT ?6",
                          ret, err);

    if (r < 0)
        return r;
    texts_bind(*ret, 1, texts, sizeof texts / sizeof *texts);
    sqlite3_bind_double(*ret, 4, seconds(question->since_wall_ns));
    sqlite3_bind_double(*ret, 5, seconds(question->until_wall_ns));
    sqlite3_bind_int64(*ret, 6, question->most ? (int64_t)(question->most & INT64_MAX) : -1);
    return 0;
}

int documents_give(struct store *store, const struct vmtp_question *question,
                   int (*take)(void *arg, const char *json, size_t len), void *arg,
                   struct vmtp_error *err)
{
    sqlite3_stmt *rows = NULL;
    int r = question_ask(store, question, &rows, err);

    if (r < 0)
        return r;
    while ((r = store_step(store, rows, err)) > 0) {
        const char *json = (const char *)sqlite3_column_text(rows, 0);

        if (!json) {
            r = vmtp_fail(err, -ENOMEM, "%s: out of memory", store->path);
            break;
        }
        r = take(arg, json, (size_t)sqlite3_column_bytes(rows, 0));
        if (r)
            break;
    }
    sqlite3_finalize(rows);
    return r;
}
