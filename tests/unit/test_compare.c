/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/report/compare.c, shift_row.c, evidence.c and compare_table.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/report/compare.h"

#include "core/base/attr.h"
#include "core/report/cells.h"
#include "core/report/table.h"

#include <math.h>

#define GOOD(key, metrics)                                                                         \
    "{\"key\":\"" key "\",\"status\":\"ok\",\"metrics\":{" metrics                                 \
    "},\"trials\":[{\"status\":\"ok\",\"duration\":10}]}"
#define GAUGE(name, better, trials)                                                                \
    "\"" name "\":{\"unit\":\"bit/s\",\"kind\":\"gauge\",\"better\":\"" better                     \
    "\",\"value\":100,\"n\":6,\"trials\":[" trials "]}"
#define GOODPUT(trials) GAUGE("goodput", "higher", trials)

#define HUNDRED "99,100,101,100.5,99.5,100.2"
#define NINETY  "89,90,91,90.5,89.5,90.2"

struct pair {
    json_t *documents[12];
    char *names[12];
    json_t *comparison;
};

static json_t *document(const char *results)
{
    json_error_t error;
    json_t *json =
        json_pack("{s:s, s:{s:s, s:s}, s:o}", "schema", "vmtp.result/1", "run", "id", "r1",
                  "started", "2026-11-21T02:40:00Z", "results", json_loads(results, 0, &error));

    if (!json)
        fail_msg("%s at %d", error.text, error.position);
    return json;
}

static void pair_clear(struct pair *pair)
{
    for (size_t i = 0; i < COUNT(pair->documents); i++)
        json_decref(pair->documents[i]);
    json_decref(pair->comparison);
}

/* old_n documents of one text against now_n of another. */
static void compare_with(struct pair *pair, const char *old, size_t old_n, const char *now,
                         size_t now_n, const struct gates *gates, const json_t *noise)
{
    struct comparing comparing = { .gates = gates, .noise = noise };
    struct vmtp_error err = { 0 };

    for (size_t i = 0; i < old_n + now_n; i++) {
        pair->documents[i] = document(i < old_n ? old : now);
        pair->names[i] = (char *)(i < old_n ? "old.json" : "new.json");
    }
    comparing.old = (struct side){ pair->documents, pair->names, old_n };
    comparing.now = (struct side){ pair->documents + old_n, pair->names + old_n, now_n };
    assert_int_equal(compare_make(&comparing, &pair->comparison, &err), 0);
}

static void compare(struct pair *pair, const char *old, const char *now)
{
    static const struct gates gates = GATES_USUAL;

    compare_with(pair, old, 1, now, 1, &gates, NULL);
}

static const json_t *row(const struct pair *pair, size_t i)
{
    const json_t *rows = json_object_get(pair->comparison, "rows");

    if (i >= json_array_size(rows))
        fail_msg("there are only %zu rows", json_array_size(rows));
    return json_array_get(rows, i);
}

static double number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void says(const struct pair *pair, size_t i, const char *state, const char *why)
{
    assert_string_equal(json_text(row(pair, i), "state"), state);
    assert_string_equal(json_text(row(pair, i), "why"), why);
}

static void a_tenth_less_goodput_fails_a_gate_of_a_twentieth(void **state)
{
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("flow=a", GOODPUT(HUNDRED)) "]",
            "[" GOOD("flow=a", GOODPUT(NINETY)) "]");
    says(&pair, 0, "fail", "");
    assert_int_equal(compare_status(pair.comparison), EXIT_FAIL);
    assert_true(fabs(number(row(&pair, 0), "shift") + 0.1) < 0.002);
    assert_string_equal(json_text(row(&pair, 0), "of"), "trials");
    assert_true(json_is_true(json_object_get(row(&pair, 0), "changed")));
}

static void a_tenth_more_passes_and_has_changed(void **state)
{
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("flow=a", GOODPUT(NINETY)) "]",
            "[" GOOD("flow=a", GOODPUT(HUNDRED)) "]");
    says(&pair, 0, "pass", "");
    assert_true(json_is_true(json_object_get(row(&pair, 0), "changed")));
    assert_int_equal(compare_status(pair.comparison), EXIT_PASS);
}

