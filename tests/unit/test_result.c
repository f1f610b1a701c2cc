/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/result.c and notes.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/result.h"
#include "tests/fakes/flow.h"

#include <math.h>

static struct result *reduce(struct fake_flow *flow)
{
    struct result *result = NULL;

    assert_int_equal(result_make(&flow->measurement, &result), 0);
    return result;
}

static bool noted(const struct result *result, const char *part)
{
    for (size_t i = 0; i < result->note_count; i++)
        if (strstr(result->notes[i], part))
            return true;
    return false;
}

static void a_gauge_is_its_median_with_an_interval(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    const struct figure *figure;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 7; i++)
        fake_goodput(&flow, 100 + (i * 3) % 7);
    result = reduce(&flow);
    figure = result_figure(result, "goodput");
    assert_int_equal(result->status, RESULT_OK);
    assert_true(figure->value == 103 && figure->n == 7);
    assert_true(figure->has_interval && figure->interval.low == 100 &&
                figure->interval.high == 106);
    assert_null(figure->no_interval);
    assert_int_equal(result->note_count, 0);
    fake_flow_clear(&flow);
}

static void few_trials_have_no_interval_and_it_says_why(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 3; i++)
        fake_goodput(&flow, 100 + i);
    result = reduce(&flow);
    assert_false(result_figure(result, "goodput")->has_interval);
    assert_string_equal(result_figure(result, "goodput")->no_interval, "n too small: 3 < 6");
    fake_flow_clear(&flow);
}

static void counters_add_up_and_histograms_merge(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    const struct figure *rtt;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "udp");
    for (int i = 0; i < 3; i++) {
        struct trial *trial = fake_trial(&flow);

        trial_add_final(trial, SENT, 100);
        fake_rtt(trial, 1000, 100);
    }
    result = reduce(&flow);
    assert_true(result_figure(result, "sent")->value == 300);
    assert_string_equal(result_figure(result, "sent")->no_interval, "a total, not an estimate");
    rtt = result_figure(result, "rtt");
    assert_int_equal(rtt->n, 300);
    assert_false(isnan(histogram_percentile(rtt->histogram, 0.99)));
    assert_true(isnan(histogram_percentile(rtt->histogram, 0.999)));
    assert_null(result_figure(result, "goodput"));
    fake_flow_clear(&flow);
}

static void lose(struct fake_flow *flow, double sent, double received, double dropped)
{
    struct trial *trial = fake_goodput(flow, 100);

    trial_add_final(trial, SENT, sent);
    trial_add_final(trial, RECEIVED, received);
    if (!isnan(dropped))
        trial_add_final(trial, LOST_SOCKET, dropped);
}

static void loss_is_split_where_all_trials_say_where(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "udp");
    for (int i = 0; i < 4; i++)
        lose(&flow, 1000, 990, 4);
    result = reduce(&flow);
    assert_true(result->loss.known && result->loss.lost == 40 && result->loss.socket == 16);
    assert_true(result->loss.network == 24 && fabs(result->loss.ratio - 0.01) < 1e-12);
    fake_flow_clear(&flow);
}

static void loss_is_not_split_where_a_trial_does_not_say_where(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "udp");
    lose(&flow, 1000, 990, 4);
    lose(&flow, 1000, 990, NAN);
    lose(&flow, 1000, 990, 4);
    result = reduce(&flow);
    assert_true(result->loss.lost == 30);
    assert_true(isnan(result->loss.socket) && isnan(result->loss.network));
    fake_flow_clear(&flow);
}

static void counts_that_contradict_each_other_give_no_loss(void **state)
{
    _cleanup_(result_freep) struct result *more = NULL, *dropped = NULL;
    struct fake_flow flow, other;

    (void)state;
    fake_flow_make(&flow, "udp");
    fake_flow_make(&other, "udp");
    for (int i = 0; i < 3; i++) {
        lose(&flow, 1000, 1001, 0);
        lose(&other, 1000, 999, 5);
    }
    more = reduce(&flow);
    dropped = reduce(&other);
    assert_true(more->loss.known && isnan(more->loss.lost) && isnan(more->loss.ratio));
    assert_true(noted(more, "more packets were received (3003) than sent (3000)"));
    assert_true(dropped->loss.lost == 3 && isnan(dropped->loss.network));
    assert_true(noted(dropped, "dropped more (15) than was lost (3)"));
    fake_flow_clear(&flow);
    fake_flow_clear(&other);
}

static void without_counts_there_is_no_loss(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 3; i++)
        fake_goodput(&flow, 100);
    result = reduce(&flow);
    assert_false(result->loss.known);
    fake_flow_clear(&flow);
}

