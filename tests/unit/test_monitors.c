/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/engine/monitors.c and turnstile.c: runs with the monitor `sentinel`, which behaves
 * as badly as it is told to, and the tool `null` on the cloud `local`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>

#include "core/base/clock.h"
#include "core/engine/ask.h"
#include "core/engine/measure.h"
#include "core/engine/turnstile.h"
#include "tests/fakes/says.h"
#include "tests/fakes/state.h"

struct bench {
    struct scenario *scenario;
    struct plan *plan;
    struct run *run;
    json_t *document;
    uint64_t took_ns;
};

/* What came of a run with these monitors, two trials of 100 ms each. */
static struct bench watched_run(const char *monitors)
{
    const struct plan_tools tools = ask_tools(NULL);
    struct bench bench = { 0 };
    struct vmtp_error err = { 0 };
    struct run_info info;
    char text[1024];
    int n = snprintf(text, sizeof text,
                     "vmtp: 1\ncloud: local\nendpoints: { a: , b: }\nmonitors: [ %s ]\nflows:\n"
                     "  - { name: x, from: a, to: b, tool: { 'null': { delay: 100ms } }, "
                     "duration: 100ms, warmup: 0s, repeat: 2 }\n",
                     monitors);

    if (scenario_parse(text, (size_t)n, "test.yaml", registry, NULL, &bench.scenario, &err) < 0 ||
        plan_make(bench.scenario, &tools, &bench.plan, &err) < 0 ||
        run_new(bench.plan, &means, &bench.run, &err) < 0)
        fail_msg("%s", err.text);
    bench.took_ns = clock_now_ns();
    if (run_measure(bench.run, &err) < 0)
        fail_msg("%s", err.text);
    bench.took_ns = clock_now_ns() - bench.took_ns;
    assert_int_equal(bench.run->measurements[0].trial_count, 2);
    info = run_info(bench.run);
    assert_int_equal(document_make(&info, &bench.document, NULL), 0);
    return bench;
}

static void bench_clear(struct bench *bench)
{
    json_decref(bench->document);
    run_free(bench->run);
    plan_free(bench->plan);
    scenario_free(bench->scenario);
}

/* The texts of the run's events; NULL: it has none of this kind. */
static const char *event_of(const struct bench *bench, const char *kind)
{
    for (size_t i = 0; i < bench->run->event_count; i++)
        if (strcmp(bench->run->events[i].kind, kind) == 0)
            return bench->run->events[i].text;
    return NULL;
}

static void what_a_monitor_sees_is_in_the_trials_and_in_the_document(void **state)
{
    struct bench bench = watched_run("sentinel");
    const struct trial *trial = bench.run->measurements[0].trials[0];

    (void)state;
    says(bench.document, "monitors", "[{\"name\":\"sentinel\",\"status\":\"ok\"}]");
    says(bench.document, "watched/a/cpu_busy/monitor", "\"sentinel\"");
    says(bench.document, "watched/a/cpu_busy/median", "0.5");
    says(bench.document, "watched/b/cpu_busy/parts/cpu1/max", "0.1");
    says(bench.document, "watched/b/softnet_dropped/kind", "\"counter\"");
    says(bench.document, "watched/hypervisor-1/beat/min", "1");
    assert_int_equal(trial->watched_count, 8); /* at both ends the whole, two parts and drops */
    for (size_t i = 0; i < trial->watched_count; i++) {
        assert_in_range(trial->watched[i].series.count, 1, 11);
        for (size_t k = 0; k < trial->watched[i].series.count; k++)
            assert_in_range(trial->watched[i].series.points[k].time_ns, 1, 100 * NS_PER_MS);
    }
    bench_clear(&bench);
}

static void what_disturbs_an_endpoint_marks_its_trials(void **state)
{
    struct bench bench = watched_run("{ sentinel: { disturbed: true } }");
    const struct trial *trial = bench.run->measurements[0].trials[0];

    (void)state;
    assert_int_equal(trial->marks, 1u << VMTP_DISTURBED);
    assert_string_equal(trial->events[0].text, "it was made up");
    assert_string_equal(event_of(&bench, "disturbed"), "it was made up");
    says(bench.document, "watched/a/beat/kind", "\"gauge\"");
    bench_clear(&bench);
}

