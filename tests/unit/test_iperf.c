/* SPDX-License-Identifier: Apache-2.0
 *
 * iperf without iperf: rules across options, command lines, and what is made of what real ones
 * have printed (plugins/tools/iperf/samples), also when that is cut or nonsense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/iperf/iperf.c"
#include "../../plugins/tools/iperf/lines.c"
#undef NUMBER_MAX
#include "../../plugins/tools/iperf/options.c"
#undef O
#include "../../plugins/tools/iperf/report.c"

#include "../fakes/host.h"

#include <stdlib.h>

#define SAMPLES  "plugins/tools/iperf/samples/"
#define NS_PER_S 1000000000ull

struct fixture {
    struct iperf_opt opt;
    struct fake_host *host;
    struct iperf_state *state;
    struct vmtp_endpoint client, server;
    struct vmtp_flow flow;
    struct vmtp_trial trial;
    const char *answers[2]; /* to -v, of the client and the server */
};

static struct iperf_opt defaults(void)
{
    return (struct iperf_opt){ .connections = 1, .port = 5001 };
}

static struct fixture *asked; /* by whom exec() was called */

static int fake_exec(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                     const struct vmtp_exec *exec, struct vmtp_error *err)
{
    struct vmtp_line said = { .text = asked->answers[endpoint == &asked->server], .fd = 2 };

    (void)self, (void)err;
    said.len = strlen(said.text);
    return exec->line(exec->arg, &said) < 0 ? -EIO : 1; /* 2.0 ends so */
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *f = (struct fixture){
        .opt = defaults(),
        .client = { .size = sizeof f->client, .name = "a" },
        .server = { .size = sizeof f->server, .name = "b" },
        .flow = { .size = sizeof f->flow, .address = "10.0.0.2", .family = 4, .mtu = 1500 },
        .trial = { .size = sizeof f->trial,
                   .warmup_ns = NS_PER_S / 2,
                   .duration_ns = NS_PER_S,
                   .interval_ns = NS_PER_S / 2 },
        .answers = { "iperf version 2.1.8 (12 August 2022) pthreads",
                     "iperf version 2.1.8 (12 August 2022) pthreads" },
    };
    f->flow.client = &f->client;
    f->flow.server = &f->server;
    f->host = fake_host_new(&f->opt, sizeof(struct iperf_state));
    f->host->api.exec = fake_exec;
    f->state = f->host->self.state;
    *state = asked = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    fake_host_free(f->host);
    free(f);
    return 0;
}

static int prepare(struct fixture *f, struct vmtp_error *err)
{
    return iperf_prepare(&f->host->self, &f->flow, err);
}

/* ---- rules ---- */

#define REFUSE(words, ...)                                                                         \
    do {                                                                                           \
        struct iperf_opt o = defaults();                                                           \
        struct vmtp_error err = { 0 };                                                             \
                                                                                                   \
        __VA_ARGS__;                                                                               \
        assert_int_equal(iperf_check(&o, &err), -EINVAL);                                          \
        if (!strstr(err.text, words))                                                              \
            fail_msg("'%s' does not say '%s'", err.text, words);                                   \
    } while (0)

static void refuses_what_does_not_go_together(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(iperf_check(&f->opt, NULL), 0);
    REFUSE("less than 1 bit/s each", o.rate_bps = 3, o.connections = 4);
    REFUSE("congestion is for protocol tcp", o.protocol = PROTOCOL_UDP, o.congestion = "reno");
    REFUSE("mss is for protocol tcp", o.protocol = PROTOCOL_UDP, o.mss = 1000);
    REFUSE("from 64 to 65507", o.protocol = PROTOCOL_UDP, o.length = 63);
}

