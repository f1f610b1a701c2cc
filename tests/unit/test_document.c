/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/document.c and entry.c, and of the published schema.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/result/document.h"
#include "core/result/search.h"
#include "tests/fakes/flow.h"

#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

#define FLOWS 4

/* A run of four flows: TCP that is good, UDP that loses, one that fails, one that is skipped. */
struct bench {
    struct fake_flow flows[FLOWS];
    struct measurement measurements[FLOWS];
    struct threshold thresholds[3];
    struct component cloud;
    struct scenario scenario;
    struct plan plan;
    json_t *facts;
    struct endpoint_facts endpoints[2];
    struct run_event event;
    struct run_info info;
};

static void trials_make(struct bench *bench)
{
    for (int i = 0; i < 6; i++) {
        struct trial *trial = fake_goodput(&bench->flows[0], 940e6 + i * 1e5);

        trial_add_point(trial, GOODPUT, 100000000, 9.4e8);
        trial_add_point(trial, GOODPUT, 200000000, 9.41e8);
        fake_rtt(trial, 100000 + 10000 * (uint64_t)i, 100);
        trial = fake_goodput(&bench->flows[1], 100e6);
        trial_add_final(trial, SENT, 8000);
        trial_add_final(trial, RECEIVED, 7990);
        trial_add_final(trial, LOST_SOCKET, 10);
    }
    trial_add_event(bench->flows[1].measurement.trials[2], VMTP_DISTURBED, 50000000, "a",
                    "stolen time \xff 3 %");
    fake_failure(&bench->flows[2], "connection\x01 refused");
}

static void bench_make(struct bench *bench)
{
    *bench = (struct bench){ 0 };
    for (size_t i = 0; i < FLOWS; i++)
        fake_flow_make(&bench->flows[i], i == 1 ? "udp" : "tcp");
    bench->flows[0].measurement.reach = (struct vmtp_reach){ .address = "10.0.0.2",
                                                             .mtu = 1500,
                                                             .rate_bps = 1000000000,
                                                             .overhead_bytes = 38,
                                                             .proof = "ttl 64, no router",
                                                             .doubt = 1 };
    bench->flows[2].spec.name = "broken";
    bench->flows[3].measurement.reason = "the path has no IPv6";
    trials_make(bench);
    for (size_t i = 0; i < FLOWS; i++)
        bench->measurements[i] = bench->flows[i].measurement;
    bench->thresholds[0] = (struct threshold){ "bulk", "goodput", ">= 90M", AT_LEAST, 90e6, "" };
    bench->thresholds[1] = (struct threshold){ "bulk", "rtt.p99", "<= 1ms", AT_MOST, 1e-3, "" };
    bench->thresholds[2] = (struct threshold){ "bulk", "goodput", ">= 1G", AT_LEAST, 1e9, "" };
    bench->cloud.table.name = "fabric";
    bench->facts = json_pack("{s:s}", "encapsulation", "vxlan");
    bench->scenario = (struct scenario){ .name = "two racks \xf0\x9f",
                                         .cloud = { .component = &bench->cloud },
                                         .thresholds = bench->thresholds,
                                         .threshold_count = 3 };
    memset(bench->scenario.sha256, 'a', 64);
    bench->plan = (struct plan){ .scenario = &bench->scenario, .seed = 7, .flow_count = FLOWS };
    bench->endpoints[0] = (struct endpoint_facts){ "a", json_pack("{s:s}", "kernel", "6.1") };
    bench->endpoints[1] = (struct endpoint_facts){ "b", NULL };
    bench->event = (struct run_event){ .wall_ns = 1795228800000000000,
                                       .kind = "note",
                                       .text = "nothing special" };
    bench->info = (struct run_info){
        .id = "20261121-024000-1f3a",
        .started_wall_ns = 1795228800000000000,
        .ended_wall_ns = 1795228860000000000,
        .plan = &bench->plan,
        .measurements = bench->measurements,
        .endpoints = bench->endpoints,
        .endpoint_count = 2,
        .events = &bench->event,
        .event_count = 1,
        .facts = bench->facts,
    };
}

static void bench_clear(struct bench *bench)
{
    json_decref(bench->endpoints[0].facts);
    json_decref(bench->facts);
    for (size_t i = 0; i < FLOWS; i++)
        fake_flow_clear(&bench->flows[i]);
}

