/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/trial.c and repeat.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/repeat.h"
#include "tests/fakes/flow.h"

#include <errno.h>
#include <math.h>

static void keeps_what_it_is_given(void **state)
{
    _cleanup_(trial_freep) struct trial *trial = NULL;

    (void)state;
    assert_int_equal(trial_new(3, 2, &trial), 0);
    assert_true(isnan(trial->finals[0]) && isnan(trial->finals[1]));
    assert_int_equal(trial_add_final(trial, 1, 12.5), 0);
    for (uint64_t i = 0; i < 100; i++)
        assert_int_equal(trial_add_point(trial, 0, i * 10, (double)i), 0);
    assert_true(trial->finals[1] == 12.5);
    assert_int_equal(trial->series[0].count, 100);
    assert_int_equal(trial->series[0].points[99].time_ns, 990);
    assert_int_equal(trial->number, 3);
}

static void refuses_metrics_and_figures_that_are_none(void **state)
{
    _cleanup_(trial_freep) struct trial *trial = NULL;
    const struct vmtp_histogram none = { .scale = 1 };

    (void)state;
    assert_int_equal(trial_new(1, 2, &trial), 0);
    assert_int_equal(trial_add_final(trial, 2, 1), -EINVAL);
    assert_int_equal(trial_add_final(trial, 0, NAN), -EINVAL);
    assert_int_equal(trial_add_point(trial, 2, 0, 1), -EINVAL);
    assert_int_equal(trial_add_point(trial, 0, 0, INFINITY), -EINVAL);
    assert_int_equal(trial_add_histogram(trial, 2, &none), -EINVAL);
    assert_int_equal(trial_add_event(trial, 0, 0, NULL, "x"), -EINVAL);
    assert_int_equal(trial_add_event(trial, 32, 0, NULL, "x"), -EINVAL);
}

static void events_that_mark_do_and_others_do_not(void **state)
{
    _cleanup_(trial_freep) struct trial *trial = NULL;

    (void)state;
    assert_int_equal(trial_new(1, 1, &trial), 0);
    assert_int_equal(trial_add_event(trial, VMTP_NOTE, 5, NULL, "a note"), 0);
    assert_int_equal(trial->marks, 0);
    assert_int_equal(trial_add_event(trial, VMTP_DISTURBED, 6, "a", "stolen time"), 0);
    assert_int_equal(trial->marks, 1u << VMTP_DISTURBED);
    assert_string_equal(trial->events[0].subject, "");
    assert_string_equal(trial->events[1].text, "stolen time");
}

static void a_failure_always_has_a_reason(void **state)
{
    _cleanup_(trial_freep) struct trial *trial = NULL;

    (void)state;
    assert_int_equal(trial_new(1, 1, &trial), 0);
    assert_int_equal(trial_fail(trial, -ETIMEDOUT, NULL), 0);
    assert_int_equal(trial->status, -ETIMEDOUT);
    assert_true(strlen(trial->error) > 0);
    assert_int_equal(trial_fail(trial, 0, "why"), 0);
    assert_true(trial->status < 0);
    assert_string_equal(trial->error, "why");
}

/* ---- repetition ---- */

static void runs_min_trials_where_no_precision_is_asked_for(void **state)
{
    const struct repeat repeat = { .min = 3, .max = 10 };
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_MORE);
        fake_goodput(&flow, 100 + i * 50);
    }
    assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_ENOUGH);
    fake_flow_clear(&flow);
}

static void goes_on_until_the_interval_is_narrow_enough(void **state)
{
    const struct repeat repeat = { .min = 2, .max = 20, .until = 0.02 };
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 5; i++)
        fake_goodput(&flow, 1000 + i);
    assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_MORE);
    fake_goodput(&flow, 1005);
    assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_ENOUGH);
    assert_true(fabs(measurement_precision(&flow.measurement) - 2.5 / 1002.5) < 1e-9);
    fake_flow_clear(&flow);
}

