/* SPDX-License-Identifier: Apache-2.0
 *
 * ping without ping: what it is told for each of its kinds, and what is made of what real ones have
 * printed (plugins/tools/ping/samples) and of forms that these did not take.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/ping/ping.c"
#include "../../plugins/tools/ping/tally.c"

#include "../fakes/host.h"

#include <stdlib.h>

#define SAMPLES "plugins/tools/ping/samples/"

struct fixture {
    struct options opt;
    struct fake_host *host;
    struct vmtp_endpoint client;
    struct vmtp_flow flow;
    struct vmtp_trial trial;
    struct vmtp_argv argv;
};

/* What a ping prints for -V. */
static const char *version;

static int exec_version(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                        const struct vmtp_exec *exec, struct vmtp_error *err)
{
    struct vmtp_line line = { .text = version, .len = strlen(version), .fd = 2 };

    (void)self, (void)endpoint, (void)err;
    assert_string_equal(exec->argv[1], "-V");
    exec->line(exec->arg, &line);
    return 1;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *f = (struct fixture){
        .opt = { .size = 56,
                 .count = 10,
                 .interval_ns = 200 * NS_PER_MS,
                 .timeout_ns = 1500 * NS_PER_MS },
        .client = { .size = sizeof f->client, .name = "a" },
        .flow = { .size = sizeof f->flow, .address = "10.0.0.2", .family = 4 },
        .trial = { .size = sizeof f->trial, .duration_ns = NS_PER_S },
    };
    f->flow.client = &f->client;
    f->host = fake_host_new(&f->opt, sizeof(struct state));
    f->host->api.exec = exec_version;
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

/* ---- what it is told ---- */

static void words_are(struct fixture *f, const char *for_version, const char *words)
{
    char text[500] = "";

    version = for_version;
    f->argv.count = 0;
    assert_int_equal(ping_prepare(&f->host->self, &f->flow, NULL), 0);
    assert_int_equal(ping_command(&f->host->self, &f->flow, &f->trial, VMTP_CLIENT, &f->argv, NULL),
                     0);
    for (uint32_t i = 0; i < f->argv.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 f->argv.arg[i]);
    assert_string_equal(text, words);
}

static void speaks_to_each_ping_in_its_way(void **state)
{
    struct fixture *f = *state;

    words_are(f, "ping from iputils 20221126", "ping -c 10 -s 56 -i 0.200 -n -W 1.500 10.0.0.2");
    words_are(f, "BusyBox v1.35.0 (Debian 1:1.35.0-4) multi-call binary.",
              "ping -c 10 -s 56 -i 0.200 -W 2 10.0.0.2");
    words_are(f, "ping (GNU inetutils) 2.4", "ping -c 10 -s 56 -i 0.200 -n -W 2 10.0.0.2");
    words_are(f, "who knows", "ping -c 10 -s 56 -i 0.200 10.0.0.2");
    f->flow.family = 6;
    words_are(f, "ping (GNU inetutils) 2.4", "ping6 -c 10 -s 56 -i 0.200 -n -W 2 10.0.0.2");
    words_are(f, "ping utility, iputils-s20161105",
              "ping -c 10 -s 56 -i 0.200 -n -W 1.500 10.0.0.2");
}

static void says_every_option(void **state)
{
    struct fixture *f = *state;

    f->opt.dscp = 46;
    f->opt.ttl = 3;
    words_are(f, "ping (GNU inetutils) 2.4",
              "ping -c 10 -s 56 -i 0.200 -n -W 2 -T 184 --ttl 3 10.0.0.2");
    f->opt.do_not_fragment = true;
    words_are(f, "ping from iputils 20221126",
              "ping -c 10 -s 56 -i 0.200 -n -W 1.500 -Q 184 -t 3 -M do 10.0.0.2");
}

static void refuses_what_a_ping_can_not(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    version = "BusyBox v1.35.0";
    f->opt.do_not_fragment = true;
    assert_int_equal(ping_prepare(&f->host->self, &f->flow, &err), -EOPNOTSUPP);
    assert_string_equal(
        err.text, "endpoint a: its ping (BusyBox) can't set do-not-fragment; iputils-ping can");
    f->opt.dscp = 1;
    assert_int_equal(ping_prepare(&f->host->self, &f->flow, &err), -EOPNOTSUPP);
    assert_string_equal(err.text,
                        "endpoint a: its ping (BusyBox) can't set dscp; iputils-ping can");
    f->opt = (struct options){ .ttl = 1 };
    version = "";
    assert_int_equal(ping_prepare(&f->host->self, &f->flow, &err), -EOPNOTSUPP);
    assert_string_equal(err.text, "endpoint a: its ping can't set ttl; iputils-ping can");
}

static void has_no_server(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ping_command(&f->host->self, &f->flow, &f->trial, VMTP_SERVER, &f->argv, NULL),
                     0);
    assert_int_equal(f->argv.count, 0);
}