static json_t *document_of(struct bench *bench)
{
    struct vmtp_error err = { 0 };
    json_t *document = NULL;

    assert_int_equal(document_make(&bench->info, &document, &err), 0);
    return document;
}

/* "results.0.metrics.goodput.value" as compact JSON. */
static void says(const json_t *document, const char *where, const char *expected)
{
    _free_ char *copy = strdup(where), *text = NULL;
    const json_t *at = document;
    char *rest = NULL;

    for (char *key = strtok_r(copy, "/", &rest); key && at; key = strtok_r(NULL, "/", &rest))
        at = json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10))
                               : json_object_get(at, key);
    text = at ? json_dumps(at, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
    assert_string_equal(text ? text : "absent", expected);
}

static void says_of_the_run_what_it_was(void **state)
{
    struct bench bench;
    json_t *document;

    (void)state;
    bench_make(&bench);
    document = document_of(&bench);
    says(document, "schema", "\"vmtp.result/1\"");
    says(document, "run/id", "\"20261121-024000-1f3a\"");
    says(document, "run/name", "\"two racks \xef\xbf\xbd\xef\xbf\xbd\"");
    says(document, "run/started", "\"2026-11-21T02:40:00.000Z\"");
    says(document, "run/seed", "7");
    says(document, "cloud", "{\"name\":\"fabric\",\"facts\":{\"encapsulation\":\"vxlan\"}}");
    says(document, "aggregates", "[]");
    says(document, "endpoints/a/kernel", "\"6.1\"");
    says(document, "endpoints/a/fitness/uses/throughput", "\"unknown\"");
    says(document, "endpoints/b", "null");
    says(document, "events/0/kind", "\"note\"");
    json_decref(document);
    bench_clear(&bench);
}

static void says_of_a_flow_what_was_measured(void **state)
{
    struct bench bench;
    json_t *document;

    (void)state;
    bench_make(&bench);
    document = document_of(&bench);
    says(document, "results/0/key", "\"flow=bulk,path=same-network,protocol=tcp\"");
    says(document, "results/0/options", "{\"protocol\":\"tcp\",\"direction\":\"up\"}");
    says(document, "results/0/labels", "{\"protocol\":\"tcp\"}");
    says(document, "results/0/status", "\"ok\"");
    says(document, "results/0/limit/cause", "\"line-rate\"");
    says(document, "results/0/limit/by", "\"the line rate\"");
    says(document, "results/3/limit", "absent");
    says(document, "results/0/verdict", "\"fail\"");
    says(document, "results/0/metrics/goodput/value", "940250000");
    says(document, "results/0/metrics/goodput/ci95", "[940000000,940500000]");
    says(document, "results/0/metrics/goodput/n", "6");
    says(document, "results/0/metrics/goodput/ceiling", "941482444.73342");
    says(document, "results/0/metrics/rtt/n", "600");
    says(document, "results/0/metrics/rtt/p99.9", "absent");
    says(document, "results/0/metrics/rtt/min", "0.0001");
    says(document, "results/0/metrics/loss", "absent");
    says(document, "results/0/trials/0/series/goodput", "[[0.1,940000000],[0.2,941000000]]");
    says(document, "results/1/metrics/loss",
         "{\"unit\":\"packets\",\"sent\":48000,\"received\":47940,\"lost\":60,"
         "\"network\":0,\"socket\":60,\"ratio\":0.00125}");
    says(document, "results/1/trials/2/marks", "[\"disturbed\"]");
    says(document, "results/1/trials/2/events/0/text", "\"stolen time \xef\xbf\xbd 3 %\"");
    says(document, "results/1/notes/0",
         "\"disturbed in 1 of 6 trials: stolen time \xef\xbf\xbd 3 %\"");
    json_decref(document);
    bench_clear(&bench);
}

static void says_why_a_flow_has_no_figures(void **state)
{
    struct bench bench;
    json_t *document;

    (void)state;
    bench_make(&bench);
    document = document_of(&bench);
    says(document, "results/2/status", "\"failed\"");
    says(document, "results/2/error", "\"1 of 1 trials failed: connection\xef\xbf\xbd refused\"");
    says(document, "results/2/metrics", "{}");
    says(document, "results/2/verdict", "\"none\"");
    says(document, "results/3/status", "\"skipped\"");
    says(document, "results/3/reason", "\"the path has no IPv6\"");
    says(document, "results/3/error", "absent");
    json_decref(document);
    bench_clear(&bench);
}

