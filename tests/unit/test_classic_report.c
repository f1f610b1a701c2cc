/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/classic/report.c, row.c and repr.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/classic/document.h"
#include "core/classic/report.h"
#include "core/classic/repr.h"
#include "tests/fakes/classic.h"

static const struct style plain = { .utf8 = true };

static char *report_of(const json_t *document, const struct style *style)
{
    struct buf text = BUF(1 << 20);

    assert_int_equal(classic_report_format(document, style, &text), 0);
    return text.data;
}

/* A document of flows that are given as JSON. */
static json_t *flows_document(const char *flows)
{
    json_error_t error;
    json_t *list = json_loads(flows, 0, &error);

    if (!list)
        fail_msg("%s at %d", error.text, error.position);
    return json_pack("{s:o}", "flows", list);
}

static void shows(const char *flows, const char *expected)
{
    json_t *document = flows_document(flows);
    _free_ char *text = report_of(document, &plain);

    if (!strstr(text, expected))
        fail_msg("'%s' is not in\n%s", expected, text);
    json_decref(document);
}

static void a_whole_run_is_reported_as_vmtp_does(void **state)
{
    struct classic_request *request = fake_classic_request();
    json_t *result = fake_classic_result(), *document = NULL;
    _cleanup_(buf_clear) struct buf golden = BUF(1 << 20);
    _free_ char *text = NULL;

    (void)state;
    assert_int_equal(classic_document(request, (const json_t *[]){ result, NULL }, &document, NULL),
                     0);
    text = report_of(document, &plain);
    assert_int_equal(file_read("tests/unit/golden/classic_report.txt", &golden, NULL), 0);
    if (strcmp(text, buf_text(&golden)) != 0)
        fail_msg("not as in tests/unit/golden/classic_report.txt:\n%s", text);
    assert_int_equal(classic_status(document), 1);
    json_decref(document);
    json_decref(result);
    arena_free(request->arena);
}

#define TCP(more) "{\"protocol\":\"TCP\",\"tool\":\"nuttcp\",\"pkt_size\":65536" more "}"

static void figures_of_all_sizes_are_averaged(void **state)
{
    (void)state;
    shows("[{\"desc\":\"Native intra-host\",\"results\":[" TCP(
              ",\"throughput_kbps\":1000,\"rtt_"
              "ms\":0.5,\"ci95_bps\":[1,2],"
              "\"key\":\"a\"") "," TCP(",\"through"
                                       "put_"
                                       "kbps\":"
                                       "2001,"
                                       "\"rtt_"
                                       "ms\":1.0,"
                                       "\"ci95_"
                                       "bps\":[1,"
                                       "2],"
                                       "\"key\":"
                                       "\"b\"") "," TCP(",\"throughput_kbps\":4000") "]}]",
          "| 7.1      | Native Throughput, TCP, Intra-host                    | PASSED            "
          "| "
          "{'tp_kbps': '2334', 'rtt_ms': '0.75'} ");
}

static void one_test_shows_its_interval(void **state)
{
    (void)state;
    shows("[{\"desc\":\"Native inter-host\",\"results\":[" TCP(
              ",\"throughput_kbps\":1000,\"ci95_bps\":[900000,1100000],\"key\":\"a\"") "]}]",
          "| {'tp_kbps': '1000', 'tp_kbps 95%': '900-1100'} ");
}

static void a_way_that_does_not_say_where_is_between_nodes(void **state)
{
    (void)state;
    shows("[{\"desc\":\"VM to VM different network floating IP\",\"results\":[" TCP(
              ",\"throughput_kbps\":1000") "]}]",
          "| 6.1      | Different Network, Floating IP, Inter-node, TCP       | PASSED ");
}

static void the_first_row_counts(void **state)
{
    (void)state;
    shows("[{\"desc\":\"VM to VM same network fixed IP (intra-node)\",\"results\":[" TCP(
              ",\"error\":\"refused\"") "]}]",
          "Total Scenarios:   30\n"
          "Passed Scenarios:  0 [0.00%]\n"
          "Failed Scenarios:  1 [100.00%]\n"
          "Skipped Scenarios: 29\n");
}

