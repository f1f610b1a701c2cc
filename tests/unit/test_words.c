/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of a command line: where they come from and what becomes of too many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/common/words.h"

#include "../fakes/host.h"

static int set_up(void **state)
{
    *state = fake_host_new(NULL, 1);
    return 0;
}

static int tear_down(void **state)
{
    fake_host_free(*state);
    return 0;
}

static void keeps_words_in_their_order(void **state)
{
    struct fake_host *host = *state;
    struct vmtp_argv argv = { 0 };
    struct words words = { .self = &host->self, .argv = &argv };

    words_add(&words, "tool");
    words_option(&words, "-p", "%d", 5201);
    words_option(&words, "-t", "%s", "1");
    assert_int_equal(words_end(&words, NULL), 0);
    assert_int_equal(argv.count, 5);
    assert_string_equal(argv.arg[0], "tool");
    assert_string_equal(argv.arg[2], "5201");
    assert_string_equal(argv.arg[4], "1");
}

static void refuses_more_than_there_is_room_for(void **state)
{
    struct fake_host *host = *state;
    struct vmtp_argv argv = { 0 };
    struct words words = { .self = &host->self, .argv = &argv };
    struct vmtp_error err = { 0 };

    for (int i = 0; i < VMTP_ARGV_MAX; i++)
        words_add(&words, "tool");
    assert_int_equal(words_end(&words, &err), 0);
    words_option(&words, "-p", "%d", 1);
    assert_int_equal(argv.count, VMTP_ARGV_MAX);
    assert_int_equal(words_end(&words, &err), -E2BIG);
    assert_string_equal(err.text, "the command line of tool is too long");
}

static void refuses_a_value_that_would_be_cut(void **state)
{
    struct fake_host *host = *state;
    struct vmtp_argv argv = { 0 };
    struct words words = { .self = &host->self, .argv = &argv };

    words_add(&words, "tool");
    words_option(&words, "-p", "%100d", 1);
    assert_int_equal(words_end(&words, NULL), -E2BIG);
}

static void *no_memory(struct vmtp_self *self, size_t size)
{
    (void)self, (void)size;
    return NULL;
}

static void says_that_memory_is_out(void **state)
{
    struct fake_host *host = *state;
    struct vmtp_argv argv = { 0 };
    struct words words = { .self = &host->self, .argv = &argv };
    struct vmtp_error err = { 0 };

    host->api.alloc = no_memory;
    words_add(&words, "tool");
    words_option(&words, "-p", "%d", 1);
    words_add(&words, "more");
    assert_int_equal(words_end(&words, &err), -ENOMEM);
    assert_string_equal(err.text, "out of memory");
}

#define WITH_HOST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_HOST(keeps_words_in_their_order),
        WITH_HOST(refuses_more_than_there_is_room_for),
        WITH_HOST(refuses_a_value_that_would_be_cut),
        WITH_HOST(says_that_memory_is_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
