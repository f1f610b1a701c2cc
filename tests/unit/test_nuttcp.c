/* SPDX-License-Identifier: Apache-2.0
 *
 * nuttcp without nuttcp: rules across options, command lines, and what is made of what real ones
 * have printed (plugins/tools/nuttcp/samples), also when that is cut or nonsense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/nuttcp/nuttcp.c"
#include "../../plugins/tools/nuttcp/options.c"
#undef O
#include "../../plugins/tools/nuttcp/report.c"

#include "../fakes/host.h"

#include <stdlib.h>

#define SAMPLES  "plugins/tools/nuttcp/samples/"
#define NS_PER_S 1000000000ull

struct fixture {
    struct nuttcp_opt opt;
    struct fake_host *host;
    struct nuttcp_state *state;
    struct vmtp_endpoint client, server;
    struct vmtp_flow flow;
    struct vmtp_trial trial;
    const char *answers[2]; /* to -V, of the client and the server */
};

static struct nuttcp_opt defaults(void)
{
    return (struct nuttcp_opt){ .connections = 1, .port = 5001, .ttl = 32 };
}

static struct fixture *asked; /* by whom exec() was called */

static int fake_exec(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                     const struct vmtp_exec *exec, struct vmtp_error *err)
{
    struct vmtp_line line = { .text = asked->answers[endpoint == &asked->server], .fd = 1 };

    (void)self, (void)err;
    assert_string_equal(exec->argv[0], "nuttcp");
    assert_string_equal(exec->argv[1], "-V");
    line.len = strlen(line.text);
    return exec->line(exec->arg, &line);
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
                   .warmup_ns = NS_PER_S,
                   .duration_ns = 2 * NS_PER_S,
                   .interval_ns = NS_PER_S },
        .answers = { "nuttcp-8.1.4", "nuttcp-8.1.4" },
    };
    f->flow.client = &f->client;
    f->flow.server = &f->server;
    f->host = fake_host_new(&f->opt, sizeof(struct nuttcp_state));
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
    return nuttcp_prepare(&f->host->self, &f->flow, err);
}

/* ---- rules ---- */

#define REFUSE(words, ...)                                                                         \
    do {                                                                                           \
        struct nuttcp_opt o = defaults();                                                          \
        struct vmtp_error err = { 0 };                                                             \
                                                                                                   \
        __VA_ARGS__;                                                                               \
        assert_int_equal(nuttcp_check(&o, &err), -EINVAL);                                         \
        if (!strstr(err.text, words))                                                              \
            fail_msg("'%s' does not say '%s'", err.text, words);                                   \
    } while (0)

static void refuses_what_does_not_go_together(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(nuttcp_check(&f->opt, NULL), 0);
    f->opt.connections = 4; /* the control port makes room */
    assert_int_equal(nuttcp_check(&f->opt, NULL), 0);
    REFUSE("control-port 5002 is one of the data ports 5001 to 5002", o.connections = 2,
           o.control_port = 5002);
    REFUSE("too high for 1 data ports", o.port = 65535);
    REFUSE("connections is for protocol tcp", o.protocol = PROTOCOL_UDP, o.connections = 2);
    REFUSE("mss is for protocol tcp", o.protocol = PROTOCOL_UDP, o.mss = 1000);
    REFUSE("from 32 to 65507", o.protocol = PROTOCOL_UDP, o.length = 31);
    REFUSE("from 32 to 65507", o.protocol = PROTOCOL_MULTICAST, o.length = 65508);
    REFUSE("direction: down", o.protocol = PROTOCOL_MULTICAST, o.direction = DIRECTION_DOWN);
    REFUSE("group is for protocol multicast", o.group = "231.1.1.1");
    REFUSE("jitter is for protocol udp", o.jitter = true);
}

static void says_what_needs_a_newer_nuttcp(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    f->answers[0] = "nuttcp-6.1.2";
    assert_int_equal(prepare(f, &err), 0);
    f->opt.protocol = PROTOCOL_MULTICAST;
    assert_int_equal(prepare(f, &err), 0); /* with the group that nuttcp chooses */
    f->opt.group = "231.1.1.7";
    assert_int_equal(prepare(f, &err), -ENOTSUP);
    assert_string_equal(err.text, "endpoint a: group needs nuttcp 7.2, and there is 6.1.2");
    f->opt.group = NULL;
    f->opt.jitter = true;
    f->answers[0] = "nuttcp-7.1.6";
    f->answers[1] = "nuttcp-7.0.1";
    assert_int_equal(prepare(f, &err), -ENOTSUP);
    assert_string_equal(err.text, "endpoint b: jitter needs nuttcp 7.1, and there is 7.0.1");
}

