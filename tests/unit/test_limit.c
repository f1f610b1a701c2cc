/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/limit.c, cause.c, cause_udp.c, look.c, look_host.c, limit_text.c,
 * limit_search.c and limit_entry.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/json.h"
#include "core/result/limit.h"
#include "core/result/limit_entry.h"
#include "core/result/search.h"
#include "tests/fakes/evidence.h"

#include <math.h>

#define MANY 20 /* intervals of a trial */

/* A figure of every interval; with a subject it is a monitor's. */
struct fact {
    const char *metric;
    double value;
    const char *subject, *part;
};

static void fact_add(struct trial *trial, const struct fact *fact, size_t from, size_t to)
{
    bool counter = strstr(fact->metric, "dropped") || strstr(fact->metric, "errors");

    if (fact->subject)
        evidence_watch(trial, fact->subject, fact->part ? fact->part : "", fact->metric,
                       counter ? VMTP_COUNTER : VMTP_GAUGE, from, to, fact->value);
    else if (strcmp(fact->metric, VMTP_CPU_CLIENT) == 0)
        evidence_final(trial, fact->metric, fact->value);
    else
        evidence_set(trial, fact->metric, from, to, fact->value);
    if (strcmp(fact->metric, VMTP_RECEIVED) == 0)
        evidence_final(trial, fact->metric, fact->value * (double)evidence_intervals(trial));
}

static void facts_add(struct trial *trial, const struct fact *facts, size_t from, size_t to)
{
    for (; facts->metric; facts++)
        fact_add(trial, facts, from, to);
}

static const char *evidence_text(const struct limit *limit, char *text, size_t size)
{
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < limit->evidence_count && len < size; i++)
        len += (size_t)snprintf(text + len, size - len, "%s%s", i ? "; " : "", limit->evidence[i]);
    return text;
}

static void is_limited_by(const struct evidence *evidence, enum limit_cause cause)
{
    _cleanup_(limit_freep) struct limit *limit = NULL;
    char text[2000];

    assert_int_equal(limit_make(&evidence->measurement, &limit), 0);
    if (limit->cause != cause)
        fail_msg("limited by %s, not %s: %s", limit_name(limit->cause), limit_name(cause),
                 evidence_text(limit, text, sizeof text));
    if (cause != LIMIT_NONE && cause != LIMIT_UNKNOWN) {
        assert_true(limit->evidence_count > 0);
        assert_true(*limit->advice);
        assert_true(limit->share > 0.5 && limit->share <= 1);
    }
}

/* ---- the table of causes ---- */

#define SAW(metric, value)                                                                         \
    {                                                                                              \
        metric, value, NULL, NULL                                                                  \
    }
#define WATCHED(metric, value, subject, part)                                                      \
    {                                                                                              \
        metric, value, subject, part                                                               \
    }

