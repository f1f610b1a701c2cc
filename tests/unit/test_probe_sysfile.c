/* SPDX-License-Identifier: Apache-2.0
 *
 * How vmtp-probe reads files of /proc and /sys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/mman.h>

#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"

static char path[] = "/tmp/test_sysfile_XXXXXX";

static int file_make(void **state)
{
    int fd;

    (void)state;
    memcpy(strchr(path, 0) - 6, "XXXXXX", 6);
    fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int file_remove(void **state)
{
    (void)state;
    return unlink(path);
}

static void file_fill(const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

#define MAPPINGS 128 /* each of them a line, some pages of text in all */

/* Of such a file the kernel gives no more than a page with each read. */
static void a_file_of_many_pages_is_read_whole(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *mapped = mmap(NULL, 2 * MAPPINGS * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char begin[32], rest[256];

    (void)state;
    assert_ptr_not_equal(mapped, MAP_FAILED);
    for (size_t i = 0; i < MAPPINGS; i++)
        assert_int_equal(mprotect(mapped + 2 * i * page, page, PROT_NONE), 0);
    for (size_t i = 1; i < MAPPINGS; i++) { /* the first may be joined to its neighbour */
        snprintf(begin, sizeof begin, "%lx-", (unsigned long)(uintptr_t)(mapped + 2 * i * page));
        assert_true(sysfile_line("/proc/self/maps", begin, rest, sizeof rest));
    }
    munmap(mapped, 2 * MAPPINGS * page);
}

static void a_text_ends_where_the_room_does(void **state)
{
    char text[8];

    (void)state;
    assert_true(sysfile_read("/proc/net/dev", text, sizeof text));
    assert_int_equal(strlen(text), 7);
}

static void a_text_has_no_blanks_at_its_end_and_no_tabs(void **state)
{
    char text[32];

    (void)state;
    file_fill("4096\t131072\t6291456 \n\n");
    assert_true(sysfile_text(path, text, sizeof text));
    assert_string_equal(text, "4096 131072 6291456");
    file_fill(" \n");
    assert_false(sysfile_text(path, text, sizeof text));
    assert_string_equal(text, "");
    assert_false(sysfile_text("/nowhere/at/all", text, sizeof text));
    assert_string_equal(text, "");
}

static void a_number_that_is_none_is_absent(void **state)
{
    static const char *const bad[] = { "", "x1", "-1", "18446744073709551616" };
    uint64_t value = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        file_fill(bad[i]);
        assert_false(sysfile_uint(path, &value));
    }
    assert_int_equal(value, 7);
    file_fill("4194304\n");
    assert_true(sysfile_uint(path, &value));
    assert_int_equal(value, 4194304);
}

static void a_line_is_told_without_its_beginning(void **state)
{
    char line[8];

    (void)state;
    file_fill("MemFree: 1 kB\nMemAvailable: 123456789 kB\n");
    assert_true(sysfile_line(path, "MemAvailable:", line, sizeof line));
    assert_string_equal(line, " 123456");
    assert_false(sysfile_line(path, "Available:", line, sizeof line));
}

static void what_can_not_be_read_again_is_absent(void **state)
{
    int fd[2];
    char text[8] = "before";

    (void)state;
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(sysfile_fill(fd[0], text, sizeof text, 1), -1);
    assert_string_equal(text, "");
    assert_int_equal(sysfile_fill(-1, text, sizeof text, 1), -1);
    close(fd[0]);
    close(fd[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_of_many_pages_is_read_whole),
        cmocka_unit_test(a_text_ends_where_the_room_does),
        cmocka_unit_test(a_text_has_no_blanks_at_its_end_and_no_tabs),
        cmocka_unit_test(a_number_that_is_none_is_absent),
        cmocka_unit_test(a_line_is_told_without_its_beginning),
        cmocka_unit_test(what_can_not_be_read_again_is_absent),
    };

    return cmocka_run_group_tests(tests, file_make, file_remove);
}
