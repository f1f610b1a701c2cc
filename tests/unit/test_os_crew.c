/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/crew.c: jobs at the same time, and what a failure stops.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "../../plugins/clouds/openstack/crew.c"

#define JOBS 100

struct work {
    atomic_int done[JOBS];
    atomic_int begun;
    size_t fails; /* this job does */
    pthread_barrier_t together;
};

static int work_count(void *arg, size_t i, struct vmtp_error *err)
{
    struct work *work = arg;

    (void)err;
    atomic_fetch_add(&work->done[i], 1);
    return 0;
}

static void does_each_job_once(void **state)
{
    static const size_t counts[] = { 1, 2, CREW_MAX, CREW_MAX + 1, JOBS };

    (void)state;
    for (size_t at = 0; at < sizeof counts / sizeof *counts; at++) {
        struct work work = { 0 };

        assert_int_equal(crew_run(counts[at], work_count, &work, NULL), 0);
        for (size_t i = 0; i < JOBS; i++)
            assert_int_equal(work.done[i], i < counts[at] ? 1 : 0);
    }
}

static void has_nothing_to_do_without_jobs(void **state)
{
    (void)state;
    assert_int_equal(crew_run(0, work_count, NULL, NULL), 0);
}

/* None of them returns before all of them run. */
static int work_together(void *arg, size_t i, struct vmtp_error *err)
{
    struct work *work = arg;
    sigset_t mask;

    (void)err;
    pthread_barrier_wait(&work->together);
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    work->done[i] = sigismember(&mask, SIGTERM);
    return 0;
}

static void does_them_at_the_same_time(void **state)
{
    struct work work = { 0 };

    (void)state;
    pthread_barrier_init(&work.together, NULL, CREW_MAX);
    assert_int_equal(crew_run(CREW_MAX, work_together, &work, NULL), 0);
    pthread_barrier_destroy(&work.together);
}

static void its_threads_take_no_signals(void **state)
{
    struct work work = { 0 };
    int blocked = 0;
    sigset_t mask;

    (void)state;
    pthread_barrier_init(&work.together, NULL, CREW_MAX);
    crew_run(CREW_MAX, work_together, &work, NULL);
    for (size_t i = 0; i < CREW_MAX; i++)
        blocked += work.done[i];
    assert_int_equal(blocked, CREW_MAX - 1); /* all but that which called */
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    assert_false(sigismember(&mask, SIGTERM));
    pthread_barrier_destroy(&work.together);
}

static int work_fail(void *arg, size_t i, struct vmtp_error *err)
{
    struct work *work = arg;

    atomic_fetch_add(&work->begun, 1);
    return i == work->fails ? vmtp_fail(err, -EBUSY, "job %zu is in use", i) : 0;
}

/* There is no end of jobs: this comes back because no more of them are begun. */
static void begins_no_job_behind_one_that_failed(void **state)
{
    struct work work = { .fails = 3 };
    struct vmtp_error err = { 0 };

    (void)state;
    alarm(60);
    assert_int_equal(crew_run(SIZE_MAX, work_fail, &work, &err), -EBUSY);
    assert_string_equal(err.text, "job 3 is in use");
    assert_int_equal(err.code, -EBUSY);
    assert_int_equal(crew_run(SIZE_MAX, work_fail, &work, NULL), -EBUSY);
    alarm(0);
}

/* The second fails a little later than the first, which is broken off because of it. */
static int work_break_off(void *arg, size_t i, struct vmtp_error *err)
{
    struct work *work = arg;

    pthread_barrier_wait(&work->together);
    if (i == 0)
        return vmtp_fail(err, -ECANCELED, "something else could not be made");
    poll(NULL, 0, 50);
    return vmtp_fail(err, -EBUSY, "it is in use");
}

static void tells_what_failed_and_not_what_was_broken_off(void **state)
{
    struct work work = { 0 };
    struct vmtp_error err = { 0 };

    (void)state;
    pthread_barrier_init(&work.together, NULL, 2);
    assert_int_equal(crew_run(2, work_break_off, &work, &err), -EBUSY);
    assert_string_equal(err.text, "it is in use");
    pthread_barrier_destroy(&work.together);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_each_job_once),
        cmocka_unit_test(has_nothing_to_do_without_jobs),
        cmocka_unit_test(does_them_at_the_same_time),
        cmocka_unit_test(its_threads_take_no_signals),
        cmocka_unit_test(begins_no_job_behind_one_that_failed),
        cmocka_unit_test(tells_what_failed_and_not_what_was_broken_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
