/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/figure.c: a result document as rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "plugins/common/figure.h"

#include <locale.h>
#include <math.h>

#define RESULT(metrics)                                                                            \
    "{\"schema\":\"vmtp.result/1\",\"results\":[{\"key\":\"k\",\"flow\":\"f\",\"status\":\"ok\","  \
    "\"metrics\":{" metrics "}}]}"

static int row_show(void *arg, const struct figure_row *row)
{
    buf_printf(arg, "%s %s %s %s %s [%s %s] %s '%s'\n", row->key, row->metric, row->stat, row->unit,
               number_digits(row->value).text, number_digits(row->low).text,
               number_digits(row->high).text, number_digits(row->n).text, row->why);
    return 0;
}

static void shows(const char *json, const char *expected)
{
    _cleanup_(buf_clear) struct buf rows = BUF(1 << 20);
    json_t *document = json_loads(json, 0, NULL);

    assert_non_null(document);
    assert_int_equal(figures_each(document, row_show, &rows), 0);
    assert_string_equal(buf_text(&rows), expected);
    json_decref(document);
}

static void a_gauge_has_its_median_with_the_interval(void **state)
{
    (void)state;
    shows(RESULT("\"goodput\":{\"unit\":\"bit/s\",\"value\":9.5e8,\"stat\":\"median\",\"n\":6,"
                 "\"ci95\":[9e8,1e9]}"),
          "k goodput median bit/s 950000000 [900000000 1000000000] 6 ''\n");
}

static void a_counter_has_its_total_and_why_there_is_no_interval(void **state)
{
    (void)state;
    shows(RESULT("\"sent\":{\"unit\":\"packets\",\"value\":0,\"stat\":\"total\",\"n\":2,"
                 "\"no_ci95\":\"a total\"}"),
          "k sent total packets 0 [nan nan] 2 'a total'\n");
}

static void a_distribution_has_what_it_knows_each_with_its_own_interval(void **state)
{
    (void)state;
    shows(
        RESULT(
            "\"rtt\":{\"unit\":\"s\",\"p50\":0.1,\"p95\":0.3,\"p99\":0.5,\"min\":0.01,\"mean\":0.2,"
            "\"max\":1,\"n\":300,\"ci95\":{\"p50\":[0.09,0.11]}}"),
        "k rtt p50 s 0.1 [0.09 0.11] 300 ''\n"
        "k rtt p95 s 0.3 [nan nan] 300 ''\n"
        "k rtt p99 s 0.5 [nan nan] 300 ''\n"
        "k rtt min s 0.01 [nan nan] 300 ''\n"
        "k rtt max s 1 [nan nan] 300 ''\n"
        "k rtt mean s 0.2 [nan nan] 300 ''\n");
}

static void loss_has_packets_and_a_ratio(void **state)
{
    (void)state;
    shows(RESULT("\"loss\":{\"unit\":\"packets\",\"sent\":10,\"lost\":1,\"ratio\":0.1}"),
          "k loss sent packets 10 [nan nan] nan ''\n"
          "k loss lost packets 1 [nan nan] nan ''\n"
          "k loss ratio ratio 0.1 [nan nan] nan ''\n");
}

static void what_was_not_measured_has_one_row_that_says_why(void **state)
{
    (void)state;
    shows(
        "{\"results\":[{\"key\":\"a\",\"status\":\"failed\",\"error\":\"no route\",\"metrics\":{}},"
        "{\"key\":\"b\",\"status\":\"skipped\",\"reason\":\"no IPv6\"}]}",
        "a    nan [nan nan] nan 'no route'\n"
        "b    nan [nan nan] nan 'no IPv6'\n");
}

static void aggregates_follow_the_results(void **state)
{
    (void)state;
    shows(
        "{\"aggregates\":[{\"key\":\"both\",\"metrics\":{\"x\":{\"stat\":\"total\",\"value\":3}}}],"
        "\"results\":[{\"key\":\"one\",\"metrics\":{\"x\":{\"stat\":\"total\",\"value\":1}}}]}",
        "one x total  1 [nan nan] nan ''\n"
        "both x total  3 [nan nan] nan ''\n");
}

static void fields_of_another_type_count_as_unknown(void **state)
{
    (void)state;
    shows(
        "{\"results\":[{\"key\":1,\"metrics\":{\"x\":{\"unit\":[],\"value\":\"9\",\"ci95\":3}}}]}",
        " x   nan [nan nan] nan ''\n");
    shows("{\"results\":{}}", "");
    shows("[]", "");
}

static int row_stop(void *arg, const struct figure_row *row)
{
    (void)row;
    ++*(int *)arg;
    return -EIO;
}

static void the_first_refusal_is_returned(void **state)
{
    json_t *document = json_loads(RESULT("\"a\":{\"value\":1},\"b\":{\"value\":1}"), 0, NULL);
    int rows = 0;

    (void)state;
    assert_int_equal(figures_each(document, row_stop, &rows), -EIO);
    assert_int_equal(rows, 1);
    json_decref(document);
}

static void only_the_own_form_of_document_is_loaded(void **state)
{
    static const char own[] = "{\"schema\":\"vmtp.result/1\"}", other[] = "{\"flows\":[]}";
    struct vmtp_error err = { 0 };
    json_t *document = figures_load(own, sizeof own - 1, &err);

    (void)state;
    assert_non_null(document);
    json_decref(document);
    assert_null(figures_load(other, sizeof other - 1, &err));
    assert_string_equal(err.text, "the result document is no vmtp.result/1");
    assert_null(figures_load(own, 5, &err));
    assert_string_equal(err.text, "the result document is no JSON");
    assert_null(figures_load("\"\xff\"", 3, &err));
}

static void numbers_have_all_digits_and_a_point(void **state)
{
    (void)state;
    assert_string_equal(number_digits(0.1).text, "0.1");
    assert_string_equal(number_digits(184655043.677184).text, "184655043.677184");
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8"))
        assert_string_equal(number_digits(1.5).text, "1.5");
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gauge_has_its_median_with_the_interval),
        cmocka_unit_test(a_counter_has_its_total_and_why_there_is_no_interval),
        cmocka_unit_test(a_distribution_has_what_it_knows_each_with_its_own_interval),
        cmocka_unit_test(loss_has_packets_and_a_ratio),
        cmocka_unit_test(what_was_not_measured_has_one_row_that_says_why),
        cmocka_unit_test(aggregates_follow_the_results),
        cmocka_unit_test(fields_of_another_type_count_as_unknown),
        cmocka_unit_test(the_first_refusal_is_returned),
        cmocka_unit_test(only_the_own_form_of_document_is_loaded),
        cmocka_unit_test(numbers_have_all_digits_and_a_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
