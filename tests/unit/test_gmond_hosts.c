/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of the values that Ganglia has: each reading once, at its time, of its host.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/monitors/gmond/hosts.c"
#include "../../plugins/monitors/gmond/report.c"
#include "../fakes/host.h"

#define NOW (1000 * NS_PER_S)

static struct fake_host *fake;
static struct hosts *hosts;
static const struct vmtp_endpoint
    one = { .size = sizeof one, .name = "one", .address = "192.0.2.1", .location = "" },
    two = { .size = sizeof two, .name = "two", .address = "2001:db8::2", .location = "" };
static const struct vmtp_endpoint *const endpoints[] = { &one, &two };

static int begin(void **state)
{
    (void)state;
    fake = fake_host_new(NULL, 8);
    return !fake || hosts_new(NULL, &hosts) < 0;
}

static int end(void **state)
{
    (void)state;
    hosts_free(hosts);
    fake_host_free(fake);
    return 0;
}

/* One with a whole reading of CPU time, user percent of it by programs. */
static struct report report_of(const char *name, const char *address, double user)
{
    struct report report;

    report_clear(&report);
    snprintf(report.name, sizeof report.name, "%s", name);
    snprintf(report.address, sizeof report.address, "%s", address);
    report.localtime_s = 5000;
    report.expected_s = 20;
    for (int i = R_USER; i <= R_IDLE; i++)
        report.values[i] = 0;
    report.values[R_USER] = user;
    report.values[R_SYSTEM] = 10;
    report.values[R_SINTR] = 5;
    report.values[R_IDLE] = 85 - user;
    report.values[R_CPUS] = 4;
    return report;
}

/* How many samples that gives. */
static size_t tell(void)
{
    size_t before = fake->sample_count;

    assert_true(hosts_tell(hosts, &fake->self, endpoints, 2) >= 0);
    return fake->sample_count - before;
}

static double told(enum hosts_metric metric)
{
    const struct fake_sample *row = fake_host_sample(fake, metric, false);

    return row ? row->sample.value : (double)NAN;
}

static const char *subject(void)
{
    return fake->samples[fake->sample_count - 1].subject;
}

/* Say so at this time by Ganglia's clock and ours; is it a new reading? */
static bool said(struct report *report, int64_t clock_s, uint64_t age_s, uint64_t now_ns)
{
    report->localtime_s = clock_s;
    for (int i = 0; i < R_FIGURES; i++)
        report->ages_s[i] = age_s;
    hosts_report(hosts, report, now_ns);
    return tell() > 0;
}

/* ---- readings ---- */

static void percents_become_ratios_and_vmtps_load(void **state)
{
    struct report report = report_of("host", "198.51.100.7", 30);

    (void)state;
    hosts_report(hosts, &report, NOW);
    assert_true(tell() > 0);
    assert_float_equal(told(M_CPU_USER), 0.3, 1e-9);
    assert_float_equal(told(M_CPU_SYSTEM), 0.1, 1e-9);
    assert_float_equal(told(M_CPU_SOFTIRQ), 0.05, 1e-9);
    assert_float_equal(told(M_CPU_BUSY), 0.45, 1e-9);
    assert_float_equal(told(M_CPU_NUM), 4, 1e-9);
    assert_float_equal(told(M_CPU_LOAD), 1.6, 1e-9);
    assert_string_equal(fake_host_sample(fake, M_CPU_LOAD_FIRST, false)->sample.part,
                        "198.51.100.7");
    assert_null(fake_host_sample(fake, M_CPU_BUSY, false)->sample.part);
}

static void interrupts_that_are_counted_twice_are_told_once(void **state)
{
    struct report report = report_of("host", "", 30);

    (void)state;
    report.values[R_SYSTEM] = 25; /* with soft interrupts in it, as gmond does on Linux */
    report.values[R_SINTR] = 15;
    report.values[R_IDLE] = 45;
    assert_true(said(&report, 5000, 0, NOW));
    assert_float_equal(told(M_CPU_SYSTEM), 0.1, 1e-9);
    assert_float_equal(told(M_CPU_SOFTIRQ), 0.15, 1e-9);
    assert_float_equal(told(M_CPU_BUSY), 0.55, 1e-9);
    assert_float_equal(told(M_CPU_LOAD), 2.2, 1e-9); /* VMTP takes what gmond says */
    assert_int_equal(hosts_oddities(hosts)->wrong_sums, 0);
}

static void a_reading_is_told_once_and_at_its_time(void **state)
{
    struct report report = report_of("host", "", 30);

    (void)state;
    assert_true(said(&report, 5000, 3, NOW));
    assert_true(fake->samples[0].sample.time_ns == NOW - 3 * NS_PER_S);
    assert_false(said(&report, 5001, 4, NOW + NS_PER_S));
    assert_false(said(&report, 5002, 4, NOW + 2 * NS_PER_S)); /* both were cut off */
    assert_false(said(&report, 5003, 6, NOW + 3 * NS_PER_S));
    assert_true(said(&report, 5004, 0, NOW + 4 * NS_PER_S));
    assert_true(fake->samples[fake->sample_count - 1].sample.time_ns == NOW + 4 * NS_PER_S);
}

