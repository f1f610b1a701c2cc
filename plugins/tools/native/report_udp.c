/* SPDX-License-Identifier: Apache-2.0
 *
 * What became of a trial's datagrams, as samples, and what must be said beside them.
 */
#include "owd.h"
#include "told.h"
#include "waterfall.h"

#include "../../common/event.h"

#include <math.h>

#define SHORTFALL 0.98 /* of the rate that was asked for */
#define NOTABLE   1e-3 /* of what was sent: so many drops of others are worth a note */

/* ---- where they were lost ---- */

static const struct {
    uint32_t metric;
    bool receiver;    /* the end that tells */
    const char *what; /* behind the interface's name, if it has one in front */
    bool interface;
} stages[STAGES] = {
    [STAGE_SOCKET] = { M_LOST_SOCKET, true, "the socket", false },
    [STAGE_SENDER] = { M_LOST_SENDER, false, "'s queue", true },
    [STAGE_NIC_SENDER] = { M_LOST_NIC_SENDER, false, "", true },
    [STAGE_SOFTNET] = { M_LOST_SOFTNET, true, "the receive backlog (softnet)", false },
    [STAGE_NIC_RECEIVER] = { M_LOST_NIC_RECEIVER, true, "", true },
    [STAGE_REASSEMBLY] = { M_LOST_REASSEMBLY, true, "reassembly", false },
};

static double count(const json_t *o, const char *key)
{
    return json_get(o, key, COUNT_MAX, NAN);
}

static bool is_text(const json_t *o, const char *key, const char *text)
{
    const char *value = json_string_value(json_object_get(o, key));

    return value && !strcmp(value, text);
}

/* Only a NIC, a virtual cable or a tun device puts its own packets into the backlog. */
static bool is_stacked(const json_t *rx)
{
    return !is_text(rx, "interface_kind", "") && !is_text(rx, "interface_kind", "veth") &&
           !is_text(rx, "interface_kind", "tun");
}

static void direction_waterfall(const struct run *run, int dir, struct waterfall *ret)
{
    const json_t *tx = told_result(run, dir, false), *rx = told_result(run, dir, true);
    struct waterfall_told t = {
        .sent = count(tx, "sent"),
        .received = count(rx, "received"),
        .socket = count(rx, "socket_drops"),
        .socket_least = count(rx, "socket_drops_least"),
        .forbidden = json_get(tx, "forbidden", COUNT_MAX, 0),
        .queue = count(tx, "queue_drops"),
        .refused = count(tx, "refused"),
        .nic_sender = count(tx, "nic_drops"),
        .nic_receiver = count(rx, "nic_drops"),
        .softnet = count(rx, "softnet_drops"),
        .incomplete = count(rx, "incomplete"),
        .fragments_refused = count(rx, "fragments_refused"),
        .queue_tells = json_is_true(json_object_get(tx, "queue_tells")),
        .noqueue = is_text(tx, "queue_kind", "noqueue"),
        .super = json_is_true(json_object_get(tx, "gso")),
        .fragmented = json_is_true(json_object_get(tx, "fragmented")),
        .stacked = is_stacked(rx),
        .same_machine = run->same_machine,
    };

    waterfall_make(&t, ret);
}

/* A stage of which one direction is unknown is unknown. */
static int emit_waterfall(struct run *run)
{
    struct waterfall w[2];
    int r = 0;

    for (int dir = 0; dir < 2; dir++)
        if (told_direction(run, dir))
            direction_waterfall(run, dir, &w[dir]);
    for (int i = 0; i < STAGES && r >= 0; i++)
        r = told_emit(run, stages[i].metric,
                      (run->up ? w[0].lost[i] : 0) + (run->down ? w[1].lost[i] : 0));
    return r;
}

