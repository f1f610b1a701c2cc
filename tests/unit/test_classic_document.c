/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/classic/document.c and entry.c, of the published schema, and of what programs that
 * were written for VMTP's files make of ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/classic/document.h"
#include "core/classic/report.h"
#include "tests/fakes/classic.h"
#include "tests/fakes/says.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static json_t *document_of(const struct classic_request *request, const json_t *result)
{
    struct vmtp_error err = { 0 };
    json_t *document = NULL;

    assert_non_null(result);
    assert_int_equal(classic_document(request, (const json_t *[]){ result, NULL }, &document, &err),
                     0);
    return document;
}

/* Of the standard request and its result. */
static int setup(void **state)
{
    struct classic_request *request = fake_classic_request();
    json_t *result = fake_classic_result();

    setenv("TZ", "JST-9", 1); /* local time is not UTC */
    tzset();
    *state = document_of(request, result);
    json_decref(result);
    arena_free(request->arena);
    return 0;
}

static int teardown(void **state)
{
    json_decref(*state);
    return 0;
}

static void the_head_is_that_of_vmtp(void **state)
{
    says(*state, "args", "\"vmtp -r rc -p <MASKED> --json f --test-description Yichen's testbed\"");
    says(*state, "date", "\"2026-11-21 11:40:00\"");
    says(*state, "version", "\"0.1.0\"");
    says(*state, "run_id", "\"d777f27\"");
    says(*state, "vmtp_run", "\"20261121-024000-1f3a2b4c\"");
    says(*state, "test_description", "\"Yichen's testbed\"");
    says(*state, "auth_url", "\"http://172.29.87.180:5000/v3\"");
    says(*state, "encapsulation", "\"vxlan\"");
    says(*state, "l2agent_type", "\"Open vSwitch agent\"");
    says(*state, "region", "absent"); /* VMTP has no such key */
    says(*state, "interrupted", "true");
    says(*state, "notes", "[\"interrupted: what follows is partial\"]");
}

static void a_flow_says_from_where_to_where(void **state)
{
    says(*state, "flows/3/desc", "\"VM to VM same network fixed IP (inter-node)\"");
    says(*state, "flows/3/az_from", "\"nova:h2\"");
    says(*state, "flows/3/az_to", "\"nova:h1\"");
    says(*state, "flows/3/endpoint_from", "\"client3\""); /* as the cloud named it */
    says(*state, "flows/3/vmtp_run", "\"20261121-024000-1f3a2b4c\"");
    says(*state, "flows/3/ip_from", "\"192.168.1.7\"");
    says(*state, "flows/3/ip_to", "\"192.168.1.2\"");
    says(*state, "flows/2/ip_to", "\"172.29.87.183\""); /* as the client reached it */
    says(*state, "flows/3/distro_id", "\"Ubuntu\"");
    says(*state, "flows/3/distro_version", "\"22.04\"");
    says(*state, "flows/6/az_from", "absent");
    says(*state, "flows/6/distro_id", "\"debian\"");
    says(*state, "flows/9/ip_to", "\"10.0.0.1\""); /* no client got as far: its own */
    says(*state, "flows/8/ip_from", "absent");     /* nothing is known of h2 */
    says(*state, "flows/8/endpoint_from", "\"h2\"");
    says(*state, "flows/8/distro_id", "\"Unknown\"");
    says(*state, "flows/8/multicast_address", "\"231.1.1.1\"");
    says(*state, "flows/7/multicast_address", "absent");
}

static void tcp_has_an_entry_for_each_trial(void **state)
{
    says(*state, "flows/1/results/0",
         "{\"cpu_client\":0.89,\"cpu_server\":0.38,\"key\":\"flow=f1-tcp-65536\",\"median_bps\":"
         "7159232000,\"n\":3,\"pkt_size\":65536,\"protocol\":\"TCP\",\"retrans\":116,\"rtt_ms\":"
         "0.28,\"rtt_source\":\"connect_rtt\",\"throughput_bps\":7159232000,\"throughput_kbps\":"
         "7159232,\"tool\":\"nuttcp-6.1.2\",\"trial\":1}");
    says(*state, "flows/1/results/2/throughput_kbps", "7123782");
    says(*state, "flows/1/results/2/throughput_bps", "7123781700");
    says(*state, "flows/1/results/2/retrans", "606");
    says(*state, "flows/1/results/3/protocol", "\"UDP\"");
    says(*state, "flows/0/results/0/retrans", "0"); /* none was counted: that is known */
    says(*state, "flows/3/results/5/ci95_bps", "[2300500000.0,2350000000.0]");
    says(*state, "flows/3/results/5/n", "6");
}

