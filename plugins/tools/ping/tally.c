/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define MS_TO_NS  1e6
#define MS_MAX    1e7
#define SEQUENCES 65536u /* of icmp_seq, which starts again */

/* A number with a point or, where a locale was at work, a comma.  What follows it, or NULL. */
static const char *decimal(const char *text, double *ret)
{
    const char *at = text;
    double value = 0, unit = 1;

    for (; *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (*at - '0');
    if (at == text)
        return NULL;
    if (*at == '.' || *at == ',')
        for (at++; *at >= '0' && *at <= '9'; at++)
            value += (*at - '0') * (unit /= 10);
    *ret = value;
    return at;
}

static int emit(struct vmtp_self *self, uint32_t metric, double value)
{
    return vmtp_emit(self, metric, 0, value, true);
}

/* ---- replies ---- */

/* Sequence numbers have 16 bits: more than half of them back is forward. */
static void order_take(struct tally *tally, unsigned sequence)
{
    unsigned ahead = (sequence - (unsigned)tally->next) % SEQUENCES;

    if (tally->next && ahead >= SEQUENCES / 2)
        tally->reordered++;
    else
        tally->next = sequence + 1u;
}

static int time_take(struct vmtp_self *self, struct tally *tally, uint64_t time_ns, double ms)
{
    uint64_t ns = (uint64_t)llround(ms * MS_TO_NS);

    if (!tally->replies || ns < tally->min_ns)
        tally->min_ns = ns;
    if (!tally->replies || ns > tally->max_ns)
        tally->max_ns = ns;
    tally->replies++;
    tally->counts[vmtp_bucket_index(ns)]++;
    return vmtp_emit(self, M_RTT, time_ns, ms / 1e3, false);
}

/* "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.034 ms", with "seq=0" from BusyBox, without a
 * time where there was no room for it, "time<1 ms" where a clock is coarse, "(DUP!)" behind a
 * reply that was there already. */
static int reply_take(struct vmtp_self *self, struct tally *tally, uint64_t time_ns,
                      const char *text, const char *sequence)
{
    const char *time = strstr(text, " time");
    double number = 0, ms = 0;

    if (strstr(text, "DUP!")) {
        tally->duplicated++;
        return 0;
    }
    if (!decimal(sequence, &number) || number >= SEQUENCES)
        return 0;
    order_take(tally, (unsigned)number);
    if (!time || (time[5] != '=' && time[5] != '<') || !decimal(time + 6, &ms) || ms > MS_MAX)
        return 0;
    return time_take(self, tally, time_ns, ms);
}

/* ---- the summary ---- */

static int emit_rtt(struct vmtp_self *self, const struct tally *tally, struct vmtp_error *err)
{
    struct vmtp_histogram histogram = {
        .size = sizeof histogram, .scale = 1e-9, .min = tally->min_ns, .max = tally->max_ns
    };
    struct vmtp_bucket *buckets;
    int r;

    if (!tally->replies)
        return 0;
    buckets = calloc(VMTP_BUCKETS, sizeof *buckets);
    if (!buckets)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    for (uint32_t i = 0; i < VMTP_BUCKETS; i++)
        if (tally->counts[i])
            buckets[histogram.count++] = (struct vmtp_bucket){ i, tally->counts[i] };
    histogram.buckets = buckets;
    r = self->host->emit_histogram(self, M_RTT, &histogram);
    free(buckets);
    return r;
}

/* Nothing came back because nothing was sent: that is no loss. */
static int verdict(struct vmtp_self *self, const struct tally *tally, const struct vmtp_flow *flow,
                   uint64_t received, struct vmtp_error *err)
{
    const char *note = *tally->complaint ? tally->complaint : tally->unreachable;

    if (!received && *tally->complaint)
        return vmtp_fail(err, -EIO, "endpoint %s: %s", flow->client->name, tally->complaint);
    if (*note)
        vmtp_emit_event(self, VMTP_NOTE, note);
    return 0;
}

static int summary_take(struct vmtp_self *self, const struct tally *tally,
                        const struct vmtp_flow *flow, uint64_t sent, uint64_t received,
                        struct vmtp_error *err)
{
    int r = verdict(self, tally, flow, received, err);

    r = r < 0 ? r : emit(self, M_SENT, (double)sent);
    r = r < 0 ? r : emit(self, M_RECEIVED, (double)(received < sent ? received : sent));
    r = r < 0 ? r : emit(self, M_DUPLICATED, (double)tally->duplicated);
    r = r < 0 ? r : emit(self, M_REORDERED, (double)tally->reordered);
    r = r < 0 ? r : emit_rtt(self, tally, err);
    return r < 0 ? r : 1;
}

/* "rtt min/avg/max/mdev = 0.003/0.005/0.016/0.002 ms"; BusyBox has three, and inetutils may say
 * a deviation of 0 where it has none. */
static int times_take(struct vmtp_self *self, const char *text)
{
    static const uint32_t order[] = { M_RTT_MIN, M_RTT_AVG, M_RTT_MAX, M_RTT_MDEV };
    double ms[4];
    size_t count = 0;
    int r = 0;

    for (const char *at = strchr(text, '='); at && count < 4; at = *at == '/' ? at : NULL) {
        at = decimal(at + 1 + (at[1] == ' '), &ms[count]);
        if (!at || ms[count] > MS_MAX)
            break;
        count++;
    }
    if (count < 3)
        return 0;
    if (count == 4 && ms[3] == 0 && ms[2] > ms[0])
        count = 3;
    for (size_t i = 0; i < count && r >= 0; i++)
        r = emit(self, order[i], ms[i] / 1e3);
    return r;
}

/* ---- lines ---- */

/* "/usr/bin/ping: sendmsg: Operation not permitted", without the folder; NULL: no such line. */
static const char *complaint_of(const char *text)
{
    const char *end = strstr(text, ": "), *name = text;

    if (!end || strstr(end, "arning"))
        return NULL;
    for (const char *at = text; at < end; at++)
        if (*at == '/')
            name = at + 1;
    if (strncmp(name, "ping: ", 6) == 0 || strncmp(name, "ping6: ", 7) == 0)
        return name;
    return NULL;
}

static void other_take(struct tally *tally, const char *text)
{
    const char *complaint = complaint_of(text);

    if (complaint)
        snprintf(tally->complaint, sizeof tally->complaint, "%s", complaint);
    else if (!*tally->unreachable &&
             (strncmp(text, "From ", 5) == 0 || strstr(text, " bytes from ")))
        snprintf(tally->unreachable, sizeof tally->unreachable, "%s", text);
}

int tally_line(struct vmtp_self *self, struct tally *tally, const struct vmtp_flow *flow,
               uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    const char *sequence = strstr(text, "seq=");
    uint64_t sent, received;
    int r = 0;

    if (!sequence)
        sequence = strstr(text, "req="); /* iputils before 2012 */
    if (sscanf(text, "%" SCNu64 " packets transmitted, %" SCNu64, &sent, &received) == 2)
        r = summary_take(self, tally, flow, sent, received, err);
    else if (strstr(text, "min/avg/max"))
        r = times_take(self, text);
    else if (sequence && strstr(text, " bytes from "))
        r = reply_take(self, tally, time_ns, text, sequence + 4);
    else
        other_take(tally, text);
    if (r < 0 && err && !err->code)
        vmtp_fail(err, r, "a figure could not be kept: %s", strerror(-r));
    return r;
}
