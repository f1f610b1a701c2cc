/* SPDX-License-Identifier: Apache-2.0
 *
 * iperf3 without iperf3: rules across options, command lines, and what is made of what real ones
 * have printed (plugins/tools/iperf3/samples), also when that is cut or nonsense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/iperf3/iperf3.c"
#include "../../plugins/tools/iperf3/options.c"
#undef O
#include "../../plugins/tools/iperf3/report.c"

#include "../fakes/host.h"

#include <stdlib.h>

#define SAMPLES "plugins/tools/iperf3/samples/"
#define END_NS  50000000000ull

struct fixture {
    struct iperf3_opt opt;
    struct fake_host *host;
    struct vmtp_endpoint client, server;
    struct vmtp_flow flow;
    struct vmtp_trial trial;
    struct vmtp_argv argv;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *f = (struct fixture){
        .opt = { .connections = 1, .port = 5201 },
        .client = { .size = sizeof f->client, .name = "a" },
        .server = { .size = sizeof f->server, .name = "b" },
        .flow = { .size = sizeof f->flow, .address = "10.0.0.2", .family = 4 },
        .trial = { .size = sizeof f->trial, .duration_ns = NS_PER_S, .interval_ns = NS_PER_S / 2 },
    };
    f->flow.client = &f->client;
    f->flow.server = &f->server;
    f->host = fake_host_new(&f->opt, sizeof(struct iperf3_state));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    fake_host_free(f->host);
    free(f);
    return 0;
}

/* ---- what it is given ---- */

static const char *line(struct fixture *f, enum vmtp_role role)
{
    static char text[1000];

    f->argv.count = 0;
    assert_int_equal(iperf3_command(&f->host->self, &f->flow, &f->trial, role, &f->argv, NULL), 0);
    text[0] = '\0';
    for (uint32_t i = 0; i < f->argv.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 f->argv.arg[i]);
    return text;
}

static void runs_a_server_for_one_test(void **state)
{
    assert_string_equal(line(*state, VMTP_SERVER), "iperf3 -J -p 5201 -i 0.500 -s -1");
}

static void sends_udp_without_a_limit_unless_told(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(line(f, VMTP_CLIENT), "iperf3 -J -p 5201 -i 0.500 -c 10.0.0.2 -t 1");
    f->opt.protocol = PROTOCOL_UDP;
    assert_string_equal(line(f, VMTP_CLIENT),
                        "iperf3 -J -p 5201 -i 0.500 -c 10.0.0.2 -t 1 -u -b 0");
}

static void fills_the_mtu_with_a_datagram(void **state)
{
    struct fixture *f = *state;

    f->flow.mtu = 1500;
    assert_int_equal(length_of(&f->opt, &f->flow), 0);
    f->opt.protocol = PROTOCOL_UDP;
    assert_non_null(strstr(line(f, VMTP_CLIENT), "-b 0 -l 1472"));
    f->flow.family = 6;
    assert_int_equal(length_of(&f->opt, &f->flow), 1452);
    f->flow.mtu = 65575;
    assert_int_equal(length_of(&f->opt, &f->flow), DATAGRAM_MAX);
    f->opt.length = 100;
    assert_int_equal(length_of(&f->opt, &f->flow), 100);
}

static void shares_the_rate_among_connections(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    f->opt.rate_bps = 30000000;
    f->opt.connections = 3;
    f->opt.direction = DIRECTION_BOTH;
    assert_string_equal(line(f, VMTP_CLIENT), "iperf3 -J -p 5201 -i 0.500 -c 10.0.0.2 -t 1 -P 3 "
                                              "--bidir -u -b 10000000");
    f->trial.rate_bps = 6000000; /* of a rate search: it goes before the option */
    assert_non_null(strstr(line(f, VMTP_CLIENT), "-b 2000000"));
}

static void a_trial_may_ask_for_other_streams(void **state)
{
    struct fixture *f = *state;

    f->opt.rate_bps = 4000000;
    f->trial.streams = 2;
    assert_string_equal(line(f, VMTP_CLIENT), "iperf3 -J -p 5201 -i 0.500 -c 10.0.0.2 -t 1 -P 2 "
                                              "-b 2000000");
    f->trial.streams = 100000;
    assert_non_null(strstr(line(f, VMTP_CLIENT), "-P 128"));
}