#define TCP(goodput_, cause_, ...)                                                                 \
    {                                                                                              \
        "tcp", goodput_, cause_,                                                                   \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define UDP(goodput_, cause_, ...)                                                                 \
    {                                                                                              \
        "udp", goodput_, cause_,                                                                   \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

/* A sender that has more to send than the network takes, and one that has not. */
#define FULL_BUFFER    SAW(VMTP_UNSENT, 4e6), SAW(VMTP_CWND, 2e6), SAW(VMTP_BUSY, 1)
#define NOTHING_LEFT   SAW(VMTP_UNSENT, 2e3), SAW(VMTP_CWND, 2e6)
#define FLAT_TRIP      SAW(VMTP_TCP_RTT, 1.2e-3), SAW(VMTP_TCP_MIN_RTT, 1e-3)
#define STANDING_QUEUE SAW(VMTP_TCP_RTT, 50e-3), SAW(VMTP_TCP_MIN_RTT, 1e-3)
#define FREE_WINDOW    SAW(VMTP_RWND_LIMITED, 0), SAW(VMTP_SNDBUF_LIMITED, 0)
#define IDLE_READER                                                                                \
    SAW(VMTP_RECEIVE_FILL, 0.02), SAW(VMTP_READING, 0.2), SAW(VMTP_CPU_RECEIVER, 0.1),             \
        SAW(VMTP_DELAY_RECEIVER, 0.01)
#define IDLE_SENDER SAW(VMTP_CPU_SENDER, 0.1), SAW(VMTP_DELAY_SENDER, 0.01)

static const struct {
    const char *protocol;
    double goodput;
    enum limit_cause cause;
    struct fact facts[18];
} table[] = {
    /* the line */
    TCP(935e6, LIMIT_LINE_RATE, FULL_BUFFER),
    TCP(935e6, LIMIT_LINE_RATE, FULL_BUFFER, STANDING_QUEUE, SAW(VMTP_RETRANSMITS, 40)),
    TCP(935e6, LIMIT_LINE_RATE, NOTHING_LEFT, SAW(VMTP_CPU_SENDER, 0.99)),
    TCP(880e6, LIMIT_LINE_RATE, FULL_BUFFER, FREE_WINDOW, STANDING_QUEUE),
    TCP(935e6, LIMIT_LINE_RATE, SAW(VMTP_GOODPUT, 935e6)),
    /* the sender */
    TCP(3e8, LIMIT_SENDER_CPU, NOTHING_LEFT, FREE_WINDOW, SAW(VMTP_CPU_SENDER, 0.98), IDLE_READER),
    TCP(3e8, LIMIT_SENDER_CPU, NOTHING_LEFT, SAW(VMTP_CPU_SENDER, 0.85),
        SAW(VMTP_DELAY_SENDER, 0.12), IDLE_READER),
    TCP(3e8, LIMIT_SENDER_SCHEDULING, NOTHING_LEFT, SAW(VMTP_CPU_SENDER, 0.2),
        SAW(VMTP_DELAY_SENDER, 0.78), IDLE_READER),
    TCP(3e8, LIMIT_SENDER_APPLICATION, NOTHING_LEFT, FREE_WINDOW, SAW(VMTP_BUSY, 0.3), IDLE_SENDER,
        IDLE_READER),
    TCP(3e8, LIMIT_SENDER_CPU, SAW(VMTP_CPU_CLIENT, 0.99),
        WATCHED(VMTP_CPU_BUSY, 0.99, "a", "cpu1"), SAW(VMTP_RETRANSMITS, 0)),
    /* the hypervisor */
    TCP(3e8, LIMIT_HYPERVISOR, NOTHING_LEFT, SAW(VMTP_CPU_SENDER, 0.7),
        WATCHED(VMTP_CPU_STEAL, 0.25, "a", "cpu0"), WATCHED(VMTP_CPU_BUSY, 0.99, "a", "cpu0")),
    TCP(3e8, LIMIT_HYPERVISOR, FULL_BUFFER, WATCHED(VMTP_STALL, 0.08, "b", ""),
        SAW(VMTP_DELAY_RECEIVER, 0.01)),
    /* the receiver */
    TCP(3e8, LIMIT_RECEIVER_SOFTIRQ, FULL_BUFFER, WATCHED(VMTP_CPU_SOFTIRQ, 0.97, "b", "cpu1"),
        IDLE_SENDER),
    TCP(3e8, LIMIT_RECEIVER_SOFTIRQ, FULL_BUFFER, FREE_WINDOW,
        WATCHED(VMTP_SOFTNET_DROPPED, 50, "b", "cpu0"), SAW(VMTP_RETRANSMITS, 60)),
    TCP(3e8, LIMIT_RECEIVER_CPU, FULL_BUFFER, SAW(VMTP_RWND_LIMITED, 0.5),
        SAW(VMTP_CPU_RECEIVER, 0.97), SAW(VMTP_READING, 0.99), SAW(VMTP_RECEIVE_FILL, 0.5)),
    TCP(3e8, LIMIT_RECEIVER_CPU, FULL_BUFFER, SAW(VMTP_RWND_LIMITED, 0.8),
        SAW(VMTP_CPU_RECEIVER, 0.2), SAW(VMTP_DELAY_RECEIVER, 0.75), SAW(VMTP_RECEIVE_FILL, 0.9)),
    TCP(3e8, LIMIT_RECEIVER_APPLICATION, FULL_BUFFER, SAW(VMTP_RWND_LIMITED, 0.99),
        SAW(VMTP_RECEIVE_FILL, 0.95), SAW(VMTP_CPU_RECEIVER, 0.05), SAW(VMTP_DELAY_RECEIVER, 0)),
    /* with BBR, which shows less of the window */
    TCP(3e8, LIMIT_RECEIVER_APPLICATION, FULL_BUFFER, SAW(VMTP_RWND_LIMITED, 0.15),
        SAW(VMTP_RECEIVE_FILL, 0.9), SAW(VMTP_CPU_RECEIVER, 0.05), SAW(VMTP_TCP_RTT, 9e-3),
        SAW(VMTP_TCP_MIN_RTT, 1e-3)),
    /* away for much of the time: acknowledgements are put off, and the window is open */
    TCP(3e8, LIMIT_RECEIVER_APPLICATION, FULL_BUFFER, FREE_WINDOW, FLAT_TRIP,
        SAW(VMTP_RECEIVE_FILL, 0.05), SAW(VMTP_READING, 0.7), SAW(VMTP_CPU_RECEIVER, 0.05),
        SAW(VMTP_DELAY_RECEIVER, 0), IDLE_SENDER),
    TCP(3e8, LIMIT_RECEIVER_CPU, FULL_BUFFER, FREE_WINDOW, FLAT_TRIP, SAW(VMTP_RECEIVE_FILL, 0.2),
        SAW(VMTP_READING, 0.98), SAW(VMTP_CPU_RECEIVER, 0.1), SAW(VMTP_DELAY_RECEIVER, 0.88),
        IDLE_SENDER),
    /* windows and buffers */
    TCP(3e8, LIMIT_RECEIVE_WINDOW, FULL_BUFFER, SAW(VMTP_RWND_LIMITED, 0.9), IDLE_READER,
        FLAT_TRIP),
    TCP(3e8, LIMIT_SEND_BUFFER, NOTHING_LEFT, SAW(VMTP_SNDBUF_LIMITED, 0.7),
        SAW(VMTP_RWND_LIMITED, 0), IDLE_SENDER, IDLE_READER, FLAT_TRIP),
    /* hardly any share of it, but nothing is left to send, and room in the window */
    TCP(3e8, LIMIT_SEND_BUFFER, NOTHING_LEFT, SAW(VMTP_SNDBUF_LIMITED, 0.04),
        SAW(VMTP_RWND_LIMITED, 0), SAW(VMTP_BUSY, 1), SAW(VMTP_RETRANSMITS, 0), IDLE_SENDER,
        IDLE_READER, FLAT_TRIP),
    TCP(3e8, LIMIT_UNKNOWN, NOTHING_LEFT, SAW(VMTP_SNDBUF_LIMITED, 0), SAW(VMTP_RWND_LIMITED, 0),
        SAW(VMTP_BUSY, 1), SAW(VMTP_RETRANSMITS, 0), IDLE_SENDER, IDLE_READER, FLAT_TRIP),
    /* the network */
    TCP(3e8, LIMIT_LOSS, FULL_BUFFER, FREE_WINDOW, FLAT_TRIP, SAW(VMTP_RETRANSMITS, 30),
        IDLE_SENDER, IDLE_READER),
    TCP(3e8, LIMIT_LOSS, SAW(VMTP_RETRANSMITS, 60), FLAT_TRIP),
    TCP(3e8, LIMIT_LOSS, SAW(VMTP_RETRANSMITS, 10), FLAT_TRIP, WATCHED(VMTP_CPU_BUSY, 0.2, "a", ""),
        WATCHED(VMTP_CPU_BUSY, 0.2, "b", "")),
    TCP(3e8, LIMIT_UNKNOWN, SAW(VMTP_RETRANSMITS, 10), FLAT_TRIP),
    TCP(3e8, LIMIT_QUEUEING, FULL_BUFFER, FREE_WINDOW, STANDING_QUEUE, SAW(VMTP_RETRANSMITS, 3),
        IDLE_SENDER, IDLE_READER),
    /* datagrams */
    UDP(940e6, LIMIT_LINE_RATE, SAW(VMTP_SENT, 10000), SAW(VMTP_RECEIVED, 8000),
        SAW(VMTP_LOST_SOCKET, 0)),
    UDP(890e6, LIMIT_LINE_RATE, SAW(VMTP_SENT, 10000), SAW(VMTP_RECEIVED, 7578),
        SAW(VMTP_LOST_SOCKET, 0)),
    UDP(300e6, LIMIT_LOSS, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2550),
        SAW(VMTP_LOST_SOCKET, 1)),
    UDP(300e6, LIMIT_RECEIVER_APPLICATION, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2000),
        SAW(VMTP_LOST_SOCKET, 690), SAW(VMTP_CPU_RECEIVER, 0.1)),
    UDP(300e6, LIMIT_RECEIVER_CPU, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2000),
        SAW(VMTP_LOST_SOCKET, 690), SAW(VMTP_CPU_RECEIVER, 0.98)),
    UDP(300e6, LIMIT_RECEIVER_SOFTIRQ, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2000),
        SAW(VMTP_LOST_SOCKET, 10), SAW(VMTP_LOST_SOFTNET, 650)),
    UDP(300e6, LIMIT_SENDER_CPU, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2700),
        SAW(VMTP_LOST_SOCKET, 0), SAW(VMTP_CPU_SENDER, 0.99)),
    UDP(300e6, LIMIT_SENDER_SCHEDULING, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2700),
        SAW(VMTP_CPU_SENDER, 0.5), SAW(VMTP_DELAY_SENDER, 0.5)),
    /* with a tool that does not tell where: the machine's counters */
    UDP(300e6, LIMIT_LOSS, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2500),
        WATCHED(VMTP_STALL, 0.001, "b", "")),
    UDP(300e6, LIMIT_RECEIVER_APPLICATION, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2500),
        WATCHED(VMTP_UDP_RCVBUF_ERRORS, 200, "b", ""), WATCHED(VMTP_STALL, 0.001, "b", "")),

    /* Evidence that is missing, and evidence that disagrees. */
    TCP(3e8, LIMIT_UNKNOWN, SAW(VMTP_GOODPUT, 3e8)),
    TCP(3e8, LIMIT_UNKNOWN, SAW(VMTP_RWND_LIMITED, 0.9)), /* window or reader? */
    TCP(3e8, LIMIT_SENDER_CPU, SAW(VMTP_CPU_SENDER, 0.97), SAW(VMTP_CPU_RECEIVER, 0.97)),
    TCP(3e8, LIMIT_UNKNOWN, NOTHING_LEFT, SAW(VMTP_CPU_SENDER, 0.98), SAW(VMTP_RWND_LIMITED, 0.9),
        SAW(VMTP_RECEIVE_FILL, 0.9)),
    TCP(3e8, LIMIT_UNKNOWN, NOTHING_LEFT, SAW(VMTP_RETRANSMITS, 30), FLAT_TRIP, IDLE_SENDER,
        SAW(VMTP_BUSY, 1)),
    TCP(3e8, LIMIT_UNKNOWN, SAW(VMTP_RETRANSMITS, 3), SAW(VMTP_TCP_RTT, 4e-3),
        SAW(VMTP_TCP_MIN_RTT, 2e-3)),
    TCP(3e8, LIMIT_UNKNOWN, FULL_BUFFER, FREE_WINDOW, FLAT_TRIP, IDLE_SENDER, IDLE_READER),
    TCP(2e9, LIMIT_UNKNOWN, SAW(VMTP_GOODPUT, 2e9)),       /* twice the ceiling */
    UDP(300e6, LIMIT_UNKNOWN, SAW(VMTP_CPU_SENDER, 0.99)), /* was any lost? */
    UDP(300e6, LIMIT_UNKNOWN, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2500)), /* where? */
    UDP(300e6, LIMIT_UNKNOWN, SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2700),
        SAW(VMTP_CPU_SENDER, 0.3)),
    /* Sent again for nothing: packets came in another order. */
    TCP(3e8, LIMIT_UNKNOWN, FULL_BUFFER, FREE_WINDOW, FLAT_TRIP, SAW(VMTP_RETRANSMITS, 30),
        SAW(VMTP_SPURIOUS, 30), IDLE_SENDER, IDLE_READER),
    /* Steal that nobody needed. */
    TCP(3e8, LIMIT_LOSS, FULL_BUFFER, FREE_WINDOW, FLAT_TRIP, SAW(VMTP_RETRANSMITS, 30),
        WATCHED(VMTP_CPU_STEAL, 0.08, "a", "cpu0"), WATCHED(VMTP_CPU_BUSY, 0.3, "a", "cpu0")),
    TCP(3e8, LIMIT_UNKNOWN, NOTHING_LEFT, SAW(VMTP_CPU_SENDER, 0.65),
        WATCHED(VMTP_CPU_STEAL, 0.08, "a", "cpu0"), WATCHED(VMTP_CPU_BUSY, 0.3, "a", "cpu0")),
    /* Losses of a flow that has nothing on its way for most of the time. */
    TCP(3e8, LIMIT_SENDER_APPLICATION, SAW(VMTP_UNSENT, 4e6), SAW(VMTP_CWND, 2e6),
        SAW(VMTP_BUSY, 0.3), FREE_WINDOW, FLAT_TRIP, SAW(VMTP_RETRANSMITS, 60), IDLE_SENDER,
        IDLE_READER),
    /* A delay of the sender while its buffer is full. */
    TCP(3e8, LIMIT_QUEUEING, FULL_BUFFER, FREE_WINDOW, STANDING_QUEUE, SAW(VMTP_DELAY_SENDER, 0.6),
        SAW(VMTP_CPU_SENDER, 0.3)),
    /* A round trip of microseconds is a multiple of another by chance. */
    TCP(3e8, LIMIT_UNKNOWN, FULL_BUFFER, FREE_WINDOW, SAW(VMTP_TCP_RTT, 300e-6),
        SAW(VMTP_TCP_MIN_RTT, 30e-6)),
};

