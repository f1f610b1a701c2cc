/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/aggregate.c: what pairs come to together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/aggregate.h"
#include "tests/fakes/flow.h"

#include <math.h>

#define PAIRS  3
#define TRIALS 6

/* Three pairs of one flow. */
struct bench {
    struct fake_flow flows[PAIRS];
    struct result *results[PAIRS];
    struct aggregate aggregate;
};

/* In trial t pair i gets (i + 1) * 100 Mb/s and t Mb/s. */
static void bench_make(struct bench *bench)
{
    *bench = (struct bench){ 0 };
    for (uint32_t i = 0; i < PAIRS; i++) {
        fake_flow_make(&bench->flows[i], "tcp");
        bench->flows[i].planned.variant = &bench->flows[0].variant;
        bench->flows[i].planned.pair = i + 1;
        for (uint32_t t = 0; t < TRIALS; t++) {
            struct trial *trial = fake_goodput(&bench->flows[i], (i + 1) * 100e6 + t * 1e6);

            trial_add_final(trial, SENT, 1000);
            trial_add_final(trial, RECEIVED, 990 + i);
            trial_add_final(trial, MSS, 1448);
            fake_rtt(trial, 100000 * (i + 1), 100);
        }
    }
}

static void aggregate(struct bench *bench)
{
    for (size_t i = 0; i < PAIRS; i++)
        assert_int_equal(result_make(&bench->flows[i].measurement, &bench->results[i]), 0);
    assert_int_equal(aggregate_make(bench->results, PAIRS, &bench->aggregate), 0);
}

static void bench_clear(struct bench *bench)
{
    aggregate_clear(&bench->aggregate);
    for (size_t i = 0; i < PAIRS; i++) {
        result_free(bench->results[i]);
        fake_flow_clear(&bench->flows[i]);
    }
}

static void adds_up_what_can_be_added(void **state)
{
    struct bench bench;
    const struct figure *goodput, *rtt;
    const struct result *result;

    (void)state;
    bench_make(&bench);
    aggregate(&bench);
    result = bench.aggregate.result;
    goodput = result_figure(result, VMTP_GOODPUT);
    assert_int_equal(result->status, RESULT_OK);
    assert_int_equal(goodput->n, TRIALS);
    assert_true(goodput->value == 607.5e6); /* the median of 600, 603, ... 615 */
    assert_true(goodput->has_interval);
    assert_true(goodput->interval.low == 600e6 && goodput->interval.high == 615e6);
    assert_true(result->loss.sent == 18000 && result->loss.lost == 18000 - 6 * (990 + 991 + 992));
    rtt = result_figure(result, VMTP_RTT);
    assert_int_equal(rtt->n, 100 * TRIALS * PAIRS);
    assert_true(fabs(histogram_percentile(rtt->histogram, 0.5) - 2e-4) < 2e-6);
    assert_null(result_figure(result, VMTP_MSS));
    bench_clear(&bench);
}

static void says_how_fair_it_was(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench);
    aggregate(&bench);
    assert_int_equal(bench.aggregate.slowest, 1);
    assert_int_equal(bench.aggregate.fastest, 3);
    assert_true(bench.aggregate.least_bps == 102.5e6);
    assert_true(bench.aggregate.most_bps == 302.5e6);
    /* (1 + 2 + 3)^2 / (3 * (1 + 4 + 9)) */
    assert_true(fabs(bench.aggregate.fairness - 36.0 / 42) < 0.01);
    bench_clear(&bench);
}

static void a_trial_that_failed_in_one_pair_counts_for_none(void **state)
{
    struct bench bench;
    const struct result *result;

    (void)state;
    bench_make(&bench);
    trial_fail(bench.flows[1].measurement.trials[5], -EIO, "connection refused");
    aggregate(&bench);
    result = bench.aggregate.result;
    assert_int_equal(result->status, RESULT_OK);
    assert_int_equal(result_figure(result, VMTP_GOODPUT)->n, 5);
    assert_string_equal(result->notes[0], "1 of 6 trials failed: pair 2: connection refused");
    bench_clear(&bench);
}

static void what_disturbed_one_disturbed_all(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench);
    trial_add_event(bench.flows[2].measurement.trials[0], VMTP_DISTURBED, 0, NULL, "stolen time");
    trial_add_event(bench.flows[2].measurement.trials[0], VMTP_NOTE, 0, NULL, "nothing special");
    aggregate(&bench);
    assert_string_equal(bench.aggregate.result->notes[0],
                        "disturbed in 1 of 6 trials: stolen time");
    assert_int_equal(bench.aggregate.sum.trials[0]->event_count, 1);
    bench_clear(&bench);
}

static void without_one_pair_there_is_no_sum(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench);
    bench.flows[1].measurement.error = strdup("endpoint b-2 is not there");
    aggregate(&bench);
    assert_int_equal(bench.aggregate.result->status, RESULT_FAILED);
    assert_string_equal(bench.aggregate.result->why, "pair 2: endpoint b-2 is not there");
    bench_clear(&bench);

    bench_make(&bench);
    bench.flows[2].measurement.reason = "the path has no IPv6";
    aggregate(&bench);
    assert_int_equal(bench.aggregate.result->status, RESULT_SKIPPED);
    assert_true(isnan(bench.aggregate.fairness));
    bench_clear(&bench);

    bench_make(&bench);
    bench.flows[2].planned.variant = &bench.flows[2].variant; /* its otherwise, say */
    aggregate(&bench);
    assert_string_equal(bench.aggregate.result->why,
                        "its pairs were measured with different tools");
    bench_clear(&bench);

    bench_make(&bench); /* that one has failed says more, and nothing is added up all the same */
    bench.flows[0].measurement.error = strdup("endpoint b-1 is not there");
    bench.flows[2].planned.variant = &bench.flows[2].variant;
    aggregate(&bench);
    assert_int_equal(bench.aggregate.result->status, RESULT_FAILED);
    assert_string_equal(bench.aggregate.result->why, "pair 1: endpoint b-1 is not there");
    assert_int_equal(bench.aggregate.sum.trial_count, 0);
    bench_clear(&bench);
}

static void trials_that_not_all_have_are_left_out(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench);
    fake_goodput(&bench.flows[0], 1e9); /* the run was stopped in the middle of it */
    aggregate(&bench);
    assert_int_equal(bench.aggregate.sum.trial_count, TRIALS);
    bench_clear(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_up_what_can_be_added),
        cmocka_unit_test(says_how_fair_it_was),
        cmocka_unit_test(a_trial_that_failed_in_one_pair_counts_for_none),
        cmocka_unit_test(what_disturbed_one_disturbed_all),
        cmocka_unit_test(without_one_pair_there_is_no_sum),
        cmocka_unit_test(trials_that_not_all_have_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
