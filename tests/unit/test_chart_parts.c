/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/chart/chart.h"
#include "core/chart/pick.h"

/* What a chart writes of these documents; the page's text until the next call. */
static const char *drawn(void (*chart)(struct page *page, const struct papers *papers),
                         const char *const *documents, size_t count)
{
    static struct buf text = BUF(1 << 20);
    struct paper list[8];
    struct papers papers = { .list = list, .count = count };
    struct page page;

    buf_clear(&text);
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct paper){ json_loads(documents[i], 0, NULL), "file" };
        assert_non_null(list[i].document);
    }
    assert_int_equal(page_init(&page), 0);
    chart(&page, &papers);
    assert_int_equal(page.body.status, 0);
    assert_int_equal(buf_add_text(&text, buf_text(&page.body.text)), 0);
    page_clear(&page);
    for (size_t i = 0; i < count; i++)
        json_decref((json_t *)list[i].document);
    return buf_text(&text);
}

static const char *drawn_one(void (*chart)(struct page *page, const struct papers *papers),
                             const char *document)
{
    return drawn(chart, &document, 1);
}

static void assert_has(const char *text, const char *part)
{
    bool has = strstr(text, part);

    if (!has)
        print_message("no \"%s\" in:\n%s\n", part, text);
    assert_true(has);
}

static void assert_lacks(const char *text, const char *part)
{
    bool has = strstr(text, part);

    if (has)
        print_message("\"%s\" in:\n%s\n", part, text);
    assert_false(has);
}

#define RESULTS(list)    "{\"results\": [" list "]}"
#define AGGREGATES(list) "{\"aggregates\": [" list "]}"
#define SERIES           "[[1.1, 9e6], [1.2, 8e6], [1.3, 0], [1.4, 9e6]]"
#define TRIALS(events)                                                                             \
    "\"trials\": [{\"number\": 1, \"warmup\": 1, \"duration\": 0.4, \"series\": "                  \
    "{\"goodput\": " SERIES ", \"retransmits\": [[1.1, 0], [1.2, 0]]}, \"events\": [" events "]}]"
#define BULK(events)                                                                               \
    "{\"flow\": \"bulk\", \"path\": \"p\", \"metrics\": {\"goodput\": {\"unit\": "                 \
    "\"bit/s\"}}, " TRIALS(events) "}"

static void nothing_to_show_is_no_section(void **state)
{
    static void (*const charts[])(struct page * page, const struct papers *papers) = {
        timeline_chart, latency_chart, search_chart, loss_chart, mesh_chart, scaling_chart,
    };

    (void)state;
    for (size_t i = 0; i < COUNT(charts); i++) {
        assert_string_equal(drawn_one(charts[i], "{}"), "");
        assert_string_equal(drawn_one(charts[i], RESULTS("{}, null, 1, []")), "");
        assert_string_equal(drawn_one(charts[i], AGGREGATES("{\"pairs\": 1}")), "");
    }
}

static void a_timeline_shows_intervals_and_says_what_is_always_0(void **state)
{
    const char *text = drawn_one(timeline_chart, RESULTS(BULK("")));

    (void)state;
    assert_has(text, "bulk, p");
    assert_has(text, "retransmits: always 0");
    assert_has(text, "0 b/s to 9 Mb/s");
    assert_lacks(text, "happened");
}

static void what_disturbed_a_trial_is_marked_and_a_note_is_not(void **state)
{
    const char *text = drawn_one(
        timeline_chart,
        RESULTS(BULK("{\"t\": 1.2, \"kind\": \"disturbed\", \"text\": \"stood still\"},"
                     "{\"t\": 1.3, \"kind\": \"note\", \"text\": \"only said\"},"
                     "{\"t\": 2.0, \"kind\": \"generator-limited\", \"text\": \"fell short\"}")));

    (void)state;
    assert_has(text, "trial 1 at 200 ms: stood still");
    assert_has(text, "<title>trial 1: fell short</title>");
    assert_lacks(text, "<title>trial 1 at 300 ms: only said");
}