static void traffic_of_our_own_is_called_native(void **state)
{
    says(*state, "flows/7/results/0",
         "{\"bandwidth_limit_kbps\":5000000,\"key\":\"flow=intra-tcp\",\"median_bps\":31000000000,"
         "\"n\":3,\"notes\":[\"nuttcp is not at h1 (package nuttcp): measured with native\"],"
         "\"pkt_size\":65536,\"protocol\":\"TCP\",\"retrans\":0,\"rtt_ms\":0.001,\"rtt_source\":"
         "\"tcp_min_rtt\",\"throughput_bps\":31000000000,\"throughput_kbps\":31000000,\"tool\":"
         "\"native-0.1.0\",\"trial\":1}");
    says(*state, "flows/8/results/0/throughput_kbps", "941235");
    says(*state, "flows/8/results/0/rtt_ms", "0.085");
    says(*state, "flows/8/results/0/ceiling_bps", "949285000");
}

static void downloads_are_in_reverse_direction(void **state)
{
    says(*state, "flows/6/results/0/direction", "absent");
    says(*state, "flows/6/results/2/throughput_kbps", "8950000");
    says(*state, "flows/6/results/3/direction", "\"reverse\"");
    says(*state, "flows/6/results/3/throughput_kbps", "7600000");
}

static void udp_has_one_entry_and_what_was_searched(void **state)
{
    says(*state, "flows/0/results/3",
         "{\"cpu_client\":0.97,\"cpu_server\":0.22,\"key\":\"flow=f0-udp-128\",\"loss_pe"
         "rcent\":0.11,\"loss_rate\":0.11,\"median_bps\":127744000,\"n\":1,\"offered_bps"
         "\":127884673,\"pkt_size\":128,\"protocol\":\"UDP\",\"received\":998900,\"searc"
         "h\":{\"generator_limited\":false,\"goals\":[{\"conditional_throughput\":126466"
         "560.0,\"loss\":0.05,\"lower\":127871744.0,\"state\":\"found\",\"trials\":9,\"u"
         "pper\":130298880.0,\"verified\":{\"duration\":2,\"goodput\":127744000.0,\"loss"
         "\":0.0011,\"number\":17,\"offered\":127884673.140455}},{\"conditional_throughput\":"
         "123911680"
         ".0,\"loss\":0.02,\"lower\":125314309.12,\"state\":\"found\",\"trials\":7,\"upp"
         "er\":127692902.4}],\"trials\":2},\"sent\":1000000,\"throughput_bps\":127744000"
         ",\"throughput_kbps\":127744,\"tool\":\"nuttcp-6.1.2\"}");
    says(*state, "flows/4/results/5/throughput_kbps", "1330237");
    says(*state, "flows/4/results/5/generator_limited", "true");
    says(*state, "flows/4/results/5/loss_rate", "absent"); /* nobody counted */
    says(*state, "flows/4/results/5/search/cap", "1330237000");
}

static void multicast_has_the_greatest_jitter(void **state)
{
    says(*state, "flows/8/results/3/protocol", "\"Multicast\"");
    says(*state, "flows/8/results/3/jitter", "0.41");
    says(*state, "flows/8/results/3/jitter_ms", "0.102");
    says(*state, "flows/8/results/3/loss_rate", "2.1");
    says(*state, "flows/0/results/3/jitter", "absent");
}