static void says_what_a_version_can_not(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    assert_int_equal(prepare(f, &err), 0);
    f->opt.protocol = PROTOCOL_UDP;
    f->opt.direction = DIRECTION_DOWN;
    f->opt.connections = 2;
    assert_int_equal(prepare(f, &err), -ENOTSUP);
    assert_string_equal(err.text,
                        "endpoint a: iperf 2.1.8 can't receive over several UDP connections");
    f->answers[1] = "iperf version 2.0.12 (25 June 2018) pthreads";
    assert_int_equal(prepare(f, &err), -ENOTSUP);
    assert_string_equal(err.text,
                        "endpoint b: direction down needs iperf 2.1, and there is 2.0.12");
    f->answers[1] = "iperf version 3.12";
    assert_int_equal(prepare(f, &err), -ENOTSUP);
    assert_string_equal(err.text, "endpoint b: iperf is 3.12.0, and wanted is 2.x");
}

static void plans_what_is_sent(void **state)
{
    struct fixture *f = *state;
    struct vmtp_cost cost = { .size = sizeof cost };
    struct vmtp_error err = { 0 };

    f->opt.rate_bps = 8000000;
    f->opt.direction = DIRECTION_BOTH;
    assert_int_equal(iperf_plan(&f->host->self, &f->flow, &f->trial, &cost, &err), 0);
    assert_int_equal(cost.port, 5001);
    assert_int_equal(cost.bytes, 3000000);
    f->trial.rate_bps = 1;
    assert_int_equal(iperf_plan(&f->host->self, &f->flow, &f->trial, &cost, &err), -EINVAL);
    assert_non_null(strstr(err.text, "a rate is searched with protocol udp"));
}

/* ---- command lines ---- */

static const char *command(struct fixture *f, enum vmtp_role role)
{
    static char text[1000];
    struct vmtp_argv argv = { .count = 0 };

    assert_int_equal(prepare(f, NULL), 0);
    assert_int_equal(iperf_command(&f->host->self, &f->flow, &f->trial, role, &argv, NULL), 0);
    text[0] = '\0';
    for (uint32_t i = 0; i < argv.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 argv.arg[i]);
    return text;
}

static void says_every_option(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(command(f, VMTP_SERVER), "iperf -s -p 5001 -f b -e -i 0.500");
    assert_string_equal(command(f, VMTP_CLIENT),
                        "iperf -c 10.0.0.2 -t 1.500 -p 5001 -f b -e -i 0.500");
    f->opt = (struct iperf_opt){ .direction = DIRECTION_BOTH,
                                 .connections = 3,
                                 .rate_bps = 3000000,
                                 .length = 1000,
                                 .window = 4096,
                                 .mss = 1200,
                                 .dscp = 46,
                                 .port = 77,
                                 .congestion = "reno" };
    f->flow.family = 6;
    assert_string_equal(command(f, VMTP_SERVER),
                        "iperf -s -p 77 -f b -V -e -i 0.500 -l 1000 -w 4096 -M 1200 -S 184 "
                        "-Z reno");
    assert_string_equal(command(f, VMTP_CLIENT),
                        "iperf -c 10.0.0.2 -t 1.500 -P 3 --full-duplex -b 1000000 -p 77 -f b -V "
                        "-e -i 0.500 -l 1000 -w 4096 -M 1200 -S 184 -Z reno");
}

static void sends_datagrams_that_fit(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    assert_string_equal(command(f, VMTP_SERVER), "iperf -s -p 5001 -f b -u -1 -e -i 0.500 -l 1472");
    assert_string_equal(command(f, VMTP_CLIENT), "iperf -c 10.0.0.2 -t 1.500 -b 1000000000000 "
                                                 "-p 5001 -f b -u -e -i 0.500 -l 1472");
    f->opt.connections = 2; /* -1 would have one served behind the other */
    f->trial.rate_bps = 9;  /* of a rate search */
    assert_string_equal(command(f, VMTP_SERVER), "iperf -s -p 5001 -f b -u -e -i 0.500 -l 1472");
    assert_non_null(strstr(command(f, VMTP_CLIENT), " -b 5 "));
}

