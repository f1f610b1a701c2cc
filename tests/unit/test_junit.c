/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of the sink junit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "tests/fakes/sink.h"

struct options {
    const char *path;
    int skipped;
};

#define DOCUMENT(results, thresholds)                                                              \
    "{\"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"r1\",\"name\":\"demo\",\"started\":"          \
    "\"2026-11-21T17:02:59.791Z\"},\"results\":[" results "],\"thresholds\":[" thresholds "]}"
#define RESULT(key, more) "{\"key\":\"" key "\",\"flow\":\"f\"," more "}"
#define OK                                                                                         \
    "\"status\":\"ok\",\"metrics\":{\"rtt\":{\"unit\":\"s\",\"p99\":0.007,\"n\":300,\"ci95\":"     \
    "{\"p99\":[0.004,0.009]}}},\"trials\":[{\"warmup\":0.5,\"duration\":1},{\"warmup\":0.5,"       \
    "\"duration\":1}],\"notes\":[\"a note\"]"
#define THRESHOLD(results)                                                                         \
    "{\"metric\":\"rtt.p99\",\"expect\":\"<= 5ms\",\"results\":[" results "]}"
#define COUNTS(tests, failures, errors, skipped)                                                   \
    "tests=\"" tests "\" failures=\"" failures "\" errors=\"" errors "\" skipped=\"" skipped "\""

static char *written(const char *folder, const char *document, bool skipped)
{
    char path[96];
    const struct options opt = { path, skipped };

    snprintf(path, sizeof path, "%s/x.xml", folder);
    return fake_sink_write("junit", &opt, folder, path, document);
}

static void has(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("'%s' is not in\n%s", line, text);
}

static void a_result_without_a_threshold_is_measured(void **state)
{
    _free_ char *text = written(*state, DOCUMENT(RESULT("k", OK), ""), false);

    assert_string_equal(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"demo\" " COUNTS(
            "1", "0", "0",
            "0") " time=\"3\">\n"
                 "  <testsuite name=\"f\" " COUNTS(
                     "1", "0", "0",
                     "0") " time=\"3\" "
                          "timestamp=\"2026-11-21T17:02:59\">\n"
                          "    <properties>\n"
                          "      <property name=\"run\" value=\"r1\"/>\n"
                          "      <property name=\"version\" value=\"\"/>\n"
                          "      <property name=\"cloud\" value=\"\"/>\n"
                          "    </properties>\n"
                          "    <testcase classname=\"k\" name=\"measured\" time=\"3\">\n"
                          "      <system-out>rtt p99 = 0.007 s, 95 % [0.004, 0.009], n = 300\n"
                          "a note\n"
                          "</system-out>\n"
                          "    </testcase>\n"
                          "  </testsuite>\n"
                          "</testsuites>\n");
}

static void a_threshold_that_fails_is_a_failure(void **state)
{
    _free_ char *text =
        written(*state,
                DOCUMENT(RESULT("k", OK) "," RESULT("l", OK),
                         THRESHOLD("{\"key\":\"k\",\"state\":\"fail\",\"value\":0.007},"
                                   "{\"key\":\"l\",\"state\":\"pass\",\"value\":0.001}")),
                false);

    has(text, COUNTS("2", "1", "0", "0") " time=\"6\"");
    has(text,
        "<testcase classname=\"k\" name=\"rtt.p99 &lt;= 5ms\" time=\"3\">\n"
        "      <failure type=\"fail\" message=\"rtt.p99 is 0.007 s, expected &lt;= 5ms\"/>\n");
    has(text,
        "<testcase classname=\"l\" name=\"rtt.p99 &lt;= 5ms\" time=\"3\">\n      <system-out>");
}

static void a_share_of_what_was_sent_is_a_ratio(void **state)
{
    _free_ char *text = written(
        *state,
        DOCUMENT(RESULT("k", "\"status\":\"ok\",\"metrics\":{\"loss\":{\"unit\":\"packets\"}}"),
                 "{\"metric\":\"loss.network\",\"expect\":\"<= 1%\",\"results\":[{\"key\":\"k\","
                 "\"state\":\"fail\",\"value\":0.02}]},{\"metric\":\"loss.network\",\"expect\":"
                 "\"<= 1\",\"results\":[{\"key\":\"k\",\"state\":\"fail\",\"value\":2}]}"),
        false);

    has(text, "message=\"loss.network is 0.02 ratio, expected &lt;= 1%\"");
    has(text, "message=\"loss.network is 2 packets, expected &lt;= 1\"");
}

