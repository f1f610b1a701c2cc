/* SPDX-License-Identifier: Apache-2.0 */
#include "limit_text.h"

#include "../base/units.h"
#include "cause_udp.h"

#include <errno.h>
#include <math.h>

static const struct {
    const char *name, *phrase, *advice;
} causes[LIMIT_CAUSES] = {
    [LIMIT_NONE] = { "none", "nothing", "" },
    [LIMIT_UNKNOWN] = { "unknown", "what is not known", "" },
    [LIMIT_SENDER_SCHEDULING] = { "sender-scheduling", "the sender's turn on a CPU",
                                  "give the sender a CPU of its own: pin it (taskset), raise its "
                                  "quota (cgroup cpu.max), stop what else runs there" },
    [LIMIT_HYPERVISOR] = { "hypervisor", "the hypervisor",
                           "the machine did not get its CPUs: repeat on a quieter host, or use "
                           "dedicated ones (flavor with hw:cpu_policy=dedicated)" },
    [LIMIT_SENDER_CPU] = { "sender-cpu", "the sender's CPU",
                           "more connections spread the work over CPUs; segmentation offload "
                           "(ethtool -K DEV tso on), larger writes and a larger MTU make it less" },
    [LIMIT_RECEIVER_SOFTIRQ] = { "receiver-softirq", "the receiver's kernel",
                                 "spread receiving over CPUs: more queues (ethtool -L DEV combined "
                                 "N), RPS, IRQ affinity; switch GRO on (ethtool -K DEV gro on)" },
    [LIMIT_RECEIVER_CPU] = { "receiver-cpu", "the receiver's CPU",
                             "more connections spread the work over CPUs; GRO and a larger MTU "
                             "make it less; give the receiver a CPU of its own" },
    [LIMIT_RECEIVER_APPLICATION] = { "receiver-application", "the receiving program",
                                     "the program does not read what has arrived: let it read more "
                                     "at once, or in a thread of its own" },
    [LIMIT_RECEIVE_WINDOW] = { "receive-window", "the receive window", "" },
    [LIMIT_SEND_BUFFER] = { "send-buffer", "the send buffer", "" },
    [LIMIT_SENDER_APPLICATION] = { "sender-application", "the sending program",
                                   "the program has nothing to send for much of the time: look at "
                                   "what it waits for" },
    [LIMIT_PACING] = { "pacing", "the rate asked for",
                       "nothing to mend: ask for a higher rate, or for none, to find what is "
                       "next" },
    [LIMIT_LINE_RATE] = { "line-rate", "the line rate",
                          "nothing to mend: only a faster link or smaller headers carry more" },
    [LIMIT_TOKEN_BUCKET] = { "token-bucket", "a token bucket",
                             "plan with the sustained rate, and measure for longer than the burst "
                             "lasts" },
    [LIMIT_LOSS] = { "loss", "loss",
                     "look for a policer or QoS rule on the way, for drops (tc -s qdisc, ethtool "
                     "-S DEV), and for an MTU that is too large" },
    [LIMIT_QUEUEING] = { "queueing", "a queue on the path",
                         "the narrowest link is full, and its buffer with it: measure latency "
                         "under "
                         "load; fq_codel there, or BBR, keep the queue short" },
    [LIMIT_PER_FLOW] = { "per-flow", "what one connection gets",
                         "use more connections; a single queue, hash or vhost thread serves each: "
                         "look at multiqueue" },
};

const char *limit_name(enum limit_cause cause)
{
    return cause < LIMIT_CAUSES ? causes[cause].name : "unknown";
}

const char *limit_phrase(enum limit_cause cause)
{
    return cause < LIMIT_CAUSES ? causes[cause].phrase : causes[LIMIT_UNKNOWN].phrase;
}

/* ---- figures as phrases ---- */

enum scale { SHARE, RATE, SECONDS, BYTES, TIMES };

static struct number scaled(double value, enum scale scale)
{
    struct number number;

    switch (scale) {
    case SHARE:
        return share_text(value);
    case RATE:
        return rate_text(value);
    case SECONDS:
        return seconds_text(value);
    case BYTES:
        return size_text(value < 1e18 ? (uint64_t)value : 0);
    case TIMES:
        break;
    }
    snprintf(number.text, sizeof number.text, "%.3g", value);
    return number;
}

_printf_(2, 3) static int evidence_add(struct limit *limit, const char *fmt, ...)
{
    char text[300];
    va_list ap;

    if (limit->evidence_count == LIMIT_EVIDENCE_MAX)
        return 0;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    limit->evidence[limit->evidence_count] = strdup(text);
    if (!limit->evidence[limit->evidence_count])
        return -ENOMEM;
    limit->evidence_count++;
    return 0;
}