static void says_every_option(void **state)
{
    struct fixture *f = *state;

    f->opt = (struct iperf3_opt){ .direction = DIRECTION_DOWN,
                                  .connections = 1,
                                  .length = 1000,
                                  .port = 77,
                                  .window = 4096,
                                  .dscp = 46,
                                  .mss = 1200,
                                  .congestion = "cubic",
                                  .zero_copy = true,
                                  .no_delay = true };
    f->trial.warmup_ns = 1;
    f->trial.interval_ns = 0;
    assert_string_equal(line(f, VMTP_CLIENT),
                        "iperf3 -J -p 77 -i 0.000 -c 10.0.0.2 -t 1 -O 1 -R -l 1000 -w 4096 -S 184 "
                        "-M 1200 -N -Z -C cubic");
}

static void bounds_what_it_will_have_to_read(void **state)
{
    struct fixture *f = *state;

    f->trial.interval_ns = 1;
    assert_int_equal(interval_ns(&f->opt, &f->trial), INTERVAL_MIN);
    f->trial.duration_ns = 3600 * NS_PER_S;
    f->opt.connections = 100;
    assert_int_equal(interval_ns(&f->opt, &f->trial), 36 * NS_PER_S);
    f->trial.interval_ns = 100 * NS_PER_S;
    assert_int_equal(interval_ns(&f->opt, &f->trial), INTERVAL_MAX);
}

static void plans_whole_seconds(void **state)
{
    struct fixture *f = *state;
    struct vmtp_cost cost = { .size = sizeof cost };
    struct vmtp_error err = { 0 };

    f->trial.warmup_ns = 300 * NS_PER_MS;
    f->trial.duration_ns = 1500 * NS_PER_MS;
    f->opt.rate_bps = 8000000;
    assert_int_equal(iperf3_plan(&f->host->self, NULL, &f->trial, &cost, &err), 0);
    assert_int_equal(cost.extra_ns, 1200 * NS_PER_MS + EXTRA_NS);
    assert_int_equal(cost.bytes, 3000000);
    assert_int_equal(cost.port, 5201);
    f->trial.warmup_ns = 601 * NS_PER_S;
    assert_int_equal(iperf3_plan(&f->host->self, NULL, &f->trial, &cost, &err), -EINVAL);
    assert_string_equal(err.text, "iperf3 has a warm-up of at most 600s");
}

static void refuses_what_does_not_go_together(void **state)
{
    static const struct {
        struct iperf3_opt opt;
        const char *text;
    } rows[] = {
        { { .protocol = PROTOCOL_UDP, .mss = 1 }, "mss is for protocol tcp" },
        { { .protocol = PROTOCOL_UDP, .congestion = "bbr" }, "congestion is for protocol tcp" },
        { { .protocol = PROTOCOL_UDP, .no_delay = true }, "no-delay is for protocol tcp" },
        { { .protocol = PROTOCOL_UDP, .zero_copy = true }, "zero-copy is for protocol tcp" },
        { { .protocol = PROTOCOL_UDP, .length = 15 }, "length of a datagram must be from 16 to" },
        { { .protocol = PROTOCOL_UDP, .length = 65508 }, "length of a datagram must be from 16" },
        { { .connections = 8, .rate_bps = 7 }, "rate is shared by the connections" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vmtp_error err = { 0 };

        assert_int_equal(iperf3_check(&rows[i].opt, &err), -EINVAL);
        if (strncmp(err.text, rows[i].text, strlen(rows[i].text)) != 0)
            fail_msg("'%s' is not '%s'", err.text, rows[i].text);
    }
}

/* ---- what it says ---- */

static char *read_sample(const char *name)
{
    char path[200];
    char *text = calloc(1, 65536);
    FILE *file;

    snprintf(path, sizeof path, SAMPLES "%s", name);
    file = fopen(path, "re");
    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    assert_int_not_equal(fread(text, 1, 65535, file), 0);
    fclose(file);
    return text;
}

static void take(struct fixture *f, enum vmtp_role role, const char *name)
{
    char *text = read_sample(name);
    struct vmtp_error err = { 0 };

    if (iperf3_parse(&f->host->self, &f->flow, role, END_NS, text, &err) != 0)
        fail_msg("%s: %s", name, err.text);
    assert_int_equal(err.code, 0);
    free(text);
}

static void refuse(struct fixture *f, enum vmtp_role role, const char *text, const char *words)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(iperf3_parse(&f->host->self, &f->flow, role, END_NS, text, &err), -EPROTO);
    assert_string_equal(err.text, words);
    assert_int_equal(f->host->sample_count, 0);
}

