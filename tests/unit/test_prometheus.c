/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of the sink prometheus.
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
    struct vmtp_map labels;
};

#define DOCUMENT(results)                                                                          \
    "{\"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"r1\",\"name\":\"demo\",\"started\":"          \
    "\"2026-11-21T17:02:59.791Z\",\"version\":\"0.1\"},\"cloud\":{\"name\":\"local\",\"facts\":"   \
    "{\"encapsulation\":\"vxlan\"}},\"results\":[" results "]"
#define RESULT(flow, more)                                                                         \
    "{\"flow\":\"" flow                                                                            \
    "\",\"tool\":\"native\",\"status\":\"ok\",\"verdict\":\"pass\",\"options\""                    \
    ":{\"protocol\":\"udp\"}," more "}"
#define GOODPUT "\"metrics\":{\"goodput\":{\"unit\":\"bit/s\",\"value\":9.5e8,\"stat\":\"median\"}}"
#define LABELS(flow)                                                                               \
    "{scenario=\"demo\",stat=\"median\",flow=\"" flow "\",tool=\"native\",protocol=\"udp\"}"

/* What the sink makes of a document. */
static char *written(const char *folder, const char *document, struct vmtp_map labels)
{
    char path[96];
    const struct options opt = { path, labels };

    snprintf(path, sizeof path, "%s/x.prom", folder);
    return fake_sink_write("prometheus", &opt, folder, path, document);
}

static void has(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("'%s' is not in\n%s", line, text);
}

static void a_family_stands_together_with_its_unit_in_the_name(void **state)
{
    _free_ char *text = written(*state, DOCUMENT(RESULT("a", GOODPUT) "," RESULT("b", GOODPUT)) "}",
                                (struct vmtp_map){ 0 });

    has(text,
        "# HELP vmtp_goodput_bits_per_second The flow's goodput; stat says which figure of it\n"
        "# TYPE vmtp_goodput_bits_per_second gauge\n"
        "vmtp_goodput_bits_per_second" LABELS("a") " 950000000\n"
                                                   "vmtp_goodput_bits_per_second" LABELS(
                                                       "b") " 950000000\n");
}

static void units_are_words(void **state)
{
    _free_ char *text = written(
        *state,
        DOCUMENT(RESULT("a", "\"metrics\":{\"rtt\":{\"unit\":\"s\",\"p99\":0.5,\"ci95\":{\"p99\":"
                             "[0.4,0.6]}},\"loss\":{\"unit\":\"packets\",\"lost\":1,\"ratio\":0.1},"
                             "\"rate\":{\"unit\":\"1/s\",\"value\":3,\"stat\":\"median\"}}")) "}",
        (struct vmtp_map){ 0 });

    has(text, "\nvmtp_rtt_seconds{scenario=\"demo\",stat=\"p99\",");
    has(text, "\nvmtp_rtt_seconds{scenario=\"demo\",stat=\"p99_ci95_low\",");
    has(text, "protocol=\"udp\"} 0.4\n");
    has(text, "\nvmtp_loss_packets{scenario=\"demo\",stat=\"lost\",");
    has(text, "\nvmtp_loss_ratio{scenario=\"demo\",stat=\"ratio\",");
    has(text, "\nvmtp_rate_per_second{");
}

static void the_run_and_its_states_are_metrics(void **state)
{
    _free_ char *text =
        written(*state,
                DOCUMENT(RESULT("a", GOODPUT)) ",\"thresholds\":[{\"flow\":\"a\",\"metric\":"
                                               "\"goodput\",\"expect\":\">= 1G\",\"state\":"
                                               "\"undecided\"}]}",
                (struct vmtp_map){ 0 });

    has(text, "vmtp_run_info{scenario=\"demo\",run=\"r1\",version=\"0.1\",cloud=\"local\","
              "encapsulation=\"vxlan\"} 1\n");
    has(text, "vmtp_run_started_timestamp_seconds{scenario=\"demo\"} 1795280579\n");
    assert_null(strstr(text, "vmtp_run_ended"));
    has(text, "vmtp_result_status{scenario=\"demo\",status=\"ok\",flow=\"a\",");
    has(text, "expect=\">= 1G\",state=\"pass\"} 0\n");
    has(text, "expect=\">= 1G\",state=\"undecided\"} 1\n");
}