static void asks_an_old_one_for_less(void **state)
{
    struct fixture *f = *state;

    f->answers[0] = "iperf version 2.0.5 (2 June 2018) pthreads";
    f->trial.interval_ns = NS_PER_S / 10;
    assert_string_equal(command(f, VMTP_SERVER), "iperf -s -p 5001 -f b -i 0.500");
    f->trial.warmup_ns = 0;
    f->trial.duration_ns = NS_PER_S / 2; /* too short for two intervals */
    assert_string_equal(command(f, VMTP_SERVER), "iperf -s -p 5001 -f b");
}

/* ---- what it prints ---- */

static int parse(struct fixture *f, enum vmtp_role role, const char *text, struct vmtp_error *err)
{
    return iperf_parse(&f->host->self, &f->flow, role, 50 * NS_PER_S, text, err);
}

static int feed_end(struct fixture *f, const char *name, enum vmtp_role role,
                    struct vmtp_error *err)
{
    char path[200], text[1000];
    FILE *file;
    int r = 0;

    snprintf(path, sizeof path, SAMPLES "%s-%s.txt", name,
             role == VMTP_CLIENT ? "client" : "server");
    file = fopen(path, "re");
    assert_non_null(file);
    while (r == 0 && fgets(text, sizeof text, file)) {
        text[strcspn(text, "\n")] = '\0';
        r = parse(f, role, text, err);
    }
    fclose(file);
    return r;
}

static void begin(struct fixture *f)
{
    command(f, VMTP_SERVER);
    command(f, VMTP_CLIENT);
    f->host->sample_count = f->host->event_count = 0;
}

static void feed(struct fixture *f, const char *name)
{
    begin(f);
    assert_int_equal(feed_end(f, name, VMTP_CLIENT, NULL), 0);
    assert_int_equal(feed_end(f, name, VMTP_SERVER, NULL), 0);
}

static double value(const struct fixture *f, uint32_t metric)
{
    const struct fake_sample *s = fake_host_sample(f->host, metric, true);

    assert_non_null(s);
    return s->sample.value;
}

static bool absent(const struct fixture *f, uint32_t metric)
{
    return !fake_host_sample(f->host, metric, true);
}

static void takes_the_servers_word_without_the_warm_up(void **state)
{
    struct fixture *f = *state;

    feed(f, "2.1.8-tcp");
    assert_float_equal(value(f, M_GOODPUT), (2605056060.0 - 913504484) * 8 / (1.5003 - 0.5), 1);
    assert_float_equal(value(f, M_RETRANSMITS), 26401 - 6391, 0);
    assert_float_equal(value(f, M_CWND), (322 + 455) / 2.0 * 1024, 1);
    assert_float_equal(value(f, M_TCP_RTT), (31 + 73) / 2.0 * 1e-6, 1e-12);
    assert_float_equal(value(f, M_MSS), 1448, 0);
    assert_true(value(f, M_CONNECT_RTT) > 0);
    assert_true(absent(f, M_SENT));
    f->trial.warmup_ns = 0;
    feed(f, "2.1.8-tcp");
    assert_float_equal(value(f, M_GOODPUT), 2605056060.0 * 8 / 1.5003, 1);
}

static void adds_connections_up(void **state)
{
    struct fixture *f = *state;

    f->opt.connections = 2;
    f->trial.warmup_ns = 0;
    feed(f, "2.1.8-tcp-2");
    assert_float_equal(value(f, M_GOODPUT), (1083179068.0 + 1233649724) * 8 / 1.5036, 1);
    assert_float_equal(value(f, M_RETRANSMITS), 718 + 484, 0);
    assert_float_equal(fake_host_sample(f->host, M_GOODPUT, false)->sample.value,
                       360972288 / 0.5 * 8 + 377094896 / 0.4999 * 8, 1);
}

static void tells_intervals_when_they_were(void **state)
{
    struct fixture *f = *state;

    feed(f, "2.1.8-tcp");
    assert_int_equal(f->host->samples[0].sample.final, 0);
    assert_int_equal(f->host->samples[0].sample.time_ns, 50 * NS_PER_S + NS_PER_S / 2);
    assert_float_equal(f->host->samples[0].sample.value, 13413408256.0, 1);
}

