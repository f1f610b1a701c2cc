/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/sightings.c, pane.c and windows.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/result/windows.h"
#include "tests/fakes/flow.h"
#include "tests/fakes/says.h"

#include <errno.h>
#include <math.h>

#define S NS_PER_S

/* A flow from a to b, and what is seen of it; the run began at 100 s. */
struct bench {
    struct fake_flow flow;
    struct sightings *sightings;
};

static struct bench bench;

static int bench_make(void **state)
{
    (void)state;
    fake_flow_make(&bench.flow, "tcp");
    bench.flow.planned.route.from = "a";
    bench.flow.planned.route.to = "b";
    return sightings_new(100 * S, &bench.sightings);
}

static int bench_clear(void **state)
{
    (void)state;
    fake_flow_clear(&bench.flow);
    sightings_free(bench.sightings);
    return 0;
}

static int see(const char *subject, const char *part, const char *metric, uint64_t time_ns,
               double value)
{
    const struct sighting sighting = {
        .monitor = "host",
        .subject = subject,
        .part = part,
        .metric = metric,
        .unit = "ratio",
        .kind = strcmp(metric, VMTP_SOFTNET_DROPPED) == 0 ? VMTP_COUNTER : VMTP_GAUGE,
        .time_ns = time_ns,
        .value = value,
    };

    return sightings_add(bench.sightings, &sighting);
}

/* A trial of 10 s after a warm-up of 2 s. */
static struct trial *trial_at(uint32_t number, uint64_t start_ns)
{
    struct measurement *measurement = &bench.flow.measurement;
    const struct window window = { measurement, number, start_ns, 2 * S, 10 * S };
    struct trial *trial = NULL;

    assert_int_equal(trial_new(number, 1, &trial), 0);
    assert_int_equal(measurement_add(measurement, trial), 0);
    assert_int_equal(sightings_open(bench.sightings, &window), 0);
    return trial;
}

static void what_is_seen_stands_in_the_document(void **state)
{
    json_t *json;

    (void)state;
    assert_int_equal(see("a", "", VMTP_CPU_BUSY, 101 * S, 0.25), 0);
    assert_int_equal(see("a", "", VMTP_CPU_BUSY, 102 * S, 0.5), 0);
    assert_int_equal(see("a", "", VMTP_CPU_BUSY, 103 * S, 1), 0);
    assert_int_equal(see("a", "cpu1", VMTP_CPU_BUSY, 103 * S, 0.125), 0);
    assert_int_equal(see("b", "", VMTP_SOFTNET_DROPPED, 103 * S, 3), 0);
    assert_int_equal(see("b", "", VMTP_SOFTNET_DROPPED, 104 * S, 4), 0);
    json = sightings_json(bench.sightings);
    says(json, "a/cpu_busy/monitor", "\"host\"");
    says(json, "a/cpu_busy/unit", "\"ratio\"");
    says(json, "a/cpu_busy/kind", "\"gauge\"");
    says(json, "a/cpu_busy/n", "3");
    says(json, "a/cpu_busy/min", "0.25");
    says(json, "a/cpu_busy/median", "0.5");
    says(json, "a/cpu_busy/max", "1");
    says(json, "a/cpu_busy/series", "[[1.0,0.25],[2.0,0.5],[3.0,1]]");
    says(json, "a/cpu_busy/parts/cpu1/series", "[[3.0,0.125]]");
    says(json, "b/softnet_dropped/kind", "\"counter\"");
    says(json, "b/softnet_dropped/total", "7");
    assert_null(json_object_get(json_object_get(json_object_get(json, "b"), VMTP_SOFTNET_DROPPED),
                                "median"));
    json_decref(json);
}

static void two_monitors_of_the_same_do_not_mix(void **state)
{
    const struct sighting other = { "gmond", "a",     "", VMTP_CPU_BUSY, "ratio", VMTP_GAUGE,
                                    1,       101 * S, 1 };
    json_t *json;

    (void)state;
    assert_int_equal(see("a", "", VMTP_CPU_BUSY, 101 * S, 0.25), 0);
    assert_int_equal(sightings_add(bench.sightings, &other), 0);
    json = sightings_json(bench.sightings);
    says(json, "a/cpu_busy/max", "0.25");
    says(json, "a/gmond.cpu_busy/max", "1");
    json_decref(json);
}