static void needs_a_version(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    f->answers[1] = "nuttcp: illegal";
    assert_int_equal(prepare(f, &err), -EPROTO);
    assert_string_equal(err.text,
                        "endpoint b: nuttcp does not tell its version: 'nuttcp: illegal'");
}

static void plans_ports_and_its_tail(void **state)
{
    struct fixture *f = *state;
    struct vmtp_cost cost = { .size = sizeof cost };
    struct vmtp_error err = { 0 };

    f->opt.connections = 3;
    f->opt.rate_bps = 8000000;
    assert_int_equal(nuttcp_plan(&f->host->self, &f->flow, &f->trial, &cost, &err), 0);
    assert_int_equal(cost.port, 5004);
    assert_int_equal(cost.bytes, 3000000);
    f->trial.rate_bps = 1;
    assert_int_equal(nuttcp_plan(&f->host->self, &f->flow, &f->trial, &cost, &err), -EINVAL);
    assert_non_null(strstr(err.text, "a rate is searched with protocol udp"));
    f->opt.protocol = PROTOCOL_UDP;
    assert_int_equal(nuttcp_plan(&f->host->self, &f->flow, &f->trial, &cost, &err), 0);
    assert_true(cost.extra_ns > 2300 * NS_PER_MS);
}

/* ---- command lines ---- */

static const char *line(struct fixture *f, enum vmtp_role role)
{
    static char text[1000];
    struct vmtp_argv argv = { .count = 0 };

    assert_int_equal(prepare(f, NULL), 0);
    assert_int_equal(nuttcp_command(&f->host->self, &f->flow, &f->trial, role, &argv, NULL), 0);
    text[0] = '\0';
    for (uint32_t i = 0; i < argv.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 argv.arg[i]);
    return text;
}

static void runs_a_server_in_the_foreground(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(line(f, VMTP_SERVER), "nuttcp -P5002 -S --nofork");
    f->flow.family = 6;
    assert_string_equal(line(f, VMTP_SERVER), "nuttcp -P5002 -6 -S --nofork");
}

static void says_every_option(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(line(f, VMTP_CLIENT),
                        "nuttcp -P5002 -fparse -T3.000 -i1.000 -p5001 10.0.0.2");
    f->opt = (struct nuttcp_opt){ .direction = DIRECTION_DOWN,
                                  .connections = 3,
                                  .rate_bps = 1499,
                                  .length = 8192,
                                  .window = 65536,
                                  .mss = 1200,
                                  .dscp = 46,
                                  .port = 7000,
                                  .control_port = 5000 };
    assert_string_equal(line(f, VMTP_CLIENT),
                        "nuttcp -P5000 -fparse -T3.000 -i1.000 -p7000 -r -F -R1K -l8192 -N3 "
                        "-w65536b -ws65536b -M1200 -c46 10.0.0.2");
}

static void sends_datagrams_that_fit(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    assert_string_equal(line(f, VMTP_CLIENT),
                        "nuttcp -P5002 -fparse -T3.000 -p5001 -u -Ru -l1472 10.0.0.2");
    f->trial.rate_bps = 100000000; /* of a rate search */
    f->flow.mtu = 0;
    assert_string_equal(
        line(f, VMTP_CLIENT),
        "nuttcp -P5002 -fparse -T3.000 -i1.000 -p5001 -u -R100000K -l1400 10.0.0.2");
}

static void leaves_out_what_an_old_one_does_not_know(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_MULTICAST;
    f->opt.rate_bps = 1000000;
    assert_non_null(strstr(line(f, VMTP_CLIENT), " -u -m32 -g231.1.1.1 -j -o -R1000K "));
    f->answers[0] = "nuttcp-6.1.2";
    assert_non_null(strstr(line(f, VMTP_CLIENT), " -u -m32 -R1000K "));
    f->opt.protocol = PROTOCOL_UDP;
    f->opt.direction = DIRECTION_DOWN; /* it takes an interval without data for the end */
    assert_null(strstr(line(f, VMTP_CLIENT), " -i"));
    f->answers[0] = "nuttcp-6.1.4";
    assert_non_null(strstr(line(f, VMTP_CLIENT), " -i1.000"));
}

/* ---- what it prints ---- */

static int parse(struct fixture *f, const char *text, struct vmtp_error *err)
{
    return nuttcp_parse(&f->host->self, &f->flow, VMTP_CLIENT, 5 * NS_PER_S, text, err);
}