static void each_cause_has_its_evidence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct evidence evidence;

        evidence_make(&evidence, table[i].protocol);
        for (int k = 0; k < 3; k++) {
            struct trial *trial = evidence_trial(&evidence, MANY, table[i].goodput);

            facts_add(trial, table[i].facts, 0, MANY);
        }
        is_limited_by(&evidence, table[i].cause);
        evidence_clear(&evidence);
    }
}

/* ---- from intervals to a flow ---- */

static const struct fact of_the_line[] = { FULL_BUFFER, SAW(NULL, 0) };
static const struct fact of_the_reader[] = { FULL_BUFFER,
                                             SAW(VMTP_RWND_LIMITED, 0.9),
                                             SAW(VMTP_RECEIVE_FILL, 0.95),
                                             SAW(VMTP_CPU_RECEIVER, 0.05),
                                             SAW(VMTP_DELAY_RECEIVER, 0.01),
                                             SAW(NULL, 0) };

/* Intervals from `from` on are the receiver's, those before the line's. */
static void mix(struct evidence *evidence, size_t from)
{
    struct trial *trial = evidence_trial(evidence, MANY, 5e8);

    evidence_set(trial, VMTP_GOODPUT, 0, from, 935e6);
    evidence_set(trial, VMTP_GOODPUT, from, MANY, 1e8);
    facts_add(trial, of_the_reader, from, MANY);
    evidence_set(trial, VMTP_RWND_LIMITED, 0, from, 0);
    evidence_set(trial, VMTP_RECEIVE_FILL, 0, from, 0);
    evidence_set(trial, VMTP_UNSENT, 0, from, 4e6);
    evidence_set(trial, VMTP_CWND, 0, from, 2e6);
}

