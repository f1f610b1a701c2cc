/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of the sink sqlite: what it keeps, what it gives back, and what it leaves alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "tests/fakes/sink.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

struct options {
    const char *path;
    bool samples;
};

#define RESULT(protocol)                                                                           \
    "{\"key\":\"flow=b\",\"flow\":\"b\",\"tool\":\"native\",\"status\":\"ok\",\"options\":{"       \
    "\"protocol\":\"" protocol "\"},\"metrics\":{\"goodput\":{\"unit\":\"bit/s\",\"value\":9.5e8," \
    "\"stat\":\"median\",\"n\":6,\"ci95\":[9e8,1e9]},\"loss\":{\"unit\":\"packets\",\"lost\":1}}}"
#define DOCUMENT(started, encapsulation, protocol)                                                 \
    "{ \"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"r1\",\"name\":\"d\xc3\xa9mo\",\"started\":"  \
    "\"" started "\"},\"cloud\":{\"name\":\"local\",\"facts\":{\"encapsulation\":\"" encapsulation \
    "\"}},\n\"results\":[" RESULT(                                                                 \
        protocol) ",{\"key\":\"k\",\"tool\":\"ping\",\"status\":"                                  \
                  "\"failed\",\"error\":\"no 'route'; DROP TABLE runs\",\"metrics\":{}}]}"
#define SOME DOCUMENT("2026-11-21T17:02:59.791Z", "vxlan", "tcp")
/* VMTP's own. */
#define CLASSIC                                                                                    \
    "{\"date\":\"2015-03-05 10:11:12\",\"encapsulation\":\"vlan\",\"flows\":[{\"desc\":\"VM to "   \
    "VM\",\"results\":[{\"protocol\":\"UDP\",\"tool\":\"nuttcp-5.5.5\"},{\"protocol\":\"TCP\","    \
    "\"error\":\"it failed\"}]},{\"desc\":\"x\",\"results\":\"VM cannot be spawned.\"}]}"

static void path_of(void **state, char path[96])
{
    snprintf(path, 96, "%s/x.db", (const char *)*state);
}

/* One run of an instance. */
static int keep(const char *path, bool samples, const char *run, const char *document,
                struct vmtp_error *err)
{
    const struct options opt = { path, samples };
    struct fake_sink sink;
    int r;

    fake_sink_make(&sink, "sqlite", &opt);
    r = sink.ops->begin(&sink.host->self, run, err);
    for (int i = 0; i < 3 && r == 0; i++)
        r = sink.ops->record(&sink.host->self,
                             &(struct vmtp_record){ .size = sizeof(struct vmtp_record),
                                                    .run = run,
                                                    .flow = "flow=b",
                                                    .subject = "",
                                                    .metric = "goodput",
                                                    .unit = "bit/s",
                                                    .kind = VMTP_GAUGE,
                                                    .trial = (uint32_t)i,
                                                    .wall_ns = 1795228800123456000,
                                                    .value = 9.5e8 },
                             err);
    if (r == 0)
        r = sink.ops->end(&sink.host->self, document, strlen(document), err);
    fake_sink_clear(&sink);
    return r;
}

static void kept(const char *path, bool samples, const char *run, const char *document)
{
    struct vmtp_error err = { 0 };

    if (keep(path, samples, run, document, &err) < 0)
        fail_msg("%s", err.text);
}

static void fails(const char *path, int code, const char *why)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(keep(path, true, "r9", SOME, &err), code);
    if (!strstr(err.text, why) || !strstr(err.text, path))
        fail_msg("'%s' does not say '%s'", err.text, why);
}

/* What SQL says of the file: columns with '|', rows with a newline. */
static void says(const char *path, const char *sql, const char *expected)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    sqlite3_stmt *rows;
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(rows) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const unsigned char *value = sqlite3_column_text(rows, i);

            buf_printf(&text, "%s%s", value ? (const char *)value : "NULL",
                       i + 1 < sqlite3_column_count(rows) ? "|" : "\n");
        }
    assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
    sqlite3_close(db);
    assert_string_equal(buf_text(&text), expected);
}

static int take_text(void *arg, const char *json, size_t len)
{
    buf_add(arg, json, len);
    buf_add_text(arg, "\n");
    return 0;
}

static int recall(const char *path, const struct vmtp_question *question, struct buf *text,
                  struct vmtp_error *err)
{
    const struct options opt = { path, false };
    struct fake_sink sink;
    int r;