static void takes_as_long_as_its_requests(void **state)
{
    struct fixture *f = *state;
    struct vmtp_cost cost = { .size = sizeof cost };

    assert_int_equal(ping_plan(&f->host->self, NULL, &f->trial, &cost, NULL), 0);
    assert_int_equal(cost.extra_ns, (2000 + 1500 - 1000) * NS_PER_MS);
    assert_int_equal(cost.bytes, 560);
    f->opt.count = 0;
    assert_int_equal(count_of(&f->opt, &f->trial), 5);
    f->opt.interval_ns = 7 * NS_PER_S;
    assert_int_equal(count_of(&f->opt, &f->trial), 1);
    f->trial.duration_ns = 60 * NS_PER_S;
    assert_int_equal(ping_plan(&f->host->self, NULL, &f->trial, &cost, NULL), 0);
    assert_int_equal(cost.extra_ns, 0);
}

/* ---- what it says ---- */

static int say(struct fixture *f, const char *text, struct vmtp_error *err)
{
    return ping_parse(&f->host->self, &f->flow, VMTP_CLIENT, 1, text, err);
}

/* All of a sample; 1 if it had a summary, or the first error. */
static int hear(struct fixture *f, const char *name, struct vmtp_error *err)
{
    char path[200], text[300];
    FILE *file;
    int told = 0;

    f->argv.count = 0;
    assert_int_equal(ping_command(&f->host->self, &f->flow, &f->trial, VMTP_CLIENT, &f->argv, NULL),
                     0);
    snprintf(path, sizeof path, SAMPLES "%s", name);
    file = fopen(path, "re");
    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    while (told >= 0 && fgets(text, sizeof text, file)) {
        int r;

        text[strcspn(text, "\n")] = '\0';
        r = say(f, text, err);
        told = r ? r : told;
    }
    fclose(file);
    return told;
}

static bool has(const struct fixture *f, uint32_t metric)
{
    return fake_host_sample(f->host, metric, true) != NULL;
}

static void figure_is(const struct fixture *f, uint32_t metric, double value)
{
    if (!has(f, metric))
        fail_msg("%s is not told", metrics[metric].name);
    assert_float_equal(fake_host_sample(f->host, metric, true)->sample.value, value, 1e-12);
}

static uint64_t replies(const struct fixture *f)
{
    uint64_t n = 0;

    for (size_t i = 0; i < f->host->histogram_count; i++)
        for (size_t k = 0; k < f->host->histograms[i].histogram.count; k++)
            n += f->host->histograms[i].histogram.buckets[k].count;
    return n;
}