static void what_most_intervals_share_is_the_cause(void **state)
{
    struct evidence evidence;

    (void)state;
    evidence_make(&evidence, "tcp");
    mix(&evidence, 5);
    is_limited_by(&evidence, LIMIT_RECEIVER_APPLICATION);
    evidence_clear(&evidence);
    evidence_make(&evidence, "tcp");
    mix(&evidence, 16);
    is_limited_by(&evidence, LIMIT_LINE_RATE);
    evidence_clear(&evidence);
}

static void a_half_is_not_enough(void **state)
{
    _cleanup_(limit_freep) struct limit *limit = NULL;
    struct evidence evidence;
    char text[2000];

    (void)state;
    evidence_make(&evidence, "tcp");
    mix(&evidence, 11);
    is_limited_by(&evidence, LIMIT_UNKNOWN);
    assert_int_equal(limit_make(&evidence.measurement, &limit), 0);
    evidence_text(limit, text, sizeof text);
    assert_non_null(strstr(text, "of the time it was the line rate"));
    assert_non_null(strstr(text, "of the time it was the receiving program"));
    evidence_clear(&evidence);
}

static void a_trial_that_failed_says_nothing(void **state)
{
    struct evidence evidence;
    struct trial *trial;

    (void)state;
    evidence_make(&evidence, "tcp");
    facts_add(evidence_trial(&evidence, 4, 935e6), of_the_line, 0, 4);
    trial = evidence_trial(&evidence, MANY, 1e8);
    facts_add(trial, of_the_reader, 0, MANY);
    assert_int_equal(trial_fail(trial, -EIO, "cut"), 0);
    is_limited_by(&evidence, LIMIT_LINE_RATE);
    evidence_clear(&evidence);
}

static void equal_neighbours_are_one_span(void **state)
{
    _cleanup_(limit_freep) struct limit *limit = NULL;
    struct evidence evidence;
    size_t n;

    (void)state;
    evidence_make(&evidence, "tcp");
    facts_add(evidence_trial(&evidence, MANY, 935e6), of_the_line, 0, MANY);
    facts_add(evidence_trial(&evidence, MANY, 935e6), of_the_line, 0, MANY);
    mix(&evidence, 5);
    assert_int_equal(limit_make(&evidence.measurement, &limit), 0);
    n = limit->span_count;
    assert_true(n >= 4 && n < 10);
    assert_int_equal(limit->spans[0].trial, 1);
    assert_int_equal(limit->spans[0].since_ns, EVIDENCE_STEP_NS);
    assert_int_equal(limit->spans[0].until_ns, (MANY + 1) * EVIDENCE_STEP_NS);
    assert_int_equal(limit->spans[1].trial, 2);
    assert_int_equal(limit->spans[n - 1].cause, LIMIT_RECEIVER_APPLICATION);
    evidence_clear(&evidence);
}

static void a_latency_has_no_limit(void **state)
{
    _cleanup_(limit_freep) struct limit *limit = NULL;
    struct evidence evidence;
    struct trial *trial;

    (void)state;
    evidence_make(&evidence, "udp");
    is_limited_by(&evidence, LIMIT_NONE);
    trial = evidence_trial(&evidence, 1, 0);
    evidence_final(trial, VMTP_GOODPUT, NAN);
    trial->series[0].count = 0;
    is_limited_by(&evidence, LIMIT_NONE);
    assert_int_equal(limit_make(&evidence.measurement, &limit), 0);
    assert_null(limit_json(limit, &evidence.measurement));
    evidence_clear(&evidence);
}

