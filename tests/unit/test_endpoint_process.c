/* SPDX-License-Identifier: Apache-2.0
 *
 * core/engine/process.c over the real cloud `local`: real processes and pipes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/engine/process.h"
#include "core/plugin/registry.h"

#include <signal.h>
#include <sys/eventfd.h>

static struct registry *registry;
static struct instance *cloud;
static const struct vmtp_endpoint endpoint = { sizeof endpoint, "here", "127.0.0.1", "", NULL };
static const struct vmtp_host host = { .size = sizeof host, .alloc = instance_alloc };

static int cloud_open(void **state)
{
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(registry_load_file(BUILD "/plugins/clouds/local.so", &registry, &err), 0);
    assert_non_null(registry->components);
    return instance_open(registry->components, "", &host, NULL, &cloud, &err);
}

static int cloud_close(void **state)
{
    (void)state;
    instance_close(cloud);
    registry_free(registry);
    return 0;
}

static uint64_t soon(void)
{
    return clock_now_ns() + 5 * NS_PER_S;
}

static struct vmtp_process *shell(const char *script)
{
    const char *argv[] = { "sh", "-c", script, NULL };
    struct vmtp_spawn spawn = { .size = sizeof spawn, .argv = argv };
    struct vmtp_process *process = NULL;
    struct vmtp_error err = { 0 };

    if (process_spawn(cloud, &endpoint, &spawn, &process, &err) < 0)
        fail_msg("%s", err.text);
    return process;
}

static void lines_come_from_both_outputs(void **state)
{
    struct vmtp_process *process = shell("echo one; echo two >&2; printf 'no newline'");
    struct vmtp_line line;
    size_t from[3] = { 0 };
    bool rest = false;

    (void)state;
    while (process_line(process, &line, soon(), -1, NULL) == 1) {
        from[line.fd]++;
        rest |= strcmp(line.text, "no newline") == 0;
    }
    assert_int_equal(from[1], 2);
    assert_int_equal(from[2], 1);
    assert_true(rest);
    assert_int_equal(process_stop(process, NS_PER_S, -1, NULL), 0);
}

static void what_is_written_is_read(void **state)
{
    struct vmtp_process *process = shell("read word; echo got $word; exit 7");
    struct vmtp_line line;

    (void)state;
    assert_int_equal(process_write(process, "this\n", 5, soon(), -1, NULL), 0);
    assert_int_equal(process_line(process, &line, soon(), -1, NULL), 1);
    assert_string_equal(line.text, "got this");
    assert_int_equal(process_stop(process, NS_PER_S, -1, NULL), 7);
}

static void silence_ends_at_the_deadline(void **state)
{
    struct vmtp_process *process = shell("exec sleep 60");
    struct vmtp_error err = { 0 };
    struct vmtp_line line;

    (void)state;
    assert_int_equal(process_line(process, &line, clock_now_ns() + 20 * NS_PER_MS, -1, &err),
                     -ETIMEDOUT);
    assert_string_equal(err.text, "endpoint here: sh said nothing in time");
    assert_int_equal(process_stop(process, 0, -1, NULL), 128 + SIGTERM);
}

static void one_that_ignores_sigterm_is_killed(void **state)
{
    struct vmtp_process *process = shell("trap '' TERM; echo up; while :; do sleep 1; done");
    struct vmtp_line line;

    (void)state;
    assert_int_equal(process_line(process, &line, soon(), -1, NULL), 1);
    assert_int_equal(process_stop(process, 0, -1, NULL), 128 + SIGKILL);
}

static void one_that_floods_is_stopped(void **state)
{
    struct vmtp_process *process = shell("yes");

    (void)state;
    assert_in_range(process_stop(process, 50 * NS_PER_MS, -1, NULL), 128 + SIGKILL, 128 + SIGTERM);
}

static void a_cancel_ends_the_wait(void **state)
{
    struct vmtp_process *process = shell("exec sleep 60");
    int cancel_fd = eventfd(1, EFD_CLOEXEC);
    struct vmtp_line line;

    (void)state;
    assert_int_equal(process_line(process, &line, soon(), cancel_fd, NULL), -ECANCELED);
    process_stop(process, 10 * NS_PER_S, cancel_fd, NULL); /* at once: the run is in a hurry */
    close(cancel_fd);
}

static void a_line_too_long_is_an_error(void **state)
{
    struct vmtp_process *process = shell("head -c 3000000 /dev/zero | tr '\\0' x");
    struct vmtp_error err = { 0 };
    struct vmtp_line line;

    (void)state;
    assert_int_equal(process_line(process, &line, soon(), -1, &err), -EMSGSIZE);
    process_stop(process, 0, -1, NULL);
}

static void a_program_that_is_not_there_is_named(void **state)
{
    const char *argv[] = { "no-such-program", NULL };
    struct vmtp_spawn spawn = { .size = sizeof spawn, .argv = argv };
    struct vmtp_process *process = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(process_spawn(cloud, &endpoint, &spawn, &process, &err), -ENOENT);
    assert_non_null(strstr(err.text, "no-such-program"));
    assert_null(process);
}

static int count_line(void *arg, const struct vmtp_line *line)
{
    (void)line;
    return ++*(int *)arg == 3 ? -EPIPE : 0;
}

static void exec_returns_the_exit_status(void **state)
{
    const char *argv[] = { "sh", "-c", "echo x; exit 3", NULL };
    int count = 0;
    struct vmtp_exec exec = {
        .size = sizeof exec, .argv = argv, .line = count_line, .arg = &count
    };

    (void)state;
    assert_int_equal(process_exec(cloud, &endpoint, &exec, soon(), -1, NULL), 3);
    assert_int_equal(count, 1);
}

static void exec_stops_when_the_reader_has_enough(void **state)
{
    const char *argv[] = { "yes", NULL };
    int count = 0;
    struct vmtp_exec exec = {
        .size = sizeof exec, .argv = argv, .line = count_line, .arg = &count
    };

    (void)state;
    assert_int_equal(process_exec(cloud, &endpoint, &exec, soon(), -1, NULL), -EPIPE);
    assert_int_equal(count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_from_both_outputs),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(silence_ends_at_the_deadline),
        cmocka_unit_test(one_that_ignores_sigterm_is_killed),
        cmocka_unit_test(one_that_floods_is_stopped),
        cmocka_unit_test(a_cancel_ends_the_wait),
        cmocka_unit_test(a_line_too_long_is_an_error),
        cmocka_unit_test(a_program_that_is_not_there_is_named),
        cmocka_unit_test(exec_returns_the_exit_status),
        cmocka_unit_test(exec_stops_when_the_reader_has_enough),
    };

    return cmocka_run_group_tests(tests, cloud_open, cloud_close);
}
