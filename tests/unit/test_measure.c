/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine from a scenario's text to the run's measurements, with the made-up figures of the
 * tool `null` on the cloud `local`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/engine/ask.h"
#include "core/engine/measure.h"
#include "core/result/search.h"
#include "tests/fakes/state.h"

/* A run of a scenario with these flows; the rest of the document is the same for all. */
struct bench {
    struct scenario *scenario;
    struct plan *plan;
    struct run *run;
};

static struct bench bench_of(const char *run, const char *flows)
{
    const struct plan_tools tools = ask_tools(NULL);
    struct bench bench = { 0 };
    struct vmtp_error err = { 0 };
    char text[4096];
    int n =
        snprintf(text, sizeof text,
                 "vmtp: 1\ncloud: local\nmonitors: []\nrun: { seed: 7%s }\nflows:\n%s", run, flows);

    if (scenario_parse(text, (size_t)n, "test.yaml", registry, NULL, &bench.scenario, &err) < 0 ||
        plan_make(bench.scenario, &tools, &bench.plan, &err) < 0 ||
        run_new(bench.plan, &means, &bench.run, &err) < 0)
        fail_msg("%s", err.text);
    return bench;
}

static struct bench bench_make(const char *flows)
{
    return bench_of("", flows);
}

static void bench_clear(struct bench *bench)
{
    run_free(bench->run);
    plan_free(bench->plan);
    scenario_free(bench->scenario);
}

#define FLOW "duration: 10ms, warmup: 0s, path: loopback"

static void every_flow_gets_the_trials_it_asked_for(void **state)
{
    struct bench bench = bench_make(
        "  - { name: a, tool: { 'null': { protocol: [tcp, udp] } }, repeat: 3, " FLOW " }\n"
        "  - { name: b, tool: 'null', repeat: 5, " FLOW " }\n");

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_int_equal(bench.plan->flow_count, 3);
    assert_int_equal(bench.run->measurements[0].trial_count, 3);
    assert_int_equal(bench.run->measurements[1].trial_count, 3);
    assert_int_equal(bench.run->measurements[2].trial_count, 5);
    assert_int_equal(run_progress(bench.run).done, 11);
    bench_clear(&bench);
}

static void a_flow_that_can_not_prepare_fails_and_the_others_go_on(void **state)
{
    struct bench bench = bench_make(
        "  - { name: bad, tool: { 'null': { fail-prepare: true } }, repeat: 3, " FLOW " }\n"
        "  - { name: good, tool: 'null', repeat: 3, " FLOW " }\n");

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_non_null(bench.run->measurements[0].error);
    assert_int_equal(bench.run->measurements[0].trial_count, 0);
    assert_int_equal(bench.run->measurements[1].trial_count, 3);
    bench_clear(&bench);
}

static void what_could_not_be_prepared_is_finished_and_prepared_once_more(void **state)
{
    struct bench bench = bench_make(
        "  - { name: a, tool: { 'null': { fail-prepare: once } }, repeat: 3, " FLOW " }\n");

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_null(bench.run->measurements[0].error);
    assert_int_equal(bench.run->measurements[0].trial_count, 3);
    bench_clear(&bench);
}

static void flows_of_one_stage_fail_together(void **state)
{
    struct bench bench = bench_make(
        "  - { name: bad, stage: s, tool: { 'null': { fail-prepare: true } }, repeat: 3, " FLOW
        " }\n"
        "  - { name: good, stage: s, tool: 'null', repeat: 3, " FLOW " }\n");

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_non_null(strstr(bench.run->measurements[1].error, "flow=bad"));
    bench_clear(&bench);
}

static void a_trial_that_fails_is_kept_and_the_next_one_tried(void **state)
{
    struct bench bench =
        bench_make("  - { name: a, tool: { 'null': { fail-trial: 2 } }, repeat: 3, " FLOW " }\n");
    const struct measurement *a = &bench.run->measurements[0];

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_null(a->error);
    assert_true(a->trial_count >= 3);
    assert_int_equal(a->trials[0]->status, 0);
    assert_true(a->trials[1]->status < 0);
    assert_non_null(a->trials[1]->error);
    bench_clear(&bench);
}

static void *cancel_soon(void *arg)
{
    struct run *run = arg;

    while (run_progress(run).expected == 0)
        sched_yield();
    run_cancel(run);
    return NULL;
}

static int failed_trial_count(void *arg, const json_t *line)
{
    const char *status = json_string_value(json_object_get(line, "status"));

    *(size_t *)arg += status && strcmp(status, "failed") == 0;
    return 0;
}