static int feed(struct fixture *f, const char *name, struct vmtp_error *err)
{
    char path[200], text[1000];
    FILE *file;
    int r = 0;

    line(f, VMTP_CLIENT);
    f->host->sample_count = f->host->event_count = 0;
    snprintf(path, sizeof path, SAMPLES "%s.txt", name);
    file = fopen(path, "re");
    assert_non_null(file);
    while (r == 0 && fgets(text, sizeof text, file)) {
        text[strcspn(text, "\n")] = '\0';
        r = parse(f, text, err);
    }
    fclose(file);
    return r;
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

static void reads_version_8(void **state)
{
    struct fixture *f = *state;

    f->trial.warmup_ns = 0;
    assert_int_equal(feed(f, "8.1.4-tcp-parse", NULL), 0);
    assert_float_equal(value(f, M_GOODPUT), 15878398700.0, 10000); /* decimal, not 1024-based */
    assert_float_equal(value(f, M_RETRANSMITS), 3332, 0);
    assert_float_equal(value(f, M_CWND), 1679 * 1024, 0);
    assert_float_equal(value(f, M_CONNECT_RTT), 0.00008, 1e-9);
    assert_float_equal(value(f, M_CPU_CLIENT), 0.36, 1e-9);
    assert_float_equal(value(f, M_CPU_SERVER), 0.39, 1e-9);
    assert_true(absent(f, M_SENT));
    f->opt.direction = DIRECTION_DOWN;
    assert_int_equal(feed(f, "8.1.4-tcp-rev", NULL), 0);
    assert_float_equal(value(f, M_CPU_CLIENT), 0.30, 1e-9); /* the client receives */
}

static void does_not_believe_an_old_ones_retransmits(void **state)
{
    struct fixture *f = *state;

    f->trial.warmup_ns = 0;
    f->answers[1] = "nuttcp-6.1.2";
    assert_int_equal(feed(f, "6.1.2-tcp-parse", NULL), 0);
    assert_float_equal(value(f, M_GOODPUT), 16510858100.0, 10000);
    assert_true(absent(f, M_RETRANSMITS)); /* it says 0 */
    assert_true(absent(f, M_CWND));
    assert_int_equal(f->host->event_count, 1);
    assert_string_equal(f->host->events[0].text,
                        "nuttcp 6.1.2 does not see retransmits; 7 and newer do");
    assert_int_equal(feed(f, "6.1.2-tcp-streams", NULL), 0);
    assert_float_equal(value(f, M_GOODPUT), 9266081900.0, 10000);
    assert_int_equal(feed(f, "6.1.2-tcp-rev", NULL), 0);
    assert_true(absent(f, M_CONNECT_RTT));
}

static void takes_the_warm_up_off(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(feed(f, "8.1.4-tcp-interval", NULL), 0);
    assert_float_equal(value(f, M_GOODPUT),
                       (6089.6017 - 2045) * MEBI * 8 /
                           (6089.6017 * MEBI * 8 / 17014687500.0 - 2045 * MEBI * 8 / 17153777100.0),
                       1000);
    assert_float_equal(value(f, M_RETRANSMITS), 8546 - 6892, 0);
    assert_int_equal(f->host->samples[0].sample.final, 0);
    assert_float_equal(f->host->samples[0].sample.value, 17103257500.0, 1);
    assert_int_equal(f->host->samples[0].sample.time_ns, 5 * NS_PER_S);
    f->answers[0] = "nuttcp-6.1.2"; /* whose last interval lacks */
    assert_int_equal(feed(f, "6.1.2-tcp-interval", NULL), 0);
    assert_true(value(f, M_GOODPUT) > 10.9e9 && value(f, M_GOODPUT) < 11e9);
}

static void counts_datagrams(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    f->opt.length = 128;
    assert_int_equal(feed(f, "8.1.4-udp-128-full", NULL), 0);
    assert_float_equal(value(f, M_SENT), 439607, 0);
    assert_float_equal(value(f, M_RECEIVED), 439607 - 41543, 0);
    assert_float_equal(value(f, M_GOODPUT), 203809100, 1000);
    assert_true(absent(f, M_RETRANSMITS));
    assert_int_equal(f->host->event_count, 0);
    f->opt.length = 1400;
    f->opt.rate_bps = 50000000;
    assert_int_equal(feed(f, "8.1.4-udp-interval", NULL), 0);
    assert_float_equal(value(f, M_SENT), 13393 - 4468, 0);
    assert_float_equal(value(f, M_OFFERED), 50e6, 0.1e6);
    f->opt.rate_bps = 60000000;
    assert_int_equal(feed(f, "6.1.2-udp-interval", NULL), 0);
    assert_int_equal(f->host->event_count, 1);
    assert_int_equal(f->host->events[0].event.kind, VMTP_GENERATOR_LIMITED);
    assert_non_null(strstr(f->host->events[0].text, "of the 60 that were asked for"));
}

static void notes_fragments(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_UDP;
    f->opt.length = 8192;
    assert_int_equal(feed(f, "6.1.2-udp-parse", NULL), 0);
    assert_string_equal(f->host->events[0].text,
                        "datagrams of 8192 bytes travel in fragments: the path's MTU is 1500");
}

#define WHOLE "megabytes=10.0 real_seconds=1.00 rate_Mbps=83.8861 tx_cpu=9 rx_cpu=2 "

static void reads_jitter_and_delay(void **state)
{
    struct fixture *f = *state;

    f->opt.protocol = PROTOCOL_MULTICAST;
    line(f, VMTP_CLIENT);
    assert_int_equal(
        parse(f, WHOLE "drop=-3 pkt=100 data_loss=-3.0 msmaxjitter=3.8381 msavgOWD=-0.0448", NULL),
        0);
    assert_float_equal(value(f, M_JITTER_MAX), 0.0038381, 1e-9);
    assert_float_equal(value(f, M_OWD), -0.0000448, 1e-9);
    assert_float_equal(value(f, M_RECEIVED), 100, 0); /* less than nothing can't be lost */
    f->host->sample_count = 0;
    assert_int_equal(parse(f, WHOLE "pkt=100", NULL), 0);
    assert_float_equal(value(f, M_SENT), 100, 0);
    assert_true(absent(f, M_RECEIVED)); /* nobody says that none was lost */
}

static void makes_no_figure_of_nonsense(void **state)
{
    struct fixture *f = *state;

    line(f, VMTP_CLIENT);
    assert_int_equal(parse(f, WHOLE "retrans=nan cwnd=1e300 rtt_ms=-5 new_key=7 retrans=4x", NULL),
                     0);
    assert_float_equal(value(f, M_GOODPUT), 83886100, 100);
    assert_true(absent(f, M_RETRANSMITS));
    assert_true(absent(f, M_CWND));
    assert_true(absent(f, M_CONNECT_RTT));
    assert_int_equal(parse(f, "host-retrans=5 =3 = megabytes", NULL), 0);
    assert_int_equal(parse(f, "", NULL), 0);
}

static void needs_a_rate(void **state)
{
    static const char *const bad[] = { "real_seconds=1.00",
                                       "megabytes=1 real_seconds=1.00 rate_Mbps=inf",
                                       "megabytes=-1 real_seconds=1.00 rate_Mbps=1",
                                       "megabytes=nan real_seconds=1.00 rate_Mbps=1" };
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    line(f, VMTP_CLIENT);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(parse(f, bad[i], &err), -EPROTO);
        assert_string_equal(err.text, "endpoint a: nuttcp does not tell what was received");
    }
    assert_int_equal(f->host->sample_count, 0);
}