/* These finals and no others, in this order. */
#define TELLS(f, ...)                                                                              \
    do {                                                                                           \
        static const struct figure rows[] = { __VA_ARGS__ };                                       \
        tells(f, rows, sizeof rows / sizeof *rows);                                                \
    } while (0)

struct figure {
    uint32_t metric;
    double value;
};

static void tells(const struct fixture *f, const struct figure *rows, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < f->host->sample_count; i++) {
        const struct vmtp_sample *sample = &f->host->samples[i].sample;

        if (!sample->final)
            continue;
        if (n == count || sample->metric != rows[n].metric ||
            fabs(sample->value - rows[n].value) > 1e-9 + 1e-9 * fabs(rows[n].value))
            fail_msg("final %zu is %s = %.12g", n, iperf3_metrics[sample->metric].name,
                     sample->value);
        n++;
    }
    assert_int_equal(n, count);
}

/* The nth point of a series; the last figure of the trial stands for none. */
static const struct vmtp_sample *nth(const struct fixture *f, uint32_t metric, size_t n)
{
    for (size_t i = 0; i < f->host->sample_count; i++) {
        const struct vmtp_sample *sample = &f->host->samples[i].sample;

        if (!sample->final && sample->metric == metric && n-- == 0)
            return sample;
    }
    return NULL;
}

static size_t points(const struct fixture *f, uint32_t metric)
{
    size_t n = 0;

    while (nth(f, metric, n))
        n++;
    return n;
}

static void tells_goodput_by_the_receiver(void **state)
{
    struct fixture *f = *state;

    take(f, VMTP_CLIENT, "3.12-tcp.json");
    TELLS(f, { M_GOODPUT, 17417233462.62648 }, { M_MSS, 1448 }, { M_RETRANSMITS, 16242 },
          { M_CPU_CLIENT, 0.6109898409457142 }, { M_CPU_SERVER, 0.395271667150806 },
          { M_TCP_RTT, 115e-6 }, { M_TCP_MIN_RTT, 43e-6 }, { M_TCP_MAX_RTT, 187e-6 },
          { M_CWND, 483632 });
    assert_int_equal(points(f, M_RETRANSMITS), 2);
    assert_int_equal(points(f, M_GOODPUT), 0); /* how it went is the server's to tell */
    assert_int_equal(f->host->event_count, 0);
}

static void tells_the_senders_view_by_the_sender(void **state)
{
    struct fixture *f = *state;

    f->opt.direction = DIRECTION_DOWN;
    take(f, VMTP_CLIENT, "3.12-tcp-reverse.json");
    TELLS(f, { M_GOODPUT, 11412649216.415451 }, { M_MSS, 1448 }, { M_RETRANSMITS, 2031 },
          { M_CPU_CLIENT, 0.4147664597213207 }, { M_CPU_SERVER, 0.4292707458177094 });
    assert_int_equal(points(f, M_GOODPUT), 2);
    assert_int_equal(points(f, M_CWND), 0);
    f->host->sample_count = 0;
    take(f, VMTP_SERVER, "3.12-tcp-reverse-server.json");
    TELLS(f, { M_TCP_RTT, 435e-6 }, { M_TCP_MIN_RTT, 362e-6 }, { M_TCP_MAX_RTT, 509e-6 },
          { M_CWND, 2435536 });
    assert_int_equal(points(f, M_CWND), 1); /* the second interval is the rest of 1 ms */
    assert_int_equal(points(f, M_GOODPUT), 0);
}

static void adds_connections_up(void **state)
{
    struct fixture *f = *state;

    f->opt.direction = DIRECTION_DOWN;
    f->opt.connections = 2;
    take(f, VMTP_CLIENT, "3.12-tcp-2-reverse.json");
    TELLS(f, { M_GOODPUT, 26105636600.53858 }, { M_MSS, 1448 }, { M_RETRANSMITS, 38061 },
          { M_CPU_CLIENT, 0.39724909470898254 }, { M_CPU_SERVER, 0.970878815134197 });
}

