/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: what a file of /proc is read with, and the figures' line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_file.c"

#include <stdio.h>
#include <stdlib.h>

static void a_file_is_read_again_from_its_beginning(void **state)
{
    char path[] = "/tmp/test_watch_XXXXXX";
    int fd = mkstemp(path);
    struct watch_file f;

    (void)state;
    assert_true(fd >= 0);
    watch_file_open(&f, path);
    assert_int_equal(write(fd, "first", 5), 5);
    assert_string_equal(watch_file_read(&f), "first");
    assert_int_equal(pwrite(fd, "again!", 6, 0), 6);
    assert_string_equal(watch_file_read(&f), "again!");
    watch_file_close(&f);
    assert_null(watch_file_read(&f));
    unlink(path);
    close(fd);
}

static void one_that_is_too_long_or_not_there_is_none(void **state)
{
    char path[] = "/tmp/test_watch_XXXXXX";
    int fd = mkstemp(path);
    struct watch_file f;

    (void)state;
    assert_int_equal(ftruncate(fd, WATCH_TEXT_MAX - 1), 0);
    watch_file_open(&f, path);
    assert_non_null(watch_file_read(&f));
    assert_int_equal(ftruncate(fd, WATCH_TEXT_MAX), 0);
    assert_null(watch_file_read(&f));
    watch_file_close(&f);
    unlink(path);
    close(fd);
    watch_file_open(&f, "/nowhere/at/all");
    assert_null(watch_file_read(&f));
}

static void each_file_of_this_kernel_is_read_whole(void **state)
{
    static const char *const paths[] = { "/proc/stat", "/proc/net/dev", "/proc/net/snmp",
                                         "/proc/net/netstat", "/proc/net/softnet_stat" };

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct watch_file f;
        const char *text;

        watch_file_open(&f, paths[i]);
        text = watch_file_read(&f);
        assert_non_null(text);
        assert_true(text[0] && text[strlen(text) - 1] == '\n');
        watch_file_close(&f);
    }
}

static void counters_shrink_and_wrap(void **state)
{
    struct counter c = { 0 };

    (void)state;
    assert_int_equal(counter_moved(&c, 10), 0);
    assert_int_equal(counter_moved(&c, 15), 5);
    assert_int_equal(counter_moved(&c, 3), 0);
    assert_int_equal(counter_moved(&c, 4), 1);
    c.known = false;
    assert_int_equal(counter_moved_32(&c, 0xffffffff), 0);
    assert_int_equal(counter_moved_32(&c, 1), 2);
    assert_int_equal(counter_moved_32(&c, 0), 0);
}

static void figures_go_into_the_line_of_their_group(void **state)
{
    static struct figures f;
    char buf[512];
    struct json_writer w;

    (void)state;
    figures_add(&f, FIGURE_MACHINE, "cpu_busy", NULL, 0.5);
    figures_add(&f, FIGURE_MACHINE, "cpu_busy", "cpu1", 1);
    figures_add_moved(&f, FIGURE_NETWORK, "nic_rx_dropped", "e\"1\n", 3);
    figures_add_moved(&f, FIGURE_NETWORK, "nic_tx_dropped", "eth1", 0);
    json_begin(&w, buf, sizeof buf);
    figures_write(&f, FIGURE_MACHINE, &w, "machine");
    figures_write(&f, FIGURE_NETWORK, &w, "network");
    assert_true(json_end(&w) > 0);
    assert_string_equal(buf, "{\"machine\":{\"cpu_busy\":0.5,\"cpu_busy cpu1\":1},"
                             "\"network\":{\"nic_rx_dropped e?1?\":3}}\n");
}

static void a_full_line_still_fits(void **state)
{
    static struct figures f;
    static char buf[FIGURE_LINE_SIZE + 512];
    struct json_writer w;

    (void)state;
    for (int i = 0; i < FIGURES_MAX + 10; i++)
        figures_add(&f, FIGURE_MACHINE, "tcp_receive_dropped",
                    "a-part-that-is-as-long-as-a-part-can-be-and-longer", -1.23456789e-300);
    assert_int_equal(f.count, FIGURES_MAX);
    json_begin(&w, buf, sizeof buf);
    figures_write(&f, FIGURE_MACHINE, &w, "machine");
    assert_true(json_end(&w) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_again_from_its_beginning),
        cmocka_unit_test(one_that_is_too_long_or_not_there_is_none),
        cmocka_unit_test(each_file_of_this_kernel_is_read_whole),
        cmocka_unit_test(counters_shrink_and_wrap),
        cmocka_unit_test(figures_go_into_the_line_of_their_group),
        cmocka_unit_test(a_full_line_still_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