static void tells_every_reply_and_the_summary(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(hear(f, "iputils.txt", NULL), 1);
    figure_is(f, M_SENT, 10);
    figure_is(f, M_RECEIVED, 10);
    figure_is(f, M_DUPLICATED, 0);
    figure_is(f, M_REORDERED, 0);
    figure_is(f, M_RTT_MIN, 48e-6);
    figure_is(f, M_RTT_AVG, 63e-6);
    figure_is(f, M_RTT_MAX, 77e-6);
    figure_is(f, M_RTT_MDEV, 8e-6);
    assert_int_equal(f->host->histogram_count, 1);
    assert_int_equal(replies(f), 10);
    assert_int_equal(f->host->histograms[0].histogram.min, 48000);
    assert_int_equal(f->host->histograms[0].histogram.max, 77000);
    assert_float_equal(fake_host_sample(f->host, M_RTT, false)->sample.value, 63e-6, 1e-12);
    assert_int_equal(f->host->event_count, 0);
}

static void reads_busybox_and_inetutils(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(hear(f, "busybox.txt", NULL), 1);
    figure_is(f, M_RECEIVED, 3);
    figure_is(f, M_RTT_AVG, 82e-6);
    assert_int_equal(replies(f), 3);
    assert_int_equal(hear(f, "inetutils.txt", NULL), 1);
    figure_is(f, M_RTT_AVG, 71e-6);
    figure_is(f, M_RTT_MAX, 79e-6);
    assert_false(has(f, M_RTT_MDEV)); /* one has none, the other a 0 that can't be */
    assert_int_equal(hear(f, "iputils-ipv6.txt", NULL), 1);
    figure_is(f, M_RTT_MDEV, 19e-6);
    assert_int_equal(replies(f), 9);
}

static void counts_duplicates_and_late_replies(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(hear(f, "iputils-duplicated.txt", NULL), 1);
    figure_is(f, M_SENT, 6);
    figure_is(f, M_RECEIVED, 6);
    figure_is(f, M_DUPLICATED, 1);
    figure_is(f, M_REORDERED, 1);
    assert_int_equal(replies(f), 6); /* a duplicate is no round trip */
    figure_is(f, M_RTT_MAX, 56.285e-3);
}

static void measures_the_loss_of_all(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(hear(f, "iputils-lost.txt", NULL), 1);
    figure_is(f, M_SENT, 3);
    figure_is(f, M_RECEIVED, 0);
    assert_int_equal(f->host->histogram_count, 0);
    assert_int_equal(hear(f, "busybox-lost.txt", NULL), 1);
    figure_is(f, M_SENT, 2);
    figure_is(f, M_RECEIVED, 0);
    assert_int_equal(f->host->event_count, 0);
}

static void tells_what_routers_say(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(hear(f, "iputils-unreachable.txt", NULL), 1);
    figure_is(f, M_SENT, 2);
    figure_is(f, M_RECEIVED, 0);
    assert_int_equal(f->host->event_count, 1);
    assert_int_equal(f->host->events[0].event.kind, VMTP_NOTE);
    assert_string_equal(f->host->events[0].text,
                        "From 10.91.0.1 icmp_seq=1 Destination Host Unreachable");
}

static void does_not_call_it_loss_when_nothing_was_sent(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    assert_int_equal(hear(f, "iputils-too-long.txt", &err), -EIO);
    assert_string_equal(err.text, "endpoint a: ping: local error: message too long, mtu=1500");
    assert_int_equal(f->host->sample_count, 0);
}

static void notes_a_complaint_when_some_came_back(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(say(f, "/bin/ping: sendmsg: No buffer space available", NULL), 0);
    assert_int_equal(say(f, "ping: Warning: source address might be selected on device", NULL), 0);
    assert_int_equal(say(f, "8 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=1 ms", NULL), 0);
    assert_int_equal(say(f, "2 packets transmitted, 1 received, 50% packet loss", NULL), 1);
    assert_int_equal(f->host->event_count, 1);
    assert_string_equal(f->host->events[0].text, "ping: sendmsg: No buffer space available");
    figure_is(f, M_RECEIVED, 1);
}

static void tells_no_times_where_there_are_none(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(hear(f, "iputils-no-times.txt", NULL), 1);
    figure_is(f, M_RECEIVED, 3);
    assert_int_equal(f->host->histogram_count, 0);
    assert_false(has(f, M_RTT_AVG));
}

