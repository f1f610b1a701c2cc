/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/engine/start.h"

#include <sys/eventfd.h>

struct comer {
    pthread_t thread;
    struct start *start;
    uint64_t start_ns, deadline_ns;
    int cancel_fd, r;
};

static void *come(void *arg)
{
    struct comer *comer = arg;

    comer->r = start_wait(comer->start, comer->deadline_ns, comer->cancel_fd, &comer->start_ns);
    return NULL;
}

static void all_start_at_the_same_time(void **state)
{
    struct comer comers[8];
    struct start start;

    (void)state;
    assert_int_equal(start_init(&start, COUNT(comers), NULL), 0);
    for (size_t i = 0; i < COUNT(comers); i++) {
        comers[i] = (struct comer){ .start = &start,
                                    .cancel_fd = -1,
                                    .deadline_ns = clock_now_ns() + 10 * NS_PER_S };
        assert_int_equal(pthread_create(&comers[i].thread, NULL, come, &comers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(comers); i++)
        pthread_join(comers[i].thread, NULL);
    for (size_t i = 0; i < COUNT(comers); i++) {
        assert_int_equal(comers[i].r, 0);
        assert_true(comers[i].start_ns == comers[0].start_ns && comers[i].start_ns > 0);
    }
    start_clear(&start);
}

static void one_that_gives_up_is_not_waited_for(void **state)
{
    struct comer comer;
    struct start start;

    (void)state;
    assert_int_equal(start_init(&start, 2, NULL), 0);
    start_leave(&start);
    comer = (struct comer){ .start = &start,
                            .cancel_fd = -1,
                            .deadline_ns = clock_now_ns() + 10 * NS_PER_S };
    come(&comer);
    assert_int_equal(comer.r, 0);
    start_clear(&start);
}

static void waiting_ends_at_its_deadline(void **state)
{
    struct comer comer;
    struct start start;

    (void)state;
    assert_int_equal(start_init(&start, 2, NULL), 0);
    comer = (struct comer){ .start = &start,
                            .cancel_fd = -1,
                            .deadline_ns = clock_now_ns() + 5 * NS_PER_MS };
    come(&comer);
    assert_int_equal(comer.r, -ETIMEDOUT);
    start_clear(&start);
}

static void waiting_ends_when_the_run_is_cancelled(void **state)
{
    struct comer comer;
    struct start start;
    int cancel_fd = eventfd(1, EFD_CLOEXEC);

    (void)state;
    assert_int_equal(start_init(&start, 2, NULL), 0);
    comer = (struct comer){ .start = &start,
                            .cancel_fd = cancel_fd,
                            .deadline_ns = clock_now_ns() + 10 * NS_PER_S };
    come(&comer);
    assert_int_equal(comer.r, -ECANCELED);
    close(cancel_fd);
    start_clear(&start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_start_at_the_same_time),
        cmocka_unit_test(one_that_gives_up_is_not_waited_for),
        cmocka_unit_test(waiting_ends_at_its_deadline),
        cmocka_unit_test(waiting_ends_when_the_run_is_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