static void tells_both_directions_and_their_sum(void **state)
{
    struct fixture *f = *state;

    f->opt.direction = DIRECTION_BOTH;
    take(f, VMTP_CLIENT, "3.12-tcp-both.json");
    TELLS(f, { M_GOODPUT, 10372066596.1982 + 10357917152.074448 },
          { M_GOODPUT_UP, 10372066596.1982 }, { M_GOODPUT_DOWN, 10357917152.074448 },
          { M_MSS, 1448 }, { M_RETRANSMITS, 14606 + 17748 }, { M_CPU_CLIENT, 0.5153019176845136 },
          { M_CPU_SERVER, 0.524034946291642 }, { M_TCP_RTT, 338e-6 }, { M_TCP_MIN_RTT, 23e-6 },
          { M_TCP_MAX_RTT, 654e-6 }, { M_CWND, 3153744 });
    assert_int_equal(points(f, M_TCP_RTT), 2);
    assert_int_equal(points(f, M_GOODPUT_DOWN), 2);
    assert_int_equal(points(f, M_GOODPUT_UP), 0);
    f->host->sample_count = 0;
    take(f, VMTP_SERVER, "3.12-tcp-both-server.json");
    assert_int_equal(points(f, M_GOODPUT_UP), 2);
    assert_int_equal(f->host->sample_count, 2); /* one end's sockets have been told */
}

static void counts_what_was_lost_behind_the_last_arrival(void **state)
{
    struct fixture *f = *state;
    struct iperf3_state *trial = f->host->self.state;

    f->opt.protocol = PROTOCOL_UDP;
    trial->rate_bps = 400000000;
    take(f, VMTP_CLIENT, "3.12-udp-loss.json");
    TELLS(f, { M_GOODPUT, 194310858.52681813 }, { M_OFFERED, 399839804.5655699 }, { M_SENT, 71402 },
          { M_RECEIVED, 71384 - 36656 }, { M_JITTER, 71.828119491201e-6 }, { M_REORDERED, 0 },
          { M_CPU_CLIENT, 0.1915641889206555 }, { M_CPU_SERVER, 0.11202704883267481 });
    assert_int_equal(f->host->event_count, 0);
}

static void does_not_count_as_lost_what_was_on_the_way(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    f->opt.direction = DIRECTION_BOTH;
    take(f, VMTP_CLIENT, "3.12-udp-both.json");
    assert_float_equal(fake_host_sample(f->host, M_SENT, true)->sample.value, 4313 + 4314, 0);
    assert_float_equal(fake_host_sample(f->host, M_RECEIVED, true)->sample.value, 4313 + 4314, 0);
    assert_float_equal(fake_host_sample(f->host, M_GOODPUT, true)->sample.value,
                       49820600.41841421 + 49832151.68213283, 1);
}

static void marks_a_sender_that_fell_short(void **state)
{
    struct fixture *f = *state;
    struct iperf3_state *trial = f->host->self.state;

    f->opt.protocol = PROTOCOL_UDP;
    trial->rate_bps = 500000000;
    take(f, VMTP_CLIENT, "3.12-udp-loss.json");
    assert_int_equal(f->host->event_count, 1);
    assert_int_equal(f->host->events[0].event.kind, VMTP_GENERATOR_LIMITED);
    assert_string_equal(f->host->events[0].subject, "a");
    assert_string_equal(f->host->events[0].text, "sent 399.84 Mb/s of the 500 asked for");
}

static void leaves_the_warmup_out(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    f->opt.connections = 2;
    take(f, VMTP_CLIENT, "3.12-udp-warmup.json");
    assert_float_equal(fake_host_sample(f->host, M_SENT, true)->sample.value, 20834, 0);
    /* Of five intervals one is omitted, and of the next 3.12 does not know how long it was. */
    assert_int_equal(points(f, M_OFFERED), 3);
    assert_true(nth(f, M_OFFERED, 2)->time_ns == END_NS);
    take(f, VMTP_SERVER, "3.12-udp-warmup-server.json");
    assert_int_equal(points(f, M_GOODPUT), 2);
    assert_float_equal(nth(f, M_GOODPUT, 0)->value, 100003000.70236, 1);
    assert_true(nth(f, M_GOODPUT, 1)->time_ns - nth(f, M_GOODPUT, 0)->time_ns > 999 * NS_PER_MS);
}

static void reads_events_as_it_reads_the_document(void **state)
{
    struct fixture *f = *state;

    take(f, VMTP_CLIENT, "3.21-tcp-stream.txt");
    TELLS(f, { M_GOODPUT, 17985746686.559467 }, { M_MSS, 1448 }, { M_RETRANSMITS, 4310 },
          { M_CPU_CLIENT, 0.92083715465721966 }, { M_CPU_SERVER, 0.32325204681927332 },
          { M_TCP_RTT, 41e-6 }, { M_TCP_MIN_RTT, 27e-6 }, { M_TCP_MAX_RTT, 56e-6 },
          { M_CWND, 356208 });
    assert_int_equal(points(f, M_TCP_RTT), 2);
}

