/* SPDX-License-Identifier: Apache-2.0
 *
 * What rules of several protocols ask of a look, and from which figures on the answer is yes.
 *
 * A figure that is not known is neither at least nor below anything.  Pure.
 */
#ifndef VMTP_RESULT_CAUSE_ASK_H
#define VMTP_RESULT_CAUSE_ASK_H

#include "look.h"

#define FULL       0.9  /* a CPU, or a thread's share of one */
#define AT_LINE    0.97 /* of the ceiling */
#define NEAR_LINE  0.9  /* of it, where something shows that the line is full */
#define ABOVE_LINE 1.1  /* of it: then the ceiling is wrong, or this is a burst */
#define PACED      0.03 /* to either side of the rate asked for */
#define DELAYED    0.2  /* of the time: ready, and no CPU */
#define LIMITED    0.2  /* of the time: a window or buffer */
#define STOLEN     0.05 /* of a CPU that has nothing left */
#define STALL_S    0.05
#define FILLED     0.8  /* of the receive buffer, while its program does not read */
#define FILLING    0.3  /* of it: the program is not ahead of the network */
#define ABSENT     0.4  /* of the time */
#define LOSS       1e-4 /* share of segments that are sent again */
#define MUCH_LOSS  5e-3
#define FLAT       1.5 /* round trip over the least */
#define FLAT_S     2e-4
#define STANDING   3.0
#define STANDING_S 2e-3
#define CROWDED_S  1e-2
#define MOSTLY     0.5 /* of the time */

static inline bool at_least(double value, double limit)
{
    return value >= limit;
}

static inline bool below(double value, double limit)
{
    return value < limit;
}

static inline bool near(double value, double wanted, double lower, double upper)
{
    return value >= wanted * (1 - lower) && value <= wanted * (1 + upper);
}

static inline bool sender_works(const struct look *look)
{
    double cpu = look->of[LOOK_CPU_SENDER];

    return at_least(cpu, FULL) ||
           (at_least(cpu, 0.7) && at_least(cpu + look->of[LOOK_DELAY_SENDER], FULL));
}

static inline bool receiver_works(const struct look *look, const struct terms *terms)
{
    if (terms->spins)
        return false;
    if (at_least(look->of[LOOK_CPU_RECEIVER], FULL))
        return true;
    /* Its core is full, and not of its own work alone: interrupts run on it too. */
    return at_least(look->of[LOOK_CPU_RECEIVER], MOSTLY) &&
           at_least(look->of[LOOK_READING], FULL) && at_least(look->of[LOOK_BUSY_RECEIVER], 0.95);
}

static inline bool receiver_waits(const struct look *look)
{
    return at_least(look->of[LOOK_DELAY_RECEIVER], DELAYED) &&
           at_least(look->of[LOOK_CPU_RECEIVER] + look->of[LOOK_DELAY_RECEIVER], MOSTLY);
}

/* A thread that waited for a CPU explains a stall by itself. */
static inline bool machine_stalls(const struct look *look)
{
    return (at_least(look->of[LOOK_STALL_SENDER], STALL_S) &&
            below(look->of[LOOK_DELAY_SENDER], 0.05)) ||
           (at_least(look->of[LOOK_STALL_RECEIVER], STALL_S) &&
            below(look->of[LOOK_DELAY_RECEIVER], 0.05));
}

#endif
