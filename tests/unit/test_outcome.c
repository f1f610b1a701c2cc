/* SPDX-License-Identifier: Apache-2.0
 *
 * A run from its plan to its document, with the tool `null` on the cloud `local`; and runs of the
 * past.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/engine/ask.h"
#include "core/engine/outcome.h"
#include "core/engine/reap.h"
#include "tests/fakes/state.h"

struct bench {
    struct scenario *scenario;
    struct plan *plan;
    struct run *run;
    struct outcome outcome;
    struct vmtp_error err;
    int status;
};

/* A flow with six trials of this tool, and what else stands in the scenario. */
static void bench_make(struct bench *bench, const char *tool, const char *more)
{
    char text[1024];
    int n = snprintf(text, sizeof text,
                     "vmtp: 1\ncloud: local\nflows:\n  - { name: a, tool: %s, duration: 10ms, "
                     "warmup: 0s, repeat: 6, path: loopback }\n%s\n",
                     tool, more);

    *bench = (struct bench){ 0 };
    if (scenario_parse(text, (size_t)n, "test.yaml", registry, NULL, &bench->scenario,
                       &bench->err) < 0 ||
        ask_plan(bench->scenario, NULL, &bench->plan, &bench->err) < 0 ||
        run_new(bench->plan, &means, &bench->run, &bench->err) < 0)
        fail_msg("%s", bench->err.text);
}

static void bench_run(struct bench *bench)
{
    bench->status = run_carry_out(bench->run, &bench->outcome, &bench->err);
}

static void bench_clear(struct bench *bench)
{
    outcome_clear(&bench->outcome);
    run_free(bench->run);
    plan_free(bench->plan);
    scenario_free(bench->scenario);
}

static void figures_make_no_error(void **state)
{
    static const struct {
        const char *tool, *more;
        enum exit_status status;
    } cases[] = {
        { "'null'", "", EXIT_PASS },
        { "'null'", "thresholds: [ { metric: goodput, expect: '> 2G' } ]", EXIT_FAIL },
        { "{ 'null': { spread: 50 } }", "thresholds: [ { metric: goodput, expect: '>= 1G' } ]",
          EXIT_UNDECIDED },
        { "{ 'null': { fail-prepare: true } }", "", EXIT_FAIL },
    };
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        bench_make(&bench, cases[i].tool, cases[i].more);
        bench_run(&bench);
        assert_int_equal(bench.status, 0);
        assert_int_equal(bench.err.code, 0);
        assert_int_equal(bench.outcome.status, cases[i].status);
        assert_non_null(bench.outcome.document);
        bench_clear(&bench);
    }
}

static void to_be_stopped_is_an_error_with_a_document(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench, "'null'", "");
    run_cancel(bench.run);
    bench_run(&bench);
    assert_int_equal(bench.status, -ECANCELED);
    assert_string_equal(bench.err.text, "interrupted");
    assert_int_equal(bench.outcome.status, EXIT_INTERRUPTED);
    assert_non_null(bench.outcome.document);
    bench_clear(&bench);
}

static void a_sink_that_fails_is_the_runs_error(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench, "'null'", "sinks: [ { json: { path: /nowhere/at/all.json } } ]");
    bench_run(&bench);
    assert_int_equal(bench.status, -ENOENT);
    assert_non_null(strstr(bench.err.text, "sink json: /nowhere/at/all.json"));
    assert_int_equal(bench.outcome.status, EXIT_INFRA);
    assert_non_null(bench.outcome.document);
    bench_clear(&bench);
}

/* It is worse than to have been stopped, which the person knows. */
static void a_failure_comes_before_a_stop(void **state)
{
    struct bench bench;

    (void)state;
    bench_make(&bench, "'null'", "sinks: [ { json: { path: /nowhere/at/all.json } } ]");
    run_cancel(bench.run);
    bench_run(&bench);
    assert_int_equal(bench.status, -ENOENT);
    assert_int_equal(bench.outcome.status, EXIT_INFRA);
    bench_clear(&bench);
}

/* ---- what a cloud knows, asks, and leaves behind ---- */

/* A run on the cloud `files`, whose folder is that of the run before. */
static void files_make(struct bench *bench, const char *cloud, const char *tool, const char *more)
{
    char text[1024];
    int n =
        snprintf(text, sizeof text,
                 "vmtp: 1\ncloud: { files: { folder: %s%s } }\nendpoints: { a: , b: }\nflows:\n"
                 "  - { name: a, tool: { 'null': { %s } }, duration: 10ms, warmup: 0s, repeat: 2, "
                 "from: a, to: b }\n%s\n",
                 getenv("VMTP_STATE_DIR"), cloud, tool, more);

    *bench = (struct bench){ 0 };
    if (scenario_parse(text, (size_t)n, "test.yaml", registry, NULL, &bench->scenario,
                       &bench->err) < 0 ||
        ask_plan(bench->scenario, NULL, &bench->plan, &bench->err) < 0 ||
        run_new(bench->plan, &means, &bench->run, &bench->err) < 0)
        fail_msg("%s", bench->err.text);
}

