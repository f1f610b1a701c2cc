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
#include "tests/fakes/sink.h"

#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>

#define DOCUMENT                                                                                   \
    "{\"schema\":\"vmtp.result/"                                                                   \
    "1\",\"run\":{\"id\":\"r1\"},\"results\":[{\"key\":\"flow=b,path=p\",\"flow\":\"b\",\"tool\":" \
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

static void holds(const char *path, const char *expected)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    struct vmtp_error err = { 0 };

    if (file_read(path, &text, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(buf_text(&text), expected);
}

static void json_keeps_the_document(void **state)
{
    const char *folder = *state;
    struct vmtp_error err = { 0 };
    struct fake_sink sink;
    char path[96];
    const struct json_options compact = { path, false }, pretty = { path, true };
    struct stat st;

    snprintf(path, sizeof path, "%s/out.json", folder);
    umask(022);
    for (int i = 0; i < 2; i++) {
        _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
        json_t *before = json_loads(DOCUMENT, 0, NULL), *after;

        fake_sink_make(&sink, "json", i ? &pretty : &compact);
        assert_int_equal(fake_sink_feed(&sink, 3, DOCUMENT, &err), 0);
        assert_int_equal(file_read(path, &text, &err), 0);
        assert_int_equal(strstr(buf_text(&text), "\n  \"run\"") != NULL, i);
        after = json_loads(buf_text(&text), 0, NULL);
        assert_true(json_equal(before, after));
        json_decref(before);
        json_decref(after);
        fake_sink_clear(&sink);
    }
    assert_int_equal(folder_files(folder), 1);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
}

static void json_says_which_file_is_full_and_leaves_the_old_one(void **state)
{
    const struct json_options full = { "/dev/full", true };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    (void)state;
    fake_sink_make(&sink, "json", &full);
    assert_int_equal(fake_sink_feed(&sink, 0, DOCUMENT, &err), -ENOSPC);
    assert_string_equal(err.text, "/dev/full: No space left on device");
    fake_sink_clear(&sink);
}

static void json_says_which_folder_is_missing(void **state)
{
    const char *folder = *state;
    char path[96];
    const struct json_options nowhere = { path, true };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    snprintf(path, sizeof path, "%s/none/out.json", folder);
    fake_sink_make(&sink, "json", &nowhere);
    assert_int_equal(fake_sink_feed(&sink, 0, DOCUMENT, &err), -ENOENT);
    assert_non_null(strstr(err.text, "none/out.json: No such file"));
    fake_sink_clear(&sink);
}

static void json_takes_stdout_for_a_dash_alone(void **state)
{
    const struct json_options dash = { "-", true }, file = { "x", true };
    struct fake_sink sink;

    (void)state;
    fake_sink_make(&sink, "json", &dash);
    assert_int_equal(sink.ops->takes_stdout(&dash), 1);
    assert_int_equal(sink.ops->takes_stdout(&file), 0);
    fake_sink_clear(&sink);
}

static void json_refuses_what_is_none(void **state)
{
    const struct json_options file = { "/dev/null", true };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    (void)state;
    fake_sink_make(&sink, "json", &file);
    assert_int_equal(sink.ops->end(&sink.host->self, "{", 1, &err), -EINVAL);
    fake_sink_clear(&sink);
}

#define RESULT_NAMES                                                                               \
    "run,key,flow,tool,path,placement,from,to,status,verdict,metric,stat,unit,value,ci95_low,"     \
    "ci95_high,n,why\r\n"
#define B "r1,\"flow=b,path=p\",b,native,p,,a,b,ok,none,"

static void csv_has_one_figure_a_row(void **state)
{
    const char *folder = *state;
    char results[96], samples[96];
    const struct csv_options opt = { results, samples };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    snprintf(results, sizeof results, "%s/results.csv", folder);
    snprintf(samples, sizeof samples, "%s/samples.csv", folder);
    fake_sink_make(&sink, "csv", &opt);
    assert_int_equal(sink.component->table.check(&opt, &err), 0);
    assert_int_equal(fake_sink_feed(&sink, 2, DOCUMENT, &err), 0);
    holds(results, RESULT_NAMES B "goodput,median,bit/s,950000000,,,3,n too small: 3 < 6\r\n" B
                                  "loss,sent,packets,10,,,,\r\n" B "loss,lost,packets,1,,,,\r\n" B
                                  "loss,ratio,ratio,0.1,,,,\r\n"
                                  "r1,k,b,,,,,,failed,none,,,,,,,,\"it said \"\"no\"\"\"\r\n");
    holds(samples,
          "run,time,flow,subject,metric,kind,unit,trial,final,value,failed,search,part\r\n"
          "r1,1795228800.123456,\"flow=b,path=p\",,goodput,gauge,bit/s,2,1,950000000,0,0,\r\n"
          "r1,1795228800.123456,\"flow=b,path=p\",,goodput,gauge,bit/s,2,1,950000000,0,0,\r\n");
    fake_sink_clear(&sink);
    assert_int_equal(folder_files(folder), 2);
}

static void csv_writes_no_samples_unless_asked_to(void **state)
{
    const char *folder = *state;
    char results[96];
    const struct csv_options opt = { results, "" };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    snprintf(results, sizeof results, "%s/results.csv", folder);
    fake_sink_make(&sink, "csv", &opt);
    assert_int_equal(fake_sink_feed(&sink, 2, DOCUMENT, &err), 0);
    fake_sink_clear(&sink);
    assert_int_equal(folder_files(folder), 1);
}

static void csv_says_which_file_is_full_and_keeps_the_other(void **state)
{
    const char *folder = *state;
    char results[96];
    const struct csv_options opt = { results, "/dev/full" }, full = { "/dev/full", "" };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    snprintf(results, sizeof results, "%s/results.csv", folder);
    fake_sink_make(&sink, "csv", &opt);
    assert_int_equal(fake_sink_feed(&sink, 10000, DOCUMENT, &err), -ENOSPC);
    assert_string_equal(err.text, "/dev/full: No space left on device");
    assert_int_equal(folder_files(folder), 1);
    fake_sink_clear(&sink);
    fake_sink_make(&sink, "csv", &full);
    assert_int_equal(fake_sink_feed(&sink, 0, DOCUMENT, &err), -ENOSPC);
    fake_sink_clear(&sink);
}

static void csv_leaves_nothing_behind_when_it_is_cut_off(void **state)
{
    const char *folder = *state;
    char samples[96];
    const struct csv_options opt = { "", samples };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    snprintf(samples, sizeof samples, "%s/samples.csv", folder);
    fake_sink_make(&sink, "csv", &opt);
    assert_int_equal(sink.ops->begin(&sink.host->self, "r1", &err), 0);
    assert_int_equal(folder_files(folder), 1);
    fake_sink_clear(&sink);
    assert_int_equal(folder_files(folder), 0);
}

static void csv_refuses_to_write_nothing_or_both_to_one_place(void **state)
{
    const struct csv_options none = { "", "" }, both = { "-", "-" }, dash = { "-", "" };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    (void)state;
    fake_sink_make(&sink, "csv", &none);
    assert_int_equal(sink.component->table.check(&none, &err), -EINVAL);
    assert_int_equal(sink.component->table.check(&both, &err), -EINVAL);
    assert_int_equal(sink.component->table.check(&dash, &err), 0);
    assert_int_equal(sink.ops->takes_stdout(&dash), 1);
    assert_int_equal(sink.ops->takes_stdout(&none), 0);
    fake_sink_clear(&sink);
}

static void null_counts_and_can_fail(void **state)
{
    const bool keep = false, refuse = true;
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    (void)state;
    fake_sink_make(&sink, "null", &keep);
    assert_int_equal(fake_sink_feed(&sink, 7, DOCUMENT, &err), 0);
    assert_non_null(strstr(sink.host->log, "dropped 7 records"));
    fake_sink_clear(&sink);
    fake_sink_make(&sink, "null", &refuse);
    assert_int_equal(fake_sink_feed(&sink, 0, DOCUMENT, &err), -EIO);
    fake_sink_clear(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(json_keeps_the_document, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(json_says_which_file_is_full_and_leaves_the_old_one,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(json_says_which_folder_is_missing, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(json_takes_stdout_for_a_dash_alone, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(json_refuses_what_is_none, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(csv_has_one_figure_a_row, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(csv_writes_no_samples_unless_asked_to, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(csv_says_which_file_is_full_and_keeps_the_other,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(csv_leaves_nothing_behind_when_it_is_cut_off, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(csv_refuses_to_write_nothing_or_both_to_one_place,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(null_counts_and_can_fail, folder_setup, folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
