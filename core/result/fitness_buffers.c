/* SPDX-License-Identifier: Apache-2.0
 *
 * Buffers: is there room for what is on the way, rate times round-trip time?
 *
 * The kernel counts its own overhead as part of a buffer, so that about half of it is payload
 * (tcp_adv_win_scale of 1): room for N bytes on the way takes 2 N of buffer.
 */
#include "fitness_check.h"

#include "../base/units.h"

#include <math.h>

#define OVERHEAD  2.0
#define FAR_S     0.1  /* across a continent and an ocean */
#define NEAR_S    0.01 /* across a country */
#define FULL      0.9  /* of a buffer: what a flow that it holds back has on the way */
#define PAUSE_S   0.01 /* that a receiving program may take between two looks */
#define BACKLOG   1000 /* the kernel's default */
#define UDP_LEAST 212992.0

struct direction {
    const char *sysctl, *verb;
    const char *triple; /* what stands in front of the maximum, where it can't be read */
    bool sends;
};

static double needed(double rate_bps, double rtt_s)
{
    return OVERHEAD * rate_bps * rtt_s / 8;
}

/* As the numbers of a sysctl, all in one. */
static void enlarge(struct finding *ret, const struct subject *subject,
                    const struct direction *direction, double bytes)
{
    const char *now = text_at(subject->sysctl, direction->sysctl);
    double least = word_number(now, 0), usual = word_number(now, 1);

    if (least > 0 && usual > 0)
        mend(ret, "sysctl -w net.ipv4.%s='%.0f %.0f %.0f'", direction->sysctl, least, usual, bytes);
    mend(ret, "sysctl -w net.ipv4.%s='%s %.0f'", direction->sysctl, direction->triple, bytes);
}

static void rate_look(const struct subject *subject, const struct direction *direction,
                      struct finding *ret, uint32_t use, double rate_bps, double room)
{
    double far = needed(rate_bps, FAR_S), near = needed(rate_bps, NEAR_S);

    if (room >= far)
        return;
    blame(ret, use, room >= near ? GRADE_FAIR : GRADE_BAD,
          "%s %s over 100 ms takes %s, and %s allows %s, which is %s", direction->verb,
          rate_text(rate_bps).text, size_text((uint64_t)far).text, direction->sysctl,
          size_text((uint64_t)room).text, rate_text(room / OVERHEAD * 8 / FAR_S).text);
    enlarge(ret, subject, direction, far);
}

/* Of what was measured: each end's buffers, at the rate and round-trip time that were seen. */
static void paths_look(const struct subject *subject, const struct direction *direction,
                       struct finding *ret, double room)
{
    for (size_t i = 0; i < subject->path_count; i++) {
        const struct fitness_path *path = &subject->paths[i];
        double bytes = needed(path->goodput_bps, path->rtt_s);

        if (path->sends != direction->sends || !(bytes > FULL * room) || bytes > 1e12)
            continue;
        blame(ret, FOR_RATE, GRADE_BAD,
              "the flow with %.40s had %s over %s on the way, which takes %s, and %s allows %s",
              path->peer, rate_text(path->goodput_bps).text, seconds_text(path->rtt_s).text,
              size_text((uint64_t)bytes).text, direction->sysctl, size_text((uint64_t)room).text);
        enlarge(ret, subject, direction, 2 * bytes);
    }
}

static void buffer_look(const struct subject *subject, const struct direction *direction,
                        struct finding *ret)
{
    double room = word_number(text_at(subject->sysctl, direction->sysctl), 2);

    if (!(room >= 0) || room > 1e15) {
        unknown(ret, "%s could not be read", direction->sysctl);
        return;
    }
    found(ret, "%s", size_text((uint64_t)room).text);
    paths_look(subject, direction, ret, room);
    rate_look(subject, direction, ret, FOR_HIGH_SPEED, 10e9, room);
    rate_look(subject, direction, ret, FOR_THROUGHPUT, 1e9, room);
}

static void look_receive(const struct subject *subject, struct finding *ret)
{
    static const struct direction receive = { "tcp_rmem", "receiving", "4096 131072", false };

    buffer_look(subject, &receive, ret);
}

static void look_send(const struct subject *subject, struct finding *ret)
{
    static const struct direction send = { "tcp_wmem", "sending", "4096 16384", true };

    buffer_look(subject, &send, ret);
}