static void takes_the_clients_word_for_the_way_back(void **state)
{
    struct fixture *f = *state;

    f->opt.direction = DIRECTION_DOWN;
    f->trial.warmup_ns = 0;
    feed(f, "2.1.8-tcp-reverse");
    assert_float_equal(value(f, M_GOODPUT), 2207121408.0 * 8 / 1.5012, 1);
    assert_float_equal(value(f, M_RETRANSMITS), 1470, 0);
    f->opt.protocol = PROTOCOL_UDP;
    feed(f, "2.1.8-udp-reverse");
    assert_float_equal(value(f, M_SENT), 6699, 0);
    assert_float_equal(value(f, M_OFFERED), 9378600.0 * 8 / 1.5005, 1);
}

static void tells_both_directions_apart(void **state)
{
    struct fixture *f = *state;

    f->opt.direction = DIRECTION_BOTH;
    f->trial.warmup_ns = 0;
    feed(f, "2.1.8-tcp-both");
    assert_float_equal(value(f, M_GOODPUT_UP), 568983612.0 * 8 / 1.5017, 1);
    assert_float_equal(value(f, M_GOODPUT_DOWN), 599392256.0 * 8 / 1.5009, 1);
    assert_float_equal(value(f, M_GOODPUT), value(f, M_GOODPUT_UP) + value(f, M_GOODPUT_DOWN), 1);
    assert_float_equal(value(f, M_RETRANSMITS), 499 + 1489, 0);
}

static void counts_datagrams(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    f->opt.rate_bps = 50000000;
    feed(f, "2.1.8-udp");
    assert_float_equal(value(f, M_SENT), 6700 - 2234, 0);
    assert_float_equal(value(f, M_RECEIVED), 6700 - 2234, 0);
    assert_float_equal(value(f, M_JITTER), 0.000003, 1e-12);
    assert_true(absent(f, M_REORDERED));
    assert_true(absent(f, M_RETRANSMITS));
    assert_int_equal(f->host->event_count, 0);
    f->opt.length = 64;
    feed(f, "2.1.8-udp-loss");
    assert_float_equal(value(f, M_SENT), 804933 - 267327, 0);
    assert_float_equal(value(f, M_RECEIVED), 804933 - 267327 - (223228 - 32923), 0);
    assert_float_equal(value(f, M_OFFERED), (51515724.0 - 16979020) * 8 / (1.5001 - 0.5), 1);
    f->opt.connections = 2;
    f->opt.length = 1400;
    f->opt.rate_bps = 60000000;
    f->trial.warmup_ns = 0;
    feed(f, "2.1.8-udp-2");
    assert_float_equal(value(f, M_SENT), 6704, 0);
    assert_float_equal(value(f, M_RECEIVED), 6703, 0);
    assert_float_equal(value(f, M_REORDERED), 1, 0);
    assert_int_equal(f->host->events[0].event.kind, VMTP_GENERATOR_LIMITED);
    assert_non_null(strstr(f->host->events[0].text, "iperf sent 50"));
}

static void notes_fragments(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    f->opt.length = 3000;
    feed(f, "2.1.8-udp");
    assert_string_equal(f->host->events[0].text,
                        "datagrams of 3000 bytes travel in fragments: the path's MTU is 1500");
}

static void says_nothing_without_the_receiver(void **state)
{
    struct fixture *f = *state;

    begin(f);
    assert_int_equal(feed_end(f, "2.1.8-tcp", VMTP_CLIENT, NULL), 0);
    assert_int_equal(f->host->sample_count, 0);
    f->opt.protocol = PROTOCOL_UDP;
    begin(f);
    assert_int_equal(feed_end(f, "2.1.8-udp", VMTP_CLIENT, NULL), 0); /* not its copy of it */
    assert_int_equal(f->host->sample_count, 0);
    begin(f);
    assert_int_equal(feed_end(f, "2.1.8-udp-nobody", VMTP_CLIENT, NULL), 0);
    assert_int_equal(f->host->sample_count, 0);
    f->opt.connections = 2;
    begin(f);
    assert_int_equal(feed_end(f, "2.1.8-udp", VMTP_SERVER, NULL), 0); /* one of two */
    assert_null(fake_host_sample(f->host, M_GOODPUT, true));
}