static void ping_stands_last_its_figures_are_text(void **state)
{
    says(*state, "flows/0/results/6/protocol", "\"ICMP\"");
    says(*state, "flows/0/results/6/tool", "\"ping\"");
    says(*state, "flows/0/results/6/error", "absent");
    says(*state, "flows/0/results/6/results/0",
         "{\"key\":\"flow=f0-icmp-64\",\"loss_percent\":0.0,\"packet_size\":64,\"rtt\":{\"avg_ms\":"
         "0.332,\"max_ms\":0.741,\"min_ms\":0.187,\"n\":10,\"p50_ms\":0.301,\"stddev_ms\":0.147},"
         "\"rtt_avg_ms\":\"0.332\",\"rtt_max_ms\":\"0.741\",\"rtt_min_ms\":\"0.187\","
         "\"rtt_stddev\":\"0.147\",\"rx_packets\":\"10\",\"tx_packets\":\"10\"}");
    says(*state, "flows/0/results/6/results/2/packet_size", "1500");
    says(*state, "flows/0/results/7", "absent");
}

static void what_failed_says_why(void **state)
{
    says(*state, "flows/4/results/0/throughput_kbps", "1344370");
    says(*state, "flows/4/results/1",
         "{\"error\":\"nuttcp-t: v6.1.2: Error: server is busy\",\"pkt_size\":65536,\"protocol\":"
         "\"TCP\",\"tool\":\"nuttcp\",\"trial\":2}");
    says(*state, "flows/4/results/3/error",
         "\"it's \\\"over\\\": <b>\xe2\x80\x99\\\\ \xe6\x97\xa5\xe6\x9c\xac\"");
    says(*state, "flows/4/results/6/results/0/error", "\"no reply to 10 requests\"");
    says(*state, "flows/4/results/6/results/0/rx_packets", "\"0\"");
    says(*state, "flows/4/results/6/results/1/loss_percent", "10.0");
    says(*state, "flows/4/results/6/results/2/error",
         "\"1 of 1 trials failed: ping: connect: Network is unreachable\"");
    says(*state, "flows/4/results/6/error", "absent"); /* one size was measured */
    says(*state, "flows/9/results/0/error", "\"endpoint h3: the connection to 10.0.0.3 was lost\"");
}

static void what_was_not_run_is_an_error_and_says_so(void **state)
{
    says(*state, "flows/5/results/0",
         "{\"error\":\"the run ended before its first trial\",\"pkt_size\":65536,\"protocol\":"
         "\"TCP\",\"skipped\":true,\"tool\":\"nuttcp\"}");
    says(*state, "flows/5/results/4/results/1/skipped", "true");
    says(*state, "flows/5/results/4/error", "\"the run ended before its first trial\"");
    says(*state, "flows/9/results/1/error", "\"the run says nothing of it\"");
}

/* One flow "t" with one test, of a result that is given. */
static json_t *small_document(enum classic_protocol protocol, const char *result_text)
{
    struct classic_flow flow = { .desc = "Native intra-host", .from = "a", .to = "a" };
    struct classic_test test = { .name = "t", .protocol = protocol, .size_bytes = 64 };
    struct classic_part part = { .flows = &flow, .flow_count = 1, .tests = &test, .test_count = 1 };
    struct classic_request request = { .parts = { &part }, .part_count = 1 };
    json_t *result = json_loads(result_text, 0, NULL);
    json_t *document = document_of(&request, result);

    json_decref(result);
    return document;
}

static void a_run_that_failed_says_why_of_every_test(void **state)
{
    json_t *document = small_document(
        CLASSIC_TCP, "{\"results\":[{\"flow\":\"t\",\"tool\":\"nuttcp\",\"status\":\"skipped\","
                     "\"reason\":\"its endpoints could not be deployed\"}],\"events\":[{\"kind\":"
                     "\"failed\",\"text\":\"ssh to a: connection refused\"}]}");

    (void)state;
    says(document, "flows/0/results/0/error",
         "\"its endpoints could not be deployed: ssh to a: connection refused\"");
    json_decref(document);
}

