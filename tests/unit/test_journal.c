/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/journal.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/result/journal.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char folder[64], path[96];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/vmtp-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/journal.ndjson", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static const struct vmtp_record record = {
    .size = sizeof record,
    .run = "r",
    .flow = "flow=bulk,path=direct",
    .subject = "a",
    .metric = "goodput",
    .unit = "bit/s",
    .kind = VMTP_GAUGE,
    .trial = 3,
    .final = 1,
    .wall_ns = 1795228800123456000,
    .value = 941234567.1234567,
};

static struct journal *create(void)
{
    struct journal *journal = NULL;
    struct vmtp_error err = { 0 };

    assert_int_equal(journal_create(folder, &journal, &err), 0);
    return journal;
}

static void write_text(const char *text)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(file_replace(path, text, strlen(text), 0644, &err), 0);
}

static int count_line(void *arg, const json_t *line)
{
    assert_true(json_is_object(line));
    ++*(int *)arg;
    return 0;
}

static int count_lines(int expected, struct vmtp_error *err)
{
    int count = 0, r = journal_read(folder, count_line, &count, err);

    assert_int_equal(count, expected);
    return r;
}

static int take_record(void *arg, const json_t *line)
{
    struct vmtp_record got;

    assert_int_equal(journal_record(line, &got), 0);
    assert_string_equal(got.flow, record.flow);
    assert_string_equal(got.subject, record.subject);
    assert_string_equal(got.metric, record.metric);
    assert_string_equal(got.unit, record.unit);
    assert_string_equal(got.run, "");
    assert_string_equal(got.part, "");
    assert_int_equal(got.kind, record.kind);
    assert_int_equal(got.trial, record.trial);
    assert_int_equal(got.final, record.final);
    assert_int_equal(got.wall_ns, record.wall_ns);
    assert_true(got.value == record.value);
    ++*(int *)arg;
    return 0;
}

static void a_figure_comes_back_as_it_went(void **state)
{
    _cleanup_(journal_freep) struct journal *journal = create();
    int count = 0;

    (void)state;
    assert_int_equal(journal_add_record(journal, &record), 0);
    assert_int_equal(journal_sync(journal), 0);
    assert_int_equal(journal_read(folder, take_record, &count, NULL), 0);
    assert_int_equal(count, 1);
}

static int take_watched(void *arg, const json_t *line)
{
    struct vmtp_record got;

    assert_int_equal(journal_record(line, &got), 0);
    assert_string_equal(got.part, "cpu3");
    assert_string_equal(json_string_value(json_object_get(line, "monitor")), "gmond");
    ++*(int *)arg;
    return 0;
}

static void what_a_monitor_saw_has_its_name_and_the_part(void **state)
{
    _cleanup_(journal_freep) struct journal *journal = create();
    struct vmtp_record watched = record;
    int count = 0;

    (void)state;
    watched.part = "cpu3";
    assert_int_equal(journal_add_watched(journal, &watched, "gmond"), 0);
    assert_int_equal(journal_read(folder, take_watched, &count, NULL), 0);
    assert_int_equal(count, 1);
}

static void a_line_says_when_and_what_it_is(void **state)
{
    _cleanup_(journal_freep) struct journal *journal = create();
    _cleanup_(buf_clear) struct buf text = BUF(4096);

    (void)state;
    assert_int_equal(journal_add(journal, "event", json_pack("{s:s}", "text", "hello")), 0);
    assert_int_equal(journal_add(journal, "end", json_object()), 0);
    assert_int_equal(file_read(path, &text, NULL), 0);
    assert_memory_equal(buf_text(&text), "{\"t\":", 5);
    assert_non_null(strstr(buf_text(&text), ",\"type\":\"event\",\"text\":\"hello\"}\n"));
    assert_non_null(strstr(buf_text(&text), ",\"type\":\"end\"}\n"));
    assert_int_equal(count_lines(2, NULL), 0);
}

static void names_that_are_no_utf8_are_mended(void **state)
{
    _cleanup_(journal_freep) struct journal *journal = create();
    struct vmtp_record odd = record;

    (void)state;
    odd.subject = "host\xff";
    assert_int_equal(journal_add_record(journal, &odd), 0);
    assert_int_equal(count_lines(1, NULL), 0);
}

static void refuses_what_is_no_line(void **state)
{
    _cleanup_(journal_freep) struct journal *journal = create();
    struct vmtp_record bad = record;

    (void)state;
    assert_int_equal(journal_add(journal, "x", NULL), -ENOMEM);
    assert_int_equal(journal_add(journal, "x", json_array()), -EINVAL);
    bad.value = 0.0 / strlen("");
    assert_int_equal(journal_add_record(journal, &bad), -EINVAL);
    bad = record;
    bad.kind = 0;
    assert_int_equal(journal_add_record(journal, &bad), -EINVAL);
    assert_int_equal(journal_add_record(journal, &record), 0);
    assert_int_equal(count_lines(1, NULL), 0);
}