static void what_is_lower_the_better_fails_by_more(void **state)
{
    static const struct gates gates = { .each = { { "delay", 5, 0.05 } }, .count = 1 };
    _cleanup_(pair_clear) struct pair worse = { 0 }, better = { 0 };
    static const char old[] = "[" GOOD("flow=a", GAUGE("delay", "lower", NINETY)) "]";
    static const char now[] = "[" GOOD("flow=a", GAUGE("delay", "lower", HUNDRED)) "]";

    (void)state;
    compare_with(&worse, old, 1, now, 1, &gates, NULL);
    says(&worse, 0, "fail", "");
    compare_with(&better, now, 1, old, 1, &gates, NULL);
    says(&better, 0, "pass", "");
}

static void what_nobody_knows_to_be_better_fails_both_ways(void **state)
{
    static const struct gates gates = { .each = { { "x", 1, 0.05 } }, .count = 1 };
    _cleanup_(pair_clear) struct pair up = { 0 }, down = { 0 }, same = { 0 };
    static const char old[] = "[" GOOD("flow=a", GAUGE("x", "", NINETY)) "]";
    static const char now[] = "[" GOOD("flow=a", GAUGE("x", "", HUNDRED)) "]";

    (void)state;
    compare_with(&up, old, 1, now, 1, &gates, NULL);
    says(&up, 0, "fail", "");
    compare_with(&down, now, 1, old, 1, &gates, NULL);
    says(&down, 0, "fail", "");
    compare_with(&same, now, 1, now, 1, &gates, NULL);
    says(&same, 0, "pass", "");
}

static void an_interval_across_the_gate_is_undecided_and_says_what_it_takes(void **state)
{
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("flow=a", GOODPUT("90,95,100,105,110,100")) "]",
            "[" GOOD("flow=a", GOODPUT("88,93,98,103,108,98")) "]");
    says(&pair, 0, "undecided", "the interval lies across the gate");
    assert_in_range(number(row(&pair, 0), "more"), 20, 1000);
    assert_int_equal(compare_status(pair.comparison), EXIT_UNDECIDED);
}

static void few_trials_decide_nothing(void **state)
{
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("flow=a", GOODPUT("100,100,100")) "]",
            "[" GOOD("flow=a", GOODPUT("50,50,50")) "]");
    says(&pair, 0, "undecided", "3 and 3 trials are too few for an interval");
    assert_true(number(row(&pair, 0), "more") == 1);
    assert_true(number(row(&pair, 0), "shift") == -0.5);
    assert_null(json_object_get(row(&pair, 0), "ci95"));
}

static void without_a_gate_nothing_is_decided(void **state)
{
    static const struct gates gates = { .share = 0.05,
                                        .each = { { "goodput", 7, NAN } },
                                        .count = 1 };
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare_with(&pair, "[" GOOD("flow=a", GOODPUT(HUNDRED)) "]", 1,
                 "[" GOOD("flow=a", GOODPUT(NINETY)) "]", 1, &gates, NULL);
    says(&pair, 0, "none", "");
    assert_true(json_is_true(json_object_get(row(&pair, 0), "changed")));
    assert_int_equal(compare_status(pair.comparison), EXIT_UNDECIDED);
}

static void enough_runs_count_as_one_value_each(void **state)
{
    static const struct gates gates = GATES_USUAL;
    static const char old[] = "[" GOOD("flow=a", GOODPUT(HUNDRED)) "]";
    _cleanup_(pair_clear) struct pair three = { 0 }, four = { 0 };

    (void)state;
    compare_with(&three, old, 3, old, 3, &gates, NULL);
    assert_string_equal(json_text(row(&three, 0), "of"), "trials");
    assert_true(number(json_object_get(row(&three, 0), "old"), "trials") == 18);
    assert_int_equal(json_array_size(json_object_get(three.comparison, "notes")), 1);
    compare_with(&four, old, 4, old, 4, &gates, NULL);
    assert_string_equal(json_text(row(&four, 0), "of"), "runs");
    assert_true(number(json_object_get(row(&four, 0), "new"), "runs") == 4);
    assert_int_equal(json_array_size(json_object_get(four.comparison, "notes")), 0);
}

static void loss_is_compared_in_points_trial_by_trial(void **state)
{
#define LOST(received)                                                                             \
    "\"sent\":{\"kind\":\"counter\",\"value\":1,\"trials\":[100,100,100,100]},"                    \
    "\"received\":{\"kind\":\"counter\",\"value\":1,\"trials\":[" received "]},"                   \
    "\"loss\":{\"unit\":\"packets\",\"ratio\":0}"
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("flow=a", LOST("100,100,100,100")) "]",
            "[" GOOD("flow=a", LOST("97,98,97,98")) "]");
    assert_string_equal(json_text(row(&pair, 2), "metric"), "loss");
    assert_string_equal(json_text(row(&pair, 2), "scale"), "points");
    assert_true(fabs(number(row(&pair, 2), "shift") - 0.025) < 1e-9);
    says(&pair, 2, "fail", "");
}

