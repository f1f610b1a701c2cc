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
        run_new(bench->plan, registry, NULL, NULL, &bench->run, &bench->err) < 0)
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

    assert_int_equal(run_reopen(id, registry, NULL, &run, &err), 0);
    assert_string_equal(run->id, id);
    assert_int_equal(run_scenario(run, NULL, &scenario, &err), 0);
    assert_int_equal(scenario->flow_count, 1);
    scenario_free(scenario);
    run_free(run);
    assert_int_equal(run_reopen("nobody", registry, NULL, &run, &err), -ENOENT);
    assert_non_null(strstr(err.text, "run 'nobody': there is none of this name"));
}

static void only_a_dead_run_is_reaped(void **state)
{
    struct vmtp_error err = { 0 };
    struct bench bench;
    size_t count = 7;
    char id[32];

    (void)state;
    bench_make(&bench, "'null'", "");
    memcpy(id, bench.run->id, sizeof id);
    assert_int_equal(run_reap(id, registry, NULL, NULL, &count, &err), -EBUSY);
    bench_clear(&bench);
    assert_int_equal(run_reap(id, registry, NULL, NULL, &count, &err), 0);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_make_no_error),
        cmocka_unit_test(to_be_stopped_is_an_error_with_a_document),
        cmocka_unit_test(a_sink_that_fails_is_the_runs_error),
        cmocka_unit_test(a_failure_comes_before_a_stop),
        cmocka_unit_test(a_run_of_the_past_is_opened_by_its_id),
        cmocka_unit_test(only_a_dead_run_is_reaped),
    };

    return cmocka_run_group_tests(tests, state_setup, state_teardown);
}
