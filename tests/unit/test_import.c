/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/classic/import.c, import_flow.c and import_test.c, on documents of the forms that
 * VMTP 2.0.1 and 2.5.0 wrote (tests/data/classic) and on VMTP mode's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/classic/document.h"
#include "core/classic/import.h"
#include "tests/fakes/classic.h"
#include "tests/fakes/says.h"

static json_t *import_of(const json_t *document)
{
    struct vmtp_error err = { 0 };
    json_t *imported = NULL;

    assert_int_equal(classic_import(document, &imported, &err), 0);
    return imported;
}

static json_t *import_file(const char *name)
{
    json_error_t error;
    json_t *document = json_load_file(name, 0, &error), *imported;

    if (!document)
        fail_msg("%s: %s", name, error.text);
    imported = import_of(document);
    json_decref(document);
    return imported;
}

static json_t *import_text(const char *text)
{
    json_t *document = json_loads(text, 0, NULL), *imported;

    assert_non_null(document);
    imported = import_of(document);
    json_decref(document);
    return imported;
}

static int old_setup(void **state)
{
    *state = import_file("tests/data/classic/vmtp-2.0.1.json");
    return 0;
}

static int late_setup(void **state)
{
    *state = import_file("tests/data/classic/vmtp-2.5.0.json");
    return 0;
}

static int teardown(void **state)
{
    json_decref(*state);
    return 0;
}

static const json_t *result_of(const json_t *document, const char *key)
{
    const json_t *results = json_object_get(document, "results"), *result;
    size_t i;

    json_array_foreach(results, i, result)
    {
        if (strcmp(json_string_value(json_object_get(result, "key")), key) == 0)
            return result;
    }
    fail_msg("no result '%s'", key);
    return NULL;
}

#define SAME "same-network-inter-node"
#define WAY  ",path=same-network,placement=inter-node"

static void the_head_is_kept(void **state)
{
    says(*state, "schema", "\"vmtp.result/1\"");
    says(*state, "run/name", "\"Yichen's testbed\"");
    says(*state, "run/version", "\"2.0.1\"");
    says(*state, "run/started", "\"2015-03-04T22:33:40.000Z\""); /* local time, as it stands */
    says(*state, "cloud/name", "\"openstack\"");
    says(*state, "cloud/facts/encapsulation", "\"vxlan\"");
    says(*state, "cloud/facts/l2agent_version", "\"OVS 2.3.1\"");
    says(*state, "cloud/facts/openstack_version", "\"Juno (2014.2.1)\"");
    says(*state, "cloud/facts/nic_name", "\"VIC Ethernet NIC (rev a2)\"");
    says(*state, "endpoints/192.168.1.5",
         "{\"address\":\"192.168.1.5\",\"location\":\"nova:h2\",\"os\":{\"name\":\"Ubuntu\","
         "\"version\":\"14.04\"}}");
    says(*state, "events/0/kind", "\"imported\"");
    says(*state, "events/0/text", "\"from a document of VMTP 2.0.1\"");
}

static void a_document_without_an_id_always_gets_the_same(void **state)
{
    json_t *again = import_file("tests/data/classic/vmtp-2.0.1.json");
    const char *id = json_string_value(json_object_get(json_object_get(again, "run"), "id"));

    assert_int_equal(strlen(id), 7);
    assert_true(json_equal(again, *state));
    json_decref(again);
}

static void repetitions_are_the_trials_of_one_result(void **state)
{
    const json_t *tcp = result_of(*state, "flow=" SAME "-tcp-65536" WAY);

    says(tcp, "status", "\"ok\"");
    says(tcp, "tool", "\"nuttcp\"");
    says(tcp, "tool_version", "\"7.3.2\"");
    says(tcp, "options", "{\"length\":\"65536\",\"protocol\":\"tcp\"}");
    says(tcp, "metrics/goodput/n", "2");
    says(tcp, "metrics/connect_rtt/value", "0.00039");
    says(tcp, "trials", "[{\"number\":1,\"status\":\"ok\"},{\"number\":2,\"status\":\"ok\"}]");
}

