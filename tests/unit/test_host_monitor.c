/* SPDX-License-Identifier: Apache-2.0
 *
 * Monitor host without its probes: who looks at what for whom, and what it makes of their lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/monitors/host/host.c"
#include "../../plugins/monitors/host/metrics.c"
#include "../../plugins/monitors/host/neighbours.c"

#include "../fakes/host.h"

#define ENDS 3

/* Instead of the real one: keeps what the probes are told. */
static char said[ENDS][32];

int watch_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints, size_t count,
              const struct watch_spec *spec, struct vmtp_error *err)
{
    (void)self, (void)endpoints, (void)count, (void)spec, (void)err;
    return -ECANCELED;
}

void watch_say(struct watch *watch, size_t index, const char *text)
{
    (void)watch;
    snprintf(said[index], sizeof said[index], "%s", text);
}

double watch_number(const json_t *json, const char *key, double min, double max, double other)
{
    double value = json_number_value(json_object_get(json, key));

    return value >= min && value <= max ? value : other;
}

static const struct vmtp_endpoint ends[ENDS] = { { .size = sizeof *ends, .name = "a" },
                                                 { .size = sizeof *ends, .name = "b" },
                                                 { .size = sizeof *ends, .name = "c" } };
static const struct vmtp_endpoint *const all[] = { &ends[0], &ends[1], &ends[2] };
static struct neighbour neighbours[ENDS];
static struct machine machines[ENDS];
static struct fake_host *fake;
static struct host host_under_test;

static int fresh(void **state)
{
    (void)state;
    memset(neighbours, 0, sizeof neighbours);
    memset(machines, 0, sizeof machines);
    memset(said, 0, sizeof said);
    fake = fake_host_new(NULL, 0);
    if (!fake)
        return -1;
    host_under_test = (struct host){ &fake->self, all, ENDS, neighbours, machines };
    return 0;
}

static int done(void **state)
{
    (void)state;
    fake_host_free(fake);
    return 0;
}

static uint64_t time_ns = 1000000000;

static int give(size_t index, const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    const char *event = json_string_value(json_object_get(json, "ev"));
    struct watch_line line = { .index = index,
                               .endpoint = &ends[index],
                               .event = event,
                               .json = json,
                               .time_ns = time_ns += 100000000 };
    int r;

    assert_non_null(event);
    r = on_line(&host_under_test, &line);
    json_decref(json);
    return r;
}

#define HELLO(boot, net) "{\"ev\":\"hello\",\"boot\":\"" boot "\",\"net\":" net "}"

/* How often that metric was emitted for that subject, and its last value. */
static size_t emitted(const char *metric, const char *subject, const char *part, double *ret)
{
    size_t count = 0;

    for (size_t i = 0; i < fake->sample_count; i++) {
        const struct fake_sample *row = &fake->samples[i];

        if (strcmp(host_metrics[row->sample.metric].name, metric) != 0 ||
            strcmp(row->subject, subject) != 0 || strcmp(row->part, part) != 0)
            continue;
        count++;
        *ret = row->sample.value;
    }
    return count;
}

static void endpoints_of_one_machine_share_what_belongs_to_it(void **state)
{
    double value = 0;

    (void)state;
    give(0, HELLO("m1", "1"));
    give(1, HELLO("m1", "2"));
    give(2, HELLO("m2", "1"));
    assert_string_equal(said[0], ""); /* it looks at all of it from the beginning */
    assert_string_equal(said[1], "network\n");
    assert_string_equal(said[2], "");
    give(0, "{\"ev\":\"figures\",\"machine\":{\"cpu_busy\":0.5,\"cpu_busy cpu1\":0.9},"
            "\"network\":{\"udp_rcvbuf_errors\":4,\"nic_rx_dropped eth0\":2}}");
    assert_int_equal(emitted("cpu_busy", "a", "", &value), 1);
    assert_int_equal(emitted("cpu_busy", "b", "", &value), 1);
    assert_true(value == 0.5);
    assert_int_equal(emitted("cpu_busy", "b", "cpu1", &value), 1);
    assert_int_equal(emitted("cpu_busy", "c", "", &value), 0);
    assert_int_equal(emitted("udp_rcvbuf_errors", "a", "", &value), 1);
    assert_int_equal(emitted("udp_rcvbuf_errors", "b", "", &value), 0);
    assert_int_equal(emitted("nic_rx_dropped", "a", "eth0", &value), 1);
}

static void endpoints_of_one_namespace_share_that_too(void **state)
{
    double value = 0;

    (void)state;
    give(1, HELLO("m1", "7")); /* whoever comes first */
    give(0, HELLO("m1", "7"));
    assert_string_equal(said[1], "");
    assert_string_equal(said[0], "idle\n");
    give(1, "{\"ev\":\"figures\",\"machine\":{},\"network\":{\"udp_rcvbuf_errors\":4}}");
    give(0, "{\"ev\":\"figures\",\"machine\":{\"cpu_busy\":1},\"network\":{\"tcp_timeouts\":4}}");
    assert_int_equal(emitted("udp_rcvbuf_errors", "a", "", &value), 1);
    assert_int_equal(emitted("udp_rcvbuf_errors", "b", "", &value), 1);
    assert_int_equal(emitted("cpu_busy", "a", "", &value), 0); /* it was said before it was told */
    assert_int_equal(emitted("tcp_timeouts", "a", "", &value), 0);
}

