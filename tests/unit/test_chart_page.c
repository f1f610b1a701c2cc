/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/chart: whole pages, made of documents that are written here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/chart/chart.h"

#include <ctype.h>

#define RUN                                                                                        \
    "\"schema\":\"vmtp.result/"                                                                    \
    "1\",\"run\":{\"id\":\"r1\",\"name\":\"demo\",\"started\":\"2026-11-21T02:40:00Z\"}"
#define GOODPUT(value)                                                                             \
    "\"metrics\":{\"goodput\":{\"unit\":\"bit/s\",\"kind\":\"gauge\",\"value\":" value             \
    ",\"ci95\":[9.39e8,9.43e8],\"n\":2,\"trials\":[9.4e8,9.42e8],\"ceiling\":9.6e8,"               \
    "\"of_ceiling\":0.98}}"

/* ---- pages ---- */

static json_t *parsed(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_ALLOW_NUL, &error);

    if (!json)
        fail_msg("%s at %d", error.text, error.position);
    return json;
}

static char *page_of(const struct papers *papers)
{
    _cleanup_(buf_clear) struct buf page = BUF(64 << 20);
    struct vmtp_error err = { 0 };

    if (charts_format(papers, &page, &err) < 0)
        fail_msg("%s", err.text);
    return TAKE(page.data);
}

static char *page_of_text(const char *text, enum transport transport)
{
    json_t *document = parsed(text);
    struct paper paper = { document, "demo.json" };
    char *page = page_of(&(struct papers){ &paper, 1, transport });

    json_decref(document);
    return page;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)); at++)
        count++;
    return count;
}

/* ---- is it well formed? ---- */

struct open_tags {
    char names[64][16];
    size_t depth;
};

static size_t name_len(const char *at)
{
    size_t len = 0;

    while (isalnum((unsigned char)at[len]))
        len++;
    return len;
}

/* Behind the '>' of a tag: quotes hold what they like but '<'. */
static const char *tag_end(const char *at)
{
    bool quoted = false;

    for (; *at && (quoted || *at != '>'); at++) {
        if (*at == '<')
            fail_msg("'<' in a tag: %.60s", at);
        quoted = quoted != (*at == '"');
    }
    assert_int_equal(*at, '>');
    return at + 1;
}

static void tag_enter(struct open_tags *open, const char *name, size_t len)
{
    assert_in_range(open->depth, 0, COUNT(open->names) - 1);
    assert_in_range(len, 1, sizeof *open->names - 1);
    memcpy(open->names[open->depth], name, len);
    open->names[open->depth++][len] = '\0';
}

static void tag_leave(struct open_tags *open, const char *name, size_t len)
{
    assert_in_range(open->depth, 1, COUNT(open->names));
    open->depth--;
    if (strlen(open->names[open->depth]) != len || strncmp(open->names[open->depth], name, len))
        fail_msg("<%s> is ended by </%.*s>", open->names[open->depth], (int)len, name);
}

static void is_well_formed(const char *page)
{
    struct open_tags open = { .depth = 0 };
    const char *at = strstr(page, "<html");

    assert_non_null(at);
    while ((at = strchr(at, '<'))) {
        bool ends = at[1] == '/';
        const char *name = at + 1 + ends, *end = tag_end(name);
        size_t len = name_len(name);

        if (ends)
            tag_leave(&open, name, len);
        else if (end[-2] != '/' && strncmp(name, "meta", 4) != 0)
            tag_enter(&open, name, len);
        at = end;
        if (!ends && (strncmp(name, "style", 5) == 0 || strncmp(name, "script", 6) == 0))
            at = strstr(at, *name == 's' && name[1] == 't' ? "</style" : "</script");
    }
    assert_int_equal(open.depth, 0);
}

/* ---- tests ---- */

static void a_page_needs_nothing_but_itself(void **state)
{
    _free_ char *page = page_of_text("{" RUN ",\"results\":[]}", TRANSPORT_ALL);

    (void)state;
    is_well_formed(page);
    assert_int_equal(count_of(page, "default-src 'none'; style-src 'sha256-"), 1);
    assert_int_equal(count_of(page, "; script-src 'sha256-"), 1);
    assert_null(strstr(page, "unsafe-"));
    assert_null(strstr(page, "://"));
    assert_null(strstr(page, "src="));
    assert_null(strstr(page, " style=\""));
    assert_null(strstr(page, "url("));
}