/* What a cause has to show, in the order of its weight; only figures that are known, and of at
 * least so much. */
static const struct {
    enum limit_cause cause;
    enum look_figure figure;
    enum scale scale;
    double least;
    const char *before, *after;
} shown[] = {
    { LIMIT_LINE_RATE, LOOK_CEILING, SHARE, 0, "goodput is ", " of what the path can carry" },
    { LIMIT_SENDER_SCHEDULING, LOOK_DELAY_SENDER, SHARE, 0,
      "the sending thread was ready and had no CPU for ", " of the time" },
    { LIMIT_SENDER_SCHEDULING, LOOK_CPU_SENDER, SHARE, 0, "it had one for ", " of it" },
    { LIMIT_HYPERVISOR, LOOK_STEAL_SENDER, SHARE, 0.01, "of a full CPU of the sender ",
      " was stolen" },
    { LIMIT_HYPERVISOR, LOOK_STEAL_RECEIVER, SHARE, 0.01, "of a full CPU of the receiver ",
      " was stolen" },
    { LIMIT_HYPERVISOR, LOOK_STALL_SENDER, SECONDS, 0.01, "the sender's machine stood still for ",
      " at a time" },
    { LIMIT_HYPERVISOR, LOOK_STALL_RECEIVER, SECONDS, 0.01,
      "the receiver's machine stood still for ", " at a time" },
    { LIMIT_SENDER_CPU, LOOK_CPU_SENDER, SHARE, 0, "the sending thread used ", " of a CPU" },
    { LIMIT_SENDER_CPU, LOOK_PROGRAM_SENDER, SHARE, 0, "the sending program used ", " of a CPU" },
    { LIMIT_SENDER_CPU, LOOK_DELAY_SENDER, SHARE, 0.05, "it was ready and had none for ",
      " of the time" },
    { LIMIT_SENDER_CPU, LOOK_UNSENT, BYTES, 0, "", " waited in its socket to be sent" },
    { LIMIT_RECEIVER_SOFTIRQ, LOOK_SOFTIRQ, SHARE, 0,
      "the receiver's kernel was busy receiving for ", " of one CPU's time" },
    { LIMIT_RECEIVER_SOFTIRQ, LOOK_SOFTNET, TIMES, 1, "its backlog dropped ",
      " packets in an interval" },
    { LIMIT_RECEIVER_CPU, LOOK_CPU_RECEIVER, SHARE, 0, "the receiving thread used ", " of a CPU" },
    { LIMIT_RECEIVER_CPU, LOOK_DELAY_RECEIVER, SHARE, 0.05, "it was ready and had none for ",
      " of the time" },
    { LIMIT_RECEIVER_CPU, LOOK_FILL, SHARE, 0, "its receive buffer was ", " full" },
    { LIMIT_RECEIVER_CPU, LOOK_RWND, SHARE, 0.01, "its window held the sender up for ",
      " of the time" },
    { LIMIT_RECEIVER_APPLICATION, LOOK_FILL, SHARE, 0.3, "the receive buffer was ",
      " full of data that nobody read" },
    { LIMIT_RECEIVER_APPLICATION, LOOK_ABSENT, SHARE, 0.1, "for ",
      " of the time the receiving program neither read nor waited for data" },
    { LIMIT_RECEIVER_APPLICATION, LOOK_CPU_RECEIVER, SHARE, 0,
      "the receiving thread used no more than ", " of a CPU" },
    { LIMIT_RECEIVER_APPLICATION, LOOK_RWND, SHARE, 0.01,
      "the receiver's window held the sender up for ", " of the time" },
    { LIMIT_RECEIVE_WINDOW, LOOK_RWND, SHARE, 0, "the receiver's window held the sender up for ",
      " of the time" },
    { LIMIT_RECEIVE_WINDOW, LOOK_FILL, SHARE, 0, "the program read what came: its buffer was ",
      " full" },
    { LIMIT_RECEIVE_WINDOW, LOOK_RTT, SECONDS, 0, "the round trip is ", "" },
    { LIMIT_SEND_BUFFER, LOOK_PIPE, SHARE, 0, "of the congestion window no more was used than ",
      "" },
    { LIMIT_SEND_BUFFER, LOOK_SNDBUF, SHARE, 0.02, "the send buffer held the sender up for ",
      " of the time" },
    { LIMIT_SEND_BUFFER, LOOK_RTT, SECONDS, 0, "the round trip is ", "" },
    { LIMIT_SENDER_APPLICATION, LOOK_BUSY, SHARE, 0, "data was on the way for only ",
      " of the time" },
    { LIMIT_SENDER_APPLICATION, LOOK_CPU_SENDER, SHARE, 0, "the sending thread used ",
      " of a CPU" },
    { LIMIT_LOSS, LOOK_LOSS, SHARE, 0, "lost: ", " of what was sent" },
    { LIMIT_LOSS, LOOK_WAIT, SECONDS, 0, "packets wait no more than ", " in queues" },
    { LIMIT_LOSS, LOOK_CEILING, SHARE, 0, "goodput is ", " of what the path can carry" },
    { LIMIT_QUEUEING, LOOK_QUEUE, TIMES, 0, "the round trip is ", " times the least" },
    { LIMIT_QUEUEING, LOOK_WAIT, SECONDS, 0, "packets wait ", " in queues" },
    { LIMIT_QUEUEING, LOOK_LOSS, SHARE, 1e-6, "lost: ", " of what was sent" },
    { LIMIT_UNKNOWN, LOOK_CEILING, SHARE, 0, "goodput is ", " of what the path can carry" },
    { LIMIT_UNKNOWN, LOOK_CPU_SENDER, SHARE, 0, "the sending thread used ", " of a CPU" },
    { LIMIT_UNKNOWN, LOOK_DELAY_SENDER, SHARE, 0.1, "it was ready and had none for ",
      " of the time" },
    { LIMIT_UNKNOWN, LOOK_CPU_RECEIVER, SHARE, 0, "the receiving thread used ", " of a CPU" },
    { LIMIT_UNKNOWN, LOOK_DELAY_RECEIVER, SHARE, 0.1, "that was ready and had none for ",
      " of the time" },
    { LIMIT_UNKNOWN, LOOK_RWND, SHARE, 0.05, "the receiver's window held the sender up for ",
      " of the time" },
    { LIMIT_UNKNOWN, LOOK_LOSS, SHARE, 1e-6, "lost: ", " of what was sent" },
    { LIMIT_UNKNOWN, LOOK_QUEUE, TIMES, 0, "the round trip is ", " times the least" },
};