static void values_that_change_are_new_within_a_second(void **state)
{
    struct report first = report_of("host", "", 30), second = report_of("host", "", 31);

    (void)state;
    assert_true(said(&first, 5000, 0, NOW));
    assert_true(said(&second, 5001, 0, NOW + NS_PER_S));
}

static void an_answer_that_stands_still_is_not_new(void **state)
{
    struct report report = report_of("host", "", 30);

    (void)state;
    assert_true(said(&report, 5000, 1, NOW));
    for (uint64_t i = 1; i < 20; i++)
        assert_false(said(&report, 5000, 1, NOW + i * NS_PER_S));
    for (uint64_t i = 20; i < 40; i++) /* as gmetad passes it on */
        assert_false(said(&report, 5000, i, NOW + i * NS_PER_S));
}

static void a_clock_that_is_set_back_stops_nothing(void **state)
{
    struct report report = report_of("host", "", 30);

    (void)state;
    assert_true(said(&report, 5000, 0, NOW));
    assert_true(said(&report, 1400, 0, NOW + 2 * NS_PER_S));
    assert_true(said(&report, 1402, 0, NOW + 4 * NS_PER_S));
}

static void figures_of_another_reading_are_left_out(void **state)
{
    struct report report = report_of("host", "", 30);

    (void)state;
    report.ages_s[R_STEAL] = 60;
    hosts_report(hosts, &report, NOW);
    tell();
    assert_true(isnan(told(M_CPU_STEAL)));
    assert_float_equal(told(M_CPU_USER), 0.3, 1e-9);
}

static void a_sum_that_is_wrong_is_dropped_and_said(void **state)
{
    struct report report = report_of("host", "", 30);

    (void)state;
    report.values[R_USER] = 100;
    report.values[R_SYSTEM] = 68;
    hosts_report(hosts, &report, NOW);
    assert_int_equal(tell(), 0);
    assert_int_equal(hosts_oddities(hosts)->wrong_sums, 1);
    assert_non_null(strstr(hosts_oddities(hosts)->wrong_sum, "host: its CPU time comes to 22"));
    report = report_of("host", "", 30);
    report.values[R_IDLE] = 20;
    assert_false(said(&report, 5004, 0, NOW));
    report.values[R_STEAL] = NAN; /* what is missing may have been anything */
    assert_true(said(&report, 5008, 0, NOW));
}

static void a_host_that_is_down_is_not_told(void **state)
{
    struct report report = report_of("host", "", 30);

    (void)state;
    report.silent_s = 80;
    assert_false(said(&report, 5000, 0, NOW));
    assert_int_equal(hosts_count(hosts), 0);
    report.silent_s = 79;
    assert_true(said(&report, 5004, 0, NOW));
    assert_int_equal(hosts_count(hosts), 1);
}

static void a_host_without_its_number_of_cpus_has_no_load(void **state)
{
    struct report report = report_of("host", "", 30);

    (void)state;
    report.values[R_CPUS] = NAN;
    assert_true(said(&report, 5000, 0, NOW));
    assert_true(isnan(told(M_CPU_LOAD)));
    assert_float_equal(told(M_CPU_BUSY), 0.45, 1e-9);
    report.values[R_CPUS] = 8;
    assert_true(said(&report, 5004, 0, NOW));
    assert_float_equal(told(M_CPU_LOAD), 3.2, 1e-9);
}

/* ---- whose they are ---- */

static void a_host_with_an_endpoints_address_is_that_endpoint(void **state)
{
    struct report first = report_of("host.example", "192.0.2.1", 30);
    struct report second = report_of("other", "2001:DB8:0::2", 30);
    struct report mapped = report_of("third", "::ffff:192.0.2.1", 30);

    (void)state;
    hosts_report(hosts, &first, NOW);
    tell();
    assert_string_equal(subject(), "one");
    hosts_report(hosts, &second, NOW);
    tell();
    assert_string_equal(subject(), "two");
    hosts_report(hosts, &mapped, NOW);
    tell();
    assert_string_equal(subject(), "third"); /* that endpoint is taken */
}

static void or_with_its_name(void **state)
{
    struct report report = report_of("TWO", "10.0.0.2", 30);

    (void)state;
    hosts_report(hosts, &report, NOW);
    tell();
    assert_string_equal(subject(), "two");
}

static void any_other_has_its_own_name(void **state)
{
    struct report report = report_of("web-1", "10.0.0.2", 30);
    struct report same = report_of("web-1", "10.0.0.3", 30);
    struct report nameless = report_of("", "10.0.0.4", 30);

    (void)state;
    hosts_report(hosts, &report, NOW);
    tell();
    assert_string_equal(subject(), "web-1");
    hosts_report(hosts, &same, NOW);
    tell();
    assert_string_equal(subject(), "web-1 (10.0.0.3)");
    hosts_report(hosts, &nameless, NOW);
    tell();
    assert_string_equal(subject(), "10.0.0.4");
}