static void reads_what_2_0_prints(void **state)
{
    struct fixture *f = *state;

    f->answers[0] = f->answers[1] = "iperf version 2.0.12 (25 June 2018) pthreads";
    f->opt.protocol = PROTOCOL_UDP;
    f->trial.warmup_ns = 0;
    begin(f);
    parse(f, VMTP_CLIENT, "[  3]  0.0- 1.5 sec  18750000 Bytes  100000000 bits/sec", NULL);
    parse(f, VMTP_CLIENT, "[  3] Sent 13393 datagrams", NULL);
    parse(f, VMTP_SERVER,
          "[  3]  0.0- 1.5 sec  18.0 MBytes   100 Mbits/sec   0.008 ms   20/13393 (0.15%)", NULL);
    assert_float_equal(value(f, M_GOODPUT), 18 * 1048576 * 8 / 1.5, 1);
    assert_float_equal(value(f, M_RECEIVED), 13373, 0);
    assert_float_equal(value(f, M_OFFERED), 1e8, 1);
    assert_float_equal(value(f, M_JITTER), 8e-6, 1e-12);
}

static void does_not_take_the_rounded_seconds_of_2_0_for_true(void **state)
{
    struct fixture *f = *state;

    f->answers[0] = f->answers[1] = "iperf version 2.0.13 (21 Jan 2019) pthreads";
    f->trial.warmup_ns = 0;
    begin(f);
    parse(f, VMTP_SERVER, "[  4]  0.0- 1.5 sec  192500000 Bytes  1000000000 bits/sec", NULL);
    assert_float_equal(value(f, M_GOODPUT), 1e9, 1);
}

static void reads_the_sockets_of_2_2(void **state)
{
    struct fixture *f = *state;

    f->answers[0] = f->answers[1] = "iperf version 2.2.0 (10 April 2024) pthreads";
    f->trial.warmup_ns = 0;
    begin(f);
    parse(f, VMTP_SERVER, "[  1] 0.0000-1.5000 sec  187500000 Bytes  1000000000 bits/sec", NULL);
    parse(f, VMTP_CLIENT,
          "[  1] 0.0000-1.5000 sec  187500000 Bytes  1000000000 bits/sec  1574/0         7      "
          "658K(466)/5664K(4006)/7632(1329) us  27032",
          NULL);
    assert_float_equal(value(f, M_RETRANSMITS), 7, 0);
    assert_float_equal(value(f, M_CWND), 5664 * 1024, 0);
    assert_float_equal(value(f, M_TCP_RTT), 7632e-6, 1e-9);
}

static void makes_no_figure_of_nonsense(void **state)
{
    static const char *const bad[] = {
        "",
        "[",
        "[  1",
        "[  1]",
        "[ ID] Interval            Transfer     Bandwidth",
        "[SUM] 0.0000-1.5000 sec  5 Bytes  5 bits/sec",
        "[ CT] final connect times (min/avg/max/stdev) = 0.1/0.1/0.1/3.1 ms (tot/err) = 2/0",
        "[999999999999] 0.0000-1.5000 sec  5 Bytes  5 bits/sec",
        "[  1] nan-1.5000 sec  5 Bytes  5 bits/sec",
        "[  1] 0.0000-inf sec  5 Bytes  5 bits/sec",
        "[  1] 2.0000-1.5000 sec  5 Bytes  5 bits/sec",
        "[  1] 0.0000-1e99 sec  5 Bytes  5 bits/sec",
        "[  1] 0.0000-1.5000 sec  -5 Bytes  5 bits/sec",
        "[  1] 0.0000-1.5000 sec  5 Bytes  1e999 bits/sec",
        "[  1] 0.0000-1.5000 sec  5 Bits  5 bits/sec",
        "[  1] 0.0000-1.5000 sec  5 ZBytes  5 bits/sec",
        "[  1] 0.0000-1.5000 sec  5 Bytes",
    };
    struct fixture *f = *state;

    begin(f);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(parse(f, VMTP_SERVER, bad[i], NULL), 0);
    assert_int_equal(f->host->sample_count, 0);
}

