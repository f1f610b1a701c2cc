/* SPDX-License-Identifier: Apache-2.0 */
#include "look.h"

#include "look_host.h"
#include "slice.h"

#include <errno.h>
#include <math.h>

#define STEADY_NS  250000000u /* to either side */
#define SPREAD_NS  500000000u
#define LOSS_NS    1000000000u
#define FIGURE_MAX 1e18
#define SEGMENT    1448.0 /* payload bytes, where the tool does not say */

static const struct {
    enum look_figure figure;
    const char *metric;
} gauges[] = {
    { LOOK_GOODPUT, VMTP_GOODPUT },
    { LOOK_OFFERED, VMTP_OFFERED },
    { LOOK_RTT, VMTP_TCP_RTT },
    { LOOK_MIN_RTT, VMTP_TCP_MIN_RTT },
    { LOOK_CWND, VMTP_CWND },
    { LOOK_BUSY, VMTP_BUSY },
    { LOOK_RWND, VMTP_RWND_LIMITED },
    { LOOK_SNDBUF, VMTP_SNDBUF_LIMITED },
    { LOOK_PACING, VMTP_PACING_RATE },
    { LOOK_APP, VMTP_APP_LIMITED },
    { LOOK_UNSENT, VMTP_UNSENT },
    { LOOK_FILL, VMTP_RECEIVE_FILL },
    { LOOK_READING, VMTP_READING },
    { LOOK_CPU_SENDER, VMTP_CPU_SENDER },
    { LOOK_CPU_RECEIVER, VMTP_CPU_RECEIVER },
    { LOOK_DELAY_SENDER, VMTP_DELAY_SENDER },
    { LOOK_DELAY_RECEIVER, VMTP_DELAY_RECEIVER },
}, counters[] = {
    { LOOK_RETRANSMITS, VMTP_RETRANSMITS },
    { LOOK_SPURIOUS, VMTP_SPURIOUS },
    { LOOK_SENT, VMTP_SENT },
    { LOOK_RECEIVED, VMTP_RECEIVED },
    { LOOK_LOST_SENDER, VMTP_LOST_SENDER },
    { LOOK_LOST_NIC_SENDER, VMTP_LOST_NIC_SENDER },
    { LOOK_LOST_NIC_RECEIVER, VMTP_LOST_NIC_RECEIVER },
    { LOOK_LOST_SOFTNET, VMTP_LOST_SOFTNET },
    { LOOK_LOST_REASSEMBLY, VMTP_LOST_REASSEMBLY },
    { LOOK_LOST_SOCKET, VMTP_LOST_SOCKET },
};

/* ---- the grid ---- */

static uint64_t length_of(const struct look *look)
{
    return look->until_ns - look->since_ns;
}

static double seconds_of(const struct look *look)
{
    return (double)length_of(look) / 1e9;
}

/* Intervals are joined until they are long enough; what is left at the end joins the last one. */
static size_t grid_fill(const struct trial *trial, const struct series *series, struct look *looks)
{
    uint64_t last_ns = series->points[series->count - 1].time_ns, since_ns = trial->warmup_ns;
    uint64_t least_ns = LOOK_NS - LOOK_NS / 20;
    size_t count = 0;

    if (last_ns > since_ns && (last_ns - since_ns) / LOOKS_MAX > least_ns)
        least_ns = (last_ns - since_ns) / LOOKS_MAX;
    for (size_t i = 0; i < series->count && count < LOOKS_MAX; i++) {
        uint64_t until_ns = series->points[i].time_ns;

        if (until_ns <= since_ns || until_ns - since_ns < least_ns)
            continue;
        looks[count++] = (struct look){ .since_ns = since_ns, .until_ns = until_ns };
        since_ns = until_ns;
    }
    if (count)
        looks[count - 1].until_ns = last_ns > since_ns ? last_ns : since_ns;
    return count;
}

static int grid_make(const struct trial *trial, const struct series *series, struct looks *ret)
{
    uint64_t end_ns = trial->warmup_ns + trial->duration_ns;

    ret->list =
        calloc(series->count < LOOKS_MAX ? series->count + 1 : LOOKS_MAX, sizeof *ret->list);
    if (!ret->list)
        return -ENOMEM;
    if (series->count > 1)
        ret->count = grid_fill(trial, series, ret->list);
    if (!ret->count && end_ns > trial->warmup_ns) {
        ret->list[0] = (struct look){ .since_ns = trial->warmup_ns, .until_ns = end_ns };
        ret->count = 1;
    }
    for (size_t i = 0; i < ret->count; i++)
        for (size_t k = 0; k < LOOK_FIGURES; k++)
            ret->list[i].of[k] = NAN;
    return 0;
}

/* ---- what the tool told ---- */

static double final_of(const struct trial *trial, int row)
{
    return row >= 0 && (size_t)row < trial->metrics && isfinite(trial->finals[row])
               ? trial->finals[row]
               : NAN;
}

