/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/report/gate.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/report/gate.h"

#include <math.h>

static double of(const struct gates *gates, const char *metric, const char *statistic)
{
    const struct quantity quantity = { metric, statistic };

    return gate_of(gates, &quantity, NULL);
}

static void refuses(const char *text, const char *why)
{
    struct gates gates = GATES_USUAL;
    struct vmtp_error err = { 0 };

    assert_true(gates_parse(&gates, text, &err) < 0);
    assert_string_equal(err.text, why);
}

static void some_metrics_have_a_gate_without_a_word(void **state)
{
    static const struct gates gates = GATES_USUAL;

    (void)state;
    assert_true(of(&gates, "goodput", NULL) == GATE_SHARE);
    assert_true(of(&gates, "rtt", "p50") == GATE_SHARE);
    assert_true(of(&gates, "loss", NULL) == GATE_LOSS);
    assert_true(isnan(of(&gates, "rtt", "p99")));
    assert_true(isnan(of(&gates, "cwnd", NULL)));
}

static void a_mean_stands_in_for_a_median_that_is_not_there(void **state)
{
    static const struct quantity mean = { "rtt_avg", NULL };
    static const struct gates gates = GATES_USUAL;
    json_t *with = json_pack("{s:b}", "rtt.p50", 1), *without = json_object();

    (void)state;
    assert_true(isnan(gate_of(&gates, &mean, with)));
    assert_true(gate_of(&gates, &mean, without) == GATE_SHARE);
    json_decref(with);
    json_decref(without);
}

static void the_last_word_counts(void **state)
{
    struct gates gates = GATES_USUAL;

    (void)state;
    assert_int_equal(gates_parse(&gates, "10%", NULL), 0);
    assert_int_equal(gates_parse(&gates, "rtt=20%", NULL), 0);
    assert_int_equal(gates_parse(&gates, "rtt.p99=0.3", NULL), 0);
    assert_int_equal(gates_parse(&gates, "goodput=1%", NULL), 0);
    assert_int_equal(gates_parse(&gates, "goodput=off", NULL), 0);
    assert_true(of(&gates, "transactions", NULL) == 0.1);
    assert_true(of(&gates, "rtt", "p50") == 0.2);
    assert_true(of(&gates, "rtt", "p99") == 0.3);
    assert_true(isnan(of(&gates, "rtt", "p90")));
    assert_true(isnan(of(&gates, "goodput", NULL)));
    assert_true(isnan(of(&gates, "good", NULL)));
    assert_true(of(&gates, "loss", NULL) == GATE_LOSS);
}

static void what_is_no_gate_is_refused(void **state)
{
    struct gates gates = { .count = GATES_MAX };
    struct vmtp_error err = { 0 };

    (void)state;
    refuses("fast", "gate 'fast': 'fast' is no share of 0 to 1; write 5% or 0.05");
    refuses("goodput=-5%", "gate 'goodput=-5%': '-5%' is no share of 0 to 1; write 5% or 0.05");
    refuses("150%", "gate '150%': '150%' is no share of 0 to 1; write 5% or 0.05");
    refuses("=5%", "gate '=5%': no metric before the '='");
    refuses("", "gate '': '' is no share of 0 to 1; write 5% or 0.05");
    assert_true(gates_parse(&gates, "x=5%", &err) < 0);
    assert_string_equal(err.text, "gate 'x=5%': more than 64 gates");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_metrics_have_a_gate_without_a_word),
        cmocka_unit_test(a_mean_stands_in_for_a_median_that_is_not_there),
        cmocka_unit_test(the_last_word_counts),
        cmocka_unit_test(what_is_no_gate_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