static void nuttcps_throughput_is_put_right(void **state)
{
    const json_t *tcp = result_of(*state, "flow=" SAME "-tcp-65536" WAY);

    says(tcp, "metrics/goodput/trials", "[2000000000,3000000000]");
    says(tcp, "notes", "[\"VMTP gave nuttcp's throughput 2.4 % too high, which is corrected\"]");
}

static void retransmissions_that_vmtp_left_out_were_none(void **state)
{
    says(result_of(*state, "flow=" SAME "-tcp-65536" WAY), "metrics/retransmits/trials", "[99,0]");
}

static void a_loss_is_a_share(void **state)
{
    const json_t *udp = result_of(*state, "flow=" SAME "-udp-128" WAY);

    says(udp, "metrics/goodput/value", "75000000");
    says(udp, "metrics/loss", "{\"ratio\":0.5066,\"unit\":\"packets\"}");
}

static void pings_of_the_old_flat_form_are_read(void **state)
{
    const json_t *ping = result_of(*state, "flow=" SAME "-icmp" WAY);

    says(ping, "tool", "\"ping\"");
    says(ping, "metrics/rtt_avg/value", "0.000657");
    says(ping, "metrics/rtt_mdev/value", "0.000453");
    says(ping, "metrics/sent/value", "5");
    says(ping, "metrics/loss/lost", "1");
}

static void vms_that_were_not_spawned_are_a_failure(void **state)
{
    const json_t *lost = result_of(*state, "flow=floating-ip,path=floating-ip");

    says(lost, "status", "\"failed\"");
    says(lost, "error", "\"1 of 1 trials failed: VM cannot be spawned.\"");
}

static void pings_have_a_result_for_each_size(void **state)
{
    says(result_of(*state, "flow=inter-h2-icmp-64,from=h2,to=h1"), "metrics/rtt_min/value",
         "0.000187");
    says(result_of(*state, "flow=inter-h2-icmp-64,from=h2,to=h1"), "options", "{\"size\":\"64\"}");
    says(result_of(*state, "flow=inter-h2-icmp-391,from=h2,to=h1"), "error",
         "\"1 of 1 trials failed: ping failed\"");
}

static void hosts_are_called_as_vmtp_mode_calls_them(void **state)
{
    says(*state, "run/id", "\"a1b2c3d\"");
    says(*state, "cloud/name", "\"openstack\""); /* for its external flow */
    result_of(*state, "flow=intra-tcp-65536,from=h1,to=h1");
    says(*state, "endpoints/h2/address", "\"10.0.0.2\"");
    says(*state, "endpoints/h3/address", "\"10.0.0.3\""); /* of a flow without results */
}

static void iperfs_throughput_stays_as_it_is(void **state)
{
    const json_t *tcp = result_of(*state, "flow=intra-tcp-65536,from=h1,to=h1");

    says(tcp, "metrics/goodput/value", "20000000000");
    says(tcp, "notes", "[]");
}

static void an_entry_that_failed_is_told(void **state)
{
    /* VMTP does not say of which size it was */
    says(result_of(*state, "flow=inter-h2-tcp,from=h2,to=h1"), "error",
         "\"1 of 1 trials failed: connection timed out\"");
    says(result_of(*state, "flow=inter-h2-tcp-65536,from=h2,to=h1"), "status", "\"ok\"");
}

static void the_load_of_hosts_is_a_note(void **state)
{
    const json_t *tcp = result_of(*state, "flow=inter-h2-tcp-65536,from=h2,to=h1");

    says(tcp, "notes/0", "\"CPUs busy on 10.0.0.11: 0.50 before, 1.50 during the test\"");
    says(tcp, "options/rate", "\"5000000k\"");
}

