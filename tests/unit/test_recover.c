/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/recover.c, witness.c and sketch.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/result/recover.h"
#include "tests/fakes/flow.h"
#include "tests/fakes/says.h"

#include <fcntl.h>

#define RUN                                                                                        \
    "{\"t\":100,\"type\":\"run\",\"run\":\"r1\",\"name\":\"lab\",\"version\":\"0.1.0\","           \
    "\"scenario_sha256\":\"\",\"seed\":7,\"cloud\":\"local\"}\n"
#define TOOL                                                                                       \
    "{\"t\":100,\"type\":\"tool\",\"name\":\"native\",\"metrics\":[[\"goodput\",\"bit/s\",1,0],"   \
    "[\"retransmits\",\"segments\",2,1],[\"rtt\",\"s\",3,1]]}\n"
#define FLOW                                                                                       \
    "{\"t\":100,\"type\":\"flow\",\"flow\":\"flow=bulk\",\"name\":\"bulk\",\"tool\":\"native\","   \
    "\"from\":\"a\",\"to\":\"b\",\"family\":6,\"labels\":{\"rate\":\"1G\"},\"options\":{"          \
    "\"protocol\":\"tcp\"},\"least\":2}\n"
#define SAMPLE(t, metric, kind, trial, final, value)                                               \
    "{\"t\":" t                                                                                    \
    ",\"type\":\"sample\",\"flow\":\"flow=bulk\",\"subject\":\"\",\"metric\":\"" metric            \
    "\",\"unit\":\"bit/s\",\"kind\":\"" kind "\",\"trial\":" trial ",\"final\":" final             \
    ",\"value\":" value "}\n"
#define END(trial, rest)                                                                           \
    "{\"t\":120,\"type\":\"trial\",\"flow\":\"flow=bulk\",\"trial\":" trial                        \
    ",\"started\":\"1970-01-01T00:01:50.000Z\",\"warmup\":0.5,\"duration\":10," rest "}\n"
#define GOOD(trial, value)                                                                         \
    SAMPLE("111", "goodput", "gauge", trial, "false", "5")                                         \
    SAMPLE("120", "goodput", "gauge", trial, "true", value)                                        \
    END(trial, "\"status\":\"ok\",\"search\":false,\"tool_version\":\"9.1\"")

static char file[] = "/tmp/vmtp-test-XXXXXX";

static int recover(const char *text, json_t **ret, struct vmtp_error *err)
{
    _close_ int fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);

    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    return journal_recover(file, ret, err);
}

static json_t *recovered(const char *text)
{
    struct vmtp_error err = { 0 };
    json_t *document = NULL;

    if (recover(text, &document, &err) < 0)
        fail_msg("%s", err.text);
    return document;
}

static void what_was_measured_is_a_result(void **state)
{
    json_t *document = recovered(
        RUN TOOL FLOW
        "{\"t\":101,\"type\":\"fact\",\"name\":\"zone\",\"value\":\"nova\"}\n"
        "{\"t\":101,\"type\":\"endpoint\",\"name\":\"a\",\"facts\":{\"cpus\":2}}\n"
        "{\"t\":102,\"type\":\"event\",\"kind\":\"note\",\"text\":\"x\"}\n" GOOD("1", "40")
            GOOD("2", "60"));

    (void)state;
    says(document, "run/id", "\"r1\"");
    says(document, "run/name", "\"lab\"");
    says(document, "run/seed", "7");
    says(document, "run/started", "\"1970-01-01T00:01:40.000Z\"");
    says(document, "run/ended", "\"1970-01-01T00:02:00.000Z\"");
    says(document, "cloud", "{\"facts\":{\"zone\":\"nova\"},\"name\":\"local\"}");
    says(document, "endpoints", "{\"a\":{\"cpus\":2}}");
    says(document, "results/0/status", "\"ok\"");
    says(document, "results/0/key", "\"flow=bulk\"");
    says(document, "results/0/family", "6");
    says(document, "results/0/labels", "{\"rate\":\"1G\"}");
    says(document, "results/0/tool_version", "\"9.1\"");
    says(document, "results/0/metrics/goodput/value", "50");
    says(document, "results/0/metrics/goodput/trials", "[40,60]");
    says(document, "results/0/trials/1/series/goodput", "[[1,5]]");
    says(document, "results/0/trials/1/warmup", "0.5");
    says(document, "events/0/text", "\"x\"");
    says(document, "events/1/kind", "\"recovered\"");
    json_decref(document);
}

static void a_trial_that_was_cut_off_has_failed(void **state)
{
    json_t *document = recovered(RUN TOOL FLOW GOOD("1", "40")
                                     SAMPLE("130", "goodput", "gauge", "2", "false", "3"));

    (void)state;
    says(document, "results/0/status", "\"failed\"");
    says(document, "results/0/error", "\"1 of 2 trials failed: the run ended within this trial\"");
    says(document, "results/0/metrics/goodput/trials", "[40]");
    json_decref(document);
}