#define HISTOGRAM                                                                                  \
    "{\"scale\": 1e-6, \"bits\": 7, \"n\": 10, \"min\": 100, \"max\": 200, "                       \
    "\"buckets\": [[100, 6], [200, 4]]}"
#define ECHO(flow, started)                                                                        \
    "{\"flow\": \"" flow "\", \"metrics\": {\"rtt\": {\"unit\": \"s\", \"p50\": 1e-4, "            \
    "\"histogram\": " HISTOGRAM "}}, \"trials\": [{\"started\": \"" started "\"}]}"
#define LOAD "{\"metrics\": {\"goodput\": {}}, \"trials\": [{\"started\": \"second\"}]}"

static void latency_beside_a_flow_that_sends_is_loaded(void **state)
{
    const char *text = drawn_one(
        latency_chart, RESULTS(ECHO("quiet", "first") "," ECHO("echo", "second") "," LOAD));

    (void)state;
    assert_has(text, "</span> quiet</th><td>idle</td>");
    assert_has(text, "</span> echo</th><td>loaded</td>");
}

static void a_damaged_histogram_is_passed_over(void **state)
{
    (void)state;
    assert_lacks(
        drawn_one(latency_chart,
                  RESULTS("{\"flow\": \"x\", \"metrics\": {\"rtt\": {\"histogram\": {}}}}")),
        "<svg");
}

static void a_search_shows_goals_bounds_and_kinds_of_trials(void **state)
{
    const char *text = drawn_one(
        search_chart,
        RESULTS(
            "{\"flow\": \"udp\", \"search\": {\"goals\": [{\"loss\": 0.05, \"state\": \"found\", "
            "\"lower\": 9000000, \"upper\": 10000000, \"conditional_throughput\": 9000000, "
            "\"trials\": 3}], \"trials\": ["
            "{\"number\": 1, \"offered\": 9000000, \"loss\": 0, \"verifying\": true}, "
            "{\"number\": 2, \"offered\": 10000000, \"loss\": 0.1, \"generator_limited\": true}, "
            "{\"number\": 3, \"offered\": 9e12, \"loss\": 0.99}]}}"));

    (void)state;
    assert_has(text, "goal 5 %: from 9.000 Mb/s, which holds it, to 10.00 Mb/s, which does not");
    assert_has(text, "trial 1: 9.000 Mb/s sent, 0.00 % lost, to verify");
    assert_has(text, "trial 2: 10.00 Mb/s sent, 10.0 % lost, generator-limited");
    assert_has(text, "cx=\"100%\""); /* what is far above does not stretch the axis */
}

static void loss_tells_the_network_from_the_socket(void **state)
{
    const char *text = drawn_one(
        loss_chart,
        RESULTS(
            "{\"flow\": \"a\", \"metrics\": {\"loss\": {\"sent\": 100, \"received\": 60, "
            "\"network\": 30, \"socket\": 10}}},"
            "{\"flow\": \"b\", \"metrics\": {\"loss\": {\"sent\": 1000000, \"received\": 999999}}},"
            "{\"flow\": \"c\", \"metrics\": {\"loss\": {\"sent\": 5, \"received\": 5}}}"));

    (void)state;
    assert_has(text, "lost in the network: 30 packets, 30.0 %");
    assert_has(text, "dropped by the socket: 10 packets, 10.0 %");
    assert_has(text, "<title>lost: 1 packets"); /* a tool that can't tell */
    assert_has(text, "width=\"0.4%\"");         /* however little, it is seen */
    assert_has(text, "1 more flow counted its packets and lost nothing");
}

#define FLOW(from, to, rate)                                                                       \
    "{\"flow\": \"m\", \"from\": \"" from "\", \"to\": \"" to "\", \"labels\": {\"from\": \"" from \
    "\", \"to\": \"" to                                                                            \
    "\"}, \"metrics\": {\"goodput\": {\"unit\": \"bit/s\", \"kind\": \"gauge\", "                  \
    "\"value\": " rate "}}}"

