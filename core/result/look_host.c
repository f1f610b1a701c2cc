/* SPDX-License-Identifier: Apache-2.0 */
#include "look_host.h"

#include "slice.h"

#include <math.h>

#define FULL 0.9 /* a CPU that has no time left */

/* How the parts of an endpoint ("cpu0", "eth0") come to one figure. */
enum join { JOIN_MOST, JOIN_SUM, JOIN_STEAL };

static const struct {
    enum look_figure figure;
    const char *metric;
    bool receiver;
    enum join join;
} figures[] = {
    { LOOK_BUSY_SENDER, VMTP_CPU_BUSY, false, JOIN_MOST },
    { LOOK_BUSY_RECEIVER, VMTP_CPU_BUSY, true, JOIN_MOST },
    { LOOK_STEAL_SENDER, VMTP_CPU_STEAL, false, JOIN_STEAL },
    { LOOK_STEAL_RECEIVER, VMTP_CPU_STEAL, true, JOIN_STEAL },
    { LOOK_STALL_SENDER, VMTP_STALL, false, JOIN_MOST },
    { LOOK_STALL_RECEIVER, VMTP_STALL, true, JOIN_MOST },
    { LOOK_SOFTIRQ, VMTP_CPU_SOFTIRQ, true, JOIN_MOST },
    { LOOK_SOFTNET, VMTP_SOFTNET_DROPPED, true, JOIN_SUM },
    { LOOK_SQUEEZED, VMTP_SOFTNET_SQUEEZED, true, JOIN_SUM },
    { LOOK_RCVBUF, VMTP_UDP_RCVBUF_ERRORS, true, JOIN_SUM },
    { LOOK_QDISC, VMTP_QDISC_DROPPED, false, JOIN_SUM },
    { LOOK_QDISC, VMTP_NIC_TX_DROPPED, false, JOIN_SUM },
    { LOOK_NIC_RECEIVER, VMTP_NIC_RX_DROPPED, true, JOIN_SUM },
};

static bool is_of(const struct watched *row, const char *const *subjects, const char *metric)
{
    if (!row->subject || !row->metric || strcmp(row->metric, metric) != 0)
        return false;
    for (; *subjects; subjects++)
        if (strcmp(row->subject, *subjects) == 0)
            return true;
    return false;
}

static double value_of(const struct watched *row, const struct look *look)
{
    if (row->kind == VMTP_COUNTER)
        return slice_sum(&row->series, look->since_ns, look->until_ns);
    if (strcmp(row->metric, VMTP_STALL) == 0)
        return slice_most(&row->series, look->since_ns, look->until_ns);
    return slice_mean(&row->series, look->since_ns, look->until_ns);
}

/* How busy the CPU is that a row is of; NAN: nothing says. */
static double busy_beside(const struct trial *trial, const struct watched *row,
                          const struct look *look)
{
    for (size_t i = 0; i < trial->watched_count; i++) {
        const struct watched *other = &trial->watched[i];

        if (other->subject && other->metric && strcmp(other->metric, VMTP_CPU_BUSY) == 0 &&
            strcmp(other->subject, row->subject) == 0 && other->part && row->part &&
            strcmp(other->part, row->part) == 0)
            return value_of(other, look);
    }
    return NAN;
}

static bool is_whole(const struct watched *row)
{
    return !row->part || !*row->part;
}

/* Time that was stolen from a CPU that was idle besides took nothing from anyone. */
static double stolen_of(const struct trial *trial, const struct watched *row,
                        const struct look *look)
{
    double stolen = value_of(row, look);

    return stolen > 0 && busy_beside(trial, row, look) < FULL ? 0 : stolen;
}

static double joined(double sum, double value, enum join join)
{
    if (isnan(sum) || isnan(value))
        return isnan(sum) ? value : sum;
    return join == JOIN_SUM ? sum + value : fmax(sum, value);
}

/* Of the parts, where there are any, else of the whole. */
static double figure_of(const struct trial *trial, size_t which, const char *const *subjects,
                        const struct look *look)
{
    enum join join = figures[which].join;
    double parts = NAN, whole = NAN;

    for (size_t i = 0; i < trial->watched_count; i++) {
        const struct watched *row = &trial->watched[i];
        double value;

        if (!is_of(row, subjects, figures[which].metric))
            continue;
        value = join == JOIN_STEAL ? stolen_of(trial, row, look) : value_of(row, look);
        if (is_whole(row))
            whole = joined(whole, value, join);
        else
            parts = joined(parts, value, join);
    }
    return isnan(parts) ? whole : parts;
}

void look_host_fill(struct looks *looks, const struct terms *terms, const struct trial *trial)
{
    for (size_t k = 0; trial->watched_count && k < COUNT(figures); k++)
        for (size_t i = 0; i < looks->count; i++) {
            struct look *look = &looks->list[i];
            double *figure = &look->of[figures[k].figure];
            const char *const *subjects = figures[k].receiver ? terms->receivers : terms->senders;

            *figure = joined(*figure, figure_of(trial, k, subjects, look), figures[k].join);
        }
}
