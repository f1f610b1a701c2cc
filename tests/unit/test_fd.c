/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/vmtp-test-XXXXXX";

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? chdir(folder) : -1;
}

static int teardown(void **state)
{
    static const char *const names[] = { "file", "link", "other", "pipe" };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(names[i]);
    return chdir("/") < 0 ? -1 : rmdir(folder);
}

static void assert_holds(const char *name, const char *text)
{
    struct buf buf = BUF(1024);

    assert_int_equal(file_read(name, &buf, NULL), 0);
    assert_string_equal(buf_text(&buf), text);
    buf_clear(&buf);
}

static mode_t kind_of(const char *name)
{
    struct stat st;

    assert_int_equal(lstat(name, &st), 0);
    return st.st_mode & S_IFMT;
}

static void a_file_is_replaced_as_a_whole(void **state)
{
    struct stat before, after;

    (void)state;
    assert_int_equal(file_store("file", "long ago", 8, 0600, NULL), 0);
    assert_int_equal(stat("file", &before), 0);
    assert_int_equal(file_store("file", "now", 3, 0644, NULL), 0);
    assert_int_equal(stat("file", &after), 0);
    assert_holds("file", "now");
    assert_int_equal(after.st_mode & 0777, 0644);
    assert_true(before.st_ino != after.st_ino);
}

static void a_link_stays_one_and_a_second_name_is_the_same_file(void **state)
{
    (void)state;
    assert_int_equal(file_store("file", "old and long", 12, 0644, NULL), 0);
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(file_store("link", "new", 3, 0644, NULL), 0);
    assert_int_equal(kind_of("link"), S_IFLNK);
    assert_holds("file", "new");
    assert_int_equal(link("file", "other"), 0);
    assert_int_equal(file_store("other", "newer", 5, 0644, NULL), 0);
    assert_holds("file", "newer");
}

static void a_pipe_is_written_into_and_one_that_nobody_reads_is_refused(void **state)
{
    struct vmtp_error err = { 0 };
    char text[8] = "";
    int fd;

    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(file_store("pipe", "x", 1, 0644, &err), -ENXIO);
    assert_string_equal(err.text, "pipe: No such device or address");
    fd = open("pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(file_store("pipe", "text", 4, 0644, NULL), 0);
    assert_int_equal(read(fd, text, sizeof text), 4);
    assert_string_equal(text, "text");
    assert_int_equal(kind_of("pipe"), S_IFIFO);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_as_a_whole),
        cmocka_unit_test(a_link_stays_one_and_a_second_name_is_the_same_file),
        cmocka_unit_test(a_pipe_is_written_into_and_one_that_nobody_reads_is_refused),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