/* "eth0's queue" */
static void stage_name(const json_t *o, int stage, char *ret, size_t size)
{
    const char *name = json_string_value(json_object_get(o, "interface"));

    if (!stages[stage].interface)
        name = "";
    snprintf(ret, size, "%.20s%s", name ? name : "the interface", stages[stage].what);
}

/* A socket's drops are of nobody else. */
static bool is_notable(const struct run *run, int dir, int stage, const struct waterfall *w)
{
    double sent = json_get(told_result(run, dir, false), "sent", COUNT_MAX, 0);

    return stage != STAGE_SOCKET && w->others[stage] > NOTABLE * sent;
}

static void tell_stage(struct run *run, int dir, int stage, const struct waterfall *w)
{
    int which = (dir == 0) == stages[stage].receiver ? SERVER : CLIENT;
    bool pieces = json_is_true(json_object_get(told_result(run, dir, false), "fragmented"));
    char name[80], text[240];

    stage_name(told_result(run, dir, stages[stage].receiver), stage, name, sizeof name);
    if (w->coarse[stage] && isnan(w->lost[stage]))
        snprintf(text, sizeof text,
                 "%s dropped packets, but how many datagrams they were is unknown: %s", name,
                 pieces ? "one of its fragments is enough" : "a super-packet is many");
    else if (is_notable(run, dir, stage, w))
        snprintf(text, sizeof text, "%s dropped %.0f more, which were not this flow's", name,
                 w->others[stage]);
    else
        return;
    event_emit(run->self, run->session->probe[which].name, VMTP_NOTE, text);
}

static void tell_waterfall(struct run *run)
{
    for (int dir = 0; dir < 2; dir++) {
        struct waterfall w;

        if (!told_direction(run, dir))
            continue;
        direction_waterfall(run, dir, &w);
        for (int i = 0; i < STAGES; i++)
            tell_stage(run, dir, i, &w);
    }
}

/* ---- how long they took ---- */

static struct owd_clock clock_of(const struct run *run, int dir, bool receiver)
{
    const json_t *o = told_result(run, dir, receiver);
    int which = (dir == 0) == receiver ? SERVER : CLIENT;

    return (struct owd_clock){ .endpoint = run->session->probe[which].name,
                               .step_ns = json_get(o, "clock_step_ns", 9e18, NAN),
                               .error_ns = json_get(o, "clock_error_ns", NS_MAX, NAN),
                               .why = json_string_value(json_object_get(o, "clock_why")) };
}

/* Nanoseconds since 1970 are more than a double can tell apart; 0: not told. */
static int64_t moment(const json_t *o, const char *key)
{
    int64_t value = json_integer_value(json_object_get(o, key));

    return value > 0 ? value : 0;
}

/* Of one direction alone: their mean would be the delay of neither.  False with nothing in
 * ret->why: nobody asked for it, or nothing arrived. */
static bool delay_of(const struct run *run, struct owd *ret)
{
    int dir = run->up ? 0 : 1;
    const json_t *tx = told_result(run, dir, false), *rx = told_result(run, dir, true);
    struct owd_told t = {
        .same_clock = run->same_machine,
        .sender = clock_of(run, dir, false),
        .receiver = clock_of(run, dir, true),
        .distance_ns = moment(tx, "clock_distance_ns"),
        .within_ns = json_get(tx, "clock_within_ns", NS_MAX, 0),
        .least_ns = moment(rx, "delay_least_ns"),
        .median_ns = moment(rx, "delay_median_ns"),
        .rtt_ns = json_get(run->session->probe[CLIENT].mail.setup, "rtt_ns", NS_MAX, NAN),
    };

    ret->why[0] = 0;
    if ((run->up && run->down) || !t.distance_ns || !t.least_ns || !t.median_ns)
        return false;
    return owd_make(&t, ret);
}

static int emit_delay(struct run *run)
{
    struct owd owd;
    int r;

    if (!delay_of(run, &owd))
        return 0;
    r = told_emit(run, M_OWD, owd.delay_ns * 1e-9);
    return r < 0 ? r : told_emit(run, M_OWD_ERROR, owd.error_ns * 1e-9);
}