/* A datagram that finds no room in the socket is lost, by this machine and not by the network. */
static void look_udp(const struct subject *subject, struct finding *ret)
{
    double room = word_number(text_at(subject->sysctl, "rmem_max"), 0);
    double lost = watched_at(subject, VMTP_UDP_RCVBUF_ERRORS, "total");
    double wanted = needed(1e9, PAUSE_S), fast = needed(10e9, PAUSE_S);

    if (!(room >= 0) || room > 1e15) {
        unknown(ret, "rmem_max could not be read");
        return;
    }
    found(ret, "%s", size_text((uint64_t)room).text);
    if (lost > 0)
        blame(ret, FOR_LOSS_JITTER, GRADE_FAIR,
              "%.0f datagrams found no room in a socket while it was watched", lost);
    if (room < wanted)
        blame(ret, FOR_LOSS_JITTER, room < UDP_LEAST ? GRADE_BAD : GRADE_FAIR,
              "a socket may keep %s: at 1 Gb/s that is full while the program is away for %s",
              size_text((uint64_t)room).text, seconds_text(room / OVERHEAD * 8 / 1e9).text);
    mend(ret, "sysctl -w net.core.rmem_max=%.0f", wanted);
    if (room < fast)
        blame(ret, FOR_HIGH_SPEED, GRADE_FAIR,
              "a UDP socket may keep %s: at 10 Gb/s that is full in %s",
              size_text((uint64_t)room).text, seconds_text(room / OVERHEAD * 8 / 10e9).text);
    mend(ret, "sysctl -w net.core.rmem_max=%.0f", fast);
}

static void look_backlog(const struct subject *subject, struct finding *ret)
{
    double room = word_number(text_at(subject->sysctl, "netdev_max_backlog"), 0);

    if (!(room >= 0))
        return;
    found(ret, "%.0f packets", room);
    if (room >= BACKLOG)
        return;
    blame(ret, FOR_MEASURING, GRADE_FAIR, "a CPU keeps %.0f packets that it has not looked at",
          room);
    mend(ret, "sysctl -w net.core.netdev_max_backlog=30000");
}

/* What every TCP has had for twenty years, unless somebody took it away. */
static void look_features(const struct subject *subject, struct finding *ret)
{
    static const struct {
        const char *sysctl, *why;
        enum grade grade;
    } features[] = {
        { "tcp_window_scaling", "no window is larger than 64 KiB", GRADE_BAD },
        { "tcp_moderate_rcvbuf", "receive buffers do not grow with the rate", GRADE_BAD },
        { "tcp_sack", "each loss costs a round trip", GRADE_FAIR },
        { "tcp_timestamps", "round-trip times are measured seldom", GRADE_FAIR },
    };

    for (size_t i = 0; i < COUNT(features); i++) {
        const char *value = text_at(subject->sysctl, features[i].sysctl);

        if (!*value)
            continue;
        if (!ret->value[0])
            found(ret, "on");
        if (strcmp(value, "0") != 0)
            continue;
        if (ret->worst < GRADE_FAIR)
            found(ret, "%s is off", features[i].sysctl);
        blame(ret, FOR_RATE, features[i].grade, "%s is off: %s", features[i].sysctl,
              features[i].why);
        mend(ret, "sysctl -w net.ipv4.%s=1", features[i].sysctl);
    }
}

static void look_congestion(const struct subject *subject, struct finding *ret)
{
    const char *used = text_at(subject->sysctl, "tcp_congestion_control");
    const char *there = text_at(subject->sysctl, "tcp_available_congestion_control");

    if (!*used)
        return;
    found(ret, "%.30s", used);
    if (strcmp(used, "reno") != 0 && strcmp(used, "vegas") != 0)
        return;
    blame(ret, FOR_HIGH_SPEED, GRADE_FAIR, "%.30s needs minutes to use 10 Gb/s again after a loss",
          used);
    mend(ret, "%ssysctl -w net.ipv4.tcp_congestion_control=cubic",
         strstr(there, "cubic") ? "" : "modprobe tcp_cubic && ");
}

static const struct check checks[] = {
    { "tcp-receive-buffer", FOR_RATE, look_receive },
    { "tcp-send-buffer", FOR_RATE, look_send },
    { "udp-receive-buffer", FOR_HIGH_SPEED | FOR_LOSS_JITTER, look_udp },
    { "backlog", FOR_MEASURING, look_backlog },
    { "tcp-features", FOR_RATE, look_features },
    { "congestion-control", FOR_HIGH_SPEED, look_congestion },
};
const struct concern concern_buffers = { "buffers", checks, COUNT(checks) };
