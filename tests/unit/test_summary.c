/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/report/summary.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/classic/import.h"
#include "core/report/summary.h"

static const struct style plain = { .utf8 = true, .width = 100 };

static char *summary_of(const json_t *document, const struct style *style)
{
    struct buf text = BUF(1 << 20);

    assert_int_equal(summary_format(document, style, &text), 0);
    return text.data;
}

static json_t *parsed(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);

    if (!json)
        fail_msg("%s at %d", error.text, error.position);
    return json;
}

static void shows(const char *document, const char *expected)
{
    json_t *json = parsed(document);
    _free_ char *text = summary_of(json, &plain);

    if (!strstr(text, expected))
        fail_msg("'%s' is not in\n%s", expected, text);
    json_decref(json);
}

static void a_record_of_vmtp_is_shown_as_pnsdb_summary_did(void **state)
{
    json_t *old = json_load_file("tests/data/classic/vmtp-2.0.1.json", 0, NULL), *document = NULL;
    struct vmtp_error err = { 0 };
    _free_ char *text = NULL;

    (void)state;
    assert_int_equal(classic_import(old, &document, &err), 0);
    text = summary_of(document, &plain);
    assert_string_equal(
        strchr(text, '\n') + 1,
        "  cloud            openstack\n"
        "  release          Juno (2014.2.1)\n"
        "  encapsulation    vxlan\n"
        "  agent            Open vSwitch agent\n"
        "  agent's version  OVS 2.3.1\n"
        "  distribution     CentOS Linux 7\n"
        "  CPU              40 * Intel(R) Xeon(R) CPU E5-2660 v2 @ 2.20GHz\n"
        "  NIC              VIC Ethernet NIC (rev a2)\n"
        "  network  nodes       address      protocol   size  throughput    loss  round trip  n  "
        "notes\n"
        "  L2       inter-node  fixed IP     TCP       65536  2.500 Gb/s       –      390 us  2  "
        "1\n"
        "  L2       inter-node  fixed IP     UDP         128  75.00 Mb/s  50.7 %           –  1  "
        "1\n"
        "  L2       inter-node  fixed IP     ICMP          –           –    20 %      657 us  1  "
        "–\n"
        "  L3       –           floating IP  –             –      failed       –           –  –  "
        "2\n"
        "  1  VMTP gave nuttcp's throughput 2.4 % too high, which is corrected\n"
        "  2  1 of 1 trials failed: VM cannot be spawned.\n"
        "\n");
    json_decref(document);
    json_decref(old);
}

#define RESULT(rest)                                                                               \
    "{\"run\":{\"id\":\"r\",\"name\":\"n\",\"started\":\"2026-11-21T02:40:00.123Z\"},"             \
    "\"results\":[{" rest "}]}"

static void other_clouds_show_path_and_interval(void **state)
{
    (void)state;
    shows(RESULT("\"from\":\"a\",\"to\":\"b\",\"tool\":\"native\",\"status\":\"ok\",\"options\":{"
                 "\"protocol\":\"tcp\",\"length\":\"0\"},\"metrics\":{\"goodput\":{\"unit\":"
                 "\"bit/s\",\"value\":1e9,\"n\":6,\"ci95\":[0.99e9,1.01e9]},\"rtt\":{\"unit\":"
                 "\"s\",\"p50\":0.001,\"n\":9}}"),
          "  a → b  TCP       native  1.000 Gb/s  ±1 %     1.00 ms  6\n");
    shows(RESULT("\"path\":\"same-network\",\"placement\":\"intra-node\",\"status\":\"skipped\","
                 "\"reason\":\"no IPv6\",\"metrics\":{}"),
          "skipped  1\n  1  no IPv6\n");
}

static void a_stranger_writes_no_line_and_no_escape(void **state)
{
    (void)state;
    shows("{\"run\":{\"id\":\"\\u001b[31mr\\nx\",\"name\":\"</"
          "script>\\u0007\",\"started\":\"now\\u001b\"},"
          "\"results\":[]}",
          "now\xef\xbf\xbd  </script>\xef\xbf\xbd  (run \xef\xbf\xbd[31mr x)\n");
}

static void long_text_is_cut_between_letters(void **state)
{
    json_t *document =
        json_pack("{s:{s:s%, s:s}, s:[]}", "run", "name", "", (size_t)0, "id", "r", "results");
    char name[400] = "x";
    _free_ char *text = NULL;

    (void)state;
    for (size_t i = 1; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "é", 3);
    json_object_set_new(json_object_get(document, "run"), "name", json_string(name));
    text = summary_of(document, &plain);
    assert_non_null(strstr(text, "é  (run r)"));
    json_decref(document);
}

static void fields_of_other_types_are_as_if_absent(void **state)
{
    (void)state;
    shows("{\"run\":3,\"cloud\":[],\"results\":[{\"options\":1,\"metrics\":[],\"status\":{},"
          "\"notes\":{},\"path\":[]}]}",
          "");
    shows("{\"results\":{\"a\":1}}", "(run )");
}

static void ascii_terminals_get_ascii(void **state)
{
    const struct style ascii = { .width = 40 };
    json_t *document =
        parsed(RESULT("\"from\":\"a\",\"to\":\"b\",\"status\":\"ok\",\"metrics\":{}"));
    _free_ char *text = summary_of(document, &ascii);

    (void)state;
    for (const char *at = text; *at; at++)
        assert_true((unsigned char)*at < 0x80);
    json_decref(document);
}

static void results_of_one_protocol_are_picked(void **state)
{
    json_t *document = parsed("{\"results\":[{\"options\":{\"protocol\":\"udp\"}},{\"tool\":"
                              "\"ping\"},{\"options\":{\"protocol\":\"tcp\"}}]}");
    json_t *picked;
    int r = 0;

    (void)state;
    picked = summary_pick(document, "UDP", &r);
    assert_int_equal(json_array_size(json_object_get(picked, "results")), 1);
    json_decref(picked);
    picked = summary_pick(document, "icmp", &r);
    assert_int_equal(json_array_size(json_object_get(picked, "results")), 1);
    json_decref(picked);
    picked = summary_pick(document, "", &r);
    assert_int_equal(json_array_size(json_object_get(picked, "results")), 3);
    json_decref(picked);
    assert_null(summary_pick(document, "multicast", &r));
    assert_int_equal(r, 0);
    assert_int_equal(json_array_size(json_object_get(document, "results")), 3);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_of_vmtp_is_shown_as_pnsdb_summary_did),
        cmocka_unit_test(other_clouds_show_path_and_interval),
        cmocka_unit_test(a_stranger_writes_no_line_and_no_escape),
        cmocka_unit_test(long_text_is_cut_between_letters),
        cmocka_unit_test(fields_of_other_types_are_as_if_absent),
        cmocka_unit_test(ascii_terminals_get_ascii),
        cmocka_unit_test(results_of_one_protocol_are_picked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