static void more_received_than_sent_is_no_loss(void **state)
{
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("flow=a", LOST("100,100,100,100")) "]",
            "[" GOOD("flow=a", LOST("100,101,100,100")) "]");
    says(&pair, 2, "undecided", "no figures of single trials");
}

static void a_figure_that_was_0_changes_in_its_own_unit(void **state)
{
    static const struct gates gates = { .each = { { "drops", 5, 1 } }, .count = 1 };
    _cleanup_(pair_clear) struct pair more = { 0 }, same = { 0 };
    static const char zero[] = "[" GOOD("flow=a", GAUGE("drops", "lower", "0,0,0,0")) "]";
    static const char some[] = "[" GOOD("flow=a", GAUGE("drops", "lower", "0.1,0.2,0.3,0.4")) "]";

    (void)state;
    compare_with(&more, zero, 1, some, 1, &gates, NULL);
    assert_string_equal(json_text(row(&more, 0), "scale"), "absolute");
    assert_true(number(row(&more, 0), "shift") == 0.25);
    says(&more, 0, "fail", "");
    compare_with(&same, zero, 1, zero, 1, &gates, NULL);
    says(&same, 0, "pass", "");
}

static void percentiles_are_compared_by_those_of_the_trials(void **state)
{
#define RTT(trials)                                                                                \
    "\"rtt\":{\"unit\":\"s\",\"kind\":\"distribution\",\"better\":\"lower\",\"p50\":0.001," trials \
    "\"n\":600}"
    _cleanup_(pair_clear) struct pair pair = { 0 }, none = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("flow=a", RTT("\"trials\":{\"p50\":[1,1.01,1.02,1.03]},")) "]",
            "[" GOOD("flow=a", RTT("\"trials\":{\"p50\":[2,2.01,2.02,2.03]},")) "]");
    assert_string_equal(json_text(row(&pair, 0), "metric"), "rtt.p50");
    says(&pair, 0, "fail", "");
    compare(&none, "[" GOOD("flow=a", RTT("")) "]", "[" GOOD("flow=a", RTT("")) "]");
    says(&none, 0, "undecided", "no figures of single trials");
}

static void counts_of_trials_of_another_length_are_not_compared(void **state)
{
#define COUNTED(duration)                                                                          \
    "[{\"key\":\"k\",\"status\":\"ok\",\"metrics\":{\"retransmits\":{\"unit\":\"segments\","       \
    "\"kind\":\"counter\",\"value\":4,\"n\":4,\"trials\":[1,1,1,1]}},\"trials\":[{\"status\":"     \
    "\"ok\",\"duration\":" duration "}]}]"
    static const struct gates gates = { .each = { { "retransmits", 11, 0.5 } }, .count = 1 };
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare_with(&pair, COUNTED("10"), 1, COUNTED("1"), 1, &gates, NULL);
    says(&pair, 0, "undecided", "counted in trials of 10 s and of 1 s");
}

static void nothing_is_dropped_because_it_is_on_one_side_only(void **state)
{
    static const char old[] =
        "[" GOOD("both", GOODPUT(HUNDRED)) "," GOOD("gone", GOODPUT(HUNDRED)) "," GOOD(
            "broken",
            GOODPUT(HUNDRED)) "," GOOD("skipped",
                                       GOODPUT(HUNDRED)) ","
                                                         "{\"key\":\"never\",\"status\":\"failed\","
                                                         "\"error\":\"refused\",\"metrics\":{}}]";
    static const char now[] = "[" GOOD("both", GOODPUT(HUNDRED)) "," GOOD(
        "new", GOODPUT(HUNDRED)) ","
                                 "{\"key\":\"broken\",\"status\":\"failed\",\"error\":\"no "
                                 "route\",\"metrics\":{}},"
                                 "{\"key\":\"skipped\",\"status\":\"skipped\",\"reason\":\"no "
                                 "IPv6\",\"metrics\":{}}," GOOD("never", GOODPUT(HUNDRED)) "]";
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, old, now);
    says(&pair, 0, "pass", "");
    says(&pair, 1, "undecided", "not in NEW");
    says(&pair, 2, "fail", "failed in NEW: no route");
    says(&pair, 3, "undecided", "skipped in NEW: no IPv6");
    says(&pair, 4, "none", "failed in OLD: refused");
    says(&pair, 5, "none", "not in OLD");
    assert_int_equal(compare_status(pair.comparison), EXIT_FAIL);
}