static void a_trial_gets_what_was_seen_of_its_ends_in_its_measured_window(void **state)
{
    const struct trial *trial = trial_at(1, 110 * S);

    (void)state;
    see("a", "", VMTP_CPU_BUSY, 112 * S, 0.1); /* the end of the warm-up */
    see("a", "", VMTP_CPU_BUSY, 113 * S, 0.2);
    see("a", "cpu1", VMTP_CPU_BUSY, 113 * S, 0.3);
    see("b", "", VMTP_CPU_BUSY, 122 * S, 0.4);
    see("b", "", VMTP_CPU_BUSY, 123 * S, 0.5); /* behind it */
    see("c", "", VMTP_CPU_BUSY, 115 * S, 0.6); /* neither end */
    see("a", "", "humidity", 115 * S, 0.7);    /* nothing that the core asks for */
    assert_int_equal(sightings_collect(bench.sightings, UINT64_MAX), 0);
    assert_int_equal(trial->watched_count, 3);
    assert_string_equal(trial->watched[0].subject, "a");
    assert_string_equal(trial->watched[0].part, "");
    assert_int_equal(trial->watched[0].series.count, 1);
    assert_int_equal(trial->watched[0].series.points[0].time_ns, 3 * S);
    assert_string_equal(trial->watched[1].part, "cpu1");
    assert_string_equal(trial->watched[2].subject, "b");
    assert_int_equal(trial->watched[2].series.points[0].time_ns, 12 * S);
}

static void what_is_told_late_follows(void **state)
{
    const struct trial *trial = trial_at(1, 110 * S);

    (void)state;
    see("a", "", VMTP_CPU_BUSY, 115 * S, 0.2);
    assert_int_equal(sightings_collect(bench.sightings, 122 * S), 0);
    assert_int_equal(trial->watched[0].series.count, 1);
    see("a", "", VMTP_CPU_BUSY, 122 * S, 0.3);
    assert_int_equal(sightings_collect(bench.sightings, 130 * S), 0);
    assert_int_equal(trial->watched[0].series.count, 2);
    see("a", "", VMTP_CPU_BUSY, 121 * S, 0.4); /* that is too late */
    assert_int_equal(sightings_collect(bench.sightings, UINT64_MAX), 0);
    assert_int_equal(trial->watched[0].series.count, 2);
}

static void a_trial_that_was_not_kept_is_no_harm(void **state)
{
    const struct window window = { &bench.flow.measurement, 7, 110 * S, 0, 10 * S };

    (void)state;
    assert_int_equal(sightings_open(bench.sightings, &window), 0);
    see("a", "", VMTP_CPU_BUSY, 115 * S, 0.2);
    assert_int_equal(sightings_collect(bench.sightings, UINT64_MAX), 0);
    assert_int_equal(bench.flow.measurement.trial_count, 0);
}

static void an_event_marks_the_trials_under_way_at_its_subject(void **state)
{
    const struct trial *trial = trial_at(1, 110 * S), *next = trial_at(2, 130 * S);

    (void)state;
    assert_int_equal(sightings_event(bench.sightings, VMTP_DISTURBED, 115 * S, "b", "a stall"), 0);
    assert_int_equal(sightings_event(bench.sightings, VMTP_DISTURBED, 115 * S, "c", "no"), 0);
    assert_int_equal(sightings_event(bench.sightings, VMTP_DISTURBED, 125 * S, "b", "no"), 0);
    assert_int_equal(sightings_collect(bench.sightings, UINT64_MAX), 0);
    assert_int_equal(trial->marks, 1u << VMTP_DISTURBED);
    assert_int_equal(trial->event_count, 1);
    assert_int_equal(trial->events[0].time_ns, 5 * S);
    assert_string_equal(trial->events[0].subject, "b");
    assert_string_equal(trial->events[0].text, "a stall");
    assert_int_equal(next->marks, 0);
}

static void events_without_end_do_not_fill_a_trial(void **state)
{
    const struct trial *trial = trial_at(1, 110 * S);

    (void)state;
    for (size_t i = 0; i < 10000; i++)
        assert_int_equal(sightings_event(bench.sightings, VMTP_DISTURBED, 115 * S, "a", "x"), 0);
    assert_int_equal(sightings_collect(bench.sightings, UINT64_MAX), 0);
    assert_int_equal(trial->event_count, 100);
}

static void figures_that_are_none_are_refused(void **state)
{
    char longer[400];

    (void)state;
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(see("", "", VMTP_CPU_BUSY, 101 * S, 1), -EINVAL);
    assert_int_equal(see(longer, "", VMTP_CPU_BUSY, 101 * S, 1), -EINVAL);
    assert_int_equal(see("a", longer, VMTP_CPU_BUSY, 101 * S, 1), -EINVAL);
    assert_int_equal(see("a", "", VMTP_CPU_BUSY, 101 * S, NAN), -EINVAL);
    assert_int_equal(see("a", "", VMTP_CPU_BUSY, 101 * S, INFINITY), -EINVAL);
}

static size_t points_of(const json_t *json)
{
    const char *key;
    json_t *value;
    size_t count = 0;

    if (json_object_get(json, "series"))
        count = json_array_size(json_object_get(json, "series"));
    json_object_foreach((json_t *)json, key, value) count +=
        json_is_object(value) ? points_of(value) : 0;
    return count;
}

static void a_run_of_days_takes_no_more_room_than_one_of_minutes(void **state)
{
    json_t *json;

    (void)state;
    for (uint64_t i = 0; i < 300000; i++)
        assert_int_equal(see("a", "", VMTP_CPU_BUSY, 100 * S + i * S, (double)(i % 2)), 0);
    json = sightings_json(bench.sightings);
    says(json, "a/cpu_busy/n", "300000");
    assert_in_range(points_of(json), 290, SIGHTINGS_SERIES_MAX);
    json_decref(json);
}

