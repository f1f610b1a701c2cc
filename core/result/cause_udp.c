/* SPDX-License-Identifier: Apache-2.0 */
#include "cause_udp.h"

#include "cause_ask.h"

#include <math.h>

#define LOSING     2e-3 /* share of datagrams: less does not hold a flow back */
#define SOME_LOSS  0.01 /* with less the rate that was asked for is what limits it */
#define MOST_OF_IT 0.5  /* of what was lost */

static double lost_of(const struct look *look)
{
    return fmax(look->of[LOOK_SENT] - look->of[LOOK_RECEIVED], 0);
}

/* Is it most of what was lost?  NAN: nobody knows. */
static bool most_of_it(const struct look *look, double count)
{
    return lost_of(look) > 0 && count >= MOST_OF_IT * lost_of(look);
}

static double known(double count)
{
    return isnan(count) ? 0 : count;
}

double lost_elsewhere(const struct look *look)
{
    static const enum look_figure stages[] = {
        LOOK_LOST_SENDER,  LOOK_LOST_NIC_SENDER, LOOK_LOST_NIC_RECEIVER,
        LOOK_LOST_SOFTNET, LOOK_LOST_REASSEMBLY, LOOK_LOST_SOCKET,
    };
    double rest = lost_of(look);

    if (isnan(look->of[LOOK_LOST_SOCKET]))
        return NAN;
    for (size_t i = 0; i < COUNT(stages); i++)
        rest -= known(look->of[stages[i]]);
    return fmax(rest, 0);
}

/* The socket's buffer was full: because its program had no CPU, or because it did not read. */
static enum limit_cause socket_cause(const struct look *look, const struct terms *terms)
{
    if (receiver_works(look, terms) || receiver_waits(look))
        return LIMIT_RECEIVER_CPU;
    if (at_least(look->of[LOOK_SOFTIRQ], MOSTLY) && at_least(look->of[LOOK_BUSY_RECEIVER], 0.95))
        return LIMIT_RECEIVER_SOFTIRQ;
    return LIMIT_RECEIVER_APPLICATION;
}

/* Where only the machine's own counters can tell, which are of all its sockets. */
static enum limit_cause machine_cause(const struct look *look, const struct terms *terms)
{
    if (most_of_it(look, look->of[LOOK_RCVBUF]))
        return socket_cause(look, terms);
    if (most_of_it(look, known(look->of[LOOK_SOFTNET]) + known(look->of[LOOK_NIC_RECEIVER])))
        return LIMIT_RECEIVER_SOFTIRQ;
    return isnan(look->of[LOOK_STALL_RECEIVER]) ? LIMIT_UNKNOWN : LIMIT_LOSS;
}

static enum limit_cause loss_cause(const struct look *look, const struct terms *terms)
{
    bool near_line = at_least(look->of[LOOK_CEILING], NEAR_LINE);

    if (isnan(look->of[LOOK_LOST_SOCKET]))
        return near_line ? LIMIT_LINE_RATE : machine_cause(look, terms);
    if (most_of_it(look, look->of[LOOK_LOST_SOCKET]))
        return socket_cause(look, terms);
    if (most_of_it(look,
                   known(look->of[LOOK_LOST_SOFTNET]) + known(look->of[LOOK_LOST_NIC_RECEIVER])))
        return LIMIT_RECEIVER_SOFTIRQ;
    if (most_of_it(look, lost_elsewhere(look) + known(look->of[LOOK_LOST_SENDER]) +
                             known(look->of[LOOK_LOST_NIC_SENDER]) +
                             known(look->of[LOOK_LOST_REASSEMBLY])))
        return near_line ? LIMIT_LINE_RATE : LIMIT_LOSS;
    return LIMIT_UNKNOWN;
}

/* It does not catch up: what it could not send in time because it had no CPU is left out. */
static bool falls_behind(const struct look *look, const struct terms *terms)
{
    double missing = 1 - look->of[LOOK_STEADY] / terms->asked_bps;

    return missing > PACED && at_least(look->of[LOOK_DELAY_SENDER], missing / 2);
}

/* Nothing is lost: then only the sender can be what holds it back. */
static enum limit_cause sender_cause(const struct look *look, const struct terms *terms)
{
    if (falls_behind(look, terms) && !sender_works(look))
        return LIMIT_SENDER_SCHEDULING;
    if (at_least(look->of[LOOK_DELAY_SENDER], DELAYED) &&
        !below(look->of[LOOK_CPU_SENDER] + look->of[LOOK_DELAY_SENDER], 0.85))
        return LIMIT_SENDER_SCHEDULING;
    if (at_least(look->of[LOOK_STEAL_SENDER], STOLEN) || machine_stalls(look))
        return LIMIT_HYPERVISOR;
    return sender_works(look) ? LIMIT_SENDER_CPU : LIMIT_UNKNOWN;
}

enum limit_cause cause_udp(const struct look *look, const struct terms *terms)
{
    double share = look->of[LOOK_CEILING], loss = look->of[LOOK_LOSS];

    if (at_least(share, AT_LINE) && below(share, ABOVE_LINE))
        return LIMIT_LINE_RATE;
    if (near(look->of[LOOK_STEADY], terms->asked_bps, PACED, PACED) && !at_least(loss, SOME_LOSS))
        return LIMIT_PACING;
    if (at_least(loss, LOSING))
        return loss_cause(look, terms);
    return below(loss, LOSING) ? sender_cause(look, terms) : LIMIT_UNKNOWN;
}