/* The kernel's shares of time move in steps of a clock tick. */
static void short_intervals_are_judged_together(void **state)
{
    struct evidence evidence;
    struct trial *trial;

    (void)state;
    evidence_make(&evidence, "tcp");
    trial = evidence_loose(1, 3e8);
    trial->series[0].count = 0;
    assert_int_equal(measurement_add(&evidence.measurement, trial), 0);
    trial->duration_ns = 2000000000;
    for (uint64_t i = 1; i <= 200; i++)
        trial_add_point(trial, 0, trial->warmup_ns + i * 10000000, 3e8);
    /* Three ticks of ten have it all; on the whole it is a third of the time. */
    for (uint64_t i = 1; i <= 200; i++) {
        size_t row = 0;

        while (strcmp(evidence_metrics[row], VMTP_RWND_LIMITED) != 0)
            row++;
        trial_add_point(trial, (uint32_t)row, trial->warmup_ns + i * 10000000, i % 10 < 3 ? 1 : 0);
    }
    evidence_final(trial, VMTP_RECEIVE_FILL, 0.01);
    is_limited_by(&evidence, LIMIT_RECEIVE_WINDOW);
    evidence_clear(&evidence);
}

/* A tool with no more than a figure of the whole. */
static void a_whole_trial_is_one_interval_too(void **state)
{
    struct evidence evidence;
    struct trial *trial;

    (void)state;
    evidence_make(&evidence, "tcp");
    trial = evidence_trial(&evidence, MANY, 930e6);
    trial->series[0].count = 0;
    is_limited_by(&evidence, LIMIT_LINE_RATE);
    evidence_final(trial, VMTP_GOODPUT, 200e6);
    evidence_final(trial, VMTP_RETRANSMITS, 900);
    evidence_final(trial, VMTP_TCP_RTT, 1.1e-3);
    evidence_final(trial, VMTP_TCP_MIN_RTT, 1e-3);
    is_limited_by(&evidence, LIMIT_LOSS);
    evidence_clear(&evidence);
}

static void the_rate_that_was_asked_for_is_no_finding(void **state)
{
    struct evidence evidence;
    struct trial *trial;

    (void)state;
    evidence_make(&evidence, "tcp");
    evidence_option(&evidence, "rate", "300M");
    trial = evidence_trial(&evidence, MANY, 298e6);
    is_limited_by(&evidence, LIMIT_PACING);
    facts_add(trial,
              (const struct fact[]){ NOTHING_LEFT, SAW(VMTP_CPU_SENDER, 0.95), SAW(NULL, 0) }, 0,
              MANY);
    is_limited_by(&evidence, LIMIT_PACING);
    evidence_clear(&evidence);
    evidence_make(&evidence, "udp");
    evidence_option(&evidence, "rate", "300M");
    trial = evidence_trial(&evidence, MANY, 299e6);
    facts_add(trial,
              (const struct fact[]){ SAW(VMTP_SENT, 2500), SAW(VMTP_RECEIVED, 2495),
                                     SAW(VMTP_CPU_SENDER, 0.99), SAW(NULL, 0) },
              0, MANY);
    is_limited_by(&evidence, LIMIT_PACING);
    evidence_clear(&evidence);
    evidence_make(&evidence, "udp");
    evidence_option(&evidence, "rate", "300M");
    facts_add(evidence_trial(&evidence, MANY, 294e6),
              (const struct fact[]){ SAW(VMTP_SENT, 2500), SAW(VMTP_RECEIVED, 2450),
                                     SAW(VMTP_LOST_SOCKET, 0), SAW(NULL, 0) },
              0, MANY);
    is_limited_by(&evidence, LIMIT_LOSS);
    evidence_clear(&evidence);
    evidence_make(&evidence, "tcp"); /* by the kernel */
    trial = evidence_trial(&evidence, MANY, 95e6);
    facts_add(trial, (const struct fact[]){ SAW(VMTP_PACING_RATE, 1e8), SAW(NULL, 0) }, 0, MANY);
    is_limited_by(&evidence, LIMIT_PACING);
    evidence_clear(&evidence);
}

/* Datagrams that were not sent in time are left out. */
static void who_falls_behind_the_rate_had_no_turn(void **state)
{
    const struct fact late[] = { SAW(VMTP_SENT, 2500), SAW(VMTP_RECEIVED, 2500),
                                 SAW(VMTP_CPU_SENDER, 0.1), SAW(VMTP_DELAY_SENDER, 0.12),
                                 SAW(NULL, 0) };
    const struct fact idle[] = { SAW(VMTP_SENT, 2500), SAW(VMTP_RECEIVED, 2500),
                                 SAW(VMTP_CPU_SENDER, 0.1), SAW(VMTP_DELAY_SENDER, 0.001),
                                 SAW(NULL, 0) };
    struct evidence evidence;

    (void)state;
    evidence_make(&evidence, "udp");
    evidence_option(&evidence, "rate", "300M");
    facts_add(evidence_trial(&evidence, MANY, 280e6), late, 0, MANY);
    is_limited_by(&evidence, LIMIT_SENDER_SCHEDULING);
    evidence_clear(&evidence);
    evidence_make(&evidence, "udp");
    evidence_option(&evidence, "rate", "300M");
    facts_add(evidence_trial(&evidence, MANY, 280e6), idle, 0, MANY);
    is_limited_by(&evidence, LIMIT_UNKNOWN);
    evidence_clear(&evidence);
}

/* Whoever sends is watched at its own end. */
static void down_is_the_other_way_round(void **state)
{
    struct evidence evidence;
    struct trial *trial;

    (void)state;
    evidence_make(&evidence, "tcp");
    evidence_option(&evidence, "direction", "down");
    trial = evidence_trial(&evidence, MANY, 3e8);
    evidence_watch(trial, "a", "cpu0", VMTP_CPU_SOFTIRQ, VMTP_GAUGE, 0, MANY, 0.97);
    is_limited_by(&evidence, LIMIT_RECEIVER_SOFTIRQ);
    evidence_option(&evidence, "direction", "up");
    is_limited_by(&evidence, LIMIT_UNKNOWN);
    evidence_option(&evidence, "direction", "both");
    is_limited_by(&evidence, LIMIT_RECEIVER_SOFTIRQ);
    evidence_clear(&evidence);
}