static void tell_delay(struct run *run)
{
    char text[300];
    struct owd owd;

    if (delay_of(run, &owd) || !owd.why[0])
        return;
    snprintf(text, sizeof text, "one-way delay is not given, only its variation (pdv): %s",
             owd.why);
    event_emit(run->self, NULL, VMTP_NOTE, text);
}

/* ---- all of it ---- */

/* What came so late that it might have come before counts as received: not more than was sent. */
static double received(const struct run *run)
{
    double sum = 0;

    for (int dir = 0; dir < 2; dir++)
        if (told_direction(run, dir)) {
            double sent = count(told_result(run, dir, false), "sent");
            double came = count(told_result(run, dir, true), "received");

            sum += came > sent ? sent : came;
        }
    return sum;
}

int report_udp(struct run *run)
{
    double sent = told_sum(run, false, "sent", COUNT_MAX);
    double slope = NAN;
    int r;

    if (!(run->up && run->down)) {
        const json_t *v = json_object_get(told_result(run, run->up ? 0 : 1, true), "delay_slope");

        slope = json_is_number(v) ? json_number_value(v) : NAN;
    }
    r = told_emit(run, M_SENT, sent);
    r = r < 0 ? r : told_emit(run, M_RECEIVED, received(run));
    r = r < 0 ? r : emit_waterfall(run);
    r = r < 0 ? r : told_emit(run, M_DUPLICATED, told_sum(run, true, "duplicated", COUNT_MAX));
    r = r < 0 ? r : told_emit(run, M_REORDERED, told_sum(run, true, "reordered", COUNT_MAX));
    r = r < 0 ? r : told_emit(run, M_DELAY_SLOPE, slope);
    r = r < 0 ? r : emit_delay(run);
    if (run->rate_bps && r >= 0)
        r = told_emit(run, M_SKIPPED, told_sum(run, false, "skipped", COUNT_MAX));
    return r;
}

static void tell_shortfall(struct run *run)
{
    for (int dir = 0; dir < 2; dir++) {
        const json_t *o = told_result(run, dir, false);
        double rate = json_get(o, "bytes", BYTES_MAX, 0) * 8e9 / (double)run->trial->duration_ns;
        char text[200];

        if (!told_direction(run, dir) || rate >= SHORTFALL * (double)run->rate_bps)
            continue;
        snprintf(text, sizeof text, "sent %.5g Mb/s of the %.5g asked for%s", rate / 1e6,
                 (double)run->rate_bps / 1e6,
                 json_get(o, "full", COUNT_MAX, 0) > 0
                     ? "; the local queue was full, so the path may be what holds it back"
                     : "");
        event_emit(run->self, run->session->probe[dir ? SERVER : CLIENT].name,
                   VMTP_GENERATOR_LIMITED, text);
    }
}

static void tell_offload(struct run *run)
{
    for (int dir = 0; dir < 2; dir++) {
        const json_t *o = told_result(run, dir, false);
        double wire = json_get(o, "wire_ratio", COUNT_MAX, -1);
        const char *text = "datagrams were sent with UDP segmentation offload; whether they were "
                           "wire packets is unknown";

        if (!told_direction(run, dir) || !json_is_true(json_object_get(o, "gso")))
            continue;
        if (wire >= 0 && wire < 0.9)
            text = "datagrams were GSO super-packets on this path: not wire packets";
        else if (wire >= 0)
            text = "datagrams were sent with UDP segmentation offload and were wire packets";
        event_emit(run->self, NULL, VMTP_NOTE, text);
    }
}

void report_udp_notes(struct run *run)
{
    tell_waterfall(run);
    tell_delay(run);
    if (run->offload)
        tell_offload(run);
    if (run->rate_bps)
        tell_shortfall(run);
}
