/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of the sinks json, csv and null.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/plugin/registry.h"
#include "tests/fakes/host.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <sys/stat.h>

#define DOCUMENT                                                                                   \
    "{\"run\":{\"id\":\"r1\"},\"results\":[{\"key\":\"flow=b,path=p\",\"flow\":\"b\",\"tool\":"    \
    "\"native\",\"path\":\"p\",\"from\":\"a\",\"to\":\"b\",\"status\":\"ok\",\"verdict\":"         \
    "\"none\","                                                                                    \
    "\"metrics\":{\"goodput\":{\"unit\":\"bit/s\",\"value\":9.5e8,\"stat\":\"median\",\"n\":3,"    \
    "\"no_ci95\":\"n too small: 3 < 6\"},\"loss\":{\"unit\":\"packets\",\"sent\":10,\"lost\":1,"   \
    "\"ratio\":0.1}}},{\"key\":\"k\",\"flow\":\"b\",\"status\":\"failed\",\"verdict\":\"none\","   \
    "\"error\":\"it said \\\"no\\\"\",\"metrics\":{}}]}"

struct json_options {
    const char *path;
    bool pretty;
};

struct csv_options {
    const char *results, *samples;
};

static char folder[64];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/vmtp-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(name);
}

static int teardown(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* One instance of a sink. */
struct bench {
    struct registry *registry;
    const struct component *component;
    struct fake_host *host;
};

static void bench_make(struct bench *bench, const char *name, const void *opt)
{
    struct vmtp_error err = { 0 };
    char file[256];

    snprintf(file, sizeof file, BUILD "/plugins/sinks/%s.so", name);
    if (registry_load_file(file, &bench->registry, &err) < 0)
        fail_msg("%s", err.text);
    bench->component = registry_find(bench->registry, VMTP_SINK, name);
    assert_non_null(bench->component);
    bench->host = fake_host_new(opt, bench->component->table.state_size);
    assert_non_null(bench->host);
}

static void bench_clear(struct bench *bench)
{
    if (bench->component->table.close)
        bench->component->table.close(&bench->host->self);
    fake_host_free(bench->host);
    registry_free(bench->registry);
}

static int feed(struct bench *bench, size_t records, struct vmtp_error *err)
{
    static const struct vmtp_record record = {
        .size = sizeof record,
        .run = "r1",
        .flow = "flow=b,path=p",
        .subject = "",
        .metric = "goodput",
        .unit = "bit/s",
        .kind = VMTP_GAUGE,
        .trial = 2,
        .final = 1,
        .wall_ns = 1795228800123456000,
        .value = 9.5e8,
    };
    const struct vmtp_sink *sink = &bench->component->ops.sink;
    struct vmtp_self *self = &bench->host->self;
    int r = sink->begin ? sink->begin(self, "r1", err) : 0;

    for (size_t i = 0; i < records && r == 0 && sink->record; i++)
        r = sink->record(self, &record, err);
    return r < 0 ? r : sink->end(self, DOCUMENT, sizeof DOCUMENT - 1, err);
}

static void holds(const char *path, const char *expected)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    struct vmtp_error err = { 0 };

    if (file_read(path, &text, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(buf_text(&text), expected);
}

static size_t files_in(const char *path)
{
    DIR *dir = opendir(path);
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static void json_keeps_the_document(void **state)
{
    struct vmtp_error err = { 0 };
    struct bench bench;
    char path[96];
    const struct json_options compact = { path, false }, pretty = { path, true };
    struct stat st;

    (void)state;
    snprintf(path, sizeof path, "%s/out.json", folder);
    umask(022);
    for (int i = 0; i < 2; i++) {
        _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
        json_t *before = json_loads(DOCUMENT, 0, NULL), *after;

        bench_make(&bench, "json", i ? &pretty : &compact);
        assert_int_equal(feed(&bench, 3, &err), 0);
        assert_int_equal(file_read(path, &text, &err), 0);
        assert_int_equal(strstr(buf_text(&text), "\n  \"run\"") != NULL, i);
        after = json_loads(buf_text(&text), 0, NULL);
        assert_true(json_equal(before, after));
        json_decref(before);
        json_decref(after);
        bench_clear(&bench);
    }
    assert_int_equal(files_in(folder), 1);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
}

static void json_says_which_file_is_full_and_leaves_the_old_one(void **state)
{
    const struct json_options full = { "/dev/full", true };
    struct vmtp_error err = { 0 };
    struct bench bench;

    (void)state;
    bench_make(&bench, "json", &full);
    assert_int_equal(feed(&bench, 0, &err), -ENOSPC);
    assert_string_equal(err.text, "/dev/full: No space left on device");
    bench_clear(&bench);
}

static void json_says_which_folder_is_missing(void **state)
{
    char path[96];
    const struct json_options nowhere = { path, true };
    struct vmtp_error err = { 0 };
    struct bench bench;

    (void)state;
    snprintf(path, sizeof path, "%s/none/out.json", folder);
    bench_make(&bench, "json", &nowhere);
    assert_int_equal(feed(&bench, 0, &err), -ENOENT);
    assert_non_null(strstr(err.text, "none/out.json: No such file"));
    bench_clear(&bench);
}

static void json_takes_stdout_for_a_dash_alone(void **state)
{
    const struct json_options dash = { "-", true }, file = { "x", true };
    struct bench bench;

    (void)state;
    bench_make(&bench, "json", &dash);
    assert_int_equal(bench.component->ops.sink.takes_stdout(&dash), 1);
    assert_int_equal(bench.component->ops.sink.takes_stdout(&file), 0);
    bench_clear(&bench);
}

static void json_refuses_what_is_none(void **state)
{
    const struct json_options file = { "/dev/null", true };
    struct vmtp_error err = { 0 };
    struct bench bench;

    (void)state;
    bench_make(&bench, "json", &file);
    assert_int_equal(bench.component->ops.sink.end(&bench.host->self, "{", 1, &err), -EINVAL);
    bench_clear(&bench);
}

#define RESULT_NAMES                                                                               \
    "run,key,flow,tool,path,placement,from,to,status,verdict,metric,stat,unit,value,ci95_low,"     \
    "ci95_high,n,why\r\n"
#define B "r1,\"flow=b,path=p\",b,native,p,,a,b,ok,none,"

static void csv_has_one_figure_a_row(void **state)
{
    char results[96], samples[96];
    const struct csv_options opt = { results, samples };
    struct vmtp_error err = { 0 };
    struct bench bench;

    (void)state;
    snprintf(results, sizeof results, "%s/results.csv", folder);
    snprintf(samples, sizeof samples, "%s/samples.csv", folder);
    bench_make(&bench, "csv", &opt);
    assert_int_equal(bench.component->table.check(&opt, &err), 0);
    assert_int_equal(feed(&bench, 2, &err), 0);
    holds(results, RESULT_NAMES B "goodput,median,bit/s,950000000,,,3,n too small: 3 < 6\r\n" B
                                  "loss,sent,packets,10,,,,\r\n" B "loss,lost,packets,1,,,,\r\n" B
                                  "loss,ratio,ratio,0.1,,,,\r\n"
                                  "r1,k,b,,,,,,failed,none,,,,,,,,\"it said \"\"no\"\"\"\r\n");
    holds(samples,
          "run,time,flow,subject,metric,kind,unit,trial,final,value,failed,search\r\n"
          "r1,1795228800.123456,\"flow=b,path=p\",,goodput,gauge,bit/s,2,1,950000000,0,0\r\n"
          "r1,1795228800.123456,\"flow=b,path=p\",,goodput,gauge,bit/s,2,1,950000000,0,0\r\n");
    bench_clear(&bench);
    assert_int_equal(files_in(folder), 2);
}

static void csv_writes_no_samples_unless_asked_to(void **state)
{
    char results[96];
    const struct csv_options opt = { results, "" };
    struct vmtp_error err = { 0 };
    struct bench bench;

    (void)state;
    snprintf(results, sizeof results, "%s/results.csv", folder);
    bench_make(&bench, "csv", &opt);
    assert_int_equal(feed(&bench, 2, &err), 0);
    bench_clear(&bench);
    assert_int_equal(files_in(folder), 1);
}

static void csv_says_which_file_is_full_and_keeps_the_other(void **state)
{
    char results[96];
    const struct csv_options opt = { results, "/dev/full" }, full = { "/dev/full", "" };
    struct vmtp_error err = { 0 };
    struct bench bench;

    (void)state;
    snprintf(results, sizeof results, "%s/results.csv", folder);
    bench_make(&bench, "csv", &opt);
    assert_int_equal(feed(&bench, 10000, &err), -ENOSPC);
    assert_string_equal(err.text, "/dev/full: No space left on device");
    assert_int_equal(files_in(folder), 1);
    bench_clear(&bench);
    bench_make(&bench, "csv", &full);
    assert_int_equal(feed(&bench, 0, &err), -ENOSPC);
    bench_clear(&bench);
}

static void csv_leaves_nothing_behind_when_it_is_cut_off(void **state)
{
    char samples[96];
    const struct csv_options opt = { "", samples };
    struct vmtp_error err = { 0 };
    struct bench bench;

    (void)state;
    snprintf(samples, sizeof samples, "%s/samples.csv", folder);
    bench_make(&bench, "csv", &opt);
    assert_int_equal(bench.component->ops.sink.begin(&bench.host->self, "r1", &err), 0);
    assert_int_equal(files_in(folder), 1);
    bench_clear(&bench);
    assert_int_equal(files_in(folder), 0);
}

static void csv_refuses_to_write_nothing_or_both_to_one_place(void **state)
{
    const struct csv_options none = { "", "" }, both = { "-", "-" }, dash = { "-", "" };
    struct vmtp_error err = { 0 };
    struct bench bench;

    (void)state;
    bench_make(&bench, "csv", &none);
    assert_int_equal(bench.component->table.check(&none, &err), -EINVAL);
    assert_int_equal(bench.component->table.check(&both, &err), -EINVAL);
    assert_int_equal(bench.component->table.check(&dash, &err), 0);
    assert_int_equal(bench.component->ops.sink.takes_stdout(&dash), 1);
    assert_int_equal(bench.component->ops.sink.takes_stdout(&none), 0);
    bench_clear(&bench);
}

static void null_counts_and_can_fail(void **state)
{
    const bool keep = false, refuse = true;
    struct vmtp_error err = { 0 };
    struct bench bench;

    (void)state;
    bench_make(&bench, "null", &keep);
    assert_int_equal(feed(&bench, 7, &err), 0);
    assert_non_null(strstr(bench.host->log, "dropped 7 records"));
    bench_clear(&bench);
    bench_make(&bench, "null", &refuse);
    assert_int_equal(feed(&bench, 0, &err), -EIO);
    bench_clear(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(json_keeps_the_document, setup, teardown),
        cmocka_unit_test_setup_teardown(json_says_which_file_is_full_and_leaves_the_old_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(json_says_which_folder_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(json_takes_stdout_for_a_dash_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(json_refuses_what_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(csv_has_one_figure_a_row, setup, teardown),
        cmocka_unit_test_setup_teardown(csv_writes_no_samples_unless_asked_to, setup, teardown),
        cmocka_unit_test_setup_teardown(csv_says_which_file_is_full_and_keeps_the_other, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(csv_leaves_nothing_behind_when_it_is_cut_off, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(csv_refuses_to_write_nothing_or_both_to_one_place, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(null_counts_and_can_fail, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