/* Both directions together can be twice the ceiling. */
static void both_directions_have_a_line_each(void **state)
{
    struct evidence evidence;

    (void)state;
    evidence_make(&evidence, "tcp");
    evidence_option(&evidence, "direction", "both");
    evidence_trial(&evidence, MANY, 1.82e9);
    is_limited_by(&evidence, LIMIT_LINE_RATE);
    evidence_clear(&evidence);
    evidence_make(&evidence, "tcp");
    evidence_option(&evidence, "direction", "both");
    evidence_trial(&evidence, MANY, 935e6);
    is_limited_by(&evidence, LIMIT_UNKNOWN);
    evidence_clear(&evidence);
}

static void a_monitor_may_have_times_of_its_own(void **state)
{
    const struct watched like = { .monitor = "host",
                                  .subject = "b",
                                  .part = "cpu0",
                                  .metric = VMTP_CPU_SOFTIRQ,
                                  .unit = "ratio",
                                  .kind = VMTP_GAUGE };
    const struct point slow[] = { { 900000000, 0.95 }, { 2500000000, 0.97 } };
    struct evidence evidence;
    struct trial *trial;

    (void)state;
    evidence_make(&evidence, "tcp");
    trial = evidence_trial(&evidence, MANY, 3e8);
    assert_int_equal(trial_add_watched(trial, &like, slow, 2), 0);
    is_limited_by(&evidence, LIMIT_RECEIVER_SOFTIRQ);
    evidence_clear(&evidence);
    evidence_make(&evidence, "tcp"); /* it died early */
    trial = evidence_trial(&evidence, MANY, 3e8);
    assert_int_equal(trial_add_watched(trial, &like, slow, 1), 0);
    is_limited_by(&evidence, LIMIT_UNKNOWN);
    evidence_clear(&evidence);
}

/* A program that spins has a full CPU and nothing to do. */
static void spinning_is_no_work(void **state)
{
    const struct fact facts[] = { SAW(VMTP_SENT, 2700), SAW(VMTP_RECEIVED, 2000),
                                  SAW(VMTP_LOST_SOCKET, 690), SAW(VMTP_CPU_RECEIVER, 0.99),
                                  SAW(NULL, 0) };
    struct evidence evidence;

    (void)state;
    evidence_make(&evidence, "udp");
    evidence_option(&evidence, "wait", "spin");
    facts_add(evidence_trial(&evidence, MANY, 3e8), facts, 0, MANY);
    is_limited_by(&evidence, LIMIT_RECEIVER_APPLICATION);
    evidence_clear(&evidence);
}

/* ---- trials that were run to learn more ---- */

static void another_trial_is_wanted_while_the_cause_is_not_known(void **state)
{
    struct evidence evidence;
    bool wider, longer;

    (void)state;
    evidence_make(&evidence, "tcp");
    limit_wants(&evidence.measurement, &wider, &longer);
    assert_true(!wider && !longer);
    evidence_trial(&evidence, MANY, 3e8);
    limit_wants(&evidence.measurement, &wider, &longer);
    assert_true(wider && longer);
    evidence.tool.ops.tool.streamed = 0;
    limit_wants(&evidence.measurement, &wider, &longer);
    assert_true(!wider && longer);
    evidence.tool.ops.tool.streamed = 1;
    evidence.measurement.wider = evidence_loose(MANY, 3e8);
    limit_wants(&evidence.measurement, &wider, &longer);
    assert_true(!wider && longer);
    evidence_clear(&evidence);
    evidence_make(&evidence, "tcp");
    evidence_trial(&evidence, MANY, 935e6);
    limit_wants(&evidence.measurement, &wider, &longer);
    assert_true(!wider && !longer);
    evidence_clear(&evidence);
}

static void twice_the_connections_that_carry_more_had_a_limit_each(void **state)
{
    struct evidence evidence;

    (void)state;
    evidence_make(&evidence, "tcp");
    evidence_trial(&evidence, MANY, 3e8);
    evidence.measurement.wider = evidence_loose(MANY, 5.9e8);
    evidence.measurement.wider->streams = 2;
    is_limited_by(&evidence, LIMIT_UNKNOWN); /* the path may have changed */
    evidence.measurement.longer = evidence_loose(2 * MANY, 3.1e8);
    is_limited_by(&evidence, LIMIT_PER_FLOW);
    evidence_final(evidence.measurement.longer, VMTP_GOODPUT, 5.8e8); /* it has */
    is_limited_by(&evidence, LIMIT_UNKNOWN);
    evidence_final(evidence.measurement.longer, VMTP_GOODPUT, 3e8);
    evidence_final(evidence.measurement.wider, VMTP_GOODPUT, 4e8);
    is_limited_by(&evidence, LIMIT_UNKNOWN);
    evidence_clear(&evidence);
}

static void a_cause_that_is_known_stays(void **state)
{
    struct evidence evidence;

    (void)state;
    evidence_make(&evidence, "tcp");
    facts_add(evidence_trial(&evidence, MANY, 3e8), of_the_reader, 0, MANY);
    evidence.measurement.wider = evidence_loose(MANY, 6e8);
    evidence.measurement.longer = evidence_loose(MANY, 3e8);
    is_limited_by(&evidence, LIMIT_RECEIVER_APPLICATION);
    evidence_clear(&evidence);
}

/* ---- token buckets ---- */

static struct trial *bucket(struct trial *trial, size_t from, double low_bps)
{
    evidence_set(trial, VMTP_GOODPUT, from, evidence_intervals(trial), low_bps);
    evidence_set(trial, VMTP_CPU_SENDER, 0, evidence_intervals(trial), 0.2);
    evidence_set(trial, VMTP_UNSENT, 0, evidence_intervals(trial), 4e6);
    evidence_set(trial, VMTP_CWND, 0, evidence_intervals(trial), 2e6);
    return trial;
}