/* Two parts: the first was measured, the second was not begun. */
static void what_was_not_begun_is_an_error_too(void **state)
{
    struct classic_flow flow = { .desc = "d", .from = "a", .to = "b" };
    struct classic_test tests[] = { { .name = "t", .protocol = CLASSIC_TCP },
                                    { .name = "u", .protocol = CLASSIC_ICMP } };
    struct classic_part part = { .flows = &flow, .flow_count = 1, .tests = tests, .test_count = 2 };
    struct classic_request request = { .parts = { &part, &part }, .part_count = 2 };
    json_t *first = json_loads("{\"run\":{\"id\":\"one\",\"started\":\"2026-11-21T02:40:00Z\"},"
                               "\"events\":[{\"kind\":\"interrupted\",\"text\":\"x\"}]}",
                               0, NULL);
    json_t *document = document_of(&request, first);

    (void)state;
    says(document, "vmtp_run", "\"one\"");
    says(document, "notes", "[\"x\"]");
    says(document, "flows/0/vmtp_run", "\"one\"");
    says(document, "flows/0/results/0/error", "\"the run says nothing of it\"");
    says(document, "flows/1/vmtp_run", "absent");
    says(document, "flows/1/results/0/error", "\"its run was not begun\"");
    says(document, "flows/1/results/1/error", "\"its run was not begun\"");
    json_decref(document);
    json_decref(first);
}

static void figures_that_belong_to_no_trial_are_left_out(void **state)
{
    json_t *document = small_document(
        CLASSIC_TCP,
        "{\"results\":[{\"flow\":\"t\",\"tool\":\"iperf\",\"status\":\"ok\",\"metrics\":{"
        "\"goodput\":{\"value\":5e6,\"trials\":[4e6,6e6]},\"retransmits\":{\"trials\":[3]}},"
        "\"trials\":[{\"status\":\"ok\"},{\"status\":\"ok\"}]}]}");

    (void)state;
    says(document, "flows/0/results/1/throughput_kbps", "6000");
    says(document, "flows/0/results/0/retrans", "absent");
    says(document, "flows/0/results/1/retrans", "absent");
    says(document, "flows/0/results/1/rtt_ms", "absent");
    says(document, "flows/0/results/1/tool", "\"iperf\"");
    json_decref(document);
}

static void the_time_of_connecting_goes_before_what_tcp_saw(void **state)
{
    json_t *document = small_document(
        CLASSIC_TCP, "{\"results\":[{\"flow\":\"t\",\"tool\":\"native\",\"status\":\"ok\","
                     "\"metrics\":{\"goodput\":{\"trials\":[5e6]},\"tcp_min_rtt\":{\"trials\":"
                     "[1e-5]},\"connect_rtt\":{\"trials\":[2e-3]}},\"trials\":[{\"status\":"
                     "\"ok\",\"marks\":[\"disturbed\"]}]}]}");

    (void)state;
    says(document, "flows/0/results/0/rtt_ms", "2.0");
    says(document, "flows/0/results/0/rtt_source", "\"connect_rtt\"");
    says(document, "flows/0/results/0/disturbed", "true");
    says(document, "flows/0/results/0/generator_limited", "absent");
    json_decref(document);
}

static void a_sender_at_its_limit_is_marked(void **state)
{
    json_t *document = small_document(
        CLASSIC_UDP, "{\"results\":[{\"flow\":\"t\",\"tool\":\"iperf\",\"status\":\"ok\","
                     "\"metrics\":{\"goodput\":{\"value\":5e6},\"jitter_max\":{\"value\":1e-3}},"
                     "\"search\":{\"goals\":[],\"generator_limited\":true},\"trials\":[]}]}");

    (void)state;
    says(document, "flows/0/results/0/generator_limited", "true");
    says(document, "flows/0/results/0/throughput_kbps", "5000");
    says(document, "flows/0/results/0/jitter", "absent"); /* only multicast has it */
    json_decref(document);
}

static void a_test_without_throughput_is_an_error(void **state)
{
    static const char text[] = "{\"results\":[{\"flow\":\"t\",\"tool\":\"x\",\"status\":\"ok\","
                               "\"metrics\":{},\"trials\":[{\"status\":\"ok\"}]}]}";
    static const enum classic_protocol protocols[] = { CLASSIC_TCP, CLASSIC_UDP,
                                                       CLASSIC_MULTICAST };

    (void)state;
    for (size_t i = 0; i < COUNT(protocols); i++) {
        json_t *document = small_document(protocols[i], text);

        says(document, "flows/0/results/0/error", "\"the tool gave no throughput\"");
        says(document, "flows/0/results/1", "absent");
        json_decref(document);
    }
}