static const struct series *series_of(const struct trial *trial, int row)
{
    static const struct series none = { 0 };

    return row >= 0 && (size_t)row < trial->metrics ? &trial->series[row] : &none;
}

/* A figure of the whole trial stands for its intervals, where there are none of these. */
static void gauge_fill(struct looks *looks, enum look_figure figure, const struct trial *trial,
                       int row)
{
    const struct series *series = series_of(trial, row);

    for (size_t i = 0; i < looks->count; i++) {
        struct look *look = &looks->list[i];

        look->of[figure] = series->count ? slice_mean(series, look->since_ns, look->until_ns)
                                         : final_of(trial, row);
    }
}

/* Of a counter only intervals in which it moved are told. */
static void counter_fill(struct looks *looks, enum look_figure figure, const struct trial *trial,
                         int row)
{
    const struct series *series = series_of(trial, row);
    double total = final_of(trial, row), seconds = (double)trial->duration_ns / 1e9;

    for (size_t i = 0; i < looks->count; i++) {
        struct look *look = &looks->list[i];

        if (series->count)
            look->of[figure] = slice_sum(series, look->since_ns, look->until_ns);
        else if (total >= 0 && seconds > 0)
            look->of[figure] = total * fmin(seconds_of(look) / seconds, 1);
    }
}

static void program_fill(struct looks *looks, const struct measurement *measurement,
                         const struct trial *trial, enum look_figure figure, const char *metric)
{
    double client = final_of(trial, terms_row(measurement, VMTP_CPU_CLIENT));
    double server = final_of(trial, terms_row(measurement, VMTP_CPU_SERVER));
    double value = !metric                                ? fmax(client, server)
                   : strcmp(metric, VMTP_CPU_CLIENT) == 0 ? client
                                                          : server;

    for (size_t i = 0; i < looks->count; i++)
        looks->list[i].of[figure] = value;
}

static void tool_fill(struct looks *looks, const struct measurement *measurement,
                      const struct terms *terms, const struct trial *trial)
{
    for (size_t i = 0; i < COUNT(gauges); i++)
        gauge_fill(looks, gauges[i].figure, trial, terms_row(measurement, gauges[i].metric));
    for (size_t i = 0; i < COUNT(counters); i++)
        counter_fill(looks, counters[i].figure, trial, terms_row(measurement, counters[i].metric));
    program_fill(looks, measurement, trial, LOOK_PROGRAM_SENDER, terms->sender_cpu);
    program_fill(looks, measurement, trial, LOOK_PROGRAM_RECEIVER, terms->receiver_cpu);
}

/* NAN where there was none. */
static double mean_beside(const double *values, size_t count, size_t at)
{
    double sum = values[at], n = 1;

    if (at > 0 && !isnan(values[at - 1]))
        sum += values[at - 1], n++;
    if (at + 1 < count && !isnan(values[at + 1]))
        sum += values[at + 1], n++;
    return sum / n;
}

/* Levels of a tenth of a second are rough: each is the mean of itself and its neighbours.  What is
 * counted stays where it was, and goodput, which the levels are compared with, has means of its
 * own.
 */
static int levels_smooth(struct looks *looks)
{
    _free_ double *before = calloc(looks->count + 1, sizeof *before);

    if (!before)
        return -ENOMEM;
    for (size_t k = LOOK_OFFERED; k <= LOOK_SOFTIRQ; k++) {
        if ((k > LOOK_DELAY_RECEIVER && k < LOOK_BUSY_SENDER) || k == LOOK_STALL_SENDER ||
            k == LOOK_STALL_RECEIVER)
            continue;
        for (size_t i = 0; i < looks->count; i++)
            before[i] = looks->list[i].of[k];
        for (size_t i = 0; i < looks->count; i++)
            looks->list[i].of[k] = mean_beside(before, looks->count, i);
    }
    return 0;
}

/* ---- what is made of it ---- */

/* The sum of a figure over the looks around one; each taken so often as it has of what it is
 * multiplied by (seconds of a rate). */
static double around(const struct looks *looks, size_t at, uint64_t radius_ns,
                     double (*part)(const struct look *look, const void *arg), const void *arg)
{
    uint64_t middle_ns = looks->list[at].since_ns / 2 + looks->list[at].until_ns / 2;
    double sum = 0;

    for (size_t i = at + 1; i-- > 0;) {
        if (i < at && looks->list[i].until_ns + radius_ns <= middle_ns)
            break;
        sum += part(&looks->list[i], arg);
    }
    for (size_t i = at + 1; i < looks->count && looks->list[i].since_ns < middle_ns + radius_ns;
         i++)
        sum += part(&looks->list[i], arg);
    return sum;
}

static double seconds_part(const struct look *look, const void *arg)
{
    (void)arg;
    return isnan(look->of[LOOK_GOODPUT]) ? 0 : seconds_of(look);
}