static void jitter_of_multicast_is_the_greatest(void **state)
{
    const json_t *multicast = result_of(*state, "flow=inter-h2-multicast-1024,from=h2,to=h1");

    says(multicast, "metrics/jitter_max/value", "0.00041");
    says(multicast, "metrics/loss/ratio", "0");
}

static void downloads_are_results_of_their_own(void **state)
{
    const json_t *up = result_of(*state, "flow=external-tcp-65536,path=external");
    const json_t *down = result_of(*state, "flow=external-tcp-65536-down,path=external");

    says(up, "metrics/goodput/value", "1000000000");
    says(up, "family", "6");
    says(down, "metrics/goodput/value", "2000000000");
    says(down, "options/direction", "\"down\"");
    says(result_of(*state, "flow=external,path=external"), "status", "\"failed\"");
}

/* ---- VMTP mode's ---- */

static void vmtp_modes_document_gives_the_keys_and_figures_back(void **state)
{
    struct classic_request *request = fake_classic_request();
    json_t *result = fake_classic_result(), *document = NULL, *imported;
    struct vmtp_error err = { 0 };
    const json_t *tcp;

    (void)state;
    assert_int_equal(classic_document(request, (const json_t *[]){ result, NULL }, &document, &err),
                     0);
    imported = import_of(document);
    says(imported, "run/id", "\"20261121-024000-1f3a2b4c\"");
    says(imported, "run/started", "\"2026-11-21T02:40:00.000Z\""); /* UTC again, by its id */
    says(imported, "events/0/text", "\"from a document of VMTP mode 0.1.0\"");
    says(imported, "events/1/kind", "\"interrupted\"");
    tcp = result_of(imported, "flow=f0-tcp-65536");
    says(tcp, "metrics/goodput/trials", "[14318464000,14426352000,14247563400]");
    says(tcp, "metrics/cpu_client/value", "0.89");
    says(tcp, "from", "\"client0\"");
    json_decref(imported);
    json_decref(document);
    json_decref(result);
    arena_free(request->arena);
}

static void a_search_keeps_its_goals(void **state)
{
    json_t *imported = import_text(
        "{\"schema\":\"vmtp.classic/1\",\"flows\":[{\"desc\":\"Native intra-host\",\"results\":[{"
        "\"protocol\":\"UDP\",\"pkt_size\":128,\"key\":\"k\",\"throughput_kbps\":5,"
        "\"throughput_bps\":5100,\"error\":\"lost too much\",\"generator_limited\":true,"
        "\"ceiling_bps\":10200,\"search\":{\"goals\":[{\"loss\":0.05}],\"trials\":9,"
        "\"generator_limited\":true}}]}]}");
    const json_t *udp = result_of(imported, "k");

    (void)state;
    says(udp, "status", "\"ok\""); /* it has figures */
    says(udp, "notes/1", "\"lost too much\"");
    says(udp, "metrics/goodput/value", "5100");
    says(udp, "metrics/goodput/of_ceiling", "0.5");
    says(udp, "search/goals", "[{\"loss\":0.05}]");
    says(udp, "trials/0/marks", "[\"generator-limited\"]");
    json_decref(imported);
}

static void what_was_skipped_stays_skipped(void **state)
{
    json_t *imported = import_text("{\"schema\":\"vmtp.classic/1\",\"flows\":[{\"results\":[{"
                                   "\"protocol\":\"TCP\",\"pkt_size\":1,\"skipped\":true,"
                                   "\"error\":\"no hosts\"}]}]}");
    const json_t *tcp = result_of(imported, "flow=flow-1-tcp-1");

    (void)state;
    says(tcp, "status", "\"skipped\"");
    says(tcp, "reason", "\"no hosts\"");
    json_decref(imported);
}

/* ---- what nobody should have written ---- */