static void ping_that_failed_is_no_pass(void **state)
{
    (void)state;
    shows(
        "[{\"desc\":\"Native intra-host\",\"results\":[{\"protocol\":\"ICMP\",\"tool\":\"ping\","
        "\"results\":[{\"packet_size\":64,\"error\":\"no reply to 10 requests\"}]}]}]",
        "| 7.3      | Native Throughput, ICMP, Intra-host                   | FAILED            | "
        "{'rtt avg/min/max/stddev msec': {'64-byte': 'no reply to 10 requests'}} ");
}

static void more_than_three_sizes_fit(void **state)
{
    static const char size[] = "{\"protocol\":\"UDP\",\"pkt_size\":%d,\"throughput_kbps\":%d,"
                               "\"loss_rate\":0.0}%s";
    _cleanup_(buf_clear) struct buf flows = BUF(4096);

    (void)state;
    buf_add_text(&flows, "[{\"desc\":\"Native intra-host\",\"results\":[");
    for (int i = 1; i <= 5; i++)
        buf_printf(&flows, size, i * 100, i, i < 5 ? "," : "]}]");
    shows(buf_text(&flows),
          "{100: {'tp_kbps': 1, 'loss_rate': 0.0}, 200: {'tp_kbps': 2, 'loss_rate': 0.0}, ");
    shows(buf_text(&flows), "{'tp_kbps': 5, 'loss_rate': 0.0}} ");
}

static void a_download_that_failed_leaves_the_upload_passed(void **state)
{
    static const char flows[] = "[{\"desc\":\"External-VM\",\"results\":[" TCP(
        ",\"throughput_kbps\":8900000") ","
                                        "{\"protocol\":\"UDP\",\"throughput_kbps\":1}," TCP(
                                            ",\"direction\":\"reverse\",\"error\":\"refused\"") "]}"
                                                                                                "]";

    (void)state;
    shows(flows, "| 8.1      | VM to Host Uploading                                  | PASSED "
                 "           | {'tp_kbps': '8900000'} ");
    shows(flows, "| 8.2      | VM to Host Downloading                                | FAILED "
                 "           | {'error': 'refused'} ");
}

static void an_upload_needs_all_its_protocols(void **state)
{
    (void)state;
    shows(
        "[{\"desc\":\"External-VM\",\"results\":[" TCP(
            ",\"throughput_kbps\":8900000") ",{\"protocol\":\"UDP\",\"error\":\"refused\"}]}]",
        "| 8.1      | VM to Host Uploading                                  | FAILED            | "
        "{'tp_kbps': '8900000', 'error': 'refused'} ");
}

static void several_clients_are_told_apart(void **state)
{
    static const char flows[] =
        "[{\"desc\":\"Native inter-host\",\"ip_from\":\"10.0.0.2\",\"results\":[" TCP(
            ",\"throughput_kbps\":1") "]},{\"desc\":\"Native inter-host\",\"ip_from\":\"10.0.0.3\","
                                      "\"results\":[" TCP(",\"error\":\"lost\"") "]}]";

    (void)state;
    shows(flows, "Native Throughput, TCP, Inter-host from 10.0.0.2      | PASSED ");
    shows(flows, "Native Throughput, TCP, Inter-host from 10.0.0.3      | FAILED ");
    shows(flows, "Total Scenarios:   31\n");
}

static void notes_stand_behind_what_they_are_about(void **state)
{
    (void)state;
    shows(
        "[{\"desc\":\"Native "
        "intra-host\",\"ip_from\":\"a\",\"endpoint_to\":\"b\",\"results\":[" TCP(
            ",\"notes\":[\"x\"]") "," TCP(",\"notes\":[\"x\"]") "," TCP(",\"notes\":[\"y\"]") "]}]",
        "Flow 1: Native intra-host, a to b\n"
        "    {'pkt_size': 65536, 'protocol': 'TCP', 'tool': 'nuttcp'}\n"
        "    {'pkt_size': 65536, 'protocol': 'TCP', 'tool': 'nuttcp'}\n"
        "    Note: x\n"
        "    {'pkt_size': 65536, 'protocol': 'TCP', 'tool': 'nuttcp'}\n"
        "    Note: y\n"
        "====");
}