static void a_metric_on_one_side_only_is_named(void **state)
{
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("a", GOODPUT(HUNDRED)) "]",
            "[" GOOD("a", GAUGE("transactions", "higher", HUNDRED)) "]");
    says(&pair, 0, "undecided", "not measured in NEW");
    says(&pair, 1, "none", "not measured in OLD");
}

static void the_same_key_twice_is_matched_in_order(void **state)
{
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("a", GOODPUT(HUNDRED)) "," GOOD("a", GOODPUT(NINETY)) "]",
            "[" GOOD("a", GOODPUT(HUNDRED)) "," GOOD("a", GOODPUT(NINETY)) "]");
    says(&pair, 0, "pass", "");
    says(&pair, 1, "pass", "");
    assert_string_equal(json_text(row(&pair, 1), "key"), "a #2");
}

static void one_that_is_undecided_is_enough(void **state)
{
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("a", GOODPUT(HUNDRED)) "," GOOD("b", GOODPUT("1,2,3")) "]",
            "[" GOOD("a", GOODPUT(HUNDRED)) "," GOOD("b", GOODPUT("1,2,3")) "]");
    says(&pair, 0, "pass", "");
    assert_int_equal(compare_status(pair.comparison), EXIT_UNDECIDED);
}

static void nothing_compared_is_not_a_pass(void **state)
{
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[]", "[]");
    assert_int_equal(compare_status(pair.comparison), EXIT_UNDECIDED);
}

static void noise_widens_an_interval_of_trials(void **state)
{
    static const struct gates gates = GATES_USUAL;
    json_t *noise = json_pack("{s:[{s:s, s:s, s:f, s:i}]}", "rows", "key", "flow=a", "metric",
                              "goodput", "spread", 0.03, "n", 4);
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare_with(&pair, "[" GOOD("flow=a", GOODPUT(HUNDRED)) "]", 1,
                 "[" GOOD("flow=a", GOODPUT(NINETY)) "]", 1, &gates, noise);
    says(&pair, 0, "undecided", "the interval lies across the gate");
    json_decref(noise);
}

static void a_gate_of_nothing_is_told(void **state)
{
    static const struct gates gates = { .share = 0.05,
                                        .each = { { "gooodput=1%", 8, 0.01 } },
                                        .count = 1 };
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare_with(&pair, "[" GOOD("a", GOODPUT(HUNDRED)) "]", 1, "[" GOOD("a", GOODPUT(HUNDRED)) "]",
                 1, &gates, NULL);
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(pair.comparison, "notes"), 1)),
        "gate 'gooodput': no result has this metric");
}

static void figures_that_are_none_do_no_harm(void **state)
{
    static const char *const odd[] = {
        "[" GOOD("a",
                 "\"goodput\":{\"kind\":\"gauge\",\"value\":\"x\",\"trials\":[1,\"2\",null]}") "]",
        "[" GOOD("a", "\"goodput\":{\"kind\":\"gauge\",\"value\":1,\"trials\":{}}") "]",
        "[" GOOD("a", "\"goodput\":[],\"rtt\":7,\"loss\":{\"ratio\":\"all\"}") "]",
        "[" GOOD("a", "\"rtt\":{\"kind\":\"distribution\",\"p50\":1,\"trials\":{\"p50\":7}}") "]",
        "[" GOOD("a",
                 "\"a.b.c\":{\"kind\":\"gauge\",\"value\":1e308,\"trials\":[1e308,-1e308]}") "]",
        "[" GOOD("<script>|`\\n\\u001b[31m", GOODPUT(HUNDRED)) "]",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++)
        for (size_t j = 0; j < COUNT(odd); j++) {
            static const struct style style = { .width = 100 };
            _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
            _cleanup_(pair_clear) struct pair pair = { 0 };

            compare(&pair, odd[i], odd[j]);
            assert_int_not_equal(compare_status(pair.comparison), EXIT_FAIL);
            assert_int_equal(compare_format(pair.comparison, true, &style, &text), 0);
            assert_int_equal(compare_markdown(pair.comparison, true, &text), 0);
            assert_null(strstr(buf_text(&text), "\033"));
        }
}

