/* SPDX-License-Identifier: Apache-2.0
 *
 * The native tool without its probes: rules across options, lengths, and what it makes of what
 * probes say, also of nonsense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/native.c"
#include "../../plugins/tools/native/options.c"
#include "../../plugins/tools/native/owd.c"
#include "../../plugins/tools/native/report.c"
#include "../../plugins/tools/native/report_latency.c"
#include "../../plugins/tools/native/report_tcp.c"
#include "../../plugins/tools/native/report_udp.c"
#include "../../plugins/tools/native/session.c"
#include "../../plugins/tools/native/told.c"
#include "../../plugins/tools/native/trial.c"
#include "../../plugins/tools/native/waterfall.c"

#include "../fakes/host.h"

static struct native_opt defaults(void)
{
    return (struct native_opt){ .connections = 1, .request = 64, .response = 64 };
}

static void check_refuses(struct native_opt o, const char *text)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(native_check(&o, &err), -EINVAL);
    if (!strstr(err.text, text))
        fail_msg("'%s' does not say '%s'", err.text, text);
}

static void accepts_the_defaults(void **state)
{
    struct native_opt o = defaults();

    (void)state;
    assert_int_equal(native_check(&o, NULL), 0);
    o.congestion = "cubic";
    assert_int_equal(native_check(&o, NULL), 0);
}

#define REFUSE(text, ...)                                                                          \
    do {                                                                                           \
        struct native_opt o = defaults();                                                          \
        __VA_ARGS__;                                                                               \
        check_refuses(o, text);                                                                    \
    } while (0)

static void refuses_what_does_not_go_together(void **state)
{
    (void)state;
    REFUSE("connections must be 1", o.measure = MEASURE_LATENCY, o.connections = 2);
    REFUSE("direction must be up", o.measure = MEASURE_LATENCY, o.direction = DIRECTION_BOTH);
    REFUSE("rate is for throughput", o.measure = MEASURE_LATENCY, o.rate_bps = 5);
    REFUSE("length is for throughput", o.measure = MEASURE_LATENCY, o.length = 64);
    REFUSE("discard is for", o.measure = MEASURE_LATENCY, o.discard = true);
    REFUSE("must fit a datagram", o.measure = MEASURE_LATENCY, o.protocol = PROTOCOL_UDP,
           o.request = 70000);
    REFUSE("frequency is for", o.frequency = 10);
    REFUSE("at most 65507", o.protocol = PROTOCOL_UDP, o.length = 65508);
    REFUSE("at least 24", o.protocol = PROTOCOL_UDP, o.length = 23);
    REFUSE("congestion is for protocol tcp", o.protocol = PROTOCOL_UDP, o.congestion = "cubic");
    REFUSE("mss is for protocol tcp", o.protocol = PROTOCOL_UDP, o.mss = 500);
    REFUSE("do not go together", o.protocol = PROTOCOL_UDP, o.discard = true,
           o.offload = OFFLOAD_ON);
    REFUSE("offload is for protocol udp", o.offload = OFFLOAD_ON);
    REFUSE("not the name of an algorithm", o.congestion = "cu\"bic");
    REFUSE("not the name of an algorithm", o.congestion = "much-too-long-a-name");
}

static void fills_the_mtu_with_a_datagram(void **state)
{
    struct native_opt o = defaults();
    struct vmtp_flow flow = { .size = sizeof flow, .family = 4, .mtu = 1500 };

    (void)state;
    assert_int_equal(native_length(&o, &flow), 1 << 20);
    o.protocol = PROTOCOL_UDP;
    assert_int_equal(native_length(&o, &flow), 1472);
    flow.family = 6;
    assert_int_equal(native_length(&o, &flow), 1452);
    flow.mtu = 0;
    assert_int_equal(native_length(&o, &flow), 1400);
    flow.mtu = 65536;
    flow.family = 4;
    assert_int_equal(native_length(&o, &flow), 65507);
    o.length = 100;
    assert_int_equal(native_length(&o, &flow), 100);
}

static void plans_bytes_from_rate_and_time(void **state)
{
    struct native_opt o = defaults();
    struct vmtp_self self = { .opt = &o };
    struct vmtp_trial trial = { .size = sizeof trial,
                                .warmup_ns = 1000000000,
                                .duration_ns = 3000000000 };
    struct vmtp_cost cost = { .size = sizeof cost };

    (void)state;
    o.port = 5000;
    assert_int_equal(native_plan(&self, NULL, &trial, &cost, NULL), 0);
    assert_int_equal(cost.bytes, 0);
    assert_int_equal(cost.port, 5000);
    o.rate_bps = 8000000;
    o.direction = DIRECTION_BOTH;
    assert_int_equal(native_plan(&self, NULL, &trial, &cost, NULL), 0);
    assert_int_equal(cost.bytes, 8000000);
}

static void unsearchable(const struct native_opt *o, const char *why)
{
    struct vmtp_self self = { .opt = o };
    struct vmtp_trial trial = { .size = sizeof trial, .rate_bps = 100000 };
    struct vmtp_cost cost = { .size = sizeof cost };
    struct vmtp_error err = { 0 };

    assert_int_equal(native_plan(&self, NULL, &trial, &cost, &err), why ? -EINVAL : 0);
    assert_string_equal(err.text, why ? why : "");
}

static void a_rate_is_searched_for_with_datagrams_of_one_direction(void **state)
{
    struct native_opt o = defaults();

    (void)state;
    unsearchable(&o, "only UDP throughput has a loss to search by: set protocol: udp");
    o.protocol = PROTOCOL_UDP;
    unsearchable(&o, NULL);
    o.measure = MEASURE_LATENCY;
    unsearchable(&o, "only UDP throughput has a loss to search by: set protocol: udp and measure: "
                     "throughput");
    o.measure = MEASURE_THROUGHPUT;
    o.direction = DIRECTION_BOTH;
    unsearchable(&o, "it is for one direction at a time: direction must be up or down");
    o.direction = DIRECTION_DOWN;
    unsearchable(&o, NULL);
    o.rate_bps = 5;
    unsearchable(&o, "the rate is what it finds: leave rate out");
}

/* ---- what probes say ---- */