static void stops_at_max_without_the_precision(void **state)
{
    const struct repeat repeat = { .min = 2, .max = 8, .until = 0.02 };
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 8; i++) {
        assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_MORE);
        fake_goodput(&flow, 100 << (i % 3));
    }
    assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_MAX_REACHED);
    fake_flow_clear(&flow);
}

static void failures_count_against_max_but_not_towards_min(void **state)
{
    const struct repeat repeat = { .min = 3, .max = 5 };
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    fake_goodput(&flow, 1);
    fake_failure(&flow, "no");
    fake_goodput(&flow, 1);
    fake_failure(&flow, "no");
    assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_MORE);
    fake_failure(&flow, "no");
    assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_MAX_REACHED);
    fake_flow_clear(&flow);
}

static void gives_up_when_the_first_min_trials_have_all_failed(void **state)
{
    const struct repeat repeat = { .min = 3, .max = 20 };
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_MORE);
        fake_failure(&flow, "no");
    }
    assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_HOPELESS);
    fake_flow_clear(&flow);
}

static void latency_alone_is_done_after_min(void **state)
{
    const struct repeat repeat = { .min = 2, .max = 20, .until = 0.01 };
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    fake_rtt(fake_trial(&flow), 1000, 10);
    assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_MORE);
    fake_rtt(fake_trial(&flow), 9000, 10);
    assert_int_equal(steering_metric(&flow.measurement), -1);
    assert_int_equal(repeat_state(&flow.measurement, &repeat), REPEAT_ENOUGH);
    fake_flow_clear(&flow);
}

static void another_gauge_steers_where_there_is_no_goodput(void **state)
{
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    assert_int_equal(trial_add_final(fake_trial(&flow), MSS, 1448), 0);
    assert_int_equal(steering_metric(&flow.measurement), MSS);
    fake_goodput(&flow, 5);
    assert_int_equal(steering_metric(&flow.measurement), GOODPUT);
    fake_flow_clear(&flow);
}

static double uniform(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/* To look after each trial whether to stop costs some of the 95 %: docs/results.md says how much.
 */
static void stopping_when_it_looks_good_costs_little_confidence(void **state)
{
    const struct repeat repeat = { .min = 6, .max = 40, .until = 0.02 };
    const int rounds = 1500;
    uint64_t seed = 3;
    int hits = 0;

    (void)state;
    for (int i = 0; i < rounds; i++) {
        double values[64];
        struct interval interval;
        struct fake_flow flow;

        fake_flow_make(&flow, "tcp");
        while (repeat_state(&flow.measurement, &repeat) == REPEAT_MORE)
            fake_goodput(&flow, 1000 + 100 * (uniform(&seed) + uniform(&seed) - 1));
        assert_true(stats_median_interval(
            values, measurement_finals(&flow.measurement, GOODPUT, values), &interval));
        hits += interval.low <= 1000 && 1000 <= interval.high;
        fake_flow_clear(&flow);
    }
    print_message("coverage with stopping: %.3f\n", (double)hits / rounds);
    assert_true(hits > rounds * 88 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_it_is_given),
        cmocka_unit_test(refuses_metrics_and_figures_that_are_none),
        cmocka_unit_test(events_that_mark_do_and_others_do_not),
        cmocka_unit_test(a_failure_always_has_a_reason),
        cmocka_unit_test(runs_min_trials_where_no_precision_is_asked_for),
        cmocka_unit_test(goes_on_until_the_interval_is_narrow_enough),
        cmocka_unit_test(stops_at_max_without_the_precision),
        cmocka_unit_test(failures_count_against_max_but_not_towards_min),
        cmocka_unit_test(gives_up_when_the_first_min_trials_have_all_failed),
        cmocka_unit_test(latency_alone_is_done_after_min),
        cmocka_unit_test(another_gauge_steers_where_there_is_no_goodput),
        cmocka_unit_test(stopping_when_it_looks_good_costs_little_confidence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
