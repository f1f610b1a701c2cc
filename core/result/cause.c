/* SPDX-License-Identifier: Apache-2.0 */
#include "cause.h"

#include "cause_ask.h"
#include "cause_udp.h"

#include <math.h>

/* ---- what several rules ask ---- */

enum answer { NO, YES, WHO_KNOWS };

/* Is nearly all that the program gave on its way?  A send buffer that is filled ahead of the
 * congestion window says that whoever comes behind it is slower than the program. */
static enum answer drained(const struct look *look)
{
    double unsent = look->of[LOOK_UNSENT], cwnd = look->of[LOOK_CWND];

    if (isnan(unsent) || !(cwnd > 0))
        return WHO_KNOWS;
    return unsent < cwnd / 4 ? YES : NO;
}

/* Did the sender's socket wait for its program?  Surely where the program never waited for
 * anything, or nothing was on the way.  Not where the program did, and data was on the way all the
 * time: then it waited for what was not acknowledged yet. */
static enum answer starved(const struct look *look)
{
    double worked = look->of[LOOK_CPU_SENDER] + look->of[LOOK_DELAY_SENDER];

    if (sender_works(look) || below(look->of[LOOK_BUSY], 0.8))
        return YES;
    if (drained(look) == NO)
        return NO;
    if (drained(look) == YES)
        return below(worked, 0.6) ? NO : YES;
    return at_least(look->of[LOOK_APP], 0.8) ? YES : WHO_KNOWS;
}

/* Does the receiving end hold the sender up, by whatever is known of it? */
static bool receiver_holds(const struct look *look)
{
    return at_least(look->of[LOOK_RWND], LIMITED) || at_least(look->of[LOOK_FILL], MOSTLY);
}

/* Do the programs wait for CPUs? */
static bool is_crowded(const struct look *look)
{
    return at_least(look->of[LOOK_DELAY_SENDER], 0.3) ||
           at_least(look->of[LOOK_DELAY_RECEIVER], 0.3);
}

/* Ends whose programs wait for CPUs let packets wait too, for some milliseconds; but then goodput
 * varies, while a link that is always full carries the same all the time. */
static bool queue_stands(const struct look *look)
{
    double wait = look->of[LOOK_WAIT];
    bool rough = is_crowded(look) || at_least(look->of[LOOK_SPREAD], 0.1);

    return at_least(look->of[LOOK_QUEUE], STANDING) &&
           at_least(wait, rough ? CROWDED_S : STANDING_S);
}

/* Is the receiving program elsewhere, while the congestion window would allow more?  A program that
 * does not read keeps the kernel from acknowledging long before its window is full. */
static bool reader_is_absent(const struct look *look)
{
    return at_least(look->of[LOOK_ABSENT], ABSENT) && below(look->of[LOOK_PIPE], 0.7);
}

/* The same of a program that is ready and has no CPU for most of the time: some of it is normal on
 * a crowded machine, and does no harm while the kernel takes what comes. */
static bool reader_is_starved(const struct look *look)
{
    return at_least(look->of[LOOK_DELAY_RECEIVER], MOSTLY) &&
           at_least(look->of[LOOK_READING], FULL) && below(look->of[LOOK_PIPE], 0.7) &&
           (at_least(look->of[LOOK_FILL], 0.1) || at_least(look->of[LOOK_SPREAD], 0.25));
}

/* Is it the network that the flow waits for?  Where the kernel does not tell, nothing speaks
 * against it. */
static bool network_holds(const struct look *look)
{
    if (drained(look) == YES && below(look->of[LOOK_PIPE], 0.3))
        return false; /* it may send more, and has nothing to send */
    return starved(look) != YES && !below(look->of[LOOK_NETWORK], MOSTLY) &&
           !receiver_holds(look) && !at_least(look->of[LOOK_SNDBUF], LIMITED) &&
           !reader_is_absent(look);
}

/* ---- the rules ---- */

static bool is_line_rate(const struct look *look, const struct terms *terms)
{
    double share = look->of[LOOK_CEILING], at_line = terms->both ? 0.94 : AT_LINE;

    if (at_least(share, ABOVE_LINE))
        return false;
    return at_least(share, at_line) ||
           (at_least(share, NEAR_LINE) && network_holds(look) &&
            at_least(look->of[LOOK_QUEUE], 2) && at_least(look->of[LOOK_WAIT], 5e-4));
}