    fake_sink_make(&sink, "sqlite", &opt);
    r = sink.ops->recall(&sink.host->self, question, take_text, text, err);
    fake_sink_clear(&sink);
    return r;
}

static void answers(const char *path, struct vmtp_question question, const char *expected)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    struct vmtp_error err = { 0 };

    question.size = sizeof question;
    if (recall(path, &question, &text, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(buf_text(&text), expected);
}

static void a_run_has_rows_for_its_results_and_figures(void **state)
{
    char path[96];

    path_of(state, path);
    kept(path, false, "r1", SOME);
    says(path, "SELECT id, schema, name, round(began, 3), cloud, encapsulation FROM runs",
         "r1|vmtp.result/1|d\xc3\xa9mo|1795280579.791|local|vxlan\n");
    says(path, "SELECT run, key, protocol, path, status, why FROM results",
         "1|flow=b|tcp|NULL|ok|NULL\n1|k|icmp|NULL|failed|no 'route'; DROP TABLE runs\n");
    says(path, "SELECT * FROM figures",
         "1|goodput|median|bit/s|950000000.0|900000000.0|1000000000.0|6|NULL\n"
         "1|loss|lost|packets|1.0|NULL|NULL|NULL|NULL\n");
    says(path, "SELECT count(*) FROM samples", "0\n");
    assert_int_equal(folder_files(*state), 1);
}

static void samples_are_kept_where_they_are_wanted(void **state)
{
    char path[96];

    path_of(state, path);
    kept(path, true, "r1", SOME);
    says(path,
         "SELECT run, time, flow, subject, metric, kind, unit, trial, final, value, failed, search "
         "FROM samples LIMIT 1",
         "1|1795228800.12346|flow=b||goodput|gauge|bit/s|NULL|0|950000000.0|0|0\n");
    says(path, "SELECT count(*), max(trial) FROM samples", "3|2\n");
}

static void a_run_sent_again_takes_its_own_place(void **state)
{
    char path[96];

    path_of(state, path);
    kept(path, true, "r1", SOME);
    kept(path, true, "r2", SOME);
    kept(path, true, "r1", DOCUMENT("2026-11-21T17:02:59.791Z", "gre", "udp"));
    says(path, "SELECT id, encapsulation FROM runs ORDER BY id", "r1|gre\nr2|vxlan\n");
    says(path,
         "SELECT (SELECT count(*) FROM results), (SELECT count(*) FROM figures), "
         "(SELECT count(*) FROM samples)",
         "4|4|6\n");
    says(path, "PRAGMA foreign_key_check", "");
    says(path, "PRAGMA integrity_check", "ok\n");
}

static void a_run_that_is_cut_off_leaves_what_was_there(void **state)
{
    char path[96];
    const struct options opt = { path, true };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    path_of(state, path);
    kept(path, true, "r1", SOME);
    fake_sink_make(&sink, "sqlite", &opt);
    assert_int_equal(sink.ops->begin(&sink.host->self, "r1", &err), 0);
    fake_sink_clear(&sink);
    fake_sink_make(&sink, "sqlite", &opt);
    assert_int_equal(fake_sink_feed(&sink, 9, "{", &err), -EINVAL);
    assert_string_equal(err.text, "the result document is no JSON");
    fake_sink_clear(&sink);
    says(path, "SELECT count(*) FROM samples", "3\n");
    answers(path, (struct vmtp_question){ 0 }, SOME "\n");
}

static void documents_come_back_to_the_letter_the_newest_first(void **state)
{
    char path[96];

    path_of(state, path);
    kept(path, false, "r2", DOCUMENT("2026-11-22T00:00:00Z", "vlan", "udp"));
    kept(path, false, "r1", SOME);
    kept(path, false, "old", CLASSIC);
    kept(path, false, "odd", "[1, 2]");
    answers(path, (struct vmtp_question){ 0 },
            DOCUMENT("2026-11-22T00:00:00Z", "vlan", "udp") "\n" SOME "\n" CLASSIC "\n[1, 2]\n");
    answers(path, (struct vmtp_question){ .run = "", .protocol = "", .most = 1 },
            DOCUMENT("2026-11-22T00:00:00Z", "vlan", "udp") "\n");
}

static void questions_choose_by_all_that_they_say(void **state)
{
    const uint64_t began_ns = 1795280579791000000;
    char path[96];

    path_of(state, path);
    kept(path, false, "r2", DOCUMENT("2026-11-22T00:00:00Z", "vlan", "udp"));
    kept(path, false, "r1", SOME);
    kept(path, false, "old", CLASSIC);
    answers(path, (struct vmtp_question){ .run = "r1" }, SOME "\n");
    answers(path, (struct vmtp_question){ .run = "r3" }, "");
    answers(path, (struct vmtp_question){ .protocol = "tcp" }, SOME "\n" CLASSIC "\n");
    answers(path, (struct vmtp_question){ .protocol = "icmp", .encapsulation = "VXLAN" },
            SOME "\n");
    answers(path, (struct vmtp_question){ .encapsulation = "vlan", .protocol = "tcp" },
            CLASSIC "\n");
    answers(path, (struct vmtp_question){ .protocol = "' OR 1=1 --" }, "");
    answers(
        path,
        (struct vmtp_question){ .since_wall_ns = began_ns, .until_wall_ns = began_ns + 1000000 },
        SOME "\n");
    answers(path, (struct vmtp_question){ .until_wall_ns = began_ns - 1000000 }, CLASSIC "\n");
}

static int take_one(void *arg, const char *json, size_t len)
{
    (void)json, (void)len;
    return ++*(int *)arg == 1 ? 7 : 0;
}

static void giving_ends_when_no_more_is_taken(void **state)
{
    const struct vmtp_question all = { .size = sizeof all };
    char path[96];
    const struct options opt = { path, false };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;
    int taken = 0;

    path_of(state, path);
    kept(path, false, "r1", SOME);
    kept(path, false, "r2", SOME);
    fake_sink_make(&sink, "sqlite", &opt);
    assert_int_equal(sink.ops->recall(&sink.host->self, &all, take_one, &taken, &err), 7);
    assert_int_equal(taken, 1);
    fake_sink_clear(&sink);
}

static void results_of_vmtps_own_document_have_rows(void **state)
{
    char path[96];

    path_of(state, path);
    kept(path, false, "old", CLASSIC);
    says(path, "SELECT flow, tool, protocol, status, why FROM results",
         "VM to VM|nuttcp-5.5.5|UDP|ok|NULL\nVM to VM|NULL|TCP|failed|it failed\n");
    says(path, "SELECT schema, datetime(began, 'unixepoch', 'localtime') FROM runs",
         "NULL|2015-03-05 10:11:12\n");
}

static void asking_makes_no_file(void **state)
{
    const struct vmtp_question all = { .size = sizeof all };
    struct vmtp_error err = { 0 };
    char path[96];

    path_of(state, path);
    assert_int_equal(recall(path, &all, NULL, &err), -ENOENT);
    assert_non_null(strstr(err.text, "x.db: No such file or directory"));
    assert_int_equal(folder_files(*state), 0);
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    assert_int_equal(recall(path, &all, NULL, &err), -ENODATA);
    assert_non_null(strstr(err.text, "x.db: nothing was ever kept in it"));
}

static void sql_run(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void tables_of_a_newer_vmtp_are_left_alone(void **state)
{
    char path[96];

    path_of(state, path);
    kept(path, false, "r1", SOME);
    sql_run(path, "PRAGMA user_version = 3");
    fails(path, -ENOTSUP, "a newer vmtp has made it (tables of version 3)");
    says(path, "SELECT id FROM runs", "r1\n");
}

static void tables_of_an_older_vmtp_get_what_they_lack(void **state)
{
    char path[96];

    path_of(state, path);
    kept(path, true, "r1", SOME);
    sql_run(path, "ALTER TABLE samples DROP COLUMN part; PRAGMA user_version = 1");
    kept(path, true, "r2", SOME);
    says(path, "SELECT part, count(*) FROM samples GROUP BY part", "|6\n");
    says(path, "PRAGMA user_version", "2\n");
    kept(path, true, "r3", SOME);
    says(path, "SELECT count(*) FROM samples", "9\n");
}

static void what_is_no_database_of_vmtps_is_left_alone(void **state)
{
    static const char text[] = "dear diary, this is no database at all, and long enough for it";
    struct vmtp_error err = { 0 };
    char path[96];

    path_of(state, path);
    sql_run(path, "CREATE TABLE theirs (x)");
    fails(path, -EINVAL, "another program's");
    says(path, "SELECT name FROM sqlite_master", "theirs\n");
    assert_int_equal(file_replace(path, text, sizeof text, 0644, &err), 0);
    fails(path, -EINVAL, "no SQLite database");
    fails("/dev/full", -EINVAL, "it is no file");
    fails(*state, -EINVAL, "it is no file");
    fails("/nonexistent/x.db", -ENOENT, "No such file");
    assert_int_equal(folder_files(*state), 1);
}

static void a_damaged_database_is_said_to_be_one(void **state)
{
    char path[96], junk[4096 * 4];
    int fd;

    path_of(state, path);
    kept(path, true, "r1", SOME);
    memset(junk, 0x5a, sizeof junk);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, junk, sizeof junk, 4096), sizeof junk);
    close(fd);
    fails(path, -EBADMSG, "the database is damaged");
}

