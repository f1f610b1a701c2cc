/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: the sentinel that sees a machine stand still.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/clock.c"
#include "../../plugins/tools/native/probe/runqueue.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_stall.c"

#include <signal.h>
#include <sys/wait.h>

static void reads_how_long_a_thread_was_kept_waiting(void **state)
{
    uint64_t ns = 0;

    (void)state;
    assert_true(runqueue_parse("149243 6749501 3\n", &ns));
    assert_int_equal(ns, 6749501);
    assert_false(runqueue_parse("0 0 0\n", &ns)); /* a kernel that does not count */
    assert_false(runqueue_parse("149243\n", &ns));
    assert_false(runqueue_parse("", &ns));
}

static void counts_gaps_by_their_length(void **state)
{
    struct stall s = { .running = false };
    struct stall_seen seen;

    (void)state;
    count(&s, 900000);
    count(&s, 1100000);
    count(&s, 12000000);
    count(&s, 2000000);
    seen = stall_take(&s);
    assert_int_equal(seen.longest_ns, 12000000);
    assert_int_equal(seen.over_1ms, 3);
    assert_int_equal(seen.over_10ms, 1);
    seen = stall_take(&s);
    assert_int_equal(seen.longest_ns + seen.over_1ms + seen.over_10ms, 0);
}

static void wakes_as_often_as_it_may(void **state)
{
    struct stall s = { .running = false };
    uint64_t until_ns;

    (void)state;
    stall_start(&s);
    stall_start(&s); /* once is enough */
    assert_true(s.running);
    until_ns = clock_now() + 10 * NS_PER_S;
    while (!atomic_load(&s.longest_ns) && clock_now() < until_ns)
        clock_nap(NS_PER_MS);
    assert_true(atomic_load(&s.longest_ns) > 0);
    assert_true(stall_take(&s).period_ns >= STALL_LEAST_NS);
    assert_true(stall_take(&s).period_ns <= STALL_MOST_NS);
    stall_stop(&s);
    stall_stop(&s);
    assert_false(s.running);
}

/* In a process of its own: it is stopped and goes on. */
static int child_run(int ready_fd, int result_fd)
{
    struct stall s = { .running = false };
    struct stall_seen seen;
    uint64_t until_ns = clock_now() + 1500 * NS_PER_MS;

    stall_start(&s);
    if (write(ready_fd, "x", 1) != 1)
        return 1;
    while (clock_now() < until_ns)
        clock_nap(10 * NS_PER_MS);
    seen = stall_take(&s);
    return write(result_fd, &seen.longest_ns, sizeof seen.longest_ns) == sizeof seen.longest_ns ? 0
                                                                                                : 1;
}

static void a_process_that_was_stopped_is_no_machine_that_stood_still(void **state)
{
    int ready[2], result[2], status;
    uint64_t longest_ns = 0;
    pid_t child;
    char byte;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(result), 0);
    child = fork();
    if (child == 0)
        _exit(child_run(ready[1], result[1]));
    assert_int_equal(read(ready[0], &byte, 1), 1);
    clock_nap(100 * NS_PER_MS);
    kill(child, SIGSTOP);
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    clock_nap(800 * NS_PER_MS);
    kill(child, SIGCONT);
    assert_int_equal(read(result[0], &longest_ns, sizeof longest_ns), sizeof longest_ns);
    waitpid(child, &status, 0);
    assert_true(longest_ns < 600 * NS_PER_MS);
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(result[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_how_long_a_thread_was_kept_waiting),
        cmocka_unit_test(counts_gaps_by_their_length),
        cmocka_unit_test(wakes_as_often_as_it_may),
        cmocka_unit_test(a_process_that_was_stopped_is_no_machine_that_stood_still),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