static void a_search_that_ended_above_its_goal_is_an_error(void **state)
{
    json_t *document = small_document(
        CLASSIC_UDP,
        "{\"results\":[{\"flow\":\"t\",\"tool\":\"native\",\"status\":\"ok\",\"metrics\":{"
        "\"goodput\":{\"value\":1e8},\"loss\":{\"ratio\":0.33}},\"search\":{\"goals\":[{\"loss\":"
        "0.05,\"lower\":1e8,\"upper\":1.2e8,\"state\":\"undecided\"}],\"trials\":[]},\"trials\":[]}"
        "]}");

    (void)state;
    says(document, "flows/0/results/0/throughput_kbps", "100000");
    says(document, "flows/0/results/0/error",
         "\"the search ended (undecided) at a rate at which 33.00 % is lost, more than the 5.00 % "
         "of "
         "its goal\"");
    assert_int_equal(classic_status(document), 1);
    json_decref(document);
}

/* A rate that is known to a factor of three only, at which a bit too much is lost: its figures are
 * of this trial. */
static json_t *vague_document(const char *state, const char *trial)
{
    char text[512];

    snprintf(text, sizeof text,
             "{\"results\":[{\"flow\":\"t\",\"tool\":\"native\",\"status\":\"ok\",\"metrics\":{"
             "\"goodput\":{\"value\":1e8},\"loss\":{\"ratio\":0.053}},\"search\":{\"goals\":[{"
             "\"loss\":0.05,\"lower\":1e8,\"upper\":3e8,\"state\":\"%s\"}],\"trials\":[]},"
             "\"trials\":[%s]}]}",
             state, trial);
    return small_document(CLASSIC_UDP, text);
}

static void
a_search_that_was_cut_off_early_is_an_error_unless_its_sender_was_at_its_limit(void **state)
{
    static const char limited[] = "{\"status\":\"ok\",\"marks\":[\"generator-limited\"]}";
    static const char *const states[] = { "undecided", "irregular" };
    json_t *document = vague_document("undecided", "{\"status\":\"ok\"}");

    (void)state;
    says(document, "flows/0/results/0/error",
         "\"the search was cut off while the rate was not known to a factor of 2\"");
    json_decref(document);
    for (size_t i = 0; i < COUNT(states); i++) {
        document = vague_document(states[i], limited);
        says(document, "flows/0/results/0/error", "absent");
        says(document, "flows/0/results/0/throughput_kbps", "100000");
        says(document, "flows/0/results/0/generator_limited", "true");
        json_decref(document);
    }
}

static void traffic_of_which_nothing_arrives_is_an_error(void **state)
{
    json_t *document = small_document(
        CLASSIC_UDP,
        "{\"results\":[{\"flow\":\"t\",\"tool\":\"nuttcp\",\"status\":\"ok\",\"metrics\":{"
        "\"goodput\":{\"value\":0},\"loss\":{\"ratio\":1}},\"trials\":[]}]}");

    (void)state;
    says(document, "flows/0/results/0/loss_rate", "100.0");
    says(document, "flows/0/results/0/error", "\"nothing of what was sent arrived\"");
    assert_int_equal(classic_status(document), 1);
    json_decref(document);
}

static void ping_takes_what_single_packets_say_where_there_is_no_summary(void **state)
{
    json_t *document = small_document(
        CLASSIC_ICMP,
        "{\"results\":[{\"flow\":\"t\",\"tool\":\"ping\",\"status\":\"ok\",\"metrics\":{\"sent\":{"
        "\"value\":4},\"received\":{\"value\":3},\"loss\":{\"ratio\":0.25},\"rtt\":{\"min\":"
        "0.0001,\"mean\":0.0002,\"max\":0.0003,\"n\":4,\"histogram\":{\"scale\":1e-6,\"bits\":7,"
        "\"n\":4,\"min\":100,\"max\":200,\"buckets\":[[100,3],[200,1]]}}},\"trials\":[{"
        "\"status\":\"ok\"}]}]}");

    (void)state;
    says(document, "flows/0/results/0/results/0/rtt_avg_ms", "\"0.200\"");
    says(document, "flows/0/results/0/results/0/rtt_stddev", "\"0.043\"");
    says(document, "flows/0/results/0/results/0/loss_percent", "25.0");
    json_decref(document);
    document = small_document(
        CLASSIC_ICMP,
        "{\"results\":[{\"flow\":\"t\",\"tool\":\"ping\",\"status\":\"ok\",\"metrics\":{\"sent\":{"
        "\"value\":1},\"received\":{\"value\":1},\"rtt_avg\":{\"value\":0.5}},\"trials\":[]}]}");
    says(document, "flows/0/results/0/results/0/rtt_avg_ms", "\"500.000\"");
    says(document, "flows/0/results/0/results/0/rtt_stddev", "absent");
    json_decref(document);
}