static void what_was_measured_is_there(void **state)
{
    _free_ char *page = page_of_text(
        "{" RUN ",\"results\":[{\"key\":\"k\",\"flow\":\"bulk\",\"path\":\"direct\","
        "\"placement\":\"inter-node\",\"status\":\"ok\",\"verdict\":\"pass\","
        "\"limit\":{\"cause\":\"the receiver's "
        "CPU\",\"confidence\":0.9,\"evidence\":[]},\"labels\":{\"connections\":\"4\"}," GOODPUT(
            "9.41e8") ","
                      "\"notes\":[\"disturbed in 1 of 2 trials\"],\"trials\":[{\"status\":\"ok\","
                      "\"marks\":[\"disturbed\"]},{\"status\":\"ok\"}]}],\"thresholds\":[{\"flow\":"
                      "\"bulk\","
                      "\"metric\":\"goodput\",\"expect\":\">= "
                      "900M\",\"state\":\"pass\",\"results\":[]}]}",
        TRANSPORT_ALL);

    (void)state;
    is_well_formed(page);
    assert_non_null(strstr(page, "<h1>demo</h1>"));
    assert_non_null(strstr(page, "Passed"));
    assert_non_null(strstr(page, "<b>941.0 Mb/s</b><small>±0.21 %</small>"));
    assert_non_null(strstr(page, "98.0 % of 960.0 Mb/s"));
    assert_non_null(strstr(page, "connections 4"));
    assert_non_null(strstr(page, "limited by the receiver&#39;s CPU"));
    assert_non_null(strstr(page, "1 disturbed"));
    assert_non_null(strstr(page, "goodput &gt;= 900M"));
    assert_non_null(strstr(page, "940.0 Mb/s, 942.0 Mb/s"));
}

static void what_failed_or_was_skipped_says_so(void **state)
{
    _free_ char *page = page_of_text(
        "{" RUN ",\"results\":[{\"key\":\"a\",\"flow\":\"bulk\",\"from\":\"x\",\"to\":\"y\","
        "\"status\":\"failed\",\"error\":\"refused\",\"metrics\":{}},"
        "{\"key\":\"b\",\"flow\":\"bulk\",\"from\":\"y\",\"to\":\"x\",\"status\":\"skipped\","
        "\"reason\":\"no IPv6\",\"metrics\":{}}],\"thresholds\":[]}",
        TRANSPORT_ALL);

    (void)state;
    is_well_formed(page);
    assert_non_null(strstr(page, ">Failed<"));
    assert_non_null(strstr(page, "✗ failed"));
    assert_non_null(strstr(page, "refused"));
    assert_non_null(strstr(page, "no IPv6"));
    assert_null(strstr(page, "id=\"dots\"")); /* there are none */
}

static void one_protocol_can_be_shown_alone(void **state)
{
    static const char document[] =
        "{" RUN ",\"results\":[{\"key\":\"a\",\"flow\":\"stream\",\"path\":\"p\",\"status\":\"ok\","
        "\"options\":{\"protocol\":\"tcp\"}," GOODPUT(
            "9e8") "},{\"key\":\"b\",\"flow\":\"burst\","
                   "\"path\":\"p\",\"status\":\"ok\",\"labels\":{\"protocol\":\"UDP\"}," GOODPUT(
                       "8e8") "}]}";
    _free_ char *tcp = page_of_text(document, TRANSPORT_TCP);
    _free_ char *udp = page_of_text(document, TRANSPORT_UDP);

    (void)state;
    assert_true(strstr(tcp, "stream") && !strstr(tcp, "burst"));
    assert_true(strstr(udp, "burst") && !strstr(udp, "stream"));
}

#define HOSTILE "</script><script>alert(1)</script>\\\"'><img src=x onerror=y>\\u202e\\u001b&"