static void a_journal_is_made_once(void **state)
{
    _cleanup_(journal_freep) _unused_ struct journal *journal = create();
    struct journal *again = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(journal_create(folder, &again, &err), -EEXIST);
    assert_non_null(strstr(err.text, "journal.ndjson"));
}

static void a_last_line_that_was_cut_is_passed_over(void **state)
{
    (void)state;
    write_text("{\"t\":1,\"type\":\"a\"}\n{\"t\":2,\"ty");
    assert_int_equal(count_lines(1, NULL), 0);
    write_text("");
    assert_int_equal(count_lines(0, NULL), 0);
}

static void damaged_lines_are_told_after_all_others_were_read(void **state)
{
    struct vmtp_error err = { 0 };

    (void)state;
    write_text("{\"t\":1}\nrubbish\n[]\n\n{\"t\":2}\n");
    assert_int_equal(count_lines(2, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "3 damaged lines passed over, the first is line 2"));
}

static void a_line_without_end_takes_no_memory_without_end(void **state)
{
    struct vmtp_error err = { 0 };
    char *mega = malloc(1 << 20);
    FILE *file = fopen(path, "we");

    (void)state;
    assert_non_null(mega);
    assert_non_null(file);
    memset(mega, 'x', 1 << 20);
    for (int i = 0; i < 20; i++)
        fwrite(mega, 1, 1 << 20, file);
    fputs("\n{\"t\":1}\n", file);
    fclose(file);
    free(mega);
    assert_int_equal(count_lines(1, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "1 damaged line passed over"));
}

static int stop(void *arg, const json_t *line)
{
    (void)line;
    ++*(int *)arg;
    return -ECANCELED;
}

static void reading_stops_when_told_to(void **state)
{
    int count = 0;

    (void)state;
    write_text("{\"t\":1}\n{\"t\":2}\n");
    assert_int_equal(journal_read(folder, stop, &count, NULL), -ECANCELED);
    assert_int_equal(count, 1);
}

static void lines_of_another_type_are_no_figures(void **state)
{
    static const char *const lines[] = {
        "{}",
        "{\"t\":1,\"type\":\"event\"}",
        "{\"t\":1,\"type\":\"sample\"}",
        "{\"t\":1,\"type\":\"sample\",\"flow\":\"f\",\"subject\":\"\",\"metric\":\"m\",\"unit\":"
        "\"s\",\"kind\":\"odd\",\"trial\":1,\"final\":true,\"value\":1}",
        "{\"t\":1,\"type\":\"sample\",\"flow\":\"f\",\"subject\":\"\",\"metric\":\"m\",\"unit\":"
        "\"s\",\"kind\":\"gauge\",\"trial\":-1,\"final\":true,\"value\":1}",
        "{\"t\":1,\"type\":\"sample\",\"flow\":\"f\",\"subject\":\"\",\"metric\":\"m\",\"unit\":"
        "\"s\",\"kind\":\"gauge\",\"trial\":1,\"final\":true,\"value\":\"1\"}",
    };
    struct vmtp_record got;

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        json_t *line = json_loads(lines[i], 0, NULL);

        assert_non_null(line);
        assert_int_equal(journal_record(line, &got), -EINVAL);
        json_decref(line);
    }
}

/* Fill until it fails; what is there must be whole lines, and later ones get the same answer. */
static void fill(int expected)
{
    _cleanup_(journal_freep) struct journal *journal = create();
    int lines = 0, r;

    do
        r = journal_add_record(journal, &record);
    while (r == 0 && ++lines < 100000);
    assert_int_equal(r, expected);
    assert_true(lines > 3);
    assert_int_equal(journal_add(journal, "event", json_object()), expected);
    assert_int_equal(journal_sync(journal), expected);
    assert_int_equal(count_lines(lines, NULL), 0);
}

static void a_full_quota_leaves_whole_lines(void **state)
{
    struct rlimit old, small = { 4000, RLIM_INFINITY };
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    fill(-ENOSPC);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, handler);
}

static void a_full_disk_leaves_whole_lines(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", folder, "tmpfs", 0, "size=16k") < 0) {
        skip();
        return;
    }
    fill(-ENOSPC);
    assert_int_equal(umount2(folder, MNT_DETACH), 0);
}

static void *add_many(void *arg)
{
    for (int i = 0; i < 500; i++)
        if (journal_add_record(arg, &record) < 0)
            return arg;
    return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
    _cleanup_(journal_freep) struct journal *journal = create();
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, journal), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *failed = NULL;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(count_lines(2000, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_figure_comes_back_as_it_went, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_monitor_saw_has_its_name_and_the_part, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_line_says_when_and_what_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(names_that_are_no_utf8_are_mended, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_line, setup, teardown),
        cmocka_unit_test_setup_teardown(a_journal_is_made_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_last_line_that_was_cut_is_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_lines_are_told_after_all_others_were_read, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_line_without_end_takes_no_memory_without_end, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(reading_stops_when_told_to, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_of_another_type_are_no_figures, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_quota_leaves_whole_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_whole_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_do_not_mix_their_lines, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