/* What the kernel paces may be counted with its headers. */
static bool is_paced(const struct look *look, const struct terms *terms)
{
    return near(look->of[LOOK_STEADY], terms->asked_bps, PACED, PACED) ||
           near(look->of[LOOK_STEADY], look->of[LOOK_PACING], 0.08, PACED);
}

/* What stalls and delays take from a flow that the network holds up, it would not have had. */
static bool is_sender_scheduling(const struct look *look, const struct terms *terms)
{
    (void)terms;
    if (!at_least(look->of[LOOK_DELAY_SENDER], DELAYED) || receiver_holds(look))
        return false;
    if (starved(look) == NO || queue_stands(look))
        return false;
    if (starved(look) == WHO_KNOWS)
        return !below(look->of[LOOK_CPU_SENDER] + look->of[LOOK_DELAY_SENDER], 0.85);
    /* It waited for a CPU for longer than for anything else. */
    return !below(look->of[LOOK_CPU_SENDER] + 2 * look->of[LOOK_DELAY_SENDER], 1);
}

static bool is_hypervisor(const struct look *look, const struct terms *terms)
{
    (void)terms;
    if (at_least(look->of[LOOK_STEAL_SENDER], STOLEN) && starved(look) != NO)
        return true;
    if (at_least(look->of[LOOK_STEAL_RECEIVER], STOLEN) && starved(look) != YES &&
        receiver_holds(look))
        return true;
    return machine_stalls(look);
}

/* Where no thread was watched: a program that is always on a CPU, of a machine of which one is
 * full, waits for nothing. */
static bool program_works(const struct look *look, const struct terms *terms)
{
    return isnan(look->of[LOOK_CPU_SENDER]) && !terms->both && terms->streams <= 1 &&
           near(look->of[LOOK_PROGRAM_SENDER], 1, 0.05, 0.1) &&
           at_least(look->of[LOOK_BUSY_SENDER], 0.95) &&
           !at_least(look->of[LOOK_PROGRAM_RECEIVER], FULL) && !at_least(look->of[LOOK_LOSS], LOSS);
}

static bool is_sender_cpu(const struct look *look, const struct terms *terms)
{
    if (receiver_holds(look) || starved(look) == NO || queue_stands(look))
        return false;
    if (starved(look) == WHO_KNOWS && receiver_works(look, terms))
        return false;
    return sender_works(look) || program_works(look, terms);
}

static bool is_receiver_softirq(const struct look *look, const struct terms *terms)
{
    (void)terms;
    if (starved(look) == YES)
        return false;
    return at_least(look->of[LOOK_SOFTIRQ], FULL) ||
           (look->of[LOOK_SOFTNET] > 0 && at_least(look->of[LOOK_LOSS], LOSS) &&
            !at_least(look->of[LOOK_RWND], LIMITED));
}

static bool is_receiver_cpu(const struct look *look, const struct terms *terms)
{
    bool held = at_least(look->of[LOOK_FILL], 0.1) || at_least(look->of[LOOK_RWND], 0.1);

    if (starved(look) == YES || queue_stands(look))
        return false;
    return (receiver_works(look, terms) && (held || at_least(look->of[LOOK_READING], FULL))) ||
           (receiver_waits(look) && receiver_holds(look)) || reader_is_starved(look);
}

/* With BBR the window shows less than half of it, so that the buffer decides. */
static bool is_receiver_application(const struct look *look, const struct terms *terms)
{
    double fill = look->of[LOOK_FILL];

    if (starved(look) == YES || receiver_works(look, terms) || receiver_waits(look))
        return false;
    return at_least(fill, FILLED) || reader_is_absent(look) ||
           (at_least(fill, FILLING) && at_least(look->of[LOOK_RWND], LIMITED));
}

/* The program takes what comes, and the window is the smaller for it. */
static bool is_receive_window(const struct look *look, const struct terms *terms)
{
    return at_least(look->of[LOOK_RWND], LIMITED) && below(look->of[LOOK_FILL], FILLING) &&
           !receiver_works(look, terms) && !receiver_waits(look) &&
           !at_least(look->of[LOOK_ABSENT], ABSENT) && !at_least(look->of[LOOK_SNDBUF], LIMITED);
}

/* All that the program gave is on its way, the congestion window has room for more, and the program
 * waits: for room in the send buffer.  The kernel's share of that is often near 0 where the buffer
 * is tiny. */