static void names_can_do_nothing(void **state)
{
    _free_ char *page = page_of_text(
        "{\"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"" HOSTILE "\",\"name\":\"" HOSTILE
        "\\u0000"
        "\",\"started\":\"" HOSTILE "\"},\"cloud\":{\"name\":\"" HOSTILE "\",\"facts\":{\""
        "x" HOSTILE "\":\"" HOSTILE "\"}},\"endpoints\":{\"e"
        "\":{\"kernel\":\"" HOSTILE "\"}},\"results\":["
        "{\"key\":\"" HOSTILE "\",\"flow\":\"" HOSTILE "\",\"tool\":\"" HOSTILE
        "\",\"path\":\"" HOSTILE "\",\"placement\":\"" HOSTILE
        "\",\"status\":\"ok\",\"verdict\":\"" HOSTILE "\",\"limit\":\"" HOSTILE
        "\",\"labels\":{\"x\":\"" HOSTILE "\"},\"metrics\":{\""
        "m"
        "\":{\"kind\":\"gauge\",\"unit\":\"" HOSTILE "\",\"value\":1,\"n\":1,\"trials\":[1]}},"
        "\"notes\":[\"" HOSTILE "\"],\"error\":\"" HOSTILE
        "\"}],\"thresholds\":[{\"flow\":\"" HOSTILE "\",\"metric\":\"" HOSTILE
        "\",\"expect\":\"" HOSTILE "\",\"state\":\"fail\",\"results\":["
        "{\"state\":\"fail\",\"why\":\"" HOSTILE "\"}]}],\"events\":[{\"time\":\"" HOSTILE
        "\",\"kind\":\"" HOSTILE "\",\"text\":\"" HOSTILE "\"}]}",
        TRANSPORT_ALL);

    (void)state;
    is_well_formed(page);
    assert_int_equal(count_of(page, "<script"), 1);
    assert_null(strstr(page, "<img"));
    assert_null(strstr(page, "\x1b"));
}

static void documents_of_odd_shape_make_a_page(void **state)
{
    static const char *const odd[] = {
        "{}",
        "{\"results\":7,\"thresholds\":{},\"events\":\"x\",\"endpoints\":[1],\"run\":3,\"cloud\":[]"
        "}",
        "{\"results\":[null,7,{},[],{\"metrics\":[]},{\"metrics\":{\"goodput\":3}}]}",
        "{\"results\":[{\"key\":\"k\",\"flow\":\"f\",\"status\":\"ok\",\"labels\":{\"pair\":3},"
        "\"metrics\":{\"goodput\":{\"kind\":\"gauge\",\"unit\":3,\"value\":\"x\",\"ci95\":[1],"
        "\"trials\":[\"a\",null,-1e308,1e308]},\"rtt\":{\"kind\":\"distribution\"}}}]}",
        "{\"endpoints\":{\"a\":null,\"b\":{\"c\":{\"d\":{\"e\":1}}}},\"thresholds\":[1,{}]}",
        "{\"results\":[{\"status\":\"ok\",\"metrics\":{\"goodput\":{\"kind\":\"gauge\","
        "\"value\":0,\"ci95\":[0,0],\"trials\":[0],\"of_ceiling\":1e300,\"ceiling\":-1}}}]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++) {
        _free_ char *page = page_of_text(odd[i], TRANSPORT_ALL);

        is_well_formed(page);
    }
}

static void pairs_stand_there_as_their_sum(void **state)
{
    static const char document[] =
        "{" RUN ",\"results\":[{\"key\":\"a,pair=1\",\"flow\":\"bulk\",\"path\":\"p\","
        "\"status\":\"ok\",\"options\":{\"protocol\":\"tcp\"},\"labels\":{\"pair\":\"1\"}," GOODPUT(
            "4.5e8") "}],\"aggregates\":[{\"key\":\"a\",\"flow\":\"bulk\",\"path\":\"p\","
                     "\"status\":\"ok\",\"labels\":{}," GOODPUT("9e8") "}]}";
    _free_ char *all = page_of_text(document, TRANSPORT_ALL);
    _free_ char *tcp = page_of_text(document, TRANSPORT_TCP);
    _free_ char *udp = page_of_text(document, TRANSPORT_UDP);

    (void)state;
    assert_int_equal(count_of(all, "class=\"matrix\""), 1);
    assert_non_null(strstr(strstr(all, "class=\"matrix\""), "<b>900.0 Mb/s</b>"));
    assert_non_null(strstr(strstr(tcp, "class=\"matrix\""), "<b>900.0 Mb/s</b>"));
    assert_null(strstr(udp, "900.0 Mb/s"));
}