static void flows_that_were_not_begun_are_skipped(void **state)
{
    json_t *document = recovered(RUN TOOL FLOW);

    (void)state;
    says(document, "results/0/status", "\"skipped\"");
    says(document, "results/0/reason", "\"the run ended before it was begun\"");
    json_decref(document);
}

static void figures_of_searches_and_of_endpoints_do_not_count(void **state)
{
    json_t *document = recovered(RUN TOOL FLOW SAMPLE("111", "goodput", "gauge", "1", "true", "9")
                                     END("1", "\"status\":\"ok\",\"search\":true") GOOD("2", "40")
                                         GOOD("3", "60"));

    (void)state;
    says(document, "results/0/metrics/goodput/trials", "[40,60]");
    says(document, "results/0/trials/0/number", "2");
    json_decref(document);
}

static void a_failed_trial_keeps_its_reason(void **state)
{
    json_t *document = recovered(
        RUN TOOL FLOW GOOD("1", "40") SAMPLE("130", "goodput", "gauge", "2", "true", "3")
            END("2", "\"status\":\"failed\",\"error\":\"connection lost\",\"search\":false")
                GOOD("3", "60"));

    (void)state;
    says(document, "results/0/status", "\"ok\"");
    says(document, "results/0/metrics/goodput/trials", "[40,60]");
    says(document, "results/0/trials/1/error", "\"connection lost\"");
    json_decref(document);
}

static void histograms_and_events_are_those_of_the_trial(void **state)
{
    json_t *document = recovered(
        RUN TOOL FLOW
        "{\"t\":112,\"type\":\"histogram\",\"flow\":\"flow=bulk\",\"trial\":1,\"metric\":\"rtt\","
        "\"unit\":\"s\",\"histogram\":{\"scale\":1e-9,\"bits\":7,\"n\":2,\"min\":9,\"max\":12,"
        "\"buckets\":[[9,1],[12,1]]}}\n"
        "{\"t\":113,\"type\":\"trial-event\",\"flow\":\"flow=bulk\",\"trial\":1,\"kind\":"
        "\"disturbed\",\"subject\":\"\",\"text\":\"stood still\"}\n" GOOD("1", "40")
            GOOD("2", "60"));

    (void)state;
    says(document, "results/0/metrics/rtt/n", "2");
    says(document, "results/0/trials/0/events",
         "[{\"kind\":\"disturbed\",\"t\":3,\"text\":\"stood still\"}]");
    says(document, "results/0/trials/0/marks", "[\"disturbed\"]");
    json_decref(document);
}

#define WATCHED(t, part, value)                                                                    \
    "{\"t\":" t ",\"type\":\"sample\",\"flow\":\"\",\"subject\":\"a\",\"metric\":\"cpu_busy\","    \
    "\"unit\":\"ratio\",\"kind\":\"gauge\",\"trial\":0,\"final\":false,\"value\":" value part      \
    ",\"monitor\":\"host\"}\n"

static void what_monitors_saw_is_there_again(void **state)
{
    json_t *document = recovered(
        RUN TOOL FLOW
        "{\"t\":101,\"type\":\"monitor\",\"name\":\"host\",\"status\":\"ok\"}\n"
        "{\"t\":101,\"type\":\"monitor\",\"name\":\"gmond\",\"status\":\"ok\"}\n" WATCHED("105", "",
                                                                                          "0.25")
            WATCHED("115", "", "0.75") WATCHED(
                "115", ",\"part\":\"cpu1\"",
                "1") "{\"t\":116,\"type\":\"event\",\"kind\":\"disturbed\",\"subject\":\"a\","
                     "\"text\":"
                     "\"a stall\",\"monitor\":\"host\"}\n"
                     "{\"t\":117,\"type\":\"mark\",\"kind\":\"disturbed\",\"subject\":\"b\","
                     "\"text\":"
                     "\"another\",\"monitor\":\"host\"}\n"
                     "{\"t\":117,\"type\":\"event\",\"kind\":\"note\",\"subject\":\"b\",\"text\":"
                     "\"a note\",\"monitor\":\"host\"}\n"
                     "{\"t\":118,\"type\":\"monitor\",\"name\":\"gmond\",\"status\":\"failed\","
                     "\"error\":"
                     "\"it is gone\",\"dropped\":7}\n" GOOD("1", "40") GOOD("2", "60"));

    (void)state;
    says(document, "monitors/0", "{\"name\":\"host\",\"status\":\"ok\"}");
    says(document, "monitors/1",
         "{\"dropped\":7,\"error\":\"it is gone\",\"name\":\"gmond\",\"status\":\"failed\"}");
    says(document, "watched/a/cpu_busy/series", "[[5.0,0.25],[15.0,0.75]]");
    says(document, "watched/a/cpu_busy/monitor", "\"host\"");
    says(document, "watched/a/cpu_busy/parts/cpu1/max", "1");
    says(document, "events/0/subject", "\"a\"");
    says(document, "events/1/text", "\"a note\"");
    says(document, "events/2/kind", "\"recovered\"");
    says(document, "results/0/trials/0/events",
         "[{\"kind\":\"disturbed\",\"subject\":\"a\",\"t\":6,\"text\":\"a stall\"},"
         "{\"kind\":\"disturbed\",\"subject\":\"b\",\"t\":7,\"text\":\"another\"}]");
    says(document, "results/0/trials/0/marks", "[\"disturbed\"]");
    json_decref(document);
}

