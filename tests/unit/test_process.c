/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/process.c with real processes.
 *
 * The test includes the file it tests.  Each wait has a deadline, so a hang is a failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/common/process.c"

#define DEADLINE_MS 5000

static struct vmtp_channel start(const char *const *argv)
{
    struct process_spec spec = { .argv = argv };
    struct vmtp_channel channel = { .size = sizeof channel };
    struct vmtp_error err = { 0 };

    if (process_start(&spec, &channel, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(channel.size, sizeof channel);
    return channel;
}

static int refused(const char *const *argv, struct vmtp_error *err)
{
    struct process_spec spec = { .argv = argv };
    struct vmtp_channel channel = { .in = -7 };
    int r = process_start(&spec, &channel, err);

    assert_true(r < 0);
    assert_int_equal(channel.in, -7); /* untouched */
    return r;
}

static void await(int fd)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };

    assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
}

static void read_all(int fd, char *ret, size_t len)
{
    size_t used = 0;
    ssize_t n;

    do {
        await(fd);
        n = read(fd, ret + used, len - 1 - used);
        assert_true(n >= 0);
        used += (size_t)n;
    } while (n > 0);
    ret[used] = '\0';
}

static int finish(struct vmtp_channel *channel)
{
    int in = channel->in, out = channel->out, error = channel->err;
    int r;

    await(channel->ended);
    r = process_reap(channel);
    close(in);
    close(out);
    close(error);
    return r;
}

static void keeps_its_three_streams_apart(void **state)
{
    const char *const argv[] = { "sh", "-c", "read x; echo \"out $x\"; echo \"err $x\" >&2", NULL };
    struct vmtp_channel channel = start(argv);
    char text[64];

    (void)state;
    assert_int_equal(write(channel.in, "hello\n", 6), 6);
    read_all(channel.out, text, sizeof text);
    assert_string_equal(text, "out hello\n");
    read_all(channel.err, text, sizeof text);
    assert_string_equal(text, "err hello\n");
    assert_int_equal(finish(&channel), 0);
}

static void returns_the_exit_status(void **state)
{
    const char *const argv[] = { "sh", "-c", "exit 7", NULL };
    struct vmtp_channel channel = start(argv);

    (void)state;
    assert_int_equal(finish(&channel), 7);
}

static void returns_128_and_the_signal(void **state)
{
    const char *const argv[] = { "sleep", "60", NULL };
    struct vmtp_channel channel = start(argv);

    (void)state;
    assert_int_equal(process_signal(&channel, SIGTERM), 0);
    assert_int_equal(finish(&channel), 128 + SIGTERM);
}

static void names_a_program_that_is_not_there(void **state)
{
    const char *const bare[] = { "no-such-program", NULL };
    const char *const path[] = { "/no/such/program", NULL };
    const char *const folder[] = { "/", NULL };
    const char *const nothing[] = { NULL };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(refused(bare, &err), -ENOENT);
    assert_string_equal(err.text, "program 'no-such-program' not found");
    assert_int_equal(refused(path, &err), -ENOENT);
    assert_string_equal(err.text, "program '/no/such/program' not found");
    assert_int_equal(refused(folder, &err), -EACCES);
    assert_string_equal(err.text, "program '/' is not executable");
    assert_int_equal(refused(nothing, &err), -EINVAL);
}

static void says_so_when_exec_fails(void **state)
{
    char path[] = "process-test-XXXXXX";
    char command[64];
    const char *const argv[] = { command, NULL };
    struct vmtp_error err = { 0 };
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "#!/no/such/interpreter\n", 23), 23);
    assert_int_equal(fchmod(fd, 0700), 0);
    close(fd);
    snprintf(command, sizeof command, "./%s", path);
    assert_int_equal(refused(argv, &err), -ENOENT);
    assert_non_null(strstr(err.text, "or its interpreter"));
    unlink(path);
}