static void a_tool_that_hangs_is_ended_by_a_cancel(void **state)
{
    struct bench bench =
        bench_make("  - { name: a, tool: { 'null': { hang: true } }, repeat: 3, " FLOW " }\n"
                   "  - { name: b, tool: 'null', repeat: 3, " FLOW " }\n");
    uint64_t begun_ns = clock_now_ns();
    size_t failed = 0;
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, bench.run), 0);
    assert_int_equal(run_measure(bench.run, &(struct vmtp_error){ 0 }), -ECANCELED);
    pthread_join(thread, NULL);
    assert_true(clock_now_ns() - begun_ns < 2 * NS_PER_S);
    assert_int_equal(bench.run->measurements[0].trial_count, 0);
    assert_string_equal(bench.run->measurements[0].reason, "the run ended before its first trial");
    assert_string_equal(bench.run->events[bench.run->event_count - 1].kind, "interrupted");
    assert_int_equal(run_journal_sync(bench.run), 0);
    assert_int_equal(journal_read(bench.run->folder, failed_trial_count, &failed, NULL), 0);
    assert_int_equal(failed, 1); /* its figures count no more than those of one that failed */
    bench_clear(&bench);
}

static void the_order_is_the_same_for_the_same_seed(void **state)
{
    const char *flows = "  - { name: a, tool: { 'null': { samples: [1, 2, 3, 4, 5, 6, 7, 8] } }, "
                        "repeat: 2, " FLOW " }\n";
    uint64_t firsts[2][8];

    (void)state;
    for (size_t go = 0; go < 2; go++) {
        struct bench bench = bench_make(flows);
        uint64_t order[8];

        assert_int_equal(run_measure(bench.run, NULL), 0);
        for (size_t i = 0; i < 8; i++)
            order[i] = bench.run->measurements[i].trials[0]->start_ns;
        for (size_t i = 0; i < 8; i++) {
            firsts[go][i] = 0;
            for (size_t j = 0; j < 8; j++)
                firsts[go][i] += order[j] < order[i];
        }
        bench_clear(&bench);
    }
    assert_memory_equal(firsts[0], firsts[1], sizeof firsts[0]);
}

/* 1 Gb/s of made-up capacity. */
#define SEARCH                                                                                     \
    "tool: { 'null': { protocol: udp, spread: 0, goodput: 1G } }, duration: 5s, warmup: 0s, "      \
    "path: loopback"

static void a_search_finds_the_rate_that_its_flow_is_measured_at(void **state)
{
    struct bench bench =
        bench_make("  - { name: a, search: { loss: [5%, 0], max: 3G }, repeat: 2, " SEARCH " }\n");
    const struct measurement *a = &bench.run->measurements[0];
    struct search_answer answer;

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_null(a->error);
    answer = search_answer(a->search, 0);
    assert_int_equal(answer.state, SEARCH_FOUND);
    assert_true(answer.lower_bps < 1e9 / 0.95 && answer.upper_bps > 1e9 / 0.95);
    assert_int_equal(search_answer(a->search, 1).state, SEARCH_FOUND);
    assert_int_equal(a->trial_count, 2);
    assert_int_equal(a->trials[0]->number, answer.verified->number);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(a->trials[i]->rate_bps, a->search->goals[0].lower_bps);
        assert_int_equal(a->trials[i]->duration_ns, 5 * NS_PER_S);
    }
    assert_int_equal(a->trials[1]->number, a->searched + 2);
    assert_int_equal(a->search->count, a->searched + 1);
    bench_clear(&bench);
}

static void a_search_that_finds_no_rate_fails_its_flow(void **state)
{
    struct bench bench = bench_make(
        "  - { name: a, search: { loss: 5%, min: 2G, max: 3G }, " SEARCH " }\n"
        "  - { name: b, search: { loss: 5%, trial: 20ms, sum: 20ms, time: 20ms, max: 3G }, "
        "tool: { 'null': { protocol: udp, delay: 40ms } }, " FLOW " }\n");

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_string_equal(bench.run->measurements[0].error,
                        "even at 2.000 Gb/s more than 5 % is lost");
    assert_int_equal(bench.run->measurements[0].trial_count, 0);
    assert_string_equal(bench.run->measurements[1].error,
                        "the search ended before it had found a rate at which at most 5 % is lost");
    bench_clear(&bench);
}

static void a_search_outlives_a_trial_that_fails(void **state)
{
    struct bench bench = bench_make(
        "  - { name: a, search: { loss: 5%, max: 3G }, tool: { 'null': { protocol: udp, spread: 0, "
        "fail-trial: 2 } }, " FLOW " }\n");
    const struct measurement *a = &bench.run->measurements[0];

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_int_equal(search_answer(a->search, 0).state, SEARCH_FOUND);
    assert_int_equal(a->search->failures, 1);
    assert_int_equal(a->trial_count, 1);
    assert_int_equal(a->trials[0]->status, 0);
    bench_clear(&bench);
}

static void *cancel_search(void *arg)
{
    struct run *run = arg;

    while (run_progress(run).done < 3)
        sched_yield();
    run_cancel(run);
    return NULL;
}