static int figures_tell(struct limit *limit, const struct findings *findings)
{
    int r = 0;

    for (size_t i = 0; i < COUNT(shown) && r == 0; i++) {
        double value = findings->median[shown[i].figure];

        if (shown[i].cause == limit->cause && value >= shown[i].least && isfinite(value))
            r = evidence_add(limit, "%s%s%s", shown[i].before, scaled(value, shown[i].scale).text,
                             shown[i].after);
    }
    return r;
}

/* ---- what is not one figure ---- */

static int pacing_tell(struct limit *limit, const struct findings *findings)
{
    double steady = findings->median[LOOK_STEADY], asked = findings->terms->asked_bps;

    if (isnan(asked))
        return evidence_add(limit, "goodput is what the kernel paces to: %s",
                            rate_text(findings->median[LOOK_PACING]).text);
    return evidence_add(limit, "goodput is %s of the %s asked for", share_text(steady / asked).text,
                        rate_text(asked).text);
}

static int bucket_tell(struct limit *limit)
{
    double bytes = (limit->burst_bps - limit->sustained_bps) * limit->burst_s / 8;
    int r = evidence_add(limit, "%s for %s, then %s", rate_text(limit->burst_bps).text,
                         seconds_text(limit->burst_s).text, rate_text(limit->sustained_bps).text);

    if (r == 0 && bytes > 0 && bytes < 1e18)
        r = evidence_add(limit, "so the bucket holds about %s", size_text((uint64_t)bytes).text);
    return r;
}

/* Of datagrams: where those were lost that did not arrive. */
static int places_tell(struct limit *limit, const struct findings *findings)
{
    static const struct {
        enum look_figure figure;
        const char *where;
    } places[] = {
        { LOOK_LOST_SENDER, "in the sender's queue" },
        { LOOK_LOST_NIC_SENDER, "at the sender's interface" },
        { LOOK_LOST_NIC_RECEIVER, "at the receiver's interface" },
        { LOOK_LOST_SOFTNET, "in the receiver's backlog" },
        { LOOK_LOST_REASSEMBLY, "as fragments without the rest" },
        { LOOK_LOST_SOCKET, "at the receiving socket" },
        { LOOK_RCVBUF, "by sockets of the receiver's machine" }, /* where the tool can't tell */
    };
    double sent = findings->total[LOOK_SENT];
    double lost = sent - findings->total[LOOK_RECEIVED];
    struct look sums;
    int r = 0;

    memcpy(sums.of, findings->total, sizeof sums.of);
    if (!(lost > 0) || !findings->terms->udp)
        return 0;
    for (size_t i = 0; i < COUNT(places) && r == 0; i++)
        if ((places[i].figure != LOOK_RCVBUF || isnan(findings->total[LOOK_LOST_SOCKET])) &&
            findings->total[places[i].figure] >= lost / 100)
            r = evidence_add(limit, "%.0f of %.0f lost datagrams: %s",
                             findings->total[places[i].figure], lost, places[i].where);
    if (r == 0 && lost_elsewhere(&sums) >= lost / 100)
        r = evidence_add(limit, "%.0f of %.0f lost datagrams: in the network",
                         lost_elsewhere(&sums), lost);
    return r;
}