static void two_flows_of_one_description_stay_apart(void **state)
{
    json_t *imported = import_text("{\"flows\":[{\"desc\":\"VM to VM same network\",\"results\":[{"
                                   "\"protocol\":\"TCP\",\"throughput_kbps\":1}]},"
                                   "{\"desc\":\"VM to VM same network\",\"results\":[{"
                                   "\"protocol\":\"TCP\",\"throughput_kbps\":2}]}]}");

    (void)state;
    result_of(imported, "flow=same-network-tcp,path=same-network");
    says(result_of(imported, "flow=same-network-2-tcp,path=same-network"), "metrics/goodput/value",
         "2000");
    json_decref(imported);
}

static void fields_of_other_types_are_as_if_absent(void **state)
{
    json_t *imported = import_text(
        "{\"date\":7,\"version\":null,\"test_description\":[],\"flows\":[1,null,{},{\"desc\":{},"
        "\"results\":[3,[],{\"protocol\":1,\"tool\":2,\"pkt_size\":\"x\",\"throughput_kbps\":{},"
        "\"error\":5,\"cpu_load\":[1],\"notes\":3,\"search\":1,\"loss_rate\":\"1e999\"}]},"
        "{\"desc\":\"External-VM\",\"results\":{\"protocol\":\"ICMP\",\"results\":7}}]}");

    (void)state;
    says(imported, "run/name", "\"vmtp\"");
    says(imported, "run/started", "\"1970-01-01T00:00:00.000Z\"");
    says(result_of(imported, "flow=flow-4"), "status", "\"failed\"");
    says(result_of(imported, "flow=external-icmp,path=external"), "metrics", "{}");
    json_decref(imported);
}

static void what_is_none_is_refused(void **state)
{
    struct vmtp_error err = { 0 };
    json_t *document = json_loads("{\"flows\":3}", 0, NULL), *imported = NULL;

    (void)state;
    assert_int_equal(classic_import(document, &imported, &err), -EINVAL);
    assert_string_equal(err.text, "no document of VMTP: it has no flows");
    json_decref(document);
    document = json_loads("{\"flows\":[{\"results\":[]}]}", 0, NULL);
    for (int i = 0; i <= 10000; i++)
        json_array_append_new(
            json_object_get(json_array_get(json_object_get(document, "flows"), 0), "results"),
            json_object());
    assert_int_equal(classic_import(document, &imported, &err), -E2BIG);
    assert_string_equal(err.text, "VMTP's document: more than 10000 entries of one test");
    json_decref(document);
}

#define OLD(test)  cmocka_unit_test_setup_teardown(test, old_setup, teardown)
#define LATE(test) cmocka_unit_test_setup_teardown(test, late_setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OLD(the_head_is_kept),
        OLD(a_document_without_an_id_always_gets_the_same),
        OLD(repetitions_are_the_trials_of_one_result),
        OLD(nuttcps_throughput_is_put_right),
        OLD(retransmissions_that_vmtp_left_out_were_none),
        OLD(a_loss_is_a_share),
        OLD(pings_of_the_old_flat_form_are_read),
        OLD(vms_that_were_not_spawned_are_a_failure),
        LATE(pings_have_a_result_for_each_size),
        LATE(hosts_are_called_as_vmtp_mode_calls_them),
        LATE(iperfs_throughput_stays_as_it_is),
        LATE(an_entry_that_failed_is_told),
        LATE(the_load_of_hosts_is_a_note),
        LATE(jitter_of_multicast_is_the_greatest),
        LATE(downloads_are_results_of_their_own),
        cmocka_unit_test(vmtp_modes_document_gives_the_keys_and_figures_back),
        cmocka_unit_test(a_search_keeps_its_goals),
        cmocka_unit_test(what_was_skipped_stays_skipped),
        cmocka_unit_test(two_flows_of_one_description_stay_apart),
        cmocka_unit_test(fields_of_other_types_are_as_if_absent),
        cmocka_unit_test(what_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