/* The document in a file of its own. */
static int document_write(const json_t *document, char *name)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 24);
    _close_ int fd = mkostemp(name, O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(classic_document_format(document, &text), 0);
    return fd_write_all(fd, text.data, text.len);
}

static int python(const char *const argv[])
{
    int status = -1;
    pid_t pid;

    if (posix_spawn(&pid, argv[0], NULL, NULL, (char *const *)argv, environ) != 0)
        return -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void readers_of_vmtps_files_find_what_they_look_for(void **state)
{
    char file[] = "/tmp/vmtp-test-XXXXXX";
    const char *argv[] = { "/usr/bin/python3", "tests/classic_readers.py", file, NULL };
    const char *probe[] = { argv[0], "-c", "", NULL };
    int status;

    if (python(probe) != 0) {
        print_message("skip the readers: python3 is missing\n");
        skip();
    }
    assert_int_equal(document_write(*state, file), 0);
    status = python(argv);
    unlink(file);
    assert_int_equal(status, 0);
}

static void a_validator_takes_it_and_refuses_damaged_ones(void **state)
{
    char file[] = "/tmp/vmtp-test-XXXXXX";
    const char *argv[] = { "/usr/bin/python3", "tests/classic_schema.py",
                           "share/vmtp/vmtp-classic.schema.json", file, NULL };
    const char *probe[] = { argv[0], "-c", "import jsonschema", NULL };
    int status;

    if (python(probe) != 0) {
        print_message("skip the schema: python3-jsonschema is missing\n");
        skip();
    }
    assert_int_equal(document_write(*state, file), 0);
    status = python(argv);
    unlink(file);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_is_that_of_vmtp),
        cmocka_unit_test(a_flow_says_from_where_to_where),
        cmocka_unit_test(tcp_has_an_entry_for_each_trial),
        cmocka_unit_test(traffic_of_our_own_is_called_native),
        cmocka_unit_test(downloads_are_in_reverse_direction),
        cmocka_unit_test(udp_has_one_entry_and_what_was_searched),
        cmocka_unit_test(multicast_has_the_greatest_jitter),
        cmocka_unit_test(ping_stands_last_its_figures_are_text),
        cmocka_unit_test(what_failed_says_why),
        cmocka_unit_test(what_was_not_run_is_an_error_and_says_so),
        cmocka_unit_test(a_run_that_failed_says_why_of_every_test),
        cmocka_unit_test(what_was_not_begun_is_an_error_too),
        cmocka_unit_test(figures_that_belong_to_no_trial_are_left_out),
        cmocka_unit_test(the_time_of_connecting_goes_before_what_tcp_saw),
        cmocka_unit_test(a_sender_at_its_limit_is_marked),
        cmocka_unit_test(a_test_without_throughput_is_an_error),
        cmocka_unit_test(a_search_that_ended_above_its_goal_is_an_error),
        cmocka_unit_test(
            a_search_that_was_cut_off_early_is_an_error_unless_its_sender_was_at_its_limit),
        cmocka_unit_test(traffic_of_which_nothing_arrives_is_an_error),
        cmocka_unit_test(ping_takes_what_single_packets_say_where_there_is_no_summary),
        cmocka_unit_test(readers_of_vmtps_files_find_what_they_look_for),
        cmocka_unit_test(a_validator_takes_it_and_refuses_damaged_ones),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