static void reads_other_forms_of_a_time(void **state)
{
    static const struct {
        const char *line;
        double seconds;
    } rows[] = {
        { "[1795229329.968170] 64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.013 ms", 13e-6 },
        { "64 bytes from h (10.0.0.2): icmp_req=2 ttl=64 time=1234 ms", 1.234 },
        { "64 bytes from 10.0.0.2: icmp_seq=3 ttl=64 time=0,250 ms", 250e-6 },
        { "64 bytes from 10.0.0.2: icmp_seq=4 ttl=64 time<1 ms", 1e-3 },
        { "64 bytes from fe80::1%eth0: icmp_seq=5 ttl=64 time=12.3 ms", 12.3e-3 },
        { "64 bytes from fd00::1: seq=6 ttl=64 time=0.000 ms", 0 },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(say(f, rows[i].line, NULL), 0);
        assert_int_equal(f->host->sample_count, i + 1);
        assert_float_equal(f->host->samples[i].sample.value, rows[i].seconds, 1e-12);
    }
    assert_int_equal(
        say(f, "rtt min/avg/max/mdev = 0,003/0,004/0,032/0,001 ms, ipg/ewma 1/2 ms", NULL), 0);
    figure_is(f, M_RTT_AVG, 4e-6);
    figure_is(f, M_RTT_MDEV, 1e-6);
}

static void counts_on_when_numbers_start_again(void **state)
{
    struct fixture *f = *state;

    say(f, "64 bytes from 10.0.0.2: icmp_seq=65534 ttl=64 time=1 ms", NULL);
    say(f, "64 bytes from 10.0.0.2: icmp_seq=65535 ttl=64 time=1 ms", NULL);
    say(f, "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=1 ms", NULL);
    say(f, "64 bytes from 10.0.0.2: icmp_seq=0 ttl=64 time=1 ms", NULL);
    assert_int_equal(say(f, "4 packets transmitted, 4 received, 0% packet loss", NULL), 1);
    figure_is(f, M_REORDERED, 1);
}

static void survives_nonsense(void **state)
{
    static const char *const lines[] = {
        "64 bytes from 10.0.0.2: icmp_seq=x ttl=64 time=1 ms",
        "64 bytes from 10.0.0.2: icmp_seq=99999999999999999999 time=1 ms",
        "64 bytes from 10.0.0.2: icmp_seq=1 time=99999999999999999999 ms",
        "64 bytes from 10.0.0.2: icmp_seq=1 time=",
        "64 bytes from 10.0.0.2: icmp_seq=1 time",
        "rtt min/avg/max/mdev = ",
        "rtt min/avg/max/mdev = 1/2",
        "rtt min/avg/max/mdev =",
        "rtt min/avg/max = 1/2/99999999999999999999 ms",
        "packets transmitted, 4 received",
        "wrong data byte #3 should be 0x3 but was 0x4",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_int_equal(say(f, lines[i], NULL), 0);
    assert_int_equal(f->host->sample_count, 0);
}

#define WITH_FIXTURE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(speaks_to_each_ping_in_its_way),
        WITH_FIXTURE(says_every_option),
        WITH_FIXTURE(refuses_what_a_ping_can_not),
        WITH_FIXTURE(has_no_server),
        WITH_FIXTURE(takes_as_long_as_its_requests),
        WITH_FIXTURE(tells_every_reply_and_the_summary),
        WITH_FIXTURE(reads_busybox_and_inetutils),
        WITH_FIXTURE(counts_duplicates_and_late_replies),
        WITH_FIXTURE(measures_the_loss_of_all),
        WITH_FIXTURE(tells_what_routers_say),
        WITH_FIXTURE(does_not_call_it_loss_when_nothing_was_sent),
        WITH_FIXTURE(notes_a_complaint_when_some_came_back),
        WITH_FIXTURE(tells_no_times_where_there_are_none),
        WITH_FIXTURE(reads_other_forms_of_a_time),
        WITH_FIXTURE(counts_on_when_numbers_start_again),
        WITH_FIXTURE(survives_nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