static void knows_the_sum_of_old_versions(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    f->opt.protocol = PROTOCOL_UDP;
    assert_int_equal(iperf3_parse(&f->host->self, &f->flow, VMTP_CLIENT, END_NS,
                                  "{\"end\":{\"sum\":{\"bits_per_second\":1000,\"jitter_ms\":2,"
                                  "\"lost_packets\":25,\"packets\":100}}}",
                                  &err),
                     0);
    TELLS(f, { M_GOODPUT, 750 }, { M_OFFERED, 1000 }, { M_SENT, 100 }, { M_RECEIVED, 75 },
          { M_JITTER, 2e-3 });
}

static void fails_with_its_own_words(void **state)
{
    struct fixture *f = *state;
    char *refused = read_sample("3.12-refused.json"), *used = read_sample("3.12-port-in-use.json");

    refuse(f, VMTP_CLIENT, refused,
           "endpoint a: iperf3: unable to connect to server: Connection refused");
    refuse(f, VMTP_SERVER, used,
           "endpoint b: iperf3: unable to start listener for connections: Address already in use");
    refuse(f, VMTP_CLIENT,
           "{\"event\":\"start\",\"data\":{}}\n"
           "{\"event\":\"error\",\"data\":\"the server is busy running a test. try again later\"}",
           "endpoint a: iperf3: the server is busy running a test. try again later");
    free(refused);
    free(used);
}

static void forgives_a_server_that_was_told_to_end(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(iperf3_parse(&f->host->self, &f->flow, VMTP_SERVER, END_NS,
                                  "{\"start\":{\"connected\":[{}]},\"end\":{},"
                                  "\"error\":\"interrupt - the server has terminated\"}",
                                  NULL),
                     0);
}

static void refuses_what_is_no_result(void **state)
{
    struct fixture *f = *state;

    refuse(f, VMTP_CLIENT, "", "endpoint a: iperf3 told no result: ''");
    refuse(f, VMTP_CLIENT, "Segmentation fault\n",
           "endpoint a: iperf3 told no result: 'Segmentation fault'");
    refuse(f, VMTP_CLIENT, "{\"end\":{}}", "endpoint a: iperf3 does not tell what was received");
    refuse(f, VMTP_CLIENT, "{\"end\":{\"sum_received\":{\"bits_per_second\":-1}}}",
           "endpoint a: iperf3 does not tell what was received");
}

static void refuses_what_was_cut_at_any_length(void **state)
{
    struct fixture *f = *state;
    char *text = read_sample("3.12-udp-warmup.json");
    struct vmtp_error err;

    for (size_t len = strlen(text) - 3; len > 0; len--) {
        text[len] = '\0';
        assert_int_equal(iperf3_parse(&f->host->self, &f->flow, VMTP_CLIENT, END_NS, text, &err),
                         -EPROTO);
    }
    assert_int_equal(f->host->sample_count, 0);
    free(text);
}

#define WITH_FIXTURE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(runs_a_server_for_one_test),
        WITH_FIXTURE(sends_udp_without_a_limit_unless_told),
        WITH_FIXTURE(fills_the_mtu_with_a_datagram),
        WITH_FIXTURE(shares_the_rate_among_connections),
        WITH_FIXTURE(a_trial_may_ask_for_other_streams),
        WITH_FIXTURE(says_every_option),
        WITH_FIXTURE(bounds_what_it_will_have_to_read),
        WITH_FIXTURE(plans_whole_seconds),
        cmocka_unit_test(refuses_what_does_not_go_together),
        WITH_FIXTURE(tells_goodput_by_the_receiver),
        WITH_FIXTURE(tells_the_senders_view_by_the_sender),
        WITH_FIXTURE(adds_connections_up),
        WITH_FIXTURE(tells_both_directions_and_their_sum),
        WITH_FIXTURE(counts_what_was_lost_behind_the_last_arrival),
        WITH_FIXTURE(does_not_count_as_lost_what_was_on_the_way),
        WITH_FIXTURE(marks_a_sender_that_fell_short),
        WITH_FIXTURE(leaves_the_warmup_out),
        WITH_FIXTURE(reads_events_as_it_reads_the_document),
        WITH_FIXTURE(knows_the_sum_of_old_versions),
        WITH_FIXTURE(fails_with_its_own_words),
        WITH_FIXTURE(forgives_a_server_that_was_told_to_end),
        WITH_FIXTURE(refuses_what_is_no_result),
        WITH_FIXTURE(refuses_what_was_cut_at_any_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