struct fixture {
    struct native_opt opt;
    struct fake_host *host;
    struct native_state *state;
    struct vmtp_flow flow;
    struct vmtp_trial trial;
    struct run run;
};

static void say(struct fixture *f, int which, const char *text)
{
    struct vmtp_line line = { .text = text, .len = strlen(text), .fd = 1 };

    assert_int_equal(take_line(&f->host->self, &f->state->session.probe[which], &line, NULL), 0);
}

static int set_up_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->opt = defaults();
    f->host = fake_host_new(&f->opt, sizeof(struct native_state));
    f->state = f->host->self.state;
    f->state->session.probe[CLIENT].name = "a";
    f->state->session.probe[SERVER].name = "b";
    f->trial = (struct vmtp_trial){ .size = sizeof f->trial,
                                    .duration_ns = 1000000000,
                                    .interval_ns = 500000000 };
    f->run = (struct run){ .self = &f->host->self,
                           .session = &f->state->session,
                           .opt = &f->opt,
                           .flow = &f->flow,
                           .trial = &f->trial };
    *state = f;
    return 0;
}

static int tear_down_fixture(void **state)
{
    struct fixture *f = *state;

    session_forget(&f->state->session);
    fake_host_free(f->host);
    free(f);
    return 0;
}

static double value(const struct fixture *f, uint32_t metric)
{
    const struct fake_sample *s = fake_host_sample(f->host, metric, true);

    assert_non_null(s);
    return s->sample.value;
}

static void reports_the_receivers_rate(void **state)
{
    struct fixture *f = *state;

    choose(&f->run);
    say(f, SERVER,
        "{\"ev\":\"interval\",\"dir\":\"up\",\"side\":\"rx\",\"n\":0,\"bytes\":100,"
        "\"elapsed_ns\":400}");
    say(f, SERVER,
        "{\"ev\":\"interval\",\"dir\":\"up\",\"side\":\"rx\",\"n\":1,\"bytes\":100,"
        "\"elapsed_ns\":0}");
    say(f, SERVER,
        "{\"ev\":\"result\",\"dir\":\"up\",\"side\":\"rx\",\"bytes\":1000,"
        "\"elapsed_ns\":4000,\"cpu_ns\":5,\"window_ns\":10}");
    say(f, CLIENT,
        "{\"ev\":\"result\",\"dir\":\"up\",\"side\":\"tx\",\"bytes\":1250,\"mss\":1448,"
        "\"retransmits\":3}");
    assert_int_equal(report(&f->run, NULL), 0);
    assert_float_equal(value(f, M_GOODPUT), 2e9, 1);
    assert_float_equal(value(f, M_RETRANSMITS), 3, 0);
    assert_float_equal(value(f, M_CPU_SERVER), 0.5, 1e-9);
    assert_null(fake_host_sample(f->host, M_CPU_CLIENT, true)); /* absent, not 0 */
    assert_null(fake_host_sample(f->host, M_GOODPUT_UP, true));
    assert_float_equal(fake_host_sample(f->host, M_GOODPUT, false)->sample.value, 2e9, 1);
}