static void keeps_losses_within_what_was_sent(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    f->trial.warmup_ns = 0;
    begin(f);
    parse(f, VMTP_SERVER,
          "[  1] 0.0000-1.5000 sec  1500 Bytes  8000 bits/sec   0.008 ms -3/10 (-30%)", NULL);
    assert_float_equal(value(f, M_RECEIVED), 10, 0);
    begin(f);
    parse(f, VMTP_SERVER,
          "[  1] 0.0000-1.5000 sec  1500 Bytes  8000 bits/sec   0.008 ms 11/10 (110%)", NULL);
    assert_float_equal(value(f, M_RECEIVED), 0, 0);
    f->trial.warmup_ns = NS_PER_S / 2;
    begin(f);
    parse(f, VMTP_SERVER, "[  1] 0.0000-0.5000 sec  5 Bytes  8 bits/sec  0.008 ms 4/5 (80%)", NULL);
    parse(f, VMTP_SERVER, "[  1] 0.0000-1.5000 sec  9 Bytes  8 bits/sec  0.008 ms 3/9 (30%)", NULL);
    assert_float_equal(value(f, M_RECEIVED), 4, 0);
}

static void needs_more_than_a_warm_up(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    begin(f);
    parse(f, VMTP_SERVER, "[  1] 0.0000-0.5000 sec  99 Bytes  5 bits/sec", NULL);
    assert_int_equal(parse(f, VMTP_SERVER, "[  1] 0.0000-1.5000 sec  98 Bytes  5 bits/sec", &err),
                     -EPROTO);
    assert_string_equal(err.text, "endpoint b: iperf does not tell what was received");
}

static void bears_more_connections_than_there_can_be(void **state)
{
    struct fixture *f = *state;
    char text[100];

    begin(f);
    for (int i = 1; i < 3 * CONNECTIONS_MAX; i++) {
        snprintf(text, sizeof text, "[%3d] 0.5000-1.0000 sec  5 Bytes  5 bits/sec", i);
        assert_int_equal(parse(f, VMTP_SERVER, text, NULL), 0);
    }
}

static void repeats_its_words(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    begin(f);
    assert_int_equal(feed_end(f, "2.1.8-refused", VMTP_CLIENT, &err), -EPROTO);
    assert_string_equal(err.text, "endpoint a: iperf: tcp connect failed: Connection refused");
    assert_int_equal(parse(f, VMTP_SERVER, "listener bind failed: Address already in use", &err),
                     -EPROTO);
    assert_string_equal(err.text,
                        "endpoint b: iperf: listener bind failed: Address already in use");
    assert_int_equal(
        parse(f, VMTP_CLIENT,
              "Attempt to set 'x' congestion control failed: No such file or directory", &err),
        -EPROTO);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_does_not_go_together),
        TEST(says_what_a_version_can_not),
        TEST(plans_what_is_sent),
        TEST(says_every_option),
        TEST(sends_datagrams_that_fit),
        TEST(asks_an_old_one_for_less),
        TEST(takes_the_servers_word_without_the_warm_up),
        TEST(adds_connections_up),
        TEST(tells_intervals_when_they_were),
        TEST(takes_the_clients_word_for_the_way_back),
        TEST(tells_both_directions_apart),
        TEST(counts_datagrams),
        TEST(notes_fragments),
        TEST(says_nothing_without_the_receiver),
        TEST(reads_what_2_0_prints),
        TEST(does_not_take_the_rounded_seconds_of_2_0_for_true),
        TEST(reads_the_sockets_of_2_2),
        TEST(makes_no_figure_of_nonsense),
        TEST(keeps_losses_within_what_was_sent),
        TEST(needs_more_than_a_warm_up),
        TEST(bears_more_connections_than_there_can_be),
        TEST(repeats_its_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
