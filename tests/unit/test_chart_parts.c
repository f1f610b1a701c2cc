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
    assert_string_equal(drawn_one(matrix_chart, "{}"), "");
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

static void loss_shows_each_stage_that_is_known(void **state)
{
    const char *text = drawn_one(
        loss_chart,
        RESULTS(
            "{\"flow\": \"a\", \"metrics\": {\"loss\": {\"sent\": 100, \"received\": 50, "
            "\"lost\": 50, \"sender\": 10, \"network\": 15, \"softnet\": 20, \"socket\": 5}}}"));

    (void)state;
    assert_has(text, "dropped by the sender&#39;s queue: 10 packets, 10.0 %");
    assert_has(text, "lost in the network: 15 packets, 15.0 %");
    assert_has(text, "dropped by the receiver&#39;s backlog: 20 packets, 20.0 %");
    assert_has(text, "dropped by the socket: 5 packets, 5.00 %");
    assert_lacks(text, "fragments");
}

#define SPAN(since, until, cause)                                                                  \
    "{\"trial\": 1, \"since\": " since ", \"until\": " until ", \"cause\": \"" cause "\"}"

static void a_timeline_has_a_band_of_what_limited_it(void **state)
{
    const char *text = drawn_one(
        timeline_chart,
        RESULTS("{\"flow\": \"bulk\", \"metrics\": {}, \"limit\": {\"spans\": [" SPAN(
            "1.0", "1.3", "line-rate") ", " SPAN("1.3", "1.4", "<b>") "]}, " TRIALS("") "}"));

    (void)state;
    assert_has(text, "<title>limited by: line-rate</title>");
    assert_has(text, "<title>limited by: &lt;b&gt;</title>");
    assert_has(text, "<td>line-rate 75 %, &lt;b&gt; 25 %</td>");
}

