/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/ssh/command.c: what shells make of its lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/common/process.h"
#include "../../plugins/common/ssh/command.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const shells[] = { "sh", "bash", "tcsh", "fish" };

static void read_all(int fd, char *ret, size_t len)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    size_t used = 0;
    ssize_t n;

    do {
        assert_int_equal(poll(&ready, 1, 5000), 1);
        n = read(fd, ret + used, len - 1 - used);
        assert_true(n >= 0);
        used += (size_t)n;
    } while (n > 0);
    ret[used] = '\0';
}

/* What the line prints when it is run by this shell; false: there is no such shell. */
static bool shell_run(const char *shell, const char *const *argv, char *ret, size_t len,
                      int *ret_status)
{
    char *line = ssh_command_make("mark0123", argv);
    const char *const shell_argv[] = { shell, "-c", line, NULL };
    struct process_spec spec = { .argv = shell_argv };
    struct vmtp_channel channel = { .size = sizeof channel };
    struct pollfd ended = { .events = POLLIN };
    bool there;

    assert_non_null(line);
    there = process_start(&spec, &channel, NULL) == 0;
    if (there) {
        close(channel.in);
        read_all(channel.out, ret, len);
        ended.fd = channel.ended;
        assert_int_equal(poll(&ended, 1, 5000), 1);
        *ret_status = process_reap(&channel);
        close(channel.out);
        close(channel.err);
    }
    free(line);
    return there;
}

static void every_shell_passes_every_word_on_as_it_is(void **state)
{
    static const char *const argv[] = { "printf", "<%s>",       "plain",       "",     "two words",
                                        "it's",   "\"quoted\"", "$HOME",       "`id`", "a;b",
                                        "a&b|c>", "!history!",  "back\\slash", "\\",   "'\\''",
                                        "*?[a]",  "~",          "#x",          "%s%n", "-n",
                                        "\t",     "\xc3\xa4",   "{a,b}",       "^x^",  "\\!",
                                        NULL };
    char wanted[1024] = "", got[2048];
    int tried = 0, status;

    (void)state;
    for (size_t i = 2; argv[i]; i++)
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "<%s>", argv[i]);
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        size_t used;
        int pid;

        if (!shell_run(shells[i], argv, got, sizeof got, &status))
            continue;
        assert_int_equal(status, 0);
        assert_int_equal(ssh_command_started(got, strlen(got), &used, &pid), 1);
        if (strcmp(got + used, wanted) != 0)
            fail_msg("%s makes %s", shells[i], got + used);
        tried++;
    }
    assert_true(tried >= 2);
}

static void tells_which_process_it_is(void **state)
{
    const char *const argv[] = { "sh", "-c", "echo $$ $VMTP_RUN $LC_ALL", NULL };
    char got[256], wanted[64];
    size_t used;
    int pid, status;

    (void)state;
    assert_true(shell_run("sh", argv, got, sizeof got, &status));
    assert_int_equal(ssh_command_started(got, strlen(got), &used, &pid), 1);
    assert_true(pid < 0); /* it leads a group: process_start() has made it so */
    snprintf(wanted, sizeof wanted, "%d mark0123 C\n", -pid);
    assert_string_equal(got + used, wanted);
}

static void tells_that_there_is_no_such_program(void **state)
{
    const char *const argv[] = { "no-such-program-here", NULL };
    char got[256];
    size_t used;
    int pid, status;

    (void)state;
    assert_true(shell_run("sh", argv, got, sizeof got, &status));
    assert_int_equal(status, 127);
    assert_int_equal(ssh_command_started(got, strlen(got), &used, &pid), 1);
    assert_int_equal(pid, 0);
}

static void finds_the_first_line_behind_a_shells_chatter_however_it_is_cut(void **state)
{
    static const char text[] = "Welcome to vmtp-land!\nHave fun\nvmtp-started -4711\nand output";
    char got[sizeof text] = "";
    size_t len = 0;

    (void)state;
    for (size_t i = 0; i < strlen(text); i++) {
        size_t used;
        int pid, r;

        got[len++] = text[i];
        r = ssh_command_started(got, len, &used, &pid);
        memmove(got, got + used, len - used);
        len -= used;
        if (r) {
            assert_int_equal(pid, -4711);
            assert_int_equal(len, 0);
            assert_string_equal(text + i + 1, "and output");
            return;
        }
    }
    fail_msg("not found");
}

static void reads_no_number_from_behind_the_first_line(void **state)
{
    static const char text[] = "vmtp-started \n4711 and more";
    size_t used;
    int pid;

    (void)state;
    assert_int_equal(ssh_command_started(text, strlen(text), &used, &pid), 1);
    assert_int_equal(pid, 0);
    assert_int_equal(used, strlen("vmtp-started \n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shell_passes_every_word_on_as_it_is),
        cmocka_unit_test(tells_which_process_it_is),
        cmocka_unit_test(tells_that_there_is_no_such_program),
        cmocka_unit_test(finds_the_first_line_behind_a_shells_chatter_however_it_is_cut),
        cmocka_unit_test(reads_no_number_from_behind_the_first_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
