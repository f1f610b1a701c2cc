/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/patience.c: what is asked again, and when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/patience.c"

/* Milliseconds to wait; -1: it is not asked again. */
static int wait_ms(struct setback setback)
{
    uint64_t ns = 0;

    if (!setback.tries)
        setback.tries = 1;
    return patience_again(&setback, &ns) ? (int)(ns / NS_PER_MS) : -1;
}

static int answer(bool may_be_repeated, int status, uint64_t retry_after_s)
{
    return wait_ms((struct setback){
        .may_be_repeated = may_be_repeated, .status = status, .retry_after_s = retry_after_s });
}

static int loss(bool may_be_repeated, int code, enum http_reach reach, unsigned int tries)
{
    return wait_ms((struct setback){
        .may_be_repeated = may_be_repeated, .code = code, .reach = reach, .tries = tries });
}

static void asks_again_after_trouble_what_may_be_repeated(void **state)
{
    static const int statuses[] = { 500, 502, 503, 504 };

    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        assert_int_equal(answer(true, statuses[i], 0), 300);
        assert_int_equal(answer(false, statuses[i], 0), -1);
        assert_int_equal(answer(false, statuses[i], 1), -1);
    }
}

static void asks_again_when_a_rate_limit_allows(void **state)
{
    (void)state;
    assert_int_equal(answer(false, 429, 0), 300);
    assert_int_equal(answer(false, 429, 7), 7000);
    assert_int_equal(answer(false, 413, 7), 7000);
    assert_int_equal(answer(true, 413, 0), -1);
}

static void takes_other_answers_as_they_are(void **state)
{
    static const int statuses[] = { 200, 204, 300, 400, 401, 403, 404, 405, 409, 501, 505 };

    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        assert_int_equal(answer(true, statuses[i], 1), -1);
}

static void repeats_a_lost_request_only_if_that_is_safe(void **state)
{
    (void)state;
    assert_int_equal(loss(false, -ECONNRESET, HTTP_SENT, 1), -1);
    assert_int_equal(loss(false, -ECONNRESET, HTTP_NOT_SENT, 1), 300);
    assert_int_equal(loss(true, -ECONNRESET, HTTP_SENT, 1), 300);
    assert_int_equal(loss(false, -ECONNREFUSED, HTTP_NOT_SENT, 1), 300);
}

static void gives_up_soon_on_a_server_that_is_not_there(void **state)
{
    (void)state;
    assert_int_equal(loss(true, -ECONNREFUSED, HTTP_NOT_SENT, 2), 600);
    assert_int_equal(loss(true, -ECONNREFUSED, HTTP_NOT_SENT, 3), -1);
    assert_int_equal(loss(true, -ETIMEDOUT, HTTP_SENT, 1), -1);
    assert_int_equal(loss(true, -EIO, HTTP_NOT_SENT, 1), -1);
    assert_int_equal(loss(true, -EKEYREJECTED, HTTP_NOT_SENT, 1), -1);
    assert_int_equal(loss(true, -ECANCELED, HTTP_NOT_SENT, 1), -1);
    assert_int_equal(loss(true, -EMSGSIZE, HTTP_SENT, 1), -1);
}

static void waits_longer_each_time_and_gives_up_after_six(void **state)
{
    static const int waits[] = { 300, 600, 1200, 2000, 2000, -1 };

    (void)state;
    for (unsigned int i = 0; i < 6; i++)
        assert_int_equal(
            wait_ms((struct setback){ .may_be_repeated = true, .status = 503, .tries = i + 1 }),
            waits[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_again_after_trouble_what_may_be_repeated),
        cmocka_unit_test(asks_again_when_a_rate_limit_allows),
        cmocka_unit_test(takes_other_answers_as_they_are),
        cmocka_unit_test(repeats_a_lost_request_only_if_that_is_safe),
        cmocka_unit_test(gives_up_soon_on_a_server_that_is_not_there),
        cmocka_unit_test(waits_longer_each_time_and_gives_up_after_six),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