static void spans_may_say_anything(void **state)
{
    const char *text = drawn_one(
        timeline_chart,
        RESULTS("{\"flow\": \"bulk\", \"metrics\": {}, \"limit\": {\"spans\": [3, {}, "
                "{\"trial\": 1, \"since\": -1e300, \"until\": 1e300, \"cause\": 4}, "
                "{\"trial\": 9, \"since\": 2, \"until\": 1, \"cause\": \"x\"}]}, " TRIALS("") "}"));

    (void)state;
    assert_has(text, "Limited by");
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

#define RATE(key, flow, rest)                                                                      \
    "{\"key\": \"" key "\", \"flow\": \"" flow "\", \"path\": \"" key                              \
    "\", \"status\": \"ok\", \"metrics\": {\"goodput\": {\"unit\": \"bit/s\", \"kind\": "          \
    "\"gauge\", \"value\": 96e6, \"trials\": [96e6]" rest "}"
#define MARKED "{\"marks\": [\"generator-limited\"]}"

static const char *limit_of(const char *text)
{
    json_t *result = json_loads(text, 0, NULL);
    const char *limit = result_limit(result);
    static char kept[40];

    assert_non_null(result);
    snprintf(kept, sizeof kept, "%s", limit ? limit : "not known");
    json_decref(result);
    return kept;
}

static void what_limited_a_flow_is_read_off_its_figures(void **state)
{
    (void)state;
    assert_string_equal(limit_of(RATE("k", "f", ", \"of_ceiling\": 0.96}") "}"), "the path");
    assert_string_equal(limit_of(RATE("k", "f", ", \"of_ceiling\": 0.94}") "}"), "not known");
    assert_string_equal(limit_of(RATE("k", "f", "}") ", \"options\": {\"rate\": \"100M\"}}"),
                        "the rate asked for");
    assert_string_equal(limit_of(RATE("k", "f", "}") ", \"options\": {\"rate\": \"110M\"}}"),
                        "not known");
    assert_string_equal(limit_of(RATE("k", "f", "}") ", \"trials\": [" MARKED "," MARKED ", {}]}"),
                        "the generator");
    assert_string_equal(limit_of(RATE("k", "f", "}") ", \"trials\": [" MARKED ", {}]}"),
                        "not known");
    assert_string_equal(
        limit_of(RATE("k", "f", ", \"of_ceiling\": 1}") ", \"limit\": {\"cause\": \"a policer\"}}"),
        "a policer");
    assert_string_equal(limit_of("{\"metrics\": {\"rtt\": {}}}"), "not known");
}

static void the_verdict_says_what_limited_most(void **state)
{
    const char *text = drawn_one(
        verdict_chart,
        RESULTS(RATE("a", "f", "}") "}," RATE("b", "f", ", \"of_ceiling\": 1}") "}," RATE(
            "c", "g",
            "}") ", \"options\": {\"rate\": \"96M\"}}," RATE("d", "g",
                                                             ", \"of_ceiling\": 1}") "}"));

    (void)state;
    assert_has(text, "<dt>Limited by</dt><dd>the path<small>2 flows</small>"
                     "<small>the rate asked for: 1</small><small>not known: 1</small></dd>");
}

static void flows_of_one_result_each_share_an_axis(void **state)
{
    const char *text =
        drawn_one(dots_chart, RESULTS(RATE("a", "one", "}") "}," RATE("b", "two", "}") "}," RATE(
                                  "c", "both", "}") "}," RATE("d", "both", "}") "}"));

    (void)state;
    assert_has(text, "<h3>goodput <small>of 2 flows</small></h3>");
    assert_has(text, "one <small>a</small>");
    assert_has(text, "<h3>both <small>goodput</small></h3>");
    assert_has(text, "aria-label=\"both, d: goodput 96.00 Mb/s\"");
}

static void many_flows_run_down_the_page(void **state)
{
    const char *few = RESULTS(RATE("a", "one", "}") "}," RATE("a", "two", "}") "}");
    const char *many =
        RESULTS(RATE("a", "1", "}") "}," RATE("a", "2", "}") "}," RATE("a", "3", "}") "}," RATE(
            "a", "4", "}") "}," RATE("a", "5", "}") "}," RATE("a", "6", "}") "}," RATE("a", "7",
                                                                                       "}") "}");

    (void)state;
    assert_has(drawn_one(matrix_chart, few), "<th scope=\"col\">path</th><th scope=\"col\">one");
    assert_has(drawn_one(matrix_chart, many), "<th scope=\"col\">flow</th><th scope=\"col\">a<");
    assert_has(drawn_one(matrix_chart, many), "<td data-column=\"a\"><b>96.00 Mb/s</b>");
}

static void what_all_endpoints_share_is_said_once(void **state)
{
    const char *one = "{\"endpoints\": {\"a\": {\"cpus\": 2, \"os\": \"x\"}, "
                      "\"b\": {\"cpus\": 2, \"os\": \"y\"}}}";
    const char *both[] = { one, "{\"endpoints\": {\"a\": {\"cpus\": 4, \"os\": \"x\"}}}" };
    const char *text = drawn_one(properties_chart, one), *cpus = strstr(text, ">cpus<");

    (void)state;
    assert_has(text, ">all endpoints<");
    assert_non_null(cpus);
    assert_null(strstr(cpus + 1, ">cpus<"));
    assert_has(cpus, ">os</th><td colspan=\"1\">x<");
    assert_has(cpus, ">os</th><td colspan=\"1\">y<");
    text = drawn(properties_chart, both, 2);
    assert_has(text, "<tr><td></td><th scope=\"col\">file</th><th scope=\"col\">file</th></tr>");
    assert_has(text, ">cpus</th><td>2</td><td>4</td>");
    both[1] = one;
    assert_has(drawn(properties_chart, both, 2),
               "<tr class=\"same\"><th scope=\"row\">cpus</th><td colspan=\"2\">2<");
}

static void why_flows_failed_stands_at_the_top(void **state)
{
    const char *text =
        drawn_one(verdict_chart, RESULTS("{\"flow\": \"f\", \"path\": \"p\", \"status\": "
                                         "\"failed\", \"error\": \"no <route>\"}"));

    (void)state;
    assert_has(text, "✗ f</b> <small>p</small> no &lt;route&gt;</p>");
    assert_lacks(drawn_one(verdict_chart, RESULTS(RATE("a", "f", "}") "}")), "class=\"why");
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
        cmocka_unit_test(loss_shows_each_stage_that_is_known),
        cmocka_unit_test(a_timeline_has_a_band_of_what_limited_it),
        cmocka_unit_test(spans_may_say_anything),
        cmocka_unit_test(loss_tells_the_network_from_the_socket),
        cmocka_unit_test(a_mesh_is_in_the_order_of_names_and_marks_what_is_far_off),
        cmocka_unit_test(pairs_that_have_one_partner_each_are_no_mesh),
        cmocka_unit_test(scaling_is_in_the_order_of_pairs_and_beside_so_many_alone),
        cmocka_unit_test(many_documents_are_not_drawn_one_by_one),
        cmocka_unit_test(names_are_escaped_and_cut),
        cmocka_unit_test(what_limited_a_flow_is_read_off_its_figures),
        cmocka_unit_test(the_verdict_says_what_limited_most),
        cmocka_unit_test(flows_of_one_result_each_share_an_axis),
        cmocka_unit_test(many_flows_run_down_the_page),
        cmocka_unit_test(what_all_endpoints_share_is_said_once),
        cmocka_unit_test(why_flows_failed_stands_at_the_top),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