static void a_person_reads_what_fails_and_why_the_rest_is_open(void **state)
{
    static const struct style style = { .utf8 = true, .width = 100 };
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(
        &pair,
        "[" GOOD("flow=a,path=p", GOODPUT(HUNDRED) "," GAUGE("mss", "higher", HUNDRED)) "," GOOD(
            "flow=b", GOODPUT("1,2,3")) "]",
        "[" GOOD("flow=a,path=p", GOODPUT(NINETY) "," GAUGE("mss", "higher", HUNDRED)) "," GOOD(
            "flow=b", GOODPUT("1,2,3")) "]");
    assert_int_equal(compare_format(pair.comparison, false, &style, &text), 0);
    assert_string_equal(
        buf_text(&text),
        "fail: 1 fail, 1 undecided, 0 pass at a gate of 5 %\n"
        "  old  old.json  2026-11-21T02:40:00Z\n"
        "  new  new.json  2026-11-21T02:40:00Z\n"
        "\n"
        "  result          metric         old        new   change              95 %    n  is     "
        "verdict\n"
        "  flow=a, path=p  goodput  100.1 b/s  90.10 b/s  -9.99 %  [-10.9, -9.05] %  6:6  worse  "
        "fail\n"
        "  flow=b          goodput  2.000 b/s  2.000 b/s   0.00 %                 –  3:3         "
        "undecided\n"
        "\n"
        "  goodput of flow=b: 3 and 3 trials are too few for an interval; 1 more a side would give "
        "one\n"
        "  intervals are of trials, and say nothing of what differs from run to run: 4 runs a side "
        "do, or --noise\n");
}

static void a_reason_that_many_have_is_told_once(void **state)
{
    static const struct style style = { .utf8 = true, .width = 100 };
    static const char few[] = "[" GOOD("a", GOODPUT("1,2,3")) "," GOOD(
        "b", GOODPUT("1,2,3")) "," GOOD("c", GOODPUT("1,2")) "," GOOD("d", GOODPUT("1,2,3")) "]";
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, few, few);
    assert_int_equal(compare_format(pair.comparison, false, &style, &text), 0);
    assert_non_null(strstr(buf_text(&text), "\n  goodput of a and 2 more: 3 and 3 trials are "));
    assert_non_null(strstr(buf_text(&text), "\n  goodput of c: 2 and 2 trials are "));
    assert_null(strstr(buf_text(&text), "goodput of b"));
}

static void markdown_takes_no_harm_from_names(void **state)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    _cleanup_(pair_clear) struct pair pair = { 0 };

    (void)state;
    compare(&pair, "[" GOOD("a|<b>", GOODPUT(HUNDRED)) "]", "[]");
    assert_int_equal(compare_markdown(pair.comparison, false, &text), 0);
    assert_non_null(strstr(buf_text(&text), "| a\\|\\<b\\> | undecided |\n"));
    assert_non_null(strstr(buf_text(&text), "\n- a\\|\\<b\\>: not in NEW\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tenth_less_goodput_fails_a_gate_of_a_twentieth),
        cmocka_unit_test(a_tenth_more_passes_and_has_changed),
        cmocka_unit_test(what_is_lower_the_better_fails_by_more),
        cmocka_unit_test(what_nobody_knows_to_be_better_fails_both_ways),
        cmocka_unit_test(an_interval_across_the_gate_is_undecided_and_says_what_it_takes),
        cmocka_unit_test(few_trials_decide_nothing),
        cmocka_unit_test(without_a_gate_nothing_is_decided),
        cmocka_unit_test(enough_runs_count_as_one_value_each),
        cmocka_unit_test(loss_is_compared_in_points_trial_by_trial),
        cmocka_unit_test(more_received_than_sent_is_no_loss),
        cmocka_unit_test(a_figure_that_was_0_changes_in_its_own_unit),
        cmocka_unit_test(percentiles_are_compared_by_those_of_the_trials),
        cmocka_unit_test(counts_of_trials_of_another_length_are_not_compared),
        cmocka_unit_test(nothing_is_dropped_because_it_is_on_one_side_only),
        cmocka_unit_test(a_metric_on_one_side_only_is_named),
        cmocka_unit_test(the_same_key_twice_is_matched_in_order),
        cmocka_unit_test(one_that_is_undecided_is_enough),
        cmocka_unit_test(nothing_compared_is_not_a_pass),
        cmocka_unit_test(noise_widens_an_interval_of_trials),
        cmocka_unit_test(a_gate_of_nothing_is_told),
        cmocka_unit_test(figures_that_are_none_do_no_harm),
        cmocka_unit_test(a_person_reads_what_fails_and_why_the_rest_is_open),
        cmocka_unit_test(a_reason_that_many_have_is_told_once),
        cmocka_unit_test(markdown_takes_no_harm_from_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