static void repeats_its_words(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    assert_int_equal(feed(f, "6.1.2-refused", &err), -EPROTO);
    assert_string_equal(err.text, "endpoint a: nuttcp: connect: Connection refused");
    assert_int_equal(feed(f, "8.1.4-refused", &err), -EPROTO);
    assert_int_equal(nuttcp_parse(&f->host->self, &f->flow, VMTP_SERVER, 1,
                                  "nuttcp-r: v6.1.2: Error: bind: Address already in use", &err),
                     -EPROTO);
    assert_string_equal(err.text, "endpoint b: nuttcp: bind: Address already in use");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_does_not_go_together),
        TEST(says_what_needs_a_newer_nuttcp),
        TEST(needs_a_version),
        TEST(plans_ports_and_its_tail),
        TEST(runs_a_server_in_the_foreground),
        TEST(says_every_option),
        TEST(sends_datagrams_that_fit),
        TEST(leaves_out_what_an_old_one_does_not_know),
        TEST(reads_version_8),
        TEST(does_not_believe_an_old_ones_retransmits),
        TEST(takes_the_warm_up_off),
        TEST(counts_datagrams),
        TEST(notes_fragments),
        TEST(reads_jitter_and_delay),
        TEST(makes_no_figure_of_nonsense),
        TEST(needs_a_rate),
        TEST(repeats_its_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