static bool is_send_buffer(const struct look *look, const struct terms *terms)
{
    if (receiver_holds(look) || sender_works(look))
        return false;
    if (at_least(look->of[LOOK_SNDBUF], LIMITED))
        return true;
    return (terms->send_buffer_bytes > 0 || at_least(look->of[LOOK_SNDBUF], LIMITED / 10)) &&
           drained(look) == YES && starved(look) == NO && at_least(look->of[LOOK_BUSY], FULL) &&
           (below(look->of[LOOK_PIPE], 0.7) || at_least(look->of[LOOK_APP], FULL)) &&
           !at_least(look->of[LOOK_ABSENT], ABSENT) && below(look->of[LOOK_LOSS], LOSS);
}

static bool is_sender_application(const struct look *look, const struct terms *terms)
{
    (void)terms;
    return starved(look) == YES && below(look->of[LOOK_CPU_SENDER], 0.7) &&
           below(look->of[LOOK_DELAY_SENDER], DELAYED) && !receiver_holds(look) &&
           !at_least(look->of[LOOK_SNDBUF], 0.1) &&
           (below(look->of[LOOK_BUSY], 0.7) || at_least(look->of[LOOK_APP], 0.8));
}

static bool ends_are_idle(const struct look *look)
{
    return below(look->of[LOOK_BUSY_SENDER], FULL) && below(look->of[LOOK_BUSY_RECEIVER], FULL);
}

/* Lost, and no queue that had to overflow for it.  Crowded machines bring packets out of order,
 * which looks like a little of it. */
static bool is_loss(const struct look *look, const struct terms *terms)
{
    double loss = look->of[LOOK_LOSS], queue = look->of[LOOK_QUEUE], wait = look->of[LOOK_WAIT];

    (void)terms;
    if (!at_least(loss, LOSS) || !network_holds(look) || queue_stands(look))
        return false;
    if (is_crowded(look) && !at_least(loss, MUCH_LOSS))
        return false;
    if (isnan(look->of[LOOK_CPU_SENDER]) && !at_least(loss, 2 * MUCH_LOSS) && !ends_are_idle(look))
        return false; /* it may as well be an end that is too slow, and packets out of order */
    if (isnan(queue)) /* a line that is full loses too: only far below it is that out of question */
        return at_least(loss, MUCH_LOSS / 5) && below(look->of[LOOK_CEILING], 0.8);
    return below(queue, FLAT) || below(wait, FLAT_S) || at_least(loss, MUCH_LOSS) ||
           (below(wait, STANDING_S) && at_least(loss, MUCH_LOSS / 5));
}

static bool is_queueing(const struct look *look, const struct terms *terms)
{
    (void)terms;
    return queue_stands(look) && network_holds(look);
}

static const struct {
    enum limit_cause cause;
    bool (*holds)(const struct look *look, const struct terms *terms);
} rules[] = {
    { LIMIT_LINE_RATE, is_line_rate },
    { LIMIT_PACING, is_paced },
    { LIMIT_SENDER_SCHEDULING, is_sender_scheduling },
    { LIMIT_HYPERVISOR, is_hypervisor },
    { LIMIT_SENDER_CPU, is_sender_cpu },
    { LIMIT_RECEIVER_SOFTIRQ, is_receiver_softirq },
    { LIMIT_RECEIVER_CPU, is_receiver_cpu },
    { LIMIT_RECEIVER_APPLICATION, is_receiver_application },
    { LIMIT_RECEIVE_WINDOW, is_receive_window },
    { LIMIT_SEND_BUFFER, is_send_buffer },
    { LIMIT_SENDER_APPLICATION, is_sender_application },
    { LIMIT_LOSS, is_loss },
    { LIMIT_QUEUEING, is_queueing },
};

enum limit_cause cause_of(const struct look *look, const struct terms *terms)
{
    if (terms->udp)
        return cause_udp(look, terms);
    for (size_t i = 0; i < COUNT(rules); i++)
        if (rules[i].holds(look, terms))
            return rules[i].cause;
    return LIMIT_UNKNOWN;
}

bool cause_may_be_network(const struct look *look, const struct terms *terms)
{
    enum limit_cause cause = cause_of(look, terms);
    bool host = cause >= LIMIT_SENDER_SCHEDULING && cause <= LIMIT_SENDER_APPLICATION;

    return !host && (terms->udp || network_holds(look));
}