static void names_that_are_special_to_sqlite_are_files(void **state)
{
    assert_int_equal(chdir(*state), 0);
    kept("file:x.db?mode=memory", false, "r1", SOME);
    kept(":memory:", false, "r1", SOME);
    answers(":memory:", (struct vmtp_question){ 0 }, SOME "\n");
    assert_int_equal(folder_files(*state), 2);
    assert_int_equal(chdir("/"), 0);
}

static void a_path_is_wanted(void **state)
{
    static const struct options none = { "", false }, dash = { "-", false }, some = { "x", false };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    (void)state;
    fake_sink_make(&sink, "sqlite", &none);
    assert_int_equal(sink.component->table.check(&none, &err), -EINVAL);
    assert_int_equal(sink.component->table.check(&dash, &err), -EINVAL);
    assert_string_equal(err.text, "path: give the database a file");
    assert_int_equal(sink.component->table.check(&some, NULL), 0);
    fake_sink_clear(&sink);
}

static void waiting_for_another_program_ends(void **state)
{
    struct vmtp_error err = { 0 };
    char path[96];
    const struct options opt = { path, false };
    struct fake_sink sink;
    sqlite3 *other;

    path_of(state, path);
    kept(path, false, "r1", SOME);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    fake_sink_make(&sink, "sqlite", &opt);
    sink.host->deadline_ns = clock_now_ns() + 100000000;
    assert_int_equal(fake_sink_feed(&sink, 0, SOME, &err), -EBUSY);
    assert_non_null(strstr(err.text, "x.db: another program keeps it locked"));
    fake_sink_clear(&sink);
    fake_sink_make(&sink, "sqlite", &opt);
    fake_host_cancel(sink.host);
    assert_int_equal(fake_sink_feed(&sink, 0, SOME, &err), -ECANCELED);
    fake_sink_clear(&sink);
    sqlite3_close(other);
    kept(path, false, "r2", SOME);
}