static void colours_and_letters_are_what_the_stream_takes(void **state)
{
    json_t *document = flows_document("[{\"desc\":\"Native intra-host\",\"results\":[" TCP(
        ",\"throughput_kbps\":1") ",{\"protocol\":\"UDP\","
                                  "\"error\":\"\xe6\x97\xa5\"}]}]");
    const struct style ascii = { .colour = true };
    _free_ char *text = report_of(document, &ascii), *uncoloured = report_of(document, &plain);

    (void)state;
    assert_non_null(strstr(text, "\033[32mPASSED\033[0m"));
    assert_non_null(strstr(text, "\033[31mFAILED\033[0m"));
    assert_null(strstr(text, "\xe6"));
    assert_null(strstr(uncoloured, "\033"));
    assert_non_null(strstr(uncoloured, "\xe6\x97\xa5"));
    json_decref(document);
}

static void status_of(const char *flows, int expected)
{
    json_t *document = flows_document(flows);

    assert_int_equal(classic_status(document), expected);
    json_decref(document);
}

static void the_status_is_0_only_if_all_was_measured(void **state)
{
    (void)state;
    status_of("[{\"results\":[" TCP(",\"throughput_kbps\":1") "]}]", 0);
    status_of("[{\"results\":[" TCP(",\"error\":\"refused\"") "]}]", 1);
    status_of("[{\"results\":[" TCP(",\"error\":\"ended\",\"skipped\":true") "]}]", 1);
    status_of("[{\"results\":[]},{\"results\":[{\"results\":[{\"packet_size\":64},"
              "{\"packet_size\":391,\"error\":\"ping failed\"}]}]}]",
              1);
    status_of("[]", 5);
}

static void prints(const char *json, const char *expected)
{
    _cleanup_(buf_clear) struct buf text = BUF(4096);
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    assert_int_equal(repr_add(&text, value), 0);
    assert_string_equal(buf_text(&text), expected);
    json_decref(value);
}

static void values_are_printed_as_python_does(void **state)
{
    (void)state;
    prints("{\"128\":{\"loss_rate\":0.0,\"a\":[1,2.5,true,false,null]},\"\":{},\"b\":[]}",
           "{128: {'loss_rate': 0.0, 'a': [1, 2.5, True, False, None]}, '': {}, 'b': []}");
    prints("\"it's\"", "\"it's\"");
    prints("\"it's \\\"so\\\"\"", "'it\\'s \"so\"'");
    prints("\"a\\\\b\\n\\u0007\xc3\xa9\"", "'a\\\\b\\n\\x07\xc3\xa9'");
    prints("0.1", "0.1");
}

static void a_document_without_anything_is_no_crash(void **state)
{
    json_t *document = json_object();
    _free_ char *text = report_of(document, &plain);

    (void)state;
    assert_non_null(strstr(text, "Passed Scenarios:  0 [0.00%]\n"));
    assert_non_null(strstr(text, "Skipped Scenarios: 30\n"));
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_run_is_reported_as_vmtp_does),
        cmocka_unit_test(figures_of_all_sizes_are_averaged),
        cmocka_unit_test(one_test_shows_its_interval),
        cmocka_unit_test(a_way_that_does_not_say_where_is_between_nodes),
        cmocka_unit_test(the_first_row_counts),
        cmocka_unit_test(ping_that_failed_is_no_pass),
        cmocka_unit_test(more_than_three_sizes_fit),
        cmocka_unit_test(a_download_that_failed_leaves_the_upload_passed),
        cmocka_unit_test(an_upload_needs_all_its_protocols),
        cmocka_unit_test(several_clients_are_told_apart),
        cmocka_unit_test(notes_stand_behind_what_they_are_about),
        cmocka_unit_test(colours_and_letters_are_what_the_stream_takes),
        cmocka_unit_test(the_status_is_0_only_if_all_was_measured),
        cmocka_unit_test(values_are_printed_as_python_does),
        cmocka_unit_test(a_document_without_anything_is_no_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