static void many_figures_have_fewer_points_each(void **state)
{
    char part[16];
    json_t *json;
    size_t refused = 0;

    (void)state;
    for (size_t i = 0; i < SIGHTINGS_FIGURES_MAX + 10; i++) {
        int r = 0;

        snprintf(part, sizeof part, "%zu", i);
        for (uint64_t k = 0; k < 20 && r == 0; k++)
            r = see("a", part, VMTP_CPU_BUSY, (100 + k) * S, 1);
        assert_true(r == 0 || r == -ENOSPC);
        refused += r == -ENOSPC;
    }
    assert_int_equal(refused, 10);
    json = sightings_json(bench.sightings);
    assert_true(points_of(json) <= (size_t)SIGHTINGS_FIGURES_MAX * 10);
    json_decref(json);
}

static void a_long_trial_has_points_that_stand_for_more(void **state)
{
    const struct trial *trial;
    struct window window = { &bench.flow.measurement, 1, 100 * S, 0, 100000 * S };
    struct trial *made = NULL;
    double sum = 0;

    (void)state;
    assert_int_equal(trial_new(1, 1, &made), 0);
    assert_int_equal(measurement_add(&bench.flow.measurement, made), 0);
    assert_int_equal(sightings_open(bench.sightings, &window), 0);
    for (uint64_t i = 1; i <= 100000; i++)
        see("a", "", VMTP_SOFTNET_DROPPED, (100 + i) * S, 1);
    assert_int_equal(sightings_collect(bench.sightings, UINT64_MAX), 0);
    trial = bench.flow.measurement.trials[0];
    assert_in_range(trial->watched[0].series.count, 1800, 3600);
    for (size_t i = 0; i < trial->watched[0].series.count; i++)
        sum += trial->watched[0].series.points[i].value;
    assert_true(sum == 100000);
}

static void the_trials_of_a_run_share_what_memory_there_is(void **state)
{
    size_t points = 0;
    char part[16];

    (void)state;
    for (uint32_t number = 1; number <= 200; number++) {
        uint64_t start_ns = (100 + 20ull * number) * S;

        trial_at(number, start_ns);
        for (size_t p = 0; p < 100; p++) {
            snprintf(part, sizeof part, "cpu%zu", p);
            for (uint64_t k = 0; k < 150; k++)
                see("a", part, VMTP_CPU_BUSY, start_ns + 2 * S + (k + 1) * (S / 20), 1);
        }
        assert_int_equal(sightings_collect(bench.sightings, UINT64_MAX), 0);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < bench.flow.measurement.trials[i]->watched_count; k++)
            points += bench.flow.measurement.trials[i]->watched[k].series.count;
    assert_in_range(points, 500000, 2000000); /* of three millions */
}

static void trials_of_a_journal_get_theirs_in_the_order_of_time(void **state)
{
    struct measurement *measurement = &bench.flow.measurement;
    struct windows windows = { 0 };

    (void)state;
    for (uint32_t number = 100; number >= 1; number--) {
        struct window window = { measurement, number, (100 + 20ull * number) * S, 0, 10 * S };
        struct trial *trial = NULL;

        assert_int_equal(trial_new(number, 1, &trial), 0);
        assert_int_equal(measurement_add(measurement, trial), 0);
        assert_int_equal(windows_add(&windows, &window), 0);
    }
    windows_sort(&windows);
    for (uint64_t t = 100; t < 2200; t++) {
        assert_int_equal(windows_move(&windows, bench.sightings, t * S), 0);
        see("a", "", VMTP_CPU_BUSY, t * S, (double)t);
    }
    assert_int_equal(sightings_collect(bench.sightings, UINT64_MAX), 0);
    for (size_t i = 0; i < 100; i++) {
        const struct trial *trial = measurement->trials[i];

        assert_int_equal(trial->watched_count, 1);
        assert_true(trial->watched[0].series.points[0].value == 101 + 20.0 * trial->number);
        assert_int_equal(trial->watched[0].series.count, 10);
    }
    windows_clear(&windows);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_clear)
    const struct CMUnitTest tests[] = {
        TEST(what_is_seen_stands_in_the_document),
        TEST(two_monitors_of_the_same_do_not_mix),
        TEST(a_trial_gets_what_was_seen_of_its_ends_in_its_measured_window),
        TEST(what_is_told_late_follows),
        TEST(a_trial_that_was_not_kept_is_no_harm),
        TEST(an_event_marks_the_trials_under_way_at_its_subject),
        TEST(events_without_end_do_not_fill_a_trial),
        TEST(figures_that_are_none_are_refused),
        TEST(a_run_of_days_takes_no_more_room_than_one_of_minutes),
        TEST(many_figures_have_fewer_points_each),
        TEST(a_long_trial_has_points_that_stand_for_more),
        TEST(the_trials_of_a_run_share_what_memory_there_is),
        TEST(trials_of_a_journal_get_theirs_in_the_order_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