static double bits_part(const struct look *look, const void *arg)
{
    (void)arg;
    return isnan(look->of[LOOK_GOODPUT]) ? 0 : look->of[LOOK_GOODPUT] * seconds_of(look);
}

/* What was sent again for nothing was not lost. */
static double lost_part(const struct look *look, const void *udp)
{
    double spurious = isnan(look->of[LOOK_SPURIOUS]) ? 0 : look->of[LOOK_SPURIOUS];
    double lost =
        udp ? look->of[LOOK_SENT] - look->of[LOOK_RECEIVED] : look->of[LOOK_RETRANSMITS] - spurious;

    return lost < 0 ? 0 : lost;
}

static double sent_part(const struct look *look, const void *arg)
{
    (void)arg;
    return look->of[LOOK_SENT];
}

static double loss_around(const struct looks *looks, size_t at, bool udp, double segment)
{
    double lost = around(looks, at, LOSS_NS, lost_part, udp ? looks : NULL), sent;

    if (udp)
        sent = around(looks, at, LOSS_NS, sent_part, NULL);
    else
        sent = around(looks, at, LOSS_NS, bits_part, NULL) / 8 / segment + lost;
    return sent > 0 ? fmin(lost / sent, 1) : NAN;
}

/* What is left of the time in which data was on its way. */
static double network_share(const struct look *look)
{
    double rest = look->of[LOOK_BUSY] - look->of[LOOK_RWND] - look->of[LOOK_SNDBUF];

    return isnan(rest) ? NAN : fmax(rest, 0);
}

static double squares_part(const struct look *look, const void *mean)
{
    double off = look->of[LOOK_GOODPUT] - *(const double *)mean;

    return isnan(off) ? 0 : off * off * seconds_of(look);
}

static double spread_around(const struct looks *looks, size_t at)
{
    double seconds = around(looks, at, SPREAD_NS, seconds_part, NULL);
    double mean = around(looks, at, SPREAD_NS, bits_part, NULL) / seconds;

    return sqrt(around(looks, at, SPREAD_NS, squares_part, &mean) / seconds) / mean;
}

static double absent_share(const struct look *look)
{
    double rest =
        look->of[LOOK_READING] - look->of[LOOK_CPU_RECEIVER] - look->of[LOOK_DELAY_RECEIVER];

    return isnan(rest) ? NAN : fmax(rest, 0);
}

static void made_fill(struct looks *looks, const struct terms *terms, double segment)
{
    for (size_t i = 0; i < looks->count; i++) {
        struct look *look = &looks->list[i];
        double seconds = around(looks, i, STEADY_NS, seconds_part, NULL);
        double rtt = look->of[LOOK_RTT], least = look->of[LOOK_MIN_RTT];

        if (seconds > 0)
            look->of[LOOK_STEADY] = around(looks, i, STEADY_NS, bits_part, NULL) / seconds;
        look->of[LOOK_CEILING] = look->of[LOOK_STEADY] / terms->ceiling_bps;
        look->of[LOOK_LOSS] = loss_around(looks, i, terms->udp, segment);
        look->of[LOOK_NETWORK] = network_share(look);
        look->of[LOOK_QUEUE] = least > 0 ? rtt / least : NAN;
        look->of[LOOK_WAIT] = least > 0 ? rtt - least : NAN;
        look->of[LOOK_SPREAD] = looks->count > 2 ? spread_around(looks, i) : NAN;
        look->of[LOOK_ABSENT] = absent_share(look);
        look->of[LOOK_PIPE] = look->of[LOOK_STEADY] * rtt / 8 / look->of[LOOK_CWND];
    }
}

/* Whatever came in: nothing negative, and nothing that can't be calculated with. */
static void clean(struct looks *looks)
{
    for (size_t i = 0; i < looks->count; i++)
        for (size_t k = 0; k < LOOK_FIGURES; k++) {
            double *value = &looks->list[i].of[k];

            if (k == LOOK_WAIT && *value < 0)
                *value = 0;
            if (!(*value >= 0 && *value <= FIGURE_MAX))
                *value = NAN;
        }
}

int looks_make(const struct measurement *measurement, const struct terms *terms,
               const struct trial *trial, struct looks *ret)
{
    int goodput = terms_row(measurement, VMTP_GOODPUT), r;
    const struct series *series = series_of(trial, goodput);
    double mss = final_of(trial, terms_row(measurement, VMTP_MSS));

    *ret = (struct looks){ 0 };
    if (trial->status != 0 || (!series->count && isnan(final_of(trial, goodput))))
        return 0;
    r = grid_make(trial, series, ret);
    if (r < 0)
        return r;
    tool_fill(ret, measurement, terms, trial);
    look_host_fill(ret, terms, trial);
    clean(ret);
    r = levels_smooth(ret);
    if (r < 0)
        return r;
    made_fill(ret, terms, mss > 0 ? mss : SEGMENT);
    clean(ret);
    return 0;
}

void looks_clear(struct looks *looks)
{
    free(looks->list);
    *looks = (struct looks){ 0 };
}