static void trials_that_were_to_explain_are_none_of_the_flows(void **state)
{
    json_t *document = recovered(
        RUN TOOL FLOW GOOD("1", "40") GOOD("2", "60")
            SAMPLE("130", "goodput", "gauge", "3", "true", "90")
                END("3", "\"status\":\"ok\",\"search\":false,\"probe\":\"wider\",\"streams\":2")
                    SAMPLE("130", "goodput", "gauge", "4", "true", "91")
                        END("4", "\"status\":\"failed\",\"search\":false,\"probe\":\"longer\""));

    (void)state;
    says(document, "results/0/status", "\"ok\"");
    says(document, "results/0/metrics/goodput/trials", "[40,60]");
    assert_int_equal(json_array_size(json_object_get(
                         json_array_get(json_object_get(document, "results"), 0), "trials")),
                     2);
    says(document, "results/0/limit/probes", "[{\"goodput\":90,\"streams\":2}]");
    json_decref(document);
}

static void the_tool_that_stood_in_is_the_flows(void **state)
{
    json_t *document = recovered(
        RUN TOOL "{\"t\":100,\"type\":\"flow\",\"flow\":\"flow=bulk\",\"name\":\"bulk\",\"tool\":"
                 "\"nuttcp\"}\n" FLOW);

    (void)state;
    says(document, "results/0/tool", "\"native\"");
    json_decref(document);
}

static void damaged_lines_and_a_cut_end_are_passed_over(void **state)
{
    json_t *document = recovered(RUN TOOL FLOW GOOD(
        "1", "40") "{\"t\":1,\"type\":\n\x01\xff\n" GOOD("2", "60") "{\"t\":121,\"type\":\"sam");
    const char *text = json_string_value(
        json_object_get(json_array_get(json_object_get(document, "events"), 0), "text"));

    (void)state;
    says(document, "results/0/metrics/goodput/trials", "[40,60]");
    says(document, "events/0/kind", "\"damaged\"");
    assert_non_null(strstr(text, "2 damaged lines passed over, the first is line 7"));
    json_decref(document);
}

static void a_journal_can_be_cut_at_any_length(void **state)
{
    static const char whole[] = RUN TOOL FLOW GOOD("1", "40") GOOD("2", "60");

    (void)state;
    for (size_t len = 0; len < sizeof whole; len += 7) {
        _free_ char *text = strndup(whole, len);
        struct vmtp_error err = { 0 };
        json_t *document = NULL;
        int r = recover(text, &document, &err);

        assert_int_equal(r, len >= sizeof RUN - 1 ? 0 : -EINVAL);
        json_decref(document);
    }
}

static void lines_that_are_no_run_are_refused(void **state)
{
    struct vmtp_error err = { 0 };
    json_t *document = NULL;

    (void)state;
    assert_int_equal(recover("{\"t\":1,\"type\":\"x\"}\n", &document, &err), -EINVAL);
    assert_non_null(strstr(err.text, ": no journal of a run: no line of type 'run'"));
    assert_int_equal(journal_recover("/nonexistent", &document, &err), -ENOENT);
}

static void what_a_plan_journals_is_what_recovery_reads(void **state)
{
    struct fake_flow flow;
    json_t *line;

    (void)state;
    fake_flow_make(&flow, "tcp");
    line = recover_tool_line(flow.variant.tool);
    says(line, "metrics/0", "[\"goodput\",\"bit/s\",1,0]");
    json_decref(line);
    line = recover_flow_line(&flow.planned);
    says(line, "name", "\"bulk\"");
    json_decref(line);
    fake_flow_clear(&flow);
}

static int file_make(void **state)
{
    (void)state;
    return close(mkostemp(file, O_CLOEXEC));
}

static int file_drop(void **state)
{
    (void)state;
    return unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_measured_is_a_result),
        cmocka_unit_test(a_trial_that_was_cut_off_has_failed),
        cmocka_unit_test(flows_that_were_not_begun_are_skipped),
        cmocka_unit_test(figures_of_searches_and_of_endpoints_do_not_count),
        cmocka_unit_test(a_failed_trial_keeps_its_reason),
        cmocka_unit_test(histograms_and_events_are_those_of_the_trial),
        cmocka_unit_test(what_monitors_saw_is_there_again),
        cmocka_unit_test(trials_that_were_to_explain_are_none_of_the_flows),
        cmocka_unit_test(the_tool_that_stood_in_is_the_flows),
        cmocka_unit_test(damaged_lines_and_a_cut_end_are_passed_over),
        cmocka_unit_test(a_journal_can_be_cut_at_any_length),
        cmocka_unit_test(lines_that_are_no_run_are_refused),
        cmocka_unit_test(what_a_plan_journals_is_what_recovery_reads),
    };

    return cmocka_run_group_tests(tests, file_make, file_drop);
}