static double interval_value(const struct fixture *f, uint32_t metric, uint64_t time_ns)
{
    for (size_t i = 0; i < f->host->sample_count; i++) {
        const struct vmtp_sample *s = &f->host->samples[i].sample;

        if (s->metric == metric && !s->final && s->time_ns == time_ns)
            return s->value;
    }
    return NAN;
}

static const char sender_half[] =
    "{\"ev\":\"interval\",\"dir\":\"%s\",\"side\":\"tx\",\"n\":%d,\"cpu\":0.7,\"thread\":0.5,"
    "\"delay\":0.25,\"rtt_us\":200,\"min_rtt_us\":50,\"cwnd_bytes\":1000,\"busy\":%g,"
    "\"rwnd\":0.5,\"sndbuf\":0.125,\"app_limited\":0.75,\"unsent_bytes\":80,"
    "\"delivery_bytes_s\":1000,\"pacing_bytes_s\":2000,\"retransmits\":%d}";
static const char receiver_half[] =
    "{\"ev\":\"interval\",\"dir\":\"%s\",\"side\":\"rx\",\"n\":%d,\"cpu\":1.5,\"thread\":0.875,"
    "\"delay\":0.0625,\"reading\":0.9,\"fill\":%g,\"bytes\":100,\"elapsed_ns\":400}";

__attribute__((format(printf, 3, 4))) static void say_half(struct fixture *f, int which,
                                                           const char *format, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    say(f, which, text);
}

static void reports_what_the_sockets_say_in_each_interval(void **state)
{
    struct fixture *f = *state;
    const struct {
        uint32_t metric;
        double value;
    } expected[] = {
        { M_TCP_RTT, 200e-6 },
        { M_TCP_MIN_RTT, 50e-6 },
        { M_CWND, 1000 },
        { M_BUSY, 1 },
        { M_RWND_LIMITED, 0.5 },
        { M_SNDBUF_LIMITED, 0.125 },
        { M_APP_LIMITED, 0.75 },
        { M_UNSENT, 80 },
        { M_DELIVERY_RATE, 8000 },
        { M_PACING_RATE, 16000 },
        { M_RETRANSMITS, 4 },
        { M_RECEIVE_FILL, 0.25 },
        { M_READING, 0.9 },
        { M_CPU_CLIENT, 0.7 },
        { M_CPU_SERVER, 1.5 },
        { M_CPU_SENDER, 0.5 },
        { M_CPU_RECEIVER, 0.875 },
        { M_DELAY_SENDER, 0.25 },
        { M_DELAY_RECEIVER, 0.0625 },
    };

    choose(&f->run);
    for (int n = 0; n < 2; n++) {
        say_half(f, CLIENT, sender_half, "up", n, n ? 1.0 : 0.5, 4 * n);
        say_half(f, SERVER, receiver_half, "up", n, 0.25 * n);
    }
    assert_int_equal(report(&f->run, NULL), 0);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!(fabs(interval_value(f, expected[i].metric, 1000000000) - expected[i].value) < 1e-12))
            fail_msg("%s is %g", native_metrics[expected[i].metric].name,
                     interval_value(f, expected[i].metric, 1000000000));
    assert_float_equal(interval_value(f, M_BUSY, 500000000), 0.5, 0);
    assert_float_equal(interval_value(f, M_RECEIVE_FILL, 500000000), 0, 0);
}

static void downwards_the_server_is_the_sender(void **state)
{
    struct fixture *f = *state;

    f->opt.direction = DIRECTION_DOWN;
    choose(&f->run);
    say(f, SERVER,
        "{\"ev\":\"result\",\"dir\":\"down\",\"side\":\"tx\",\"thread\":0.5,\"busy\":0.25}");
    say(f, CLIENT,
        "{\"ev\":\"result\",\"dir\":\"down\",\"side\":\"rx\",\"thread\":0.75,\"fill\":0.5}");
    assert_int_equal(report(&f->run, NULL), 0);
    assert_float_equal(value(f, M_CPU_SENDER), 0.5, 0);
    assert_float_equal(value(f, M_CPU_RECEIVER), 0.75, 0);
    assert_float_equal(value(f, M_BUSY), 0.25, 0);
    assert_float_equal(value(f, M_RECEIVE_FILL), 0.5, 0);
}