static void what_a_search_knows_is_kept_when_it_is_cancelled(void **state)
{
    struct bench bench =
        bench_make("  - { name: a, search: { loss: 5%, max: 3G }, tool: { 'null': { protocol: udp, "
                   "delay: 30ms } }, " FLOW " }\n");
    const struct measurement *a = &bench.run->measurements[0];
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, cancel_search, bench.run), 0);
    assert_int_equal(run_measure(bench.run, &(struct vmtp_error){ 0 }), -ECANCELED);
    pthread_join(thread, NULL);
    assert_true(a->search->count >= 3);
    assert_int_equal(a->trial_count, 0);
    assert_null(a->reason);
    assert_int_equal(search_answer(a->search, 0).state, SEARCH_UNDECIDED);
    bench_clear(&bench);
}

/* The tool says nothing of what limits it, and carries twice as much with twice the streams. */
#define CROWD(options, repeat)                                                                     \
    "  - { name: c, tool: { crowd: { " options " } }, repeat: " repeat ", " FLOW " }\n"

static void a_flow_without_a_known_limit_is_tried_wider(void **state)
{
    struct bench bench = bench_make(CROWD("connections: 3", "3"));
    const struct measurement *c = &bench.run->measurements[0];

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_null(c->error);
    assert_int_equal(c->trial_count, 3);
    assert_int_equal(c->wider->number, 4);
    assert_int_equal(c->wider->streams, 6);
    assert_int_equal(c->wider->duration_ns, 10 * NS_PER_MS);
    assert_true(c->wider->finals[0] == 6e8);
    assert_int_equal(c->trials[0]->streams, 0);
    bench_clear(&bench);
}

static void one_that_fails_when_it_is_wider_is_tried_longer(void **state)
{
    struct bench bench = bench_make(CROWD("shy: true", "3"));
    const struct measurement *c = &bench.run->measurements[0];

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    assert_null(c->error);
    assert_int_equal(c->trial_count, 3);
    assert_null(c->wider);
    assert_int_equal(c->longer->duration_ns, 20 * NS_PER_MS);
    assert_int_equal(c->longer->streams, 0);
    assert_int_equal(c->probed, 2);
    bench_clear(&bench);
}

static void to_explain_takes_no_longer_than_the_flows_own_trials(void **state)
{
    struct bench once = bench_make(CROWD("shy: true", "1"));
    struct bench anyhow = bench_of(", explain: yes", CROWD("shy: true", "1"));
    struct bench never = bench_of(", explain: no", CROWD("", "3"));

    (void)state;
    assert_int_equal(run_measure(once.run, NULL), 0);
    assert_int_equal(once.run->measurements[0].probed, 1);
    assert_int_equal(run_measure(anyhow.run, NULL), 0);
    assert_int_equal(anyhow.run->measurements[0].probed, 2);
    assert_int_equal(run_measure(never.run, NULL), 0);
    assert_int_equal(never.run->measurements[0].probed, 0);
    bench_clear(&once);
    bench_clear(&anyhow);
    bench_clear(&never);
}

static void flows_beside_others_are_not_explained(void **state)
{
    struct bench bench = bench_of(", parallel: yes", CROWD("connections: [1, 2]", "3"));

    (void)state;
    assert_int_equal(run_measure(bench.run, NULL), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bench.run->measurements[i].trial_count, 3);
        assert_int_equal(bench.run->measurements[i].probed, 0);
    }
    bench_clear(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flow_gets_the_trials_it_asked_for),
        cmocka_unit_test(a_flow_that_can_not_prepare_fails_and_the_others_go_on),
        cmocka_unit_test(what_could_not_be_prepared_is_finished_and_prepared_once_more),
        cmocka_unit_test(flows_of_one_stage_fail_together),
        cmocka_unit_test(a_trial_that_fails_is_kept_and_the_next_one_tried),
        cmocka_unit_test(a_tool_that_hangs_is_ended_by_a_cancel),
        cmocka_unit_test(the_order_is_the_same_for_the_same_seed),
        cmocka_unit_test(a_search_finds_the_rate_that_its_flow_is_measured_at),
        cmocka_unit_test(a_search_that_finds_no_rate_fails_its_flow),
        cmocka_unit_test(a_search_outlives_a_trial_that_fails),
        cmocka_unit_test(what_a_search_knows_is_kept_when_it_is_cancelled),
        cmocka_unit_test(a_flow_without_a_known_limit_is_tried_wider),
        cmocka_unit_test(one_that_fails_when_it_is_wider_is_tried_longer),
        cmocka_unit_test(to_explain_takes_no_longer_than_the_flows_own_trials),
        cmocka_unit_test(flows_beside_others_are_not_explained),
    };

    return cmocka_run_group_tests(tests, state_setup, state_teardown);
}