static void a_burst_and_what_is_sustained_are_told_apart(void **state)
{
    _cleanup_(limit_freep) struct limit *limit = NULL;
    struct evidence evidence;

    (void)state;
    evidence_make(&evidence, "tcp");
    bucket(evidence_trial(&evidence, MANY, 8e8), 6, 1e8);
    evidence_final(bucket(evidence_trial(&evidence, MANY, 1e8), 0, 1e8), VMTP_GOODPUT, 1e8);
    is_limited_by(&evidence, LIMIT_TOKEN_BUCKET);
    assert_int_equal(limit_make(&evidence.measurement, &limit), 0);
    assert_true(fabs(limit->burst_bps - 8e8) < 1e6);
    assert_true(fabs(limit->sustained_bps - 1e8) < 1e6);
    assert_true(fabs(limit->burst_s - 0.7) < 0.01); /* and a tenth of warm-up */
    evidence_clear(&evidence);
}

static void a_longer_trial_may_show_the_bucket(void **state)
{
    struct evidence evidence;

    (void)state;
    evidence_make(&evidence, "tcp");
    bucket(evidence_trial(&evidence, MANY, 8e8), MANY, 0);
    bucket(evidence_trial(&evidence, MANY, 8e8), MANY, 0);
    is_limited_by(&evidence, LIMIT_UNKNOWN);
    evidence.measurement.longer = bucket(evidence_loose(2 * MANY, 8e8), 26, 1e8);
    is_limited_by(&evidence, LIMIT_TOKEN_BUCKET);
    evidence_clear(&evidence);
}

/* The receiver fell asleep: that is no bucket. */
static void a_drop_that_an_end_explains_is_no_bucket(void **state)
{
    struct evidence evidence;
    struct trial *trial;

    (void)state;
    evidence_make(&evidence, "tcp");
    trial = bucket(evidence_trial(&evidence, MANY, 8e8), 6, 1e8);
    facts_add(trial, of_the_reader, 6, MANY);
    is_limited_by(&evidence, LIMIT_RECEIVER_APPLICATION);
    evidence_clear(&evidence);
}

/* ---- rate searches ---- */

static void search_make(struct evidence *evidence, const struct search_spec *spec)
{
    assert_int_equal(search_new(spec, 0, &evidence->measurement.search), 0);
    evidence_trial(evidence, MANY, 3e8)->rate_bps = 300000000;
}

static void searched(struct evidence *evidence, double offered, double goodput, double socket)
{
    struct search_trial trial = { .number = 1,
                                  .offered_bps = offered,
                                  .goodput_bps = goodput,
                                  .sent = 1000,
                                  .received = 1000 * goodput / offered,
                                  .loss = 1 - goodput / offered,
                                  .socket = socket,
                                  .kernel = isnan(socket) ? NAN : 0,
                                  .sender = 0.5,
                                  .receiver = 0.5,
                                  .duration_s = 1,
                                  .rate_bps = (uint64_t)offered };

    search_add(evidence->measurement.search, &trial, 1000000000);
}

static void a_search_is_judged_by_what_lost_too_much(void **state)
{
    static const double losses[] = { 0.001 };
    static const struct search_spec spec = { .losses = losses,
                                             .loss_count = 1,
                                             .width = 0.05,
                                             .exceed = 0.5,
                                             .trial_ns = 1000000000,
                                             .sum_ns = 4000000000,
                                             .min_bps = 1000000,
                                             .max_bps = 2000000000,
                                             .time_ns = 60000000000 };
    static const struct {
        double offered, goodput, socket;
        enum limit_cause cause;
    } cases[] = {
        { 1.2e9, 950e6, 0, LIMIT_LINE_RATE },
        { 6e8, 3e8, 0, LIMIT_LOSS },
        { 6e8, 3e8, 480, LIMIT_RECEIVER_APPLICATION },
        { 6e8, 3e8, NAN, LIMIT_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct evidence evidence;
        struct trial *trial;
        bool wider, longer;

        evidence_make(&evidence, "udp");
        search_make(&evidence, &spec);
        trial = evidence.measurement.trials[0];
        evidence_final(trial, VMTP_RECEIVED, 3e8 * 2 / 8 / 1400);
        searched(&evidence, cases[i].offered, cases[i].goodput, cases[i].socket);
        is_limited_by(&evidence, cases[i].cause);
        limit_wants(&evidence.measurement, &wider, &longer);
        assert_true(!wider && !longer);
        evidence_clear(&evidence);
    }
}

/* ---- whatever comes in ---- */

static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double draw_value(uint64_t *state)
{
    static const double odd[] = { 0,      NAN, INFINITY, -INFINITY, -1,  1e308, -1e308,
                                  1e-308, 1,   0.5,      0.97,      1e9, 1e6 };
    uint64_t number = draw(state);

    return number % 3 == 0 ? odd[number / 3 % COUNT(odd)] : (double)(number % 2000) / 1000;
}

static void draw_trial(struct trial *trial, uint64_t *state)
{
    static const char *const watched[] = { VMTP_CPU_BUSY,        VMTP_CPU_STEAL,
                                           VMTP_CPU_SOFTIRQ,     VMTP_STALL,
                                           VMTP_SOFTNET_DROPPED, VMTP_UDP_RCVBUF_ERRORS };
    size_t n = evidence_intervals(trial);

    for (size_t i = 0; evidence_metrics[i]; i++) {
        size_t from = draw(state) % (n + 1), to = from + draw(state) % (n + 1 - from);

        if (draw(state) % 2)
            evidence_set(trial, evidence_metrics[i], from, to, draw_value(state));
        if (draw(state) % 3 == 0)
            evidence_final(trial, evidence_metrics[i], draw_value(state));
    }
    for (size_t i = 0; i < COUNT(watched); i++)
        if (draw(state) % 2)
            evidence_watch(trial, draw(state) % 2 ? "a" : "b", draw(state) % 2 ? "" : "cpu0",
                           watched[i], draw(state) % 2 ? VMTP_GAUGE : VMTP_COUNTER, 0, n,
                           draw_value(state));
    if (draw(state) % 8 == 0)
        trial->duration_ns = draw(state) % 2 ? 0 : UINT64_MAX;
    if (draw(state) % 8 == 0)
        trial->warmup_ns = draw(state);
    if (draw(state) % 8 == 0 && trial->series[0].count)
        trial->series[0].points[draw(state) % trial->series[0].count].time_ns = draw(state);
}

static void is_sane(const struct evidence *evidence)
{
    _cleanup_(limit_freep) struct limit *limit = NULL;
    json_t *json;

    assert_int_equal(limit_make(&evidence->measurement, &limit), 0);
    assert_true(limit->cause < LIMIT_CAUSES);
    assert_true(limit->share >= 0 && limit->share <= 1 + 1e-9);
    assert_true(limit->evidence_count <= LIMIT_EVIDENCE_MAX);
    for (size_t i = 0; i < limit->evidence_count; i++) {
        if (strstr(limit->evidence[i], "nan") || strstr(limit->evidence[i], "inf"))
            fail_msg("%s", limit->evidence[i]);
    }
    json = limit_json(limit, &evidence->measurement);
    assert_true(limit->cause == LIMIT_NONE || json_is_object(json));
    json_decref(json);
}

static void no_evidence_is_too_odd(void **state)
{
    uint64_t seed = 88172645463325252ull;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        struct evidence evidence;
        bool wider, longer;

        evidence_make(&evidence, draw(&seed) % 2 ? "tcp" : "udp");
        if (draw(&seed) % 4 == 0)
            evidence_option(&evidence, "rate", "300M");
        if (draw(&seed) % 4 == 0)
            evidence.measurement.reach.rate_bps = draw(&seed);
        for (uint64_t k = draw(&seed) % 4; k > 0; k--)
            draw_trial(evidence_trial(&evidence, draw(&seed) % 30, draw_value(&seed)), &seed);
        if (draw(&seed) % 4 == 0)
            draw_trial(evidence.measurement.longer = evidence_loose(30, 1e8), &seed);
        if (draw(&seed) % 4 == 0)
            draw_trial(evidence.measurement.wider = evidence_loose(30, 1e8), &seed);
        is_sane(&evidence);
        limit_wants(&evidence.measurement, &wider, &longer);
        evidence_clear(&evidence);
    }
}