static void of_both_directions_the_worse_is_told(void **state)
{
    struct fixture *f = *state;

    f->opt.direction = DIRECTION_BOTH;
    choose(&f->run);
    for (int n = 0; n < 2; n++) {
        say_half(f, CLIENT, sender_half, "up", n, 1.0, 1);
        say_half(f, SERVER, sender_half, "down", n, 0.5, 2);
        say_half(f, SERVER, receiver_half, "up", n, 0.25);
        say_half(f, CLIENT, receiver_half, "down", n, 0.75);
    }
    assert_int_equal(report(&f->run, NULL), 0);
    assert_float_equal(interval_value(f, M_BUSY, 500000000), 0.5, 0);
    assert_float_equal(interval_value(f, M_RECEIVE_FILL, 500000000), 0.75, 0);
    assert_float_equal(interval_value(f, M_RETRANSMITS, 500000000), 3, 0);
    assert_float_equal(interval_value(f, M_DELIVERY_RATE, 500000000), 16000, 1e-9);
}

static void a_share_that_is_none_is_not_told(void **state)
{
    struct fixture *f = *state;

    choose(&f->run);
    say(f, CLIENT,
        "{\"ev\":\"result\",\"dir\":\"up\",\"side\":\"tx\",\"busy\":1.5,\"rwnd\":-1,"
        "\"sndbuf\":\"all\",\"rtt_us\":1e300}");
    assert_int_equal(report(&f->run, NULL), 0);
    assert_null(fake_host_sample(f->host, M_BUSY, true));
    assert_null(fake_host_sample(f->host, M_RWND_LIMITED, true));
    assert_null(fake_host_sample(f->host, M_SNDBUF_LIMITED, true));
    assert_null(fake_host_sample(f->host, M_TCP_RTT, true));
}

static void a_trial_may_ask_for_other_streams(void **state)
{
    struct native_opt o = defaults();
    struct vmtp_trial trial = { .size = sizeof trial, .streams = 2 };

    (void)state;
    assert_int_equal(native_connections(&o, &trial), 2);
    trial.streams = 100000;
    assert_int_equal(native_connections(&o, &trial), PROBE_CONNECTIONS_MAX);
    o.measure = MEASURE_LATENCY;
    assert_int_equal(native_connections(&o, &trial), 1);
    o.measure = MEASURE_THROUGHPUT;
    trial.size = offsetof(struct vmtp_trial, streams); /* an older core knows nothing of it */
    assert_int_equal(native_connections(&o, &trial), 1);
}

/* Of the only event of this kind. */
static const char *event_text(const struct fixture *f, uint32_t kind)
{
    const char *text = NULL;

    for (size_t i = 0; i < f->host->event_count; i++) {
        if (f->host->events[i].event.kind != kind)
            continue;
        assert_null(text);
        text = f->host->events[i].text;
    }
    assert_non_null(text);
    return text;
}

static void keeps_losses_within_what_was_sent(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    f->opt.rate_bps = 1000000;
    choose(&f->run);
    say(f, CLIENT,
        "{\"ev\":\"result\",\"dir\":\"up\",\"side\":\"tx\",\"bytes\":62500,\"sent\":50}");
    say(f, SERVER,
        "{\"ev\":\"result\",\"dir\":\"up\",\"side\":\"rx\",\"bytes\":1000,"
        "\"elapsed_ns\":4000,\"received\":40,\"socket_drops\":99}");
    assert_int_equal(report(&f->run, NULL), 0);
    assert_float_equal(value(f, M_SENT), 50, 0);
    assert_float_equal(value(f, M_RECEIVED), 40, 0);
    assert_float_equal(value(f, M_LOST_SOCKET), 10, 0);
    assert_non_null(strstr(event_text(f, VMTP_GENERATOR_LIMITED), "sent 0.5 Mb/s of the 1"));
}

/* Both ends' results of the up direction: 100 of 1000 are missing. */
static void say_losses(struct fixture *f, const char *sender, const char *receiver)
{
    char text[1024];

    f->opt.protocol = PROTOCOL_UDP;
    choose(&f->run);
    snprintf(text, sizeof text,
             "{\"ev\":\"result\",\"dir\":\"up\",\"side\":\"tx\",\"sent\":1000,%s}", sender);
    say(f, CLIENT, text);
    snprintf(text, sizeof text,
             "{\"ev\":\"result\",\"dir\":\"up\",\"side\":\"rx\",\"received\":900,%s}", receiver);
    say(f, SERVER, text);
    assert_int_equal(report(&f->run, NULL), 0);
}