static void a_full_disk_keeps_what_was_there(void **state)
{
    struct rlimit all, little;
    char path[96];

    path_of(state, path);
    kept(path, false, "r1", SOME);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &all);
    little = (struct rlimit){ 8192, all.rlim_max };
    setrlimit(RLIMIT_FSIZE, &little);
    fails(path, -EFBIG, "File too large");
    setrlimit(RLIMIT_FSIZE, &all);
    answers(path, (struct vmtp_question){ 0 }, SOME "\n");
    says(path, "PRAGMA integrity_check", "ok\n");
}

#define t(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(a_run_has_rows_for_its_results_and_figures),
        t(samples_are_kept_where_they_are_wanted),
        t(a_run_sent_again_takes_its_own_place),
        t(a_run_that_is_cut_off_leaves_what_was_there),
        t(documents_come_back_to_the_letter_the_newest_first),
        t(questions_choose_by_all_that_they_say),
        t(giving_ends_when_no_more_is_taken),
        t(results_of_vmtps_own_document_have_rows),
        t(asking_makes_no_file),
        t(tables_of_a_newer_vmtp_are_left_alone),
        t(tables_of_an_older_vmtp_get_what_they_lack),
        t(what_is_no_database_of_vmtps_is_left_alone),
        t(a_damaged_database_is_said_to_be_one),
        t(names_that_are_special_to_sqlite_are_files),
        t(a_path_is_wanted),
        t(waiting_for_another_program_ends),
        t(a_full_disk_keeps_what_was_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