static void one_that_fails_is_noted_and_the_others_go_on(void **state)
{
    struct bench bench = watched_run("{ sentinel: { ends: fail } }, sentinel, "
                                     "{ sentinel: { ends: closed } }");

    (void)state;
    says(bench.document, "monitors",
         "[{\"error\":\"it has seen enough\",\"name\":\"sentinel\",\"status\":\"failed\"},"
         "{\"name\":\"sentinel#2\",\"status\":\"ok\"},"
         "{\"error\":\"monitor sentinel: its eyes are shut\",\"name\":\"sentinel#3\","
         "\"status\":\"failed\"}]");
    says(bench.document, "watched/a/beat/n", "3");
    assert_non_null(event_of(&bench, "monitor-failed"));
    bench_clear(&bench);
}

static void one_that_ends_before_the_run_has_failed(void **state)
{
    struct bench bench = watched_run("{ sentinel: { ends: early } }");

    (void)state;
    says(bench.document, "monitors/0/status", "\"failed\"");
    says(bench.document, "monitors/0/error",
         "\"it ended before the run did, and does not say why\"");
    bench_clear(&bench);
}

static void one_that_hangs_is_left_alone(void **state)
{
    static const char *const hanging[] = { "hang", "spin", "deaf" };

    (void)state;
    for (size_t i = 0; i < COUNT(hanging); i++) {
        char monitors[100];
        struct bench bench;

        snprintf(monitors, sizeof monitors, "{ sentinel: { ends: %s } }, sentinel", hanging[i]);
        bench = watched_run(monitors);
        says(bench.document, "monitors/0/status", "\"failed\"");
        says(bench.document, "monitors/0/error", "\"it did not stop\"");
        says(bench.document, "monitors/1", "{\"name\":\"sentinel#2\",\"status\":\"ok\"}");
        assert_string_equal(event_of(&bench, "monitor-failed"),
                            "monitor sentinel: it did not stop");
        assert_true(bench.took_ns < 12 * NS_PER_S);
        bench_clear(&bench);
    }
}

static void a_flood_is_dropped_and_counted(void **state)
{
    struct bench bench = watched_run("{ sentinel: { flood: 1000, events: 5000 } }");
    const json_t *state_of = json_array_get(json_object_get(bench.document, "monitors"), 0);
    json_int_t dropped = json_integer_value(json_object_get(state_of, "dropped"));

    (void)state;
    says(bench.document, "monitors/0/status", "\"ok\"");
    assert_true(dropped >= 4800);
    assert_in_range(bench.run->event_count, 200, 210);
    assert_string_equal(event_of(&bench, "monitor-dropped"),
                        "monitor sentinel tells more than can be kept: the rest is dropped and "
                        "counted");
    bench_clear(&bench);
}

static void a_second_has_room_for_so_many_figures(void **state)
{
    struct vmtp_endpoint ends[2] = { { sizeof *ends, "a", "::1", "", NULL },
                                     { sizeof *ends, "b", "::1", "", NULL } };
    struct vmtp_endpoint *endpoints[] = { &ends[0], &ends[1] };
    const struct fleet fleet = { .endpoints = endpoints, .endpoint_count = 2 };
    struct lent *lent = lent_new(&fleet);
    struct turnstile *turnstile = NULL;

    (void)state;
    assert_non_null(lent);
    assert_string_equal(lent->endpoints[1]->name, "b");
    assert_int_equal(turnstile_new(&fleet, lent, &turnstile), 0);
    for (uint64_t second = 5; second < 8; second++)
        for (size_t i = 0; i < 1000000; i++)
            assert_true(turnstile_admits(turnstile, second * NS_PER_S + i * 100) == (i < 20000));
    turnstile_free(turnstile);
    lent_free(lent);
}

static void who_is_kept_out_does_not_get_in_again(void **state)
{
    const struct fleet fleet = { 0 };
    struct lent *lent = lent_new(&fleet);
    struct turnstile *turnstile = NULL;

    (void)state;
    assert_non_null(lent);
    assert_int_equal(turnstile_new(&fleet, lent, &turnstile), 0);
    assert_true(turnstile_enter(turnstile));
    assert_false(turnstile_shut(turnstile, clock_now_ns() + 10 * NS_PER_MS, -1));
    assert_false(turnstile_enter(turnstile));
    turnstile_leave(turnstile);
    assert_true(turnstile_shut(turnstile, clock_now_ns() + NS_PER_S, -1));
    turnstile_free(turnstile);
    lent_free(lent);
}