static void failed_trials_are_noted_and_their_figures_do_not_count(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 6; i++)
        fake_goodput(&flow, 100);
    trial_add_final(fake_failure(&flow, "connection refused"), GOODPUT, 1);
    fake_failure(&flow, "something else");
    result = reduce(&flow);
    assert_int_equal(result->status, RESULT_OK);
    assert_int_equal(result_figure(result, "goodput")->n, 6);
    assert_true(noted(result, "2 of 8 trials failed: connection refused"));
    fake_flow_clear(&flow);
}

static void fewer_good_trials_than_min_are_a_failure(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    fake_goodput(&flow, 100);
    fake_failure(&flow, "connection refused");
    fake_goodput(&flow, 100);
    result = reduce(&flow);
    assert_int_equal(result->status, RESULT_FAILED);
    assert_string_equal(result->why, "1 of 3 trials failed: connection refused");
    assert_int_equal(result->note_count, 0);
    fake_flow_clear(&flow);
}

static void what_was_not_run_is_skipped_or_failed_but_never_ok(void **state)
{
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    for (int i = 0; i < 4; i++) {
        _cleanup_(result_freep) struct result *result = NULL;

        flow.measurement.reason = i == 0 ? "no IPv6 here" : NULL;
        if (i == 1)
            flow.measurement.error = strdup("deploy failed");
        if (i == 2)
            fake_trial(&flow);
        result = reduce(&flow);
        assert_int_equal(result->status, i == 0 ? RESULT_SKIPPED : RESULT_FAILED);
        assert_string_equal(result->why, i == 0   ? "no IPv6 here"
                                         : i == 1 ? "deploy failed"
                                                  : "only 1 of 3 trials were run");
        free(flow.measurement.error);
        flow.measurement.error = NULL;
        if (i == 2)
            break;
    }
    fake_trial(&flow);
    fake_trial(&flow);
    {
        _cleanup_(result_freep) struct result *result = reduce(&flow);

        assert_int_equal(result->status, RESULT_FAILED);
        assert_string_equal(result->why, "no trial gave a final figure");
    }
    fake_flow_clear(&flow);
}

static void marks_imprecision_and_unsteadiness_are_noted(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    flow.spec.repeat.until = 0.02;
    for (int i = 0; i < 10; i++)
        fake_goodput(&flow, 100 + 5 * i);
    trial_add_event(flow.measurement.trials[2], VMTP_GENERATOR_LIMITED, 0, NULL, "CPU at 100 %");
    trial_add_event(flow.measurement.trials[3], VMTP_DISTURBED, 0, NULL, "");
    result = reduce(&flow);
    assert_true(noted(result, "limited by the generator in 1 of 10 trials: CPU at 100 %"));
    assert_true(noted(result, "disturbed in 1 of 10 trials"));
    assert_true(noted(result, "imprecise: ±14 % after 10 trials, ±2 % was wanted"));
    assert_true(noted(result, "unsteady: goodput rises from trial to trial"));
    fake_flow_clear(&flow);
}

static void more_than_the_path_carries_is_noted(void **state)
{
    _cleanup_(result_freep) struct result *result = NULL;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    flow.measurement.reach = (struct vmtp_reach){ .mtu = 1500, .rate_bps = 1000 };
    for (int i = 0; i < 6; i++)
        fake_goodput(&flow, 1448 * 1000 / 1500.0 * 1.1);
    result = reduce(&flow);
    assert_true(fabs(result->share - 1.1) < 1e-9);
    assert_true(noted(result, "above the ceiling: goodput is 110.0 %"));
    fake_flow_clear(&flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gauge_is_its_median_with_an_interval),
        cmocka_unit_test(few_trials_have_no_interval_and_it_says_why),
        cmocka_unit_test(counters_add_up_and_histograms_merge),
        cmocka_unit_test(loss_is_split_where_all_trials_say_where),
        cmocka_unit_test(loss_is_not_split_where_a_trial_does_not_say_where),
        cmocka_unit_test(counts_that_contradict_each_other_give_no_loss),
        cmocka_unit_test(without_counts_there_is_no_loss),
        cmocka_unit_test(failed_trials_are_noted_and_their_figures_do_not_count),
        cmocka_unit_test(fewer_good_trials_than_min_are_a_failure),
        cmocka_unit_test(what_was_not_run_is_skipped_or_failed_but_never_ok),
        cmocka_unit_test(marks_imprecision_and_unsteadiness_are_noted),
        cmocka_unit_test(more_than_the_path_carries_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