static const char sender_drops[] =
    "\"forbidden\":10,\"interface\":\"eth0\",\"queue_kind\":\"tbf\",\"queue_tells\":true,"
    "\"queue_drops\":50,\"refused\":20,\"nic_drops\":5";
static const char receiver_drops[] =
    "\"socket_drops\":7,\"interface\":\"eth1\",\"interface_kind\":\"\",\"nic_drops\":9,"
    "\"softnet_drops\":3,\"incomplete\":0,\"fragments_refused\":0";

static void says_where_datagrams_were_lost(void **state)
{
    struct fixture *f = *state;

    say_losses(f, sender_drops, receiver_drops);
    assert_float_equal(value(f, M_LOST_SENDER), 30, 0);
    assert_float_equal(value(f, M_LOST_NIC_SENDER), 5, 0);
    assert_float_equal(value(f, M_LOST_SOFTNET), 3, 0);
    assert_float_equal(value(f, M_LOST_NIC_RECEIVER), 6, 0);
    assert_float_equal(value(f, M_LOST_REASSEMBLY), 0, 0);
    assert_float_equal(value(f, M_LOST_SOCKET), 7, 0);
    assert_int_equal(f->host->event_count, 1);
    assert_string_equal(f->host->events[0].text,
                        "eth0's queue dropped 30 more, which were not this flow's");
}

static void a_place_that_counts_something_else_is_named_and_not_emitted(void **state)
{
    struct fixture *f = *state;

    say_losses(f,
               "\"gso\":true,\"queue_tells\":true,\"queue_drops\":3,\"refused\":3,\"nic_drops\":0",
               receiver_drops);
    assert_null(fake_host_sample(f->host, M_LOST_SENDER, true));
    assert_float_equal(value(f, M_LOST_SOCKET), 7, 0);
    assert_null(fake_host_sample(f->host, M_LOST_SOFTNET, true));
    assert_non_null(strstr(f->host->events[0].text, "the interface's queue dropped packets, but "));
    assert_non_null(strstr(f->host->events[0].text, "a super-packet is many"));
}

static void a_probe_that_counts_nothing_gives_no_places(void **state)
{
    struct fixture *f = *state;

    say_losses(f, "\"full\":0", "\"duplicated\":0");
    for (uint32_t metric = M_LOST_SENDER; metric <= M_LOST_SOCKET; metric++)
        assert_true(metric == M_LOST_REASSEMBLY || !fake_host_sample(f->host, metric, true));
}

/* Nanoseconds that a double could not tell apart. */
static const char sender_clock[] =
    "\"clock_distance_ns\":1700000000123456789,\"clock_within_ns\":100,\"clock_step_ns\":0";
static const char receiver_clock[] = "\"clock_step_ns\":0,\"delay_least_ns\":1700000000123457289,"
                                     "\"delay_median_ns\":1700000000123457790";

static void gives_one_way_delay_where_both_ends_have_one_clock(void **state)
{
    struct fixture *f = *state;

    say(f, CLIENT, "{\"ev\":\"hello\",\"protocol\":1,\"boot\":\"one\"}");
    say(f, SERVER, "{\"ev\":\"hello\",\"protocol\":1,\"boot\":\"one\"}");
    say_losses(f, sender_clock, receiver_clock);
    assert_float_equal(value(f, M_OWD), 1001e-9, 1e-15);
    assert_float_equal(value(f, M_OWD_ERROR), 100e-9, 1e-15);
}

static void else_it_says_why_there_is_none(void **state)
{
    struct fixture *f = *state;
    char text[512];

    snprintf(text, sizeof text, "%s,\"clock_why\":\"is not synchronised\"", receiver_clock);
    say_losses(f,
               "\"clock_distance_ns\":1700000000123456789,\"clock_within_ns\":100,"
               "\"clock_step_ns\":0,\"clock_error_ns\":1000000",
               text);
    assert_null(fake_host_sample(f->host, M_OWD, true));
    assert_null(fake_host_sample(f->host, M_OWD_ERROR, true));
    assert_non_null(strstr(f->host->events[0].text,
                           "one-way delay is not given, only its variation (pdv): the clock of "));
    assert_non_null(strstr(f->host->events[0].text, "is not synchronised"));
}