/* Of 5 %: nothing was lost at all; and of 0 it was not known when the time was up. */
static struct search *search_of(const struct search_spec *spec)
{
    struct search *search = NULL;

    assert_int_equal(search_new(spec, 0, &search), 0);
    for (uint32_t number = 1; search->next.action != SEARCH_OVER; number++) {
        struct search_trial trial = { .number = number,
                                      .rate_bps = search->next.rate_bps,
                                      .offered_bps = 1e8,
                                      .goodput_bps = 9.9e7,
                                      .sent = 1000,
                                      .received = 990,
                                      .loss = 0.01,
                                      .duration_s = 2 };

        search_add(search, &trial, 2000000000);
    }
    return search;
}

static void says_what_a_search_has_found(void **state)
{
    static const double losses[] = { 0.05, 0 };
    const struct search_spec spec = { .losses = losses,
                                      .loss_count = 2,
                                      .width = 0.02,
                                      .exceed = 0.5,
                                      .trial_ns = 2000000000,
                                      .sum_ns = 6000000000,
                                      .min_bps = 100000,
                                      .max_bps = 100000000,
                                      .time_ns = 14000000000 };
    struct bench bench;
    json_t *document;

    (void)state;
    bench_make(&bench);
    bench.measurements[1].search = search_of(&spec);
    document = document_of(&bench);
    says(document, "results/1/search/goals/0",
         "{\"loss\":0.05,\"state\":\"irregular\",\"lower\":100000000,"
         "\"conditional_throughput\":99000000,\"trials\":3,\"verified\":{\"offered\":100000000,"
         "\"goodput\":99000000,\"loss\":0.01,\"duration\":2,\"number\":3}}");
    says(document, "results/1/search/goals/1/state", "\"undecided\"");
    says(document, "results/1/search/goals/1/verified", "absent");
    says(document, "results/1/search/trials/0",
         "{\"number\":1,\"rate\":100000000,\"offered\":100000000,\"goodput\":99000000,"
         "\"loss\":0.01,\"duration\":2,\"sent\":1000,\"received\":990,"
         "\"generator_limited\":false,\"verifying\":false}");
    says(document, "results/1/search/cap", "absent");
    says(document, "results/1/search/generator_limited", "false");
    says(document, "results/0/search", "absent");
    says(
        document, "results/1/notes/0",
        "\"search 5 %: not more is lost at 100.0 Mb/s, which is the most that was to be tried: the "
        "path carries at least that\"");
    says(document, "results/1/notes/1", "\"search 0 %: undecided after 7 trials and 14.0 s\"");
    json_decref(document);
    search_free(bench.measurements[1].search);
    bench_clear(&bench);
}

/* The first two flows are the pairs of one. */
static void pair_up(struct bench *bench)
{
    static const struct vmtp_pair labels[] = { { "pairs", "2" }, { "pair", "1" } };

    for (uint32_t i = 0; i < 2; i++) {
        struct planned_flow *flow = &bench->flows[i].planned;

        flow->variant = &bench->flows[0].variant;
        flow->pair = i + 1;
        flow->whole = "flow=bulk,path=same-network,pairs=2";
        flow->labels = labels;
        flow->label_count = 2;
    }
    bench->flows[0].variant.pairs = 2;
}

static void says_what_the_pairs_of_a_flow_come_to(void **state)
{
    struct bench bench;
    json_t *document;

    (void)state;
    bench_make(&bench);
    pair_up(&bench);
    document = document_of(&bench);
    says(document, "aggregates/0/key", "\"flow=bulk,path=same-network,pairs=2\"");
    says(document, "aggregates/0/labels", "{\"pairs\":\"2\"}");
    says(document, "aggregates/0/pairs", "2");
    says(document, "aggregates/0/status", "\"ok\"");
    says(document, "aggregates/0/metrics/goodput/value", "1040250000");
    says(document, "aggregates/0/metrics/goodput/n", "6");
    says(document, "aggregates/0/slowest", "{\"pair\":2,\"goodput\":100000000}");
    says(document, "aggregates/0/fastest", "{\"pair\":1,\"goodput\":940250000}");
    says(document, "aggregates/0/notes/0",
         "\"disturbed in 1 of 6 trials: stolen time \xef\xbf\xbd 3 %\"");
    says(document, "aggregates/1", "absent");
    json_decref(document);
    bench_clear(&bench);
}

