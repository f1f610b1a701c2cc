/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/verdict.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/verdict.h"
#include "tests/fakes/flow.h"

#include <math.h>

static struct threshold expect(const char *metric, enum comparison comparison, double value)
{
    return (struct threshold){ .flow = "bulk",
                               .metric = metric,
                               .expect = "",
                               .unit = "",
                               .comparison = comparison,
                               .value = value };
}

static void an_interval_on_one_side_decides_and_across_it_does_not(void **state)
{
    static const struct {
        enum comparison comparison;
        double expected;
        enum verdict verdict;
    } cases[] = {
        { AT_LEAST, 9, VERDICT_PASS },        { AT_LEAST, 10, VERDICT_PASS },
        { AT_LEAST, 11, VERDICT_UNDECIDED },  { AT_LEAST, 13, VERDICT_FAIL },
        { MORE_THAN, 10, VERDICT_UNDECIDED }, { MORE_THAN, 12, VERDICT_FAIL },
        { AT_MOST, 12, VERDICT_PASS },        { AT_MOST, 11, VERDICT_UNDECIDED },
        { AT_MOST, 9, VERDICT_FAIL },         { LESS_THAN, 12, VERDICT_UNDECIDED },
        { LESS_THAN, 10, VERDICT_FAIL },      { LESS_THAN, 13, VERDICT_PASS },
        { EQUAL, 11, VERDICT_UNDECIDED },     { EQUAL, 9, VERDICT_FAIL },
        { EQUAL, 10, VERDICT_UNDECIDED },
    };
    const struct interval interval = { 10, 12 }, point = { 10, 10 };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(interval_judge(cases[i].comparison, cases[i].expected, interval),
                         cases[i].verdict);
    assert_int_equal(interval_judge(EQUAL, 10, point), VERDICT_PASS);
    assert_int_equal(interval_judge(EQUAL, 11, point), VERDICT_FAIL);
}

static struct result *result_of(struct fake_flow *flow, int trials)
{
    struct result *result = NULL;

    for (int i = 0; i < trials; i++) {
        struct trial *trial = fake_goodput(flow, 900 + i);

        trial_add_final(trial, SENT, 1000);
        trial_add_final(trial, RECEIVED, 990);
        fake_rtt(trial, 100000 + (uint64_t)i * 1000, 10);
    }
    assert_int_equal(result_make(&flow->measurement, &result), 0);
    return result;
}

static void judge(const struct result *result, struct threshold threshold, enum verdict verdict,
                  const char *why)
{
    struct judgement judgement = threshold_judge(&threshold, result);

    assert_int_equal(judgement.verdict, verdict);
    assert_string_equal(judgement.why, why);
}

static void figures_are_judged_by_their_intervals(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "udp");
    result = result_of(&flow, 8);
    judge(result, expect("goodput", AT_LEAST, 890), VERDICT_PASS, "");
    judge(result, expect("goodput", AT_LEAST, 990), VERDICT_FAIL, "");
    judge(result, expect("goodput", AT_LEAST, 903), VERDICT_UNDECIDED,
          "the 95 % interval lies on both sides of it");
    judge(result, expect("rtt.p50", AT_MOST, 150e-6), VERDICT_PASS, "");
    judge(result, expect("rtt.p50", AT_MOST, 50e-6), VERDICT_FAIL, "");
    judge(result, expect("rtt.p99", AT_MOST, 1), VERDICT_UNDECIDED,
          "80 values are too few for p99");
    judge(result, expect("rtt.max", AT_MOST, 107e-6), VERDICT_PASS, "");
    judge(result, expect("rtt.min", AT_LEAST, 100e-6), VERDICT_PASS, "");
    judge(result, expect("rtt.mean", LESS_THAN, 100e-6), VERDICT_FAIL, "");
    judge(result, expect("rtt.median", LESS_THAN, 1), VERDICT_UNDECIDED,
          "there is no statistic 'median'");
    fake_flow_clear(&flow);
}

static void counted_packets_decide_by_themselves(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct threshold share = expect("loss", AT_MOST, 0.01);
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "udp");
    result = result_of(&flow, 3);
    share.unit = "ratio";
    judge(result, share, VERDICT_PASS, "");
    judge(result, expect("loss", AT_MOST, 29), VERDICT_FAIL, "");
    judge(result, expect("loss", EQUAL, 30), VERDICT_PASS, "");
    judge(result, expect("sent", EQUAL, 3000), VERDICT_PASS, "");
    judge(result, expect("loss.network", EQUAL, 0), VERDICT_UNDECIDED,
          "the tool can't tell where packets were lost");
    judge(result, expect("goodput", AT_LEAST, 1), VERDICT_UNDECIDED,
          "no interval: n too small: 3 < 6");
    fake_flow_clear(&flow);
}

static void what_was_not_measured_is_undecided_and_says_why(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL, *skipped = NULL;
    struct fake_flow flow, other;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 3; i++)
        fake_goodput(&flow, 900);
    assert_int_equal(result_make(&flow.measurement, &result), 0);
    judge(result, expect("loss", EQUAL, 0), VERDICT_UNDECIDED,
          "packets were not counted at both ends");
    judge(result, expect("pdv.p99", EQUAL, 0), VERDICT_UNDECIDED, "'pdv.p99' was not measured");
    fake_flow_make(&other, "tcp");
    other.measurement.reason = "no";
    assert_int_equal(result_make(&other.measurement, &skipped), 0);
    judge(skipped, expect("goodput", AT_LEAST, 1), VERDICT_UNDECIDED, "skipped");
    fake_flow_clear(&flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interval_on_one_side_decides_and_across_it_does_not),
        cmocka_unit_test(figures_are_judged_by_their_intervals),
        cmocka_unit_test(counted_packets_decide_by_themselves),
        cmocka_unit_test(what_was_not_measured_is_undecided_and_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