static void who_has_nothing_at_an_endpoint_makes_no_room_there(void **state)
{
    struct vmtp_endpoint end = { sizeof end, "a", "::1", "", NULL };
    struct vmtp_endpoint *endpoints[] = { &end };
    const struct fleet fleet = { .endpoints = endpoints, .endpoint_count = 1 };
    struct lent *lent = lent_new(&fleet);
    struct turnstile *turnstile = NULL;
    uint64_t now_ns = clock_now_ns();
    bool first = false;

    (void)state;
    assert_non_null(lent);
    assert_int_equal(turnstile_new(&fleet, lent, &turnstile), 0);
    assert_false(turnstile_yield(turnstile, "a", now_ns, now_ns + NS_PER_S, &first));
    assert_false(turnstile_yield(turnstile, "b", now_ns, now_ns + NS_PER_S, &first));
    assert_false(first);
    turnstile_free(turnstile);
    lent_free(lent);
}

static bool told(const struct turnstile *turnstile)
{
    struct pollfd fd = { .fd = turnstile_told_fd(turnstile), .events = POLLIN };

    return poll(&fd, 1, 0) > 0;
}

static void it_has_told_once_it_has_of_each_endpoint_or_of_something_else(void **state)
{
    struct vmtp_endpoint ends[2] = { { sizeof *ends, "a", "::1", "", NULL },
                                     { sizeof *ends, "b", "::1", "", NULL } };
    struct vmtp_endpoint *endpoints[] = { &ends[0], &ends[1] };
    const struct fleet fleet = { .endpoints = endpoints, .endpoint_count = 2 };
    struct lent *lent = lent_new(&fleet);
    struct turnstile *turnstile = NULL, *other = NULL;

    (void)state;
    assert_non_null(lent);
    assert_int_equal(turnstile_new(&fleet, lent, &turnstile), 0);
    assert_int_equal(turnstile_new(&fleet, lent, &other), 0);
    turnstile_tell(turnstile, "b");
    turnstile_tell(turnstile, "b");
    assert_false(told(turnstile));
    turnstile_tell(turnstile, "a");
    assert_true(told(turnstile));
    turnstile_tell(other, "hypervisor-1");
    assert_true(told(other));
    turnstile_free(other);
    turnstile_free(turnstile);
    lent_free(lent);
}

static int sample_count(void *arg, const json_t *line)
{
    const char *monitor = json_string_value(json_object_get(line, "monitor"));
    const char *part = json_string_value(json_object_get(line, "part"));

    *(size_t *)arg +=
        monitor && strcmp(monitor, "sentinel") == 0 && part && strcmp(part, "cpu1") == 0;
    return 0;
}

static void the_journal_has_monitor_and_part(void **state)
{
    struct bench bench = watched_run("sentinel");
    const json_t *n;
    size_t count = 0;
    json_int_t told = 0;
    static const char *const ends[] = { "a", "b" };

    (void)state;
    assert_int_equal(run_journal_sync(bench.run), 0);
    assert_int_equal(journal_read(bench.run->folder, sample_count, &count, NULL), 0);
    for (size_t i = 0; i < COUNT(ends); i++) {
        n = json_object_get(json_object_get(bench.document, "watched"), ends[i]);
        n = json_object_get(json_object_get(json_object_get(n, "cpu_busy"), "parts"), "cpu1");
        told += json_integer_value(json_object_get(n, "n"));
    }
    assert_int_equal(count, told);
    bench_clear(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_monitor_sees_is_in_the_trials_and_in_the_document),
        cmocka_unit_test(what_disturbs_an_endpoint_marks_its_trials),
        cmocka_unit_test(one_that_fails_is_noted_and_the_others_go_on),
        cmocka_unit_test(one_that_ends_before_the_run_has_failed),
        cmocka_unit_test(one_that_hangs_is_left_alone),
        cmocka_unit_test(a_flood_is_dropped_and_counted),
        cmocka_unit_test(a_second_has_room_for_so_many_figures),
        cmocka_unit_test(who_is_kept_out_does_not_get_in_again),
        cmocka_unit_test(who_has_nothing_at_an_endpoint_makes_no_room_there),
        cmocka_unit_test(it_has_told_once_it_has_of_each_endpoint_or_of_something_else),
        cmocka_unit_test(the_journal_has_monitor_and_part),
    };

    return cmocka_run_group_tests(tests, state_setup, state_teardown);
}