static void says_what_shows_the_path_and_what_speaks_against_it(void **state)
{
    struct bench bench;
    json_t *document;

    (void)state;
    bench_make(&bench);
    document = document_of(&bench);
    says(document, "results/0/reach/proof", "\"ttl 64, no router\"");
    says(document, "results/0/notes/0",
         "\"traffic does not seem to take the path: ttl 64, no router\"");
    says(document, "results/1/reach", "absent");
    json_decref(document);
    bench_clear(&bench);
}

static void says_what_became_of_the_thresholds(void **state)
{
    struct bench bench;
    json_t *document;

    (void)state;
    bench_make(&bench);
    document = document_of(&bench);
    says(document, "thresholds/0/state", "\"undecided\""); /* a skipped flow is one of its */
    says(document, "thresholds/0/results/0/state", "\"pass\"");
    says(document, "thresholds/0/results/2/why", "\"skipped\"");
    says(document, "thresholds/2/state", "\"fail\"");
    says(document, "thresholds/2/expect", "\">= 1G\"");
    assert_int_equal(document_verdict(document), 1);
    json_decref(document);
    bench_clear(&bench);
}

static void verdict_of(const char *text, int expected)
{
    json_t *document = json_loads(text, 0, NULL);

    assert_non_null(document);
    assert_int_equal(document_verdict(document), expected);
    json_decref(document);
}

static void the_worst_decides_for_the_run(void **state)
{
    (void)state;
#define OK "{\"status\":\"ok\"}"
    verdict_of("{\"results\":[" OK "],\"thresholds\":[]}", 0);
    verdict_of("{\"results\":[" OK ",{\"status\":\"skipped\"}],\"thresholds\":[]}", 0);
    verdict_of("{\"results\":[" OK ",{\"status\":\"failed\"}],\"thresholds\":[]}", 1);
    verdict_of("{\"results\":[" OK "],\"thresholds\":[{\"state\":\"undecided\"}]}", 4);
    verdict_of("{\"results\":[" OK "],\"thresholds\":[{\"state\":\"undecided\"},{\"state\":"
               "\"fail\"}]}",
               1);
    verdict_of("{\"results\":[" OK "],\"thresholds\":[{\"state\":\"pass\"}]}", 0);
    verdict_of("{\"results\":[{\"status\":\"skipped\"}],\"thresholds\":[]}", 4);
    verdict_of("{\"results\":[],\"thresholds\":[]}", 4);
}

/* 0: no validator is installed. */
static int validate(const char *file)
{
    const char *argv[] = { "/usr/bin/python3", "tests/validate_schema.py",
                           "share/vmtp/result-1.schema.json", file, NULL };
    const char *probe[] = { argv[0], "-c", "import jsonschema", NULL };
    int status = 0;
    pid_t pid;

    if (posix_spawn(&pid, argv[0], NULL, NULL, (char *const *)probe, environ) != 0)
        return 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (status != 0)
        return 0;
    assert_int_equal(posix_spawn(&pid, argv[0], NULL, NULL, (char *const *)argv, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    return 1;
}

static void a_validator_takes_it_and_refuses_damaged_ones(void **state)
{
    char file[] = "/tmp/vmtp-test-XXXXXX";
    _close_ int fd = mkostemp(file, O_CLOEXEC);
    struct bench bench;
    json_t *document;
    int validated;

    (void)state;
    assert_true(fd >= 0);
    bench_make(&bench);
    pair_up(&bench);
    document = document_of(&bench);
    assert_int_equal(json_dump_file(document, file, JSON_REAL_PRECISION(15)), 0);
    validated = validate(file);
    json_decref(document);
    bench_clear(&bench);
    unlink(file);
    if (!validated) {
        print_message("skip the schema: python3-jsonschema is missing\n");
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_of_the_run_what_it_was),
        cmocka_unit_test(says_of_a_flow_what_was_measured),
        cmocka_unit_test(says_why_a_flow_has_no_figures),
        cmocka_unit_test(says_what_a_search_has_found),
        cmocka_unit_test(says_what_the_pairs_of_a_flow_come_to),
        cmocka_unit_test(says_what_shows_the_path_and_what_speaks_against_it),
        cmocka_unit_test(says_what_became_of_the_thresholds),
        cmocka_unit_test(the_worst_decides_for_the_run),
        cmocka_unit_test(a_validator_takes_it_and_refuses_damaged_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