static void when_one_is_lost_another_looks(void **state)
{
    double value = 0;

    (void)state;
    give(0, HELLO("m1", "1"));
    give(1, HELLO("m1", "2"));
    give(2, HELLO("m1", "2"));
    assert_string_equal(said[1], "network\n");
    assert_string_equal(said[2], "idle\n");
    on_lost(&host_under_test, NULL, 0, true);
    assert_string_equal(said[1], "whole\n");
    assert_string_equal(said[2], "idle\n");
    give(1, "{\"ev\":\"figures\",\"machine\":{\"cpu_busy\":0.5},\"network\":{}}");
    assert_int_equal(emitted("cpu_busy", "a", "", &value), 0); /* nothing is known of it */
    assert_int_equal(emitted("cpu_busy", "b", "", &value), 1);
    assert_int_equal(emitted("cpu_busy", "c", "", &value), 1);
    on_lost(&host_under_test, NULL, 1, true);
    assert_string_equal(said[2], "whole\n");
}

static void one_that_was_lost_looks_for_nobody_who_comes_later(void **state)
{
    double value = 0;

    (void)state;
    give(0, HELLO("m1", "1"));
    on_lost(&host_under_test, NULL, 0, true);
    give(1, HELLO("m1", "1"));
    assert_string_equal(said[1], ""); /* it looks at all of it */
    give(1, "{\"ev\":\"figures\",\"machine\":{\"cpu_busy\":0.5},\"network\":{}}");
    assert_int_equal(emitted("cpu_busy", "b", "", &value), 1);
}

static void one_that_speaks_again_is_told_of_again(void **state)
{
    double value = 0;

    (void)state;
    give(0, HELLO("m1", "1"));
    give(1, HELLO("m1", "2"));
    on_lost(&host_under_test, NULL, 0, false);
    give(1, "{\"ev\":\"figures\",\"machine\":{\"cpu_busy\":0.5},\"network\":{}}");
    assert_int_equal(emitted("cpu_busy", "a", "", &value), 0);
    give(0, "{\"ev\":\"figures\",\"machine\":{\"cpu_busy\":0.7},\"network\":{}}");
    assert_int_equal(emitted("cpu_busy", "a", "", &value), 1);
    assert_int_equal(emitted("cpu_busy", "b", "", &value), 1);
    assert_true(value == 0.5); /* from its new one */
}

static void a_machine_without_a_name_shares_nothing(void **state)
{
    (void)state;
    give(0, "{\"ev\":\"hello\"}");
    give(1, "{\"ev\":\"hello\",\"boot\":\"\",\"net\":0}");
    assert_string_equal(said[0], "");
    assert_string_equal(said[1], "");
}

static void figures_that_are_none_are_left_out(void **state)
{
    (void)state;
    give(0, HELLO("m1", "1"));
    assert_int_equal(give(0, "{\"ev\":\"figures\",\"machine\":{\"cpu_busy\":-1,\"cpu_user\":\"x\","
                             "\"cpu_system\":1e300,\"what_is_this\":5,\"\":1,\" \":1,\" cpu1\":2,"
                             "\"cpu_softirq\":null,\"cpu_irq\":{\"a\":1}},\"network\":[5]}"),
                     0);
    assert_int_equal(give(0, "{\"ev\":\"figures\"}"), 0);
    assert_int_equal(give(0, "{\"ev\":\"what\"}"), 0);
    assert_int_equal(fake->sample_count, 0);
    assert_int_equal(fake->event_count, 0);
}

static void a_stall_disturbs_each_endpoint_of_the_machine(void **state)
{
    (void)state;
    give(0, HELLO("m1", "1"));
    give(1, HELLO("m1", "2"));
    give(2, HELLO("m2", "2"));
    give(0, "{\"ev\":\"figures\",\"span\":0.1,\"machine\":{\"stall\":0.05}}");
    assert_int_equal(fake->event_count, 0);
    give(0, "{\"ev\":\"figures\",\"span\":0.1,\"machine\":{\"stall\":0.063}}");
    assert_int_equal(fake->event_count, 2);
    assert_string_equal(fake->events[0].subject, "a");
    assert_string_equal(fake->events[1].subject, "b");
    assert_int_equal(fake->events[1].event.kind, VMTP_DISTURBED);
    assert_string_equal(fake->events[1].text, "this machine stood still for 63 ms");
    assert_true(fake->events[0].event.time_ns == time_ns);
    give(0, "{\"ev\":\"figures\",\"span\":0.1,\"machine\":{\"stall\":0.063}}");
    assert_int_equal(fake->event_count, 2); /* once a second */
}