static const char *told(const struct bench *bench, const char *fact)
{
    const json_t *cloud = json_object_get(bench->outcome.document, "cloud");

    return json_string_value(json_object_get(json_object_get(cloud, "facts"), fact));
}

/* The last event's text, with the kind asserted. */
static const char *noted(const struct bench *bench, const char *kind)
{
    for (size_t i = bench->run->event_count; i > 0; i--)
        if (strcmp(bench->run->events[i - 1].kind, kind) == 0)
            return bench->run->events[i - 1].text;
    fail_msg("nothing was noted of the kind %s", kind);
    return "";
}

static int owner_answers(void *arg, const char *what, int cancel_fd, char *ret, size_t len,
                         struct vmtp_error *err)
{
    const char *answer = arg;

    assert_string_equal(what, "key of the folder");
    assert_true(cancel_fd >= 0);
    if (!answer)
        return vmtp_fail(err, -EINTR, "interrupted");
    snprintf(ret, len, "%s", answer);
    return 0;
}

static void facts_of_the_cloud_are_kept_the_last_one_holds(void **state)
{
    struct bench bench;

    (void)state;
    files_make(&bench, ", doubts: true", "", "");
    bench_run(&bench);
    assert_int_equal(bench.status, 0);
    assert_string_equal(told(&bench, "kind"), "files");
    assert_null(told(&bench, "key"));
    assert_string_equal(bench.run->measurements[0].reach.proof, "a file has no ways");
    bench_clear(&bench);
}

static void a_cloud_asks_the_person(void **state)
{
    struct bench bench;

    (void)state;
    means.prompt = (struct prompt){ owner_answers, (void *)"hunter2" };
    files_make(&bench, ", asks: true", "", "");
    bench_run(&bench);
    assert_int_equal(bench.status, 0);
    assert_string_equal(told(&bench, "key"), "right");
    bench_clear(&bench);
    means.prompt = (struct prompt){ 0 };
    files_make(&bench, ", asks: true", "", "");
    bench_run(&bench);
    assert_int_equal(bench.status, -ENXIO);
    assert_string_equal(bench.err.text, "cloud files: there is nobody to ask for it");
    bench_clear(&bench);
}

static void a_person_who_breaks_off_the_answer_stops_the_run(void **state)
{
    struct bench bench;

    (void)state;
    means.prompt = (struct prompt){ owner_answers, NULL };
    files_make(&bench, ", asks: true", "", "");
    bench_run(&bench);
    assert_int_equal(bench.status, -ECANCELED);
    assert_int_equal(bench.outcome.status, EXIT_INTERRUPTED);
    bench_clear(&bench);
    means.prompt = (struct prompt){ 0 };
}

/* What is left behind, and is removed by this; the bench is cleared. */
static size_t reaped(struct bench *bench)
{
    struct vmtp_error err = { 0 };
    struct reaped reaped;
    char id[32];

    memcpy(id, bench->run->id, sizeof id);
    bench_clear(bench);
    assert_int_equal(run_reap(id, &means, &reaped, &err), 0);
    return reaped.count;
}

static void what_is_to_be_kept_stays_until_it_is_reaped(void **state)
{
    char expected[160];
    struct bench bench;

    (void)state;
    files_make(&bench, "", "", "run: { keep: yes }");
    bench_run(&bench);
    assert_int_equal(bench.outcome.status, EXIT_PASS);
    snprintf(expected, sizeof expected,
             "2 things are kept on cloud files: vmtp reap %s removes them", bench.run->id);
    assert_string_equal(noted(&bench, "kept"), expected);
    assert_int_equal(reaped(&bench), 2);

    files_make(&bench, ", fail-at: 2", "", "run: { keep: yes }");
    bench_run(&bench);
    assert_int_equal(bench.outcome.status, EXIT_INFRA);
    assert_int_equal(reaped(&bench), 0);

    bench_make(&bench, "'null'", "run: { keep: yes }");
    bench_run(&bench);
    assert_string_equal(noted(&bench, "note"),
                        "nothing is kept: what cloud local makes ends with the run");
    bench_clear(&bench);
}