static void undecided_is_a_failure_unless_it_may_be_skipped(void **state)
{
    const char *document = DOCUMENT(
        RESULT("k", OK), THRESHOLD("{\"key\":\"k\",\"state\":\"undecided\",\"why\":\"too few\"}"));
    const char *message = "message=\"rtt.p99 is not known, expected &lt;= 5ms: too few\"/>";
    _free_ char *strict = written(*state, document, false),
                *lenient = written(*state, document, true);

    has(strict, COUNTS("1", "1", "0", "0"));
    has(strict, "<failure type=\"undecided\" message=");
    has(strict, message);
    has(lenient, COUNTS("1", "0", "0", "1"));
    has(lenient, "<skipped message=");
    has(lenient, message);
}

static void what_was_not_measured_is_an_error_or_skipped(void **state)
{
    _free_ char *text = written(
        *state,
        DOCUMENT(RESULT("k", "\"status\":\"failed\",\"error\":\"no route\"") "," RESULT(
                     "l", "\"status\":\"skipped\",\"reason\":\"no IPv6\""),
                 THRESHOLD("{\"key\":\"k\",\"state\":\"undecided\",\"why\":\"it failed\"}")),
        false);

    has(text, COUNTS("2", "0", "1", "1"));
    has(text, "name=\"rtt.p99 &lt;= 5ms\" time=\"0\">\n"
              "      <error type=\"failed\" message=\"no route\"/>\n");
    has(text, "name=\"measured\" time=\"0\">\n      <skipped message=\"no IPv6\"/>\n");
}

static void the_time_of_a_result_counts_once(void **state)
{
    const char *pass = "{\"key\":\"k\",\"state\":\"pass\",\"value\":0.001}";
    char document[2048];
    _free_ char *text = NULL;

    snprintf(document, sizeof document,
             DOCUMENT(RESULT("k", OK), THRESHOLD("%s") "," THRESHOLD("%s")), pass, pass);
    text = written(*state, document, false);
    has(text, COUNTS("2", "0", "0", "0") " time=\"3\"");
    has(text, "5ms\" time=\"3\">");
    has(text, "5ms\" time=\"0\">");
}

static void hostile_text_is_escaped_and_what_xml_can_not_have_is_replaced(void **state)
{
    _free_ char *text = written(
        *state,
        DOCUMENT(RESULT("<\\\"&\\n\\u0001\\uffff", "\"status\":\"failed\",\"error\":\"x\\ty\\r\","
                                                   "\"notes\":[\"]]></script>\\u001b\\u00e9\"]"),
                 ""),
        false);

    has(text, "classname=\"&lt;&quot;&amp;&#10;\xef\xbf\xbd\xef\xbf\xbd\"");
    has(text, "message=\"x&#9;y&#13;\"");
    has(text, "]]&gt;&lt;/script&gt;\xef\xbf\xbd\xc3\xa9\n</system-out>");
}

static void a_full_disk_and_a_document_of_another_form_are_errors(void **state)
{
    const struct options full = { "/dev/full", 0 };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    (void)state;
    fake_sink_make(&sink, "junit", &full);
    assert_int_equal(fake_sink_feed(&sink, 0, DOCUMENT("", ""), &err), -ENOSPC);
    assert_string_equal(err.text, "/dev/full: No space left on device");
    assert_int_equal(fake_sink_feed(&sink, 0, "{\"flows\":[]}", &err), -EINVAL);
    assert_string_equal(err.text, "the result document is no vmtp.result/1");
    fake_sink_clear(&sink);
}

#define t(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(a_result_without_a_threshold_is_measured),
        t(a_threshold_that_fails_is_a_failure),
        t(a_share_of_what_was_sent_is_a_ratio),
        t(undecided_is_a_failure_unless_it_may_be_skipped),
        t(what_was_not_measured_is_an_error_or_skipped),
        t(the_time_of_a_result_counts_once),
        t(hostile_text_is_escaped_and_what_xml_can_not_have_is_replaced),
        t(a_full_disk_and_a_document_of_another_form_are_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
