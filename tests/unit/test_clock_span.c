/* SPDX-License-Identifier: Apache-2.0
 *
 * How wrong vmtp-probe says the clock may have been in the measured window.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/timex.h>

static int fake_adjtimex(struct timex *t);
#define adjtimex fake_adjtimex

#include "../../plugins/tools/native/probe/clock_host.c"
#include "../../plugins/tools/native/probe/clock_jump.c"
#include "../../plugins/tools/native/probe/clock_kernel.c"
#include "../../plugins/tools/native/probe/clock_span.c"
#include "../../plugins/tools/native/probe/clock_state.c"
#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"

static struct timex kernel;
static int kernel_state;
static struct clock_keeper keeper;

static int fake_adjtimex(struct timex *t)
{
    *t = kernel;
    return kernel_state;
}

bool clock_keeper_find(struct clock_asker *asker, struct clock_keeper *ret)
{
    asker->way = keeper.answered;
    if (asker->way)
        *ret = keeper;
    return asker->way;
}

bool clock_keeper_again(struct clock_asker *asker, struct clock_keeper *ret)
{
    if (asker->way && keeper.answered)
        *ret = keeper;
    return asker->way && keeper.answered;
}

void clock_keeper_ask(struct clock_asker *asker, struct clock_keeper *ret)
{
    (void)asker;
    (void)ret;
    fail_msg("nobody is looked for during a trial");
}

static void kernel_is(int state, long max_error_us)
{
    kernel = (struct timex){ .maxerror = max_error_us, .esterror = 10, .tick = 10000 };
    kernel_state = state;
}

static void keeper_is(bool answered, bool synchronised, double error_s)
{
    keeper = (struct clock_keeper){ .answered = answered,
                                    .synchronised = synchronised,
                                    .error_s = error_s };
}

static struct clock_span prepared(void)
{
    struct clock_span s;

    clock_span_prepare(&s);
    clock_span_begin(&s);
    return s;
}

static void told(struct clock_span s, const char *field)
{
    char buf[512];
    struct json_writer w;

    json_begin(&w, buf, sizeof buf);
    clock_span_add(&w, &s);
    assert_true(json_end(&w) > 0);
    assert_non_null(strstr(buf, "\"clock_distance_ns\":"));
    if (!strstr(buf, field))
        fail_msg("%s is not in %s", field, buf);
}

static void takes_the_keepers_bound_before_the_kernels(void **state)
{
    struct clock_span s;

    (void)state;
    kernel_is(TIME_OK, 30000);
    keeper_is(true, true, 50e-6);
    s = prepared();
    told(s, "\"clock_error_ns\":50000}");
}

static void takes_the_larger_of_before_and_after(void **state)
{
    struct clock_span s;

    (void)state;
    kernel_is(TIME_OK, 30000);
    keeper_is(true, true, 50e-6);
    s = prepared();
    keeper_is(true, true, 20e-6); /* corrected meanwhile */
    told(s, "\"clock_error_ns\":50000}");
    keeper_is(true, true, 90e-6);
    told(s, "\"clock_error_ns\":90000}");
}

static void takes_the_kernels_where_no_keeper_answers_any_more(void **state)
{
    struct clock_span s;

    (void)state;
    kernel_is(TIME_OK, 30000);
    keeper_is(true, true, 50e-6);
    s = prepared();
    keeper_is(false, false, 0);
    told(s, "\"clock_error_ns\":30000000}");
}

static void without_a_bound_at_either_time_there_is_none(void **state)
{
    struct clock_span s;

    (void)state;
    keeper_is(false, false, 0);
    kernel_is(TIME_ERROR, 16000000);
    s = prepared();
    told(s, "\"clock_why\":\"is not synchronised\"}");
    kernel_is(TIME_OK, 30000);
    told(s, "\"clock_why\":\"is not synchronised\"}"); /* it was not, before */
    s = prepared();
    told(s, "\"clock_error_ns\":30000000}");
    kernel.esterror = 0;
    told(s, "\"clock_why\":\"is kept by a program that tells no bound of its error\"}");
    kernel_is(-1, 0);
    told(s, "\"clock_why\":\"can't be asked for its error\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_keepers_bound_before_the_kernels),
        cmocka_unit_test(takes_the_larger_of_before_and_after),
        cmocka_unit_test(takes_the_kernels_where_no_keeper_answers_any_more),
        cmocka_unit_test(without_a_bound_at_either_time_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