static void kills_what_is_left_of_the_group(void **state)
{
    /* The grandchild holds stdout open, so its end is seen as the end of the pipe. */
    const char *const argv[] = { "sh", "-c", "sleep 60 & exit 3", NULL };
    struct vmtp_channel channel = start(argv);
    int out = channel.out;
    char text[8];

    (void)state;
    close(channel.in);
    close(channel.err);
    await(channel.ended);
    assert_int_equal(process_reap(&channel), 3);
    read_all(out, text, sizeof text);
    close(out);
}

static void gives_a_clean_slate(void **state)
{
    const char *const argv[] = { "sh", "-c",
                                 "ls /proc/self/fd | wc -l; echo $LC_ALL; "
                                 "grep -E 'SigBlk|SigIgn' /proc/self/status",
                                 NULL };
    struct vmtp_channel channel = { .size = sizeof channel };
    int leaked = dup(2); /* not close-on-exec */
    unsigned long long mask, ignored;
    sigset_t blocked, old;
    char text[256];

    (void)state;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, &old);
    signal(SIGPIPE, SIG_IGN);
    channel = start(argv);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    read_all(channel.out, text, sizeof text);
    /* ls itself has the folder open as fd 3; signals 32 and 33 are glibc's own, and whoever
     * started this test may have had them ignored */
    assert_int_equal(sscanf(text, "4\nC\nSigBlk:\t%llx\nSigIgn:\t%llx\n", &mask, &ignored), 2);
    assert_int_equal(mask, 0);
    assert_int_equal(ignored & ~0x180000000ull, 0);
    assert_int_equal(finish(&channel), 0);
    close(leaked);
}

static void has_non_blocking_streams_that_close_on_exec(void **state)
{
    const char *const argv[] = { "cat", NULL };
    struct vmtp_channel channel = start(argv);
    const int fds[] = { channel.in, channel.out, channel.err };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(fcntl(fds[i], F_GETFL) & O_NONBLOCK);
        assert_true(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
    }
    assert_true(fcntl(channel.ended, F_GETFD) & FD_CLOEXEC);
    close(channel.in); /* the end of stdin ends cat */
    channel.in = -1;
    assert_int_equal(finish(&channel), 0);
}

static void survives_missing_standard_streams(void **state)
{
    const char *const argv[] = { "sh", "-c", "cat; echo e >&2", NULL };
    struct vmtp_channel channel = { .size = sizeof channel };
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 10);
    char text[16];

    (void)state;
    close(0);
    channel = start(argv);
    assert_int_equal(write(channel.in, "in", 2), 2);
    close(channel.in);
    channel.in = -1;
    read_all(channel.out, text, sizeof text);
    assert_string_equal(text, "in");
    read_all(channel.err, text, sizeof text);
    assert_string_equal(text, "e\n");
    assert_int_equal(finish(&channel), 0);
    if (saved >= 0) {
        dup2(saved, 0);
        close(saved);
    }
}

static void refuses_what_is_no_namespace(void **state)
{
    const char *const argv[] = { "true", NULL };
    const int fds[] = { 2 };
    struct process_spec spec = { .argv = argv, .ns_fds = fds, .ns_count = 1 };
    struct vmtp_channel channel = { .size = sizeof channel };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_true(process_start(&spec, &channel, &err) < 0);
    assert_non_null(strstr(err.text, "can't enter the endpoint's namespace"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_its_three_streams_apart),
        cmocka_unit_test(returns_the_exit_status),
        cmocka_unit_test(returns_128_and_the_signal),
        cmocka_unit_test(names_a_program_that_is_not_there),
        cmocka_unit_test(says_so_when_exec_fails),
        cmocka_unit_test(kills_what_is_left_of_the_group),
        cmocka_unit_test(gives_a_clean_slate),
        cmocka_unit_test(has_non_blocking_streams_that_close_on_exec),
        cmocka_unit_test(survives_missing_standard_streams),
        cmocka_unit_test(refuses_what_is_no_namespace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
