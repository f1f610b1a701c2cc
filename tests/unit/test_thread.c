/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>

/* What a thread of ours has found. */
struct found {
    sigset_t blocked;
    int broken_pipe;
    locale_t locale;
    char point;
};

static void *look(void *arg)
{
    struct found *found = arg;
    int fds[2];

    pthread_sigmask(SIG_SETMASK, NULL, &found->blocked);
    found->locale = uselocale((locale_t)0);
    found->point = *localeconv()->decimal_point;
    if (pipe(fds) == 0) {
        close(fds[0]);
        found->broken_pipe = write(fds[1], "x", 1) < 0 ? errno : 0;
        close(fds[1]);
    }
    return arg;
}

static struct found found_by_a_thread(void)
{
    struct found found = { 0 };
    pthread_t thread;
    void *returned;

    assert_int_equal(thread_start(&thread, look, &found), 0);
    assert_int_equal(pthread_join(thread, &returned), 0);
    assert_ptr_equal(returned, &found);
    return found;
}

static void no_signal_comes_to_a_thread(void **state)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGALRM, SIGUSR1, SIGCHLD };
    struct found found = found_by_a_thread();

    (void)state;
    for (size_t i = 0; i < COUNT(signals); i++)
        assert_true(sigismember(&found.blocked, signals[i]));
}

static void a_broken_pipe_is_an_error_there(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(found_by_a_thread().broken_pipe, EPIPE);
}

static void what_a_thread_does_wrong_is_still_seen(void **state)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    struct found found = found_by_a_thread();

    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++)
        assert_false(sigismember(&found.blocked, faults[i]));
}

static void who_starts_one_keeps_the_signals_it_has(void **state)
{
    sigset_t blocked;

    (void)state;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    found_by_a_thread();
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    for (int i = 1; i < SIGRTMIN; i++)
        assert_int_equal(sigismember(&blocked, i), i == SIGUSR2);
}

/* There may be no locale but "C" on this machine, so it is asked whether the thread has its own. */
static void numbers_are_as_in_c_there(void **state)
{
    struct found found = found_by_a_thread();

    (void)state;
    assert_ptr_not_equal(found.locale, LC_GLOBAL_LOCALE);
    assert_int_equal(found.point, '.');
}

static void a_locale_is_left_as_it_was_entered(void **state)
{
    locale_t before = uselocale((locale_t)0);

    (void)state;
    {
        _cleanup_(locale_leave) locale_t outside = locale_enter();

        assert_ptr_equal(outside, before);
        assert_ptr_not_equal(uselocale((locale_t)0), before);
    }
    assert_ptr_equal(uselocale((locale_t)0), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_signal_comes_to_a_thread),
        cmocka_unit_test(a_broken_pipe_is_an_error_there),
        cmocka_unit_test(what_a_thread_does_wrong_is_still_seen),
        cmocka_unit_test(who_starts_one_keeps_the_signals_it_has),
        cmocka_unit_test(numbers_are_as_in_c_there),
        cmocka_unit_test(a_locale_is_left_as_it_was_entered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