/* Those that come nearest. */
static int candidates_tell(struct limit *limit, const struct findings *findings)
{
    int r = 0;

    for (enum limit_cause cause = LIMIT_UNKNOWN + 1; cause < LIMIT_CAUSES && r == 0; cause++)
        if (findings->share[cause] >= 0.2)
            r = evidence_add(limit, "for %s of the time it was %s",
                             share_text(findings->share[cause]).text, limit_phrase(cause));
    return r;
}

static int wider_tell(struct limit *limit, const struct findings *findings)
{
    const struct trial *wider = findings->measurement->wider;
    int row = terms_row(findings->measurement, VMTP_GOODPUT);
    double times;

    if (!wider || wider->status || row < 0 || (size_t)row >= wider->metrics)
        return 0;
    times = wider->finals[row] / findings->goodput_bps;
    if (!(times >= 0 && times < 1e6))
        return 0;
    return evidence_add(limit, "with %u connections goodput is %.2f times that",
                        wider->streams ? wider->streams : 2, times);
}

/* ---- advice ---- */

/* What a window or buffer must hold, if the path's rate and round trip are known. */
static void buffer_advise(struct limit *limit, const struct findings *findings)
{
    bool receive = limit->cause == LIMIT_RECEIVE_WINDOW;
    double asked =
        receive ? findings->terms->receive_buffer_bytes : findings->terms->send_buffer_bytes;
    double needed = findings->terms->ceiling_bps * findings->median[LOOK_RTT] / 8;
    const char *sysctl = receive ? "net.ipv4.tcp_rmem" : "net.ipv4.tcp_wmem";
    const char *option = receive ? "receive-buffer" : "send-buffer";
    char holds[80] = "";

    if (needed > 0 && needed < 1e15)
        snprintf(holds, sizeof holds, ": rate x round trip is %s",
                 size_text((uint64_t)needed).text);
    if (asked > 0)
        snprintf(limit->advice, sizeof limit->advice,
                 "leave out %s (%s was asked for), or make it larger%s", option,
                 size_text((uint64_t)asked).text, holds);
    else
        snprintf(limit->advice, sizeof limit->advice, "raise the third value of %s at the %s%s",
                 sysctl, receive ? "receiver" : "sender", holds);
}

static void unknown_advise(struct limit *limit, const struct findings *findings)
{
    const double *median = findings->median;
    bool thread = !isnan(median[LOOK_CPU_SENDER]), host = !isnan(median[LOOK_BUSY_SENDER]);
    const char *text = "";

    if (!thread)
        text = "the native tool shows more of what a sender and a receiver wait for";
    else if (!host)
        text = "monitor the endpoints (monitors: [host]) to see their CPUs and their kernel";
    else if (isnan(median[LOOK_CEILING]))
        text = "tell the path's rate, where the cloud does not know it, to see how near this is";
    snprintf(limit->advice, sizeof limit->advice, "%s", text);
}

static void advise(struct limit *limit, const struct findings *findings)
{
    if (limit->cause == LIMIT_RECEIVE_WINDOW || limit->cause == LIMIT_SEND_BUFFER)
        buffer_advise(limit, findings);
    else if (limit->cause == LIMIT_UNKNOWN)
        unknown_advise(limit, findings);
    else
        snprintf(limit->advice, sizeof limit->advice, "%s", causes[limit->cause].advice);
}

int limit_tell(struct limit *limit, const struct findings *findings)
{
    int r = 0;

    if (limit->cause == LIMIT_PACING)
        r = pacing_tell(limit, findings);
    else if (limit->cause == LIMIT_TOKEN_BUCKET)
        r = bucket_tell(limit);
    else if (limit->cause == LIMIT_UNKNOWN)
        r = candidates_tell(limit, findings);
    if (r == 0 && (limit->cause == LIMIT_PER_FLOW || limit->cause == LIMIT_UNKNOWN))
        r = wider_tell(limit, findings);
    r = r < 0 ? r : figures_tell(limit, findings);
    r = r < 0 ? r : places_tell(limit, findings);
    if (r == 0 && !limit->evidence_count)
        r = evidence_add(limit, "nothing is known but goodput");
    advise(limit, findings);
    return r;
}