/* As the demo has it, and some more: 20 results of 10 trials. */
static json_t *document_large(void)
{
    json_t *document = parsed("{" RUN ",\"thresholds\":[],\"events\":[]}");
    json_t *results = json_array();

    for (int i = 0; i < 20; i++) {
        json_t *result =
            parsed("{\"status\":\"ok\",\"placement\":\"inter-node\","
                   "\"path\":\"different-network\",\"flow\":\"tcp\"," GOODPUT("9e8") "}");
        json_t *trials = json_object_get(
            json_object_get(json_object_get(result, "metrics"), "goodput"), "trials");

        for (int k = 2; k < 10; k++)
            json_array_append_new(trials, json_real(9.4e8 + 12345.678 * k));
        json_object_set_new(result, "key", json_sprintf("flow=tcp,n=%d", i));
        json_object_set_new(result, "labels", json_pack("{s:o}", "n", json_sprintf("%d", i)));
        json_array_append_new(results, result);
    }
    json_object_set_new(document, "results", results);
    return document;
}

static void fifty_runs_are_less_than_a_megabyte(void **state)
{
    json_t *document = document_large();
    struct paper list[50];

    (void)state;
    for (size_t i = 0; i < COUNT(list); i++)
        list[i] = (struct paper){ document, "20261121-170531-79075bbd" };
    for (size_t count = 1; count <= COUNT(list); count += count < 10 ? 1 : 40) {
        _free_ char *page = page_of(&(struct papers){ list, count, TRANSPORT_ALL });

        is_well_formed(page);
        assert_in_range(strlen(page), 10000, 1000000);
    }
    json_decref(document);
}

static void several_are_shown_side_by_side_and_many_as_a_history(void **state)
{
    json_t *one = parsed("{" RUN ",\"results\":[{\"key\":\"k\",\"flow\":\"f\",\"path\":\"p\","
                         "\"status\":\"ok\"," GOODPUT("9.4e8") "}]}");
    json_t *other =
        parsed("{" RUN ",\"results\":[{\"key\":\"k\",\"flow\":\"f\",\"path\":\"p\","
               "\"status\":\"ok\",\"metrics\":{\"goodput\":{\"unit\":\"bit/s\","
               "\"kind\":\"gauge\",\"value\":4.7e8,\"n\":2,\"trials\":[4.7e8,4.71e8]}}}]}");
    struct paper list[9] = { { one, "before.json" }, { other, "after.json" } };
    _free_ char *two = page_of(&(struct papers){ list, 2, TRANSPORT_ALL });
    _free_ char *nine = NULL;

    (void)state;
    is_well_formed(two);
    assert_non_null(strstr(two, "Side by side"));
    assert_non_null(strstr(two, "after.json"));
    assert_non_null(strstr(two, "-50.0 %"));
    for (size_t i = 2; i < COUNT(list); i++)
        list[i] = list[i % 2];
    nine = page_of(&(struct papers){ list, COUNT(list), TRANSPORT_ALL });
    is_well_formed(nine);
    assert_non_null(strstr(nine, "Over the runs"));
    assert_null(strstr(nine, "Side by side"));
    json_decref(one);
    json_decref(other);
}

static void a_page_that_is_too_large_is_refused(void **state)
{
    _cleanup_(buf_clear) struct buf page = BUF(1000);
    json_t *document = parsed("{" RUN ",\"results\":[]}");
    struct paper paper = { document, "x" };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_true(charts_format(&(struct papers){ &paper, 1, TRANSPORT_ALL }, &page, &err) < 0);
    assert_string_equal(err.text, "the page would be larger than 16 MB; show fewer files");
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_needs_nothing_but_itself),
        cmocka_unit_test(what_was_measured_is_there),
        cmocka_unit_test(what_failed_or_was_skipped_says_so),
        cmocka_unit_test(one_protocol_can_be_shown_alone),
        cmocka_unit_test(pairs_stand_there_as_their_sum),
        cmocka_unit_test(names_can_do_nothing),
        cmocka_unit_test(documents_of_odd_shape_make_a_page),
        cmocka_unit_test(fifty_runs_are_less_than_a_megabyte),
        cmocka_unit_test(several_are_shown_side_by_side_and_many_as_a_history),
        cmocka_unit_test(a_page_that_is_too_large_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