static void what_is_local_to_the_server_has_its_address(void **state)
{
    struct report report = report_of("localhost", "127.0.0.1", 30);

    (void)state;
    hosts_free(hosts);
    assert_int_equal(hosts_new("192.0.2.1", &hosts), 0);
    hosts_report(hosts, &report, NOW);
    tell();
    assert_string_equal(subject(), "one");
    assert_string_equal(fake_host_sample(fake, M_CPU_LOAD_FIRST, false)->sample.part, "192.0.2.1");
}

static void there_is_room_for_so_many_hosts(void **state)
{
    struct report report = report_of("", "", 30);

    (void)state;
    for (int i = 0; i < HOSTS_MAX + 3; i++) {
        snprintf(report.name, sizeof report.name, "h%d", i);
        hosts_report(hosts, &report, NOW);
    }
    assert_int_equal(hosts_count(hosts), HOSTS_MAX);
    assert_int_equal(hosts_oddities(hosts)->too_many, 3);
}

/* ---- values that come by themselves ---- */

static void values_that_come_together_are_one_reading(void **state)
{
    static const double values[] = { [R_USER] = 30, [R_NICE] = 0,  [R_SYSTEM] = 10, [R_WIO] = 0,
                                     [R_INTR] = 0,  [R_SINTR] = 5, [R_STEAL] = 0,   [R_IDLE] = 55 };

    (void)state;
    hosts_hear(hosts, "host", "10.0.0.1", R_CPUS, 2, NOW);
    assert_true(hosts_settle_ns(hosts) == UINT64_MAX);
    for (int i = R_USER; i <= R_IDLE; i++)
        hosts_hear(hosts, "host", "10.0.0.1", (enum report_figure)i, values[i],
                   NOW + (uint64_t)i * NS_PER_MS);
    hosts_settle(hosts, NOW + 8 * NS_PER_MS);
    assert_int_equal(tell(), 0);
    assert_true(hosts_settle_ns(hosts) < NOW + NS_PER_S);
    hosts_settle(hosts, NOW + NS_PER_S);
    assert_int_equal(tell(), 12);
    assert_float_equal(told(M_CPU_LOAD), 0.8, 1e-9);
    assert_float_equal(told(M_CPU_BUSY), 0.45, 1e-9);
    assert_true(fake->samples[0].sample.time_ns == NOW + 7 * NS_PER_MS);
    assert_true(hosts_settle_ns(hosts) == UINT64_MAX);
    hosts_settle(hosts, NOW + 2 * NS_PER_S);
    assert_int_equal(tell(), 0);
}

static void a_value_that_comes_alone_says_no_more(void **state)
{
    (void)state;
    hosts_hear(hosts, "host", "10.0.0.1", R_USER, 30, NOW);
    hosts_hear(hosts, "host", "10.0.0.1", R_IDLE, NAN, NOW);
    hosts_settle(hosts, NOW + NS_PER_S);
    assert_int_equal(tell(), 1);
    assert_float_equal(told(M_CPU_USER), 0.3, 1e-9);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(percents_become_ratios_and_vmtps_load, begin, end),
        cmocka_unit_test_setup_teardown(interrupts_that_are_counted_twice_are_told_once, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_reading_is_told_once_and_at_its_time, begin, end),
        cmocka_unit_test_setup_teardown(values_that_change_are_new_within_a_second, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_that_stands_still_is_not_new, begin, end),
        cmocka_unit_test_setup_teardown(a_clock_that_is_set_back_stops_nothing, begin, end),
        cmocka_unit_test_setup_teardown(figures_of_another_reading_are_left_out, begin, end),
        cmocka_unit_test_setup_teardown(a_sum_that_is_wrong_is_dropped_and_said, begin, end),
        cmocka_unit_test_setup_teardown(a_host_that_is_down_is_not_told, begin, end),
        cmocka_unit_test_setup_teardown(a_host_without_its_number_of_cpus_has_no_load, begin, end),
        cmocka_unit_test_setup_teardown(a_host_with_an_endpoints_address_is_that_endpoint, begin,
                                        end),
        cmocka_unit_test_setup_teardown(or_with_its_name, begin, end),
        cmocka_unit_test_setup_teardown(any_other_has_its_own_name, begin, end),
        cmocka_unit_test_setup_teardown(what_is_local_to_the_server_has_its_address, begin, end),
        cmocka_unit_test_setup_teardown(there_is_room_for_so_many_hosts, begin, end),
        cmocka_unit_test_setup_teardown(values_that_come_together_are_one_reading, begin, end),
        cmocka_unit_test_setup_teardown(a_value_that_comes_alone_says_no_more, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