static void reports_histograms(void **state)
{
    struct fixture *f = *state;

    f->opt.measure = MEASURE_LATENCY;
    choose(&f->run);
    say(f, CLIENT,
        "{\"ev\":\"histogram\",\"name\":\"rtt\",\"min\":5,\"max\":300,"
        "\"buckets\":\"5:2,7:1\"}");
    say(f, CLIENT, "{\"ev\":\"result\",\"dir\":\"up\",\"side\":\"tx\",\"sent\":3,\"received\":3}");
    assert_int_equal(report(&f->run, NULL), 0);
    assert_int_equal(f->host->histogram_count, 1);
    assert_int_equal(f->host->histograms[0].metric, M_RTT);
    assert_int_equal(f->host->histograms[0].histogram.count, 2);
    assert_float_equal(value(f, M_TRANSACTIONS), 3, 0);
}

static void refuses_bad_histograms(void **state)
{
    static const char *const bad[] = { "5",       "5:",      ":5",   "x:1", "5:1,4:1",
                                       "5:1,5:1", "99999:1", "5:1;", "-1:1" };
    struct vmtp_bucket buckets[4];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(parse_buckets(bad[i], buckets, 4), -EPROTO);
    assert_int_equal(parse_buckets("1:1,2:1,3:1,4:1,5:1", buckets, 4), -EPROTO);
    assert_int_equal(parse_buckets("", buckets, 4), 0);
}

static void refuses_what_is_no_event(void **state)
{
    struct fixture *f = *state;
    struct probe *p = &f->state->session.probe[SERVER];
    struct vmtp_error err = { 0 };
    struct vmtp_line line = { .text = "hello", .len = 5, .fd = 1 };

    assert_int_equal(take_line(&f->host->self, p, &line, &err), -EPROTO);
    assert_string_equal(err.text, "endpoint b: vmtp-probe said 'hello', which is not JSON");
    line = (struct vmtp_line){ .text = "[1]", .len = 3, .fd = 1 };
    assert_int_equal(take_line(&f->host->self, p, &line, &err), -EPROTO);
    line = (struct vmtp_line){ .text = "{\"ev\":\"error\",\"errno\":111,\"text\":\"no\"}",
                               .len = 38,
                               .fd = 1 };
    assert_int_equal(take_line(&f->host->self, p, &line, &err), -ECONNREFUSED);
    assert_string_equal(err.text, "endpoint b: no");
}

static void bounds_what_it_is_told(void **state)
{
    json_t *o = json_loads("{\"a\":-1,\"b\":1e30,\"c\":\"x\",\"d\":4}", 0, NULL);

    (void)state;
    assert_float_equal(json_get(o, "a", 10, 7), 7, 0);
    assert_float_equal(json_get(o, "b", 10, 7), 7, 0);
    assert_float_equal(json_get(o, "c", 10, 7), 7, 0);
    assert_float_equal(json_get(o, "d", 10, 7), 4, 0);
    assert_float_equal(json_get(NULL, "d", 10, 7), 7, 0);
    json_decref(o);
}

#define WITH_FIXTURE(f) cmocka_unit_test_setup_teardown(f, set_up_fixture, tear_down_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_the_defaults),
        cmocka_unit_test(refuses_what_does_not_go_together),
        cmocka_unit_test(fills_the_mtu_with_a_datagram),
        cmocka_unit_test(plans_bytes_from_rate_and_time),
        cmocka_unit_test(a_rate_is_searched_for_with_datagrams_of_one_direction),
        WITH_FIXTURE(reports_the_receivers_rate),
        WITH_FIXTURE(reports_what_the_sockets_say_in_each_interval),
        WITH_FIXTURE(downwards_the_server_is_the_sender),
        WITH_FIXTURE(of_both_directions_the_worse_is_told),
        WITH_FIXTURE(a_share_that_is_none_is_not_told),
        cmocka_unit_test(a_trial_may_ask_for_other_streams),
        WITH_FIXTURE(keeps_losses_within_what_was_sent),
        WITH_FIXTURE(says_where_datagrams_were_lost),
        WITH_FIXTURE(a_place_that_counts_something_else_is_named_and_not_emitted),
        WITH_FIXTURE(a_probe_that_counts_nothing_gives_no_places),
        WITH_FIXTURE(gives_one_way_delay_where_both_ends_have_one_clock),
        WITH_FIXTURE(else_it_says_why_there_is_none),
        WITH_FIXTURE(reports_histograms),
        cmocka_unit_test(refuses_bad_histograms),
        WITH_FIXTURE(refuses_what_is_no_event),
        cmocka_unit_test(bounds_what_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