static void a_run_that_stops_on_an_error_leaves_everything_as_it_is(void **state)
{
    struct bench bench;

    (void)state;
    files_make(&bench, "", "fail-trial: 1",
               "  - { name: b, tool: 'null', duration: 10ms, warmup: 0s, from: a, to: b }\n"
               "run: { on-error: stop, order: written }");
    bench_run(&bench);
    assert_int_equal(bench.outcome.status, EXIT_FAIL);
    assert_int_equal(bench.run->measurements[0].trial_count, 1);
    assert_non_null(strstr(bench.run->measurements[0].error, "trial 1 failed: "));
    assert_string_equal(bench.run->measurements[1].reason, "the run ended before its first trial");
    assert_string_equal(noted(&bench, "broken-off"),
                        "the run ends here, as on-error says: flow=a,from=a,to=b failed");
    assert_int_equal(reaped(&bench), 2);

    files_make(&bench, "", "fail-trial: 1",
               "  - { name: b, tool: { 'null': { fail-trial: 1 } }, duration: 10ms, warmup: 0s, "
               "from: b, to: a }\nrun: { on-error: stop }");
    bench_run(&bench);
    assert_int_equal(bench.run->measurements[0].trial_count +
                         bench.run->measurements[1].trial_count,
                     1); /* whichever of the two came first */
    assert_int_equal(reaped(&bench), 2);

    files_make(&bench, ", fail-at: 2", "", "run: { on-error: stop }");
    bench_run(&bench);
    assert_int_equal(bench.outcome.status, EXIT_INFRA);
    assert_int_equal(reaped(&bench), 1);

    files_make(&bench, "", "", "run: { on-error: stop }");
    bench_run(&bench);
    assert_int_equal(bench.outcome.status, EXIT_PASS);
    assert_int_equal(reaped(&bench), 0);

    files_make(&bench, "", "", "run: { on-error: stop, keep: yes }");
    run_cancel(bench.run);
    bench_run(&bench);
    assert_int_equal(bench.outcome.status, EXIT_INTERRUPTED);
    assert_int_equal(reaped(&bench), 0);
}

/* The secret of a sink may be gone by then. */
static void reaping_needs_no_more_of_the_scenario_than_its_cloud(void **state)
{
    struct bench bench;

    (void)state;
    setenv("VMTP_TEST_SECRET", "x", 1);
    files_make(
        &bench, "", "",
        "  - { name: c, tool: { confidant: { secret: { env: VMTP_TEST_SECRET } } }, duration: "
        "10ms, repeat: 1, from: a, to: b }\nrun: { keep: yes }");
    bench_run(&bench);
    unsetenv("VMTP_TEST_SECRET");
    assert_int_equal(reaped(&bench), 2);
}

/* ---- runs of the past ---- */

static void a_run_of_the_past_is_opened_by_its_id(void **state)
{
    struct scenario *scenario;
    struct vmtp_error err = { 0 };
    struct bench bench;
    struct run *run;
    char id[32];

    (void)state;
    bench_make(&bench, "'null'", "");
    bench_run(&bench);
    memcpy(id, bench.run->id, sizeof id);
    bench_clear(&bench);

    assert_int_equal(run_reopen(id, &means, &run, &err), 0);
    assert_string_equal(run->id, id);
    assert_int_equal(run_scenario(run, &scenario, &err), 0);
    assert_int_equal(scenario->flow_count, 1);
    scenario_free(scenario);
    run_free(run);
    assert_int_equal(run_reopen("nobody", &means, &run, &err), -ENOENT);
    assert_non_null(strstr(err.text, "run 'nobody': there is none of this name"));
}

static void only_a_dead_run_is_reaped(void **state)
{
    struct vmtp_error err = { 0 };
    struct reaped reaped;
    struct bench bench;
    char id[32];

    (void)state;
    bench_make(&bench, "'null'", "");
    memcpy(id, bench.run->id, sizeof id);
    assert_true(run_reap(id, &means, &reaped, &err) < 0);
    assert_true(reaped.alive);
    bench_clear(&bench);
    assert_int_equal(run_reap(id, &means, &reaped, &err), 0);
    assert_false(reaped.alive);
    assert_int_equal(reaped.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_make_no_error),
        cmocka_unit_test(to_be_stopped_is_an_error_with_a_document),
        cmocka_unit_test(a_sink_that_fails_is_the_runs_error),
        cmocka_unit_test(a_failure_comes_before_a_stop),
        cmocka_unit_test(facts_of_the_cloud_are_kept_the_last_one_holds),
        cmocka_unit_test(a_cloud_asks_the_person),
        cmocka_unit_test(a_person_who_breaks_off_the_answer_stops_the_run),
        cmocka_unit_test(what_is_to_be_kept_stays_until_it_is_reaped),
        cmocka_unit_test(a_run_that_stops_on_an_error_leaves_everything_as_it_is),
        cmocka_unit_test(reaping_needs_no_more_of_the_scenario_than_its_cloud),
        cmocka_unit_test(a_run_of_the_past_is_opened_by_its_id),
        cmocka_unit_test(only_a_dead_run_is_reaped),
    };

    return cmocka_run_group_tests(tests, state_setup, state_teardown);
}
