/* SPDX-License-Identifier: Apache-2.0
 *
 * sqlite: keeps all runs in one file, for people without a database server.
 *
 * A run is one transaction, from begin() to end(): it is in the file as a whole or not at all, and
 * in the place of what was kept of the same run before.
 */
#include "../../common/file.h"
#include "document.h"

#include <vmtp/plugin.h>

struct options {
    const char *path;
    bool samples;
};

struct state {
    struct store store;
    sqlite3_stmt *sample; /* NULL: not wanted */
    int64_t run;
};

static const struct vmtp_option options[] = {
    { "path", "The database; made where there is none", VMTP_OPT_PATH(struct options, path),
      .def = "vmtp.db" },
    { "samples", "Keep every sample too, not only the results",
      VMTP_OPT_BOOL(struct options, samples), .def = "false" },
};

static const char *const kinds[] = {
    [VMTP_GAUGE] = "gauge",
    [VMTP_COUNTER] = "counter",
    [VMTP_DISTRIBUTION] = "distribution",
};

static int sqlite_check(const void *opt, struct vmtp_error *err)
{
    const char *path = ((const struct options *)opt)->path;

    if (!path || !*path || path_is_stdout(path))
        return vmtp_fail(err, -EINVAL, "path: give the database a file");
    return 0;
}

static int sqlite_begin(struct vmtp_self *self, const char *run, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    struct state *state = self->state;
    int r = store_begin(&state->store, self, opt->path, err);

    if (r == 0)
        r = run_add(&state->store, run, &state->run, err);
    if (r == 0 && opt->samples)
        r = store_prepare(&state->store,
                          "INSERT INTO samples VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                          " ?11, ?12, ?13)",
                          &state->sample, err);
    return r;
}

static int sqlite_record(struct vmtp_self *self, const struct vmtp_record *record,
                         struct vmtp_error *err)
{
    struct state *state = self->state;
    sqlite3_stmt *sample = state->sample;
    const char *kind = record->kind < sizeof kinds / sizeof *kinds ? kinds[record->kind] : NULL;
    const char *texts[] = { record->flow, record->subject, record->metric, kind, record->unit };

    if (!sample)
        return 0;
    sqlite3_bind_int64(sample, 1, state->run);
    sqlite3_bind_double(sample, 2, (double)record->wall_ns / 1e9);
    for (int i = 0; i < 5; i++)
        sqlite3_bind_text(sample, 3 + i, texts[i], -1, SQLITE_STATIC); /* NULL is NULL */
    if (record->trial)
        sqlite3_bind_int64(sample, 8, record->trial);
    else
        sqlite3_bind_null(sample, 8);
    sqlite3_bind_int(sample, 9, record->final != 0);
    sqlite3_bind_double(sample, 10, record->value);
    sqlite3_bind_int(sample, 11, record->failed != 0);
    sqlite3_bind_int(sample, 12, record->search != 0);
    sqlite3_bind_text(sample, 13, VMTP_HAS(record, part) ? record->part : "", -1, SQLITE_STATIC);
    return store_run(&state->store, sample, err);
}

static int sqlite_end(struct vmtp_self *self, const char *json, size_t len, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    struct state *state = self->state;
    int r = document_keep(&state->store, state->run, json, len, err);

    if (r == 0)
        r = store_commit(&state->store, err);
    if (r == 0)
        out_file_tell(self, opt->path);
    return r;
}

static int sqlite_recall(struct vmtp_self *self, const struct vmtp_question *question,
                         int (*take)(void *arg, const char *json, size_t len), void *arg,
                         struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    struct state *state = self->state;
    int r = store_open(&state->store, self, opt->path, err);

    return r < 0 ? r : documents_give(&state->store, question, take, arg, err);
}

static void sqlite_close(struct vmtp_self *self)
{
    struct state *state = self->state;

    sqlite3_finalize(state->sample);
    store_close(&state->store);
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .begin = sqlite_begin,
    .record = sqlite_record,
    .end = sqlite_end,
    .recall = sqlite_recall,
};

static const struct vmtp_component sqlite = {
    .size = sizeof sqlite,
    .kind = VMTP_SINK,
    .name = "sqlite",
    .summary = "All runs in one file that can be asked",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct options),
    .state_size = sizeof(struct state),
    .check = sqlite_check,
    .close = sqlite_close,
    .ops = &sink,
};

VMTP_MODULE(.name = "sqlite", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&sqlite));