static void what_multiplied_is_a_label_and_a_person_adds_more(void **state)
{
    static const struct vmtp_pair more[] = { { "site", "lab" }, { "send_buffer", "mine" } };
    _free_ char *text = written(*state,
                                DOCUMENT(RESULT("a", GOODPUT ",\"labels\":{\"send-buffer\":\"64\","
                                                             "\"protocol\":\"sctp\"}")) "}",
                                (struct vmtp_map){ more, 2 });

    has(text, "protocol=\"udp\",send_buffer=\"64\",site=\"lab\"} 950000000\n");
    has(text,
        "vmtp_run_started_timestamp_seconds{scenario=\"demo\",site=\"lab\",send_buffer=\"mine\"}");
}

static void hostile_names_are_escaped(void **state)
{
    _free_ char *text = written(
        *state,
        DOCUMENT(RESULT("\\\"}\\n</script>\\\\\\u0001", "\"metrics\":{\"a b\\n1\":{\"unit\":"
                                                        "\"x\\ny\",\"value\":1}}")) "}",
        (struct vmtp_map){ 0 });

    has(text, "\nvmtp_a_b_1_x_y{scenario=\"demo\",flow=\"\\\"}\\n</script>\\\\\x01\",");
}

static void a_series_is_written_once(void **state)
{
    _free_ char *text = written(*state, DOCUMENT(RESULT("a", GOODPUT) "," RESULT("a", GOODPUT)) "}",
                                (struct vmtp_map){ 0 });
    const char *series = "\nvmtp_goodput_bits_per_second{", *first = strstr(text, series);

    assert_non_null(first);
    assert_null(strstr(first + 1, series));
}

static void labels_that_are_none_or_ours_are_refused(void **state)
{
    static const char *const names[] = {
        "", "1a", "__a", "a-b", "a\"", "flow", "stat", "scenario"
    };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct vmtp_pair pair = { names[i], "x" };
        const struct options opt = { "-", { &pair, 1 } };
        struct vmtp_error err = { 0 };
        struct fake_sink sink;

        fake_sink_make(&sink, "prometheus", &opt);
        assert_int_equal(sink.component->table.check(&opt, &err), -EINVAL);
        assert_non_null(strstr(err.text, "is no name for a label"));
        assert_int_equal(sink.ops->takes_stdout(&opt), 1);
        fake_sink_clear(&sink);
    }
}

static void a_full_disk_and_a_document_of_another_form_are_errors(void **state)
{
    const struct options full = { "/dev/full", { 0 } };
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    (void)state;
    fake_sink_make(&sink, "prometheus", &full);
    assert_int_equal(fake_sink_feed(&sink, 0, DOCUMENT("") "}", &err), -ENOSPC);
    assert_string_equal(err.text, "/dev/full: No space left on device");
    assert_int_equal(fake_sink_feed(&sink, 0, "{\"flows\":[]}", &err), -EINVAL);
    assert_string_equal(err.text, "the result document is no vmtp.result/1");
    fake_sink_clear(&sink);
}

#define t(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(a_family_stands_together_with_its_unit_in_the_name),
        t(units_are_words),
        t(the_run_and_its_states_are_metrics),
        t(what_multiplied_is_a_label_and_a_person_adds_more),
        t(hostile_names_are_escaped),
        t(a_series_is_written_once),
        t(labels_that_are_none_or_ours_are_refused),
        t(a_full_disk_and_a_document_of_another_form_are_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