static void a_mesh_is_in_the_order_of_names_and_marks_what_is_far_off(void **state)
{
    const char *text = drawn_one(
        mesh_chart,
        RESULTS(FLOW("n10", "n2", "1e8") "," FLOW("n10", "n1", "1.01e8") "," FLOW(
            "n2", "n10", "1.02e8") "," FLOW("n2", "n1", "1e7") "," FLOW("n1", "n2", "1.03e8")));

    (void)state;
    assert_true(strstr(text, "→ n2") < strstr(text, "→ n10"));
    assert_has(text, "h0\">▼ 10.00 Mb/s");
    assert_has(text, "num h7\">103.0 Mb/s");
    assert_lacks(text, "▲ 1");
}

static void pairs_that_have_one_partner_each_are_no_mesh(void **state)
{
    (void)state;
    assert_string_equal(drawn_one(mesh_chart, RESULTS(FLOW("a", "b", "1") "," FLOW("c", "d", "1"))),
                        "");
}

#define SUM(pairs, rate)                                                                           \
    "{\"flow\": \"s\", \"pairs\": " pairs ", \"labels\": {\"pairs\": \"" pairs                     \
    "\"}, \"metrics\": "                                                                           \
    "{\"goodput\": {\"kind\": \"gauge\", \"value\": " rate "}}, \"fairness\": 0.5}"

static void scaling_is_in_the_order_of_pairs_and_beside_so_many_alone(void **state)
{
    const char *text = drawn_one(scaling_chart, AGGREGATES(SUM("4", "2e8") "," SUM("1", "1e8")));

    (void)state;
    assert_true(strstr(text, ">1 pair<") < strstr(text, ">4 pairs<"));
    assert_has(text, "<td class=\"num\">50.0 %</td>");
    assert_has(text, "<td class=\"num\">0.5</td>");
    assert_string_equal(drawn_one(scaling_chart, AGGREGATES(SUM("4", "2e8"))), "");
}

static void many_documents_are_not_drawn_one_by_one(void **state)
{
    const char *documents[PAPERS_SINGLE + 1];

    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++)
        documents[i] = RESULTS(BULK(""));
    assert_has(drawn(timeline_chart, documents, PAPERS_SINGLE), "file: bulk, p");
    assert_string_equal(drawn(timeline_chart, documents, PAPERS_SINGLE + 1), "");
}

static void names_are_escaped_and_cut(void **state)
{
    const char *text =
        drawn_one(loss_chart, RESULTS("{\"flow\": \"</div><script>&\", \"labels\": {\"x\": "
                                      "\"äääääääääääääääääääääääääääääääää\"}, "
                                      "\"metrics\": {\"loss\": {\"sent\": 2, \"received\": 1}}}"));

    (void)state;
    assert_has(text, "&lt;/div&gt;&lt;script&gt;&amp;, x ääääääääääääääääääää…");
    assert_lacks(text, "<script");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_show_is_no_section),
        cmocka_unit_test(a_timeline_shows_intervals_and_says_what_is_always_0),
        cmocka_unit_test(what_disturbed_a_trial_is_marked_and_a_note_is_not),
        cmocka_unit_test(latency_beside_a_flow_that_sends_is_loaded),
        cmocka_unit_test(a_damaged_histogram_is_passed_over),
        cmocka_unit_test(a_search_shows_goals_bounds_and_kinds_of_trials),
        cmocka_unit_test(loss_tells_the_network_from_the_socket),
        cmocka_unit_test(a_mesh_is_in_the_order_of_names_and_marks_what_is_far_off),
        cmocka_unit_test(pairs_that_have_one_partner_each_are_no_mesh),
        cmocka_unit_test(scaling_is_in_the_order_of_pairs_and_beside_so_many_alone),
        cmocka_unit_test(many_documents_are_not_drawn_one_by_one),
        cmocka_unit_test(names_are_escaped_and_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