static void as_many_intervals_as_one_likes_are_bounded(void **state)
{
    struct evidence evidence;
    struct trial *trial;

    (void)state;
    evidence_make(&evidence, "tcp");
    trial = evidence_loose(0, 935e6);
    assert_int_equal(measurement_add(&evidence.measurement, trial), 0);
    for (uint64_t i = 1; i <= 100000; i++)
        trial_add_point(trial, 0, trial->warmup_ns + i * 100000000, 935e6);
    trial->duration_ns = 100000ull * 100000000;
    is_limited_by(&evidence, LIMIT_LINE_RATE);
    evidence_clear(&evidence);
}

/* ---- as JSON ---- */

static void a_limit_is_an_object_of_the_document(void **state)
{
    _cleanup_(limit_freep) struct limit *limit = NULL;
    struct evidence evidence;
    json_t *json;
    _free_ char *text = NULL;

    (void)state;
    evidence_make(&evidence, "tcp");
    evidence_trial(&evidence, 2, 930e6);
    evidence.measurement.wider = evidence_loose(2, 931e6);
    evidence.measurement.wider->streams = 2;
    evidence.measurement.longer = evidence_loose(4, 932e6);
    assert_int_equal(limit_make(&evidence.measurement, &limit), 0);
    json = limit_json(limit, &evidence.measurement);
    text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6));
    assert_string_equal(
        text, "{\"cause\":\"line-rate\",\"by\":\"the line rate\",\"share\":1,\"evidence\":"
              "[\"goodput is 98.8 % of what the path can carry\"],\"advice\":\"nothing to mend: "
              "only a faster link or smaller headers carry more\",\"spans\":[{\"trial\":1,"
              "\"since\":0.1,\"until\":0.3,\"cause\":\"line-rate\"}],\"probes\":[{\"streams\":2,"
              "\"goodput\":931000000},{\"duration\":0.4,\"goodput\":932000000}]}");
    json_decref(json);
    evidence_clear(&evidence);
}

static void causes_have_names_of_their_own(void **state)
{
    (void)state;
    for (int i = 0; i < LIMIT_CAUSES; i++)
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(limit_name((enum limit_cause)i),
                                    limit_name((enum limit_cause)k));
            assert_string_not_equal(limit_phrase((enum limit_cause)i),
                                    limit_phrase((enum limit_cause)k));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cause_has_its_evidence),
        cmocka_unit_test(what_most_intervals_share_is_the_cause),
        cmocka_unit_test(a_half_is_not_enough),
        cmocka_unit_test(a_trial_that_failed_says_nothing),
        cmocka_unit_test(equal_neighbours_are_one_span),
        cmocka_unit_test(a_latency_has_no_limit),
        cmocka_unit_test(short_intervals_are_judged_together),
        cmocka_unit_test(a_whole_trial_is_one_interval_too),
        cmocka_unit_test(the_rate_that_was_asked_for_is_no_finding),
        cmocka_unit_test(who_falls_behind_the_rate_had_no_turn),
        cmocka_unit_test(down_is_the_other_way_round),
        cmocka_unit_test(both_directions_have_a_line_each),
        cmocka_unit_test(a_monitor_may_have_times_of_its_own),
        cmocka_unit_test(spinning_is_no_work),
        cmocka_unit_test(another_trial_is_wanted_while_the_cause_is_not_known),
        cmocka_unit_test(twice_the_connections_that_carry_more_had_a_limit_each),
        cmocka_unit_test(a_cause_that_is_known_stays),
        cmocka_unit_test(a_burst_and_what_is_sustained_are_told_apart),
        cmocka_unit_test(a_longer_trial_may_show_the_bucket),
        cmocka_unit_test(a_drop_that_an_end_explains_is_no_bucket),
        cmocka_unit_test(a_search_is_judged_by_what_lost_too_much),
        cmocka_unit_test(no_evidence_is_too_odd),
        cmocka_unit_test(as_many_intervals_as_one_likes_are_bounded),
        cmocka_unit_test(a_limit_is_an_object_of_the_document),
        cmocka_unit_test(causes_have_names_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