static void stolen_time_disturbs_when_it_lasts(void **state)
{
    (void)state;
    give(0, HELLO("m1", "1"));
    for (int i = 0; i < 40; i++) /* a tick now and then is no more than a tick */
        give(0, i % 4 ? "{\"ev\":\"figures\",\"span\":0.1,\"machine\":{\"cpu_steal\":0}}"
                      : "{\"ev\":\"figures\",\"span\":0.1,\"machine\":{\"cpu_steal\":0.03}}");
    assert_int_equal(fake->event_count, 0);
    for (int i = 0; i < 20; i++)
        give(0, "{\"ev\":\"figures\",\"span\":0.1,\"machine\":{\"cpu_steal\":0.031}}");
    assert_int_equal(fake->event_count, 2);
    assert_string_equal(fake->events[0].text,
                        "the hypervisor gave 3.1 % of this machine's CPU time to others");
}

static void what_watching_costs_is_said_once_where_it_is_much(void **state)
{
    (void)state;
    give(0, HELLO("m1", "1"));
    for (int i = 0; i < 50; i++) /* until it has found its pace */
        give(0, "{\"ev\":\"figures\",\"span\":0.1,\"network\":{\"watch_cost\":0.05}}");
    for (int i = 0; i < 200; i++)
        give(0, "{\"ev\":\"figures\",\"span\":0.1,\"network\":{\"watch_cost\":0.0099}}");
    assert_int_equal(fake->event_count, 0);
    for (int i = 0; i < 200; i++)
        give(0, "{\"ev\":\"figures\",\"span\":0.1,\"network\":{\"watch_cost\":0.02}}");
    assert_int_equal(fake->event_count, 1);
    assert_int_equal(fake->events[0].event.kind, VMTP_NOTE);
    assert_string_equal(fake->events[0].subject, "a");
}

static void events_have_an_end(void **state)
{
    (void)state;
    give(0, HELLO("m1", "1"));
    machines[0].events = EVENTS_MAX - 1;
    for (int i = 0; i < 5; i++) {
        time_ns += 2000000000;
        give(0, "{\"ev\":\"figures\",\"span\":0.1,\"machine\":{\"stall\":1}}");
    }
    assert_int_equal(fake->event_count, 1);
}

static int disk_is_full(struct vmtp_self *self, const struct vmtp_sample *sample)
{
    (void)self, (void)sample;
    return -ENOSPC;
}

static void an_error_of_the_core_ends_it(void **state)
{
    (void)state;
    give(0, HELLO("m1", "1"));
    fake->api.emit = disk_is_full;
    assert_int_equal(give(0, "{\"ev\":\"figures\",\"machine\":{\"cpu_busy\":0.5}}"), -ENOSPC);
}

static void many_endpoints_are_looked_at_more_rarely(void **state)
{
    const struct host_opt opt = { .interval_ns = 100 * NS_PER_MS };

    (void)state;
    assert_int_equal(interval_for(&opt, 2), 100 * NS_PER_MS);
    assert_int_equal(interval_for(&opt, 10), 100 * NS_PER_MS);
    assert_int_equal(interval_for(&opt, 100), NS_PER_S);
    assert_int_equal(interval_for(&opt, 100000), 10 * NS_PER_S);
}

static void names_are_found_whole(void **state)
{
    (void)state;
    assert_int_equal(host_metric_find("cpu_busy", 8), 0);
    assert_int_equal(host_metric_find("cpu_busy cpu1", 8), 0);
    assert_int_equal(host_metric_find("cpu_bus", 7), -1);
    assert_int_equal(host_metric_find("cpu_busyx", 9), -1);
    assert_int_equal(host_metric_find("", 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(endpoints_of_one_machine_share_what_belongs_to_it, fresh,
                                        done),
        cmocka_unit_test_setup_teardown(endpoints_of_one_namespace_share_that_too, fresh, done),
        cmocka_unit_test_setup_teardown(when_one_is_lost_another_looks, fresh, done),
        cmocka_unit_test_setup_teardown(one_that_was_lost_looks_for_nobody_who_comes_later, fresh,
                                        done),
        cmocka_unit_test_setup_teardown(one_that_speaks_again_is_told_of_again, fresh, done),
        cmocka_unit_test_setup_teardown(a_machine_without_a_name_shares_nothing, fresh, done),
        cmocka_unit_test_setup_teardown(figures_that_are_none_are_left_out, fresh, done),
        cmocka_unit_test_setup_teardown(a_stall_disturbs_each_endpoint_of_the_machine, fresh, done),
        cmocka_unit_test_setup_teardown(stolen_time_disturbs_when_it_lasts, fresh, done),
        cmocka_unit_test_setup_teardown(what_watching_costs_is_said_once_where_it_is_much, fresh,
                                        done),
        cmocka_unit_test_setup_teardown(events_have_an_end, fresh, done),
        cmocka_unit_test_setup_teardown(an_error_of_the_core_ends_it, fresh, done),
        cmocka_unit_test(many_endpoints_are_looked_at_more_rarely),
        cmocka_unit_test(names_are_found_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
