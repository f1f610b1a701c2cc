/* SPDX-License-Identifier: Apache-2.0
 *
 * One trial: set up the server, then the client; start both; wait for what the receivers and
 * then the senders have counted.  After a failure the probes are ended, so that the next trial
 * starts from nothing.  [worker]
 */
#include "report.h"

#include "../../common/clock.h"
#include "protocol.h"

#include <inttypes.h>
#include <sys/random.h>

#define SETUP_NS   (PROBE_CONNECT_NS + PROBE_REASSEMBLY_NS + 3 * NS_PER_S)
#define LATE_NS    (10 * NS_PER_S) /* for results, after the time that a trial takes */
#define STOPPED_NS (3 * NS_PER_S)

static const char *boolean(bool value)
{
    return value ? "true" : "false";
}

/* A core that is free at both ends: two on each, and no more spinners than that. */
static bool may_spin(const struct session *s)
{
    return s->probe[CLIENT].cpus >= 2 && s->probe[SERVER].cpus >= 2;
}

/* So many datagrams that not each of them can have a system call of its own. */
static bool is_fast(const struct run *run)
{
    return !run->rate_bps || (double)run->length * 8e9 / (double)run->rate_bps < SINGLE_NS;
}

static void choose(struct run *run)
{
    const struct native_opt *o = run->opt;

    run->rate_bps = native_rate(o, run->trial);
    run->length = native_length(o, run->flow);
    run->connections = native_connections(o, run->trial);
    run->latency = o->measure == MEASURE_LATENCY;
    run->udp = o->protocol == PROTOCOL_UDP;
    run->up = run->latency || o->direction != DIRECTION_DOWN;
    run->down = !run->latency && o->direction != DIRECTION_UP;
    run->offload = run->udp && !run->latency && !o->discard &&
                   (o->offload == OFFLOAD_ON || (o->offload == OFFLOAD_AUTO && is_fast(run)));
    run->same_machine = run->session->probe[CLIENT].boot[0] &&
                        !strcmp(run->session->probe[CLIENT].boot, run->session->probe[SERVER].boot);
    run->spin =
        o->wait == WAIT_SPIN || (o->wait == WAIT_AUTO && run->latency && may_spin(run->session));
}

static int say_setup(struct run *run, int which, uint64_t port, struct vmtp_error *err)
{
    const struct native_opt *o = run->opt;
    /* Two spinners of one machine must not be put onto one CPU. */
    unsigned cpu = run->latency && run->spin && run->same_machine ? 1u + (which == SERVER) : 0;
    const char *wait = run->spin                               ? "spin"
                       : o->wait == WAIT_BLOCK || run->latency ? "block"
                                                               : "auto";

    return probe_say(
        run->self, run->session, which, err,
        "{\"op\":\"setup\",\"trial\":%" PRIu64 ",\"token\":\"%016" PRIx64 "\",\"server\":%s,"
        "\"udp\":%s,\"latency\":%s,\"up\":%s,\"down\":%s,\"offload\":%s,\"discard\":%s,"
        "\"wait\":\"%s\",\"address\":\"%s\",\"family\":%" PRIu32 ",\"port\":%" PRIu64
        ",\"connections\":%" PRIu64 ",\"rate_bps\":%" PRIu64 ",\"length\":%" PRIu64
        ",\"frequency\":%" PRIu64 ",\"request\":%" PRIu64 ",\"response\":%" PRIu64
        ",\"mss\":%" PRIu64 ",\"dscp\":%" PRIu64 ",\"send_buffer\":%" PRIu64
        ",\"receive_buffer\":%" PRIu64 ",\"cpu\":%u,\"congestion\":\"%s\",\"warmup_ns\":%" PRIu64
        ",\"duration_ns\":%" PRIu64 ",\"interval_ns\":%" PRIu64 "}\n",
        run->session->trial, run->token, boolean(which == SERVER), boolean(run->udp),
        boolean(run->latency), boolean(run->up), boolean(run->down), boolean(run->offload),
        boolean(o->discard), wait, which == CLIENT ? run->flow->address : "",
        run->flow->family == 6 ? 6u : 4u, port, run->connections, run->rate_bps, run->length,
        o->frequency, o->request, o->response, o->mss, o->dscp, o->send_buffer, o->receive_buffer,
        cpu, o->congestion ? o->congestion : "", run->trial->warmup_ns, run->trial->duration_ns,
        run->trial->interval_ns);
}

static int set_up(struct run *run, struct vmtp_error *err)
{
    struct session *s = run->session;
    const struct native_opt *o = run->opt;
    uint64_t port;
    int r = say_setup(run, SERVER, o->port, err);

    if (!r)
        r = session_wait(run->self, s, SERVER, probe_has_setup, 0, clock_now_ns() + SETUP_NS,
                         "open its data port", err);
    if (r)
        return r;
    port = (uint64_t)json_get(s->probe[SERVER].mail.setup, "port", 65535, 0);
    if (!port)
        return vmtp_fail(err, -EPROTO, "endpoint %s: vmtp-probe gave no port",
                         s->probe[SERVER].name);
    r = say_setup(run, CLIENT, port, err);
    return r ? r
             : session_wait(run->self, s, CLIENT, probe_has_setup, 0, clock_now_ns() + SETUP_NS,
                            "connect", err);
}

/* Both ends start as near to start_ns as their control channels allow. */
static int start(struct run *run, struct vmtp_error *err)
{
    uint64_t rtt_ns = (uint64_t)json_get(run->session->probe[CLIENT].mail.setup, "rtt_ns", 5e9, 0);
    int r = run->self->host->ready(run->self, &run->start_ns, err);

    session_heard(run->session); /* nobody listened while the other flows were waited for */
    for (int which = SERVER; which >= CLIENT && r >= 0; which--) {
        uint64_t now = clock_now_ns();

        r = probe_say(run->self, run->session, which, err,
                      "{\"op\":\"go\",\"delay_ns\":%" PRIu64 ",\"rtt_ns\":%" PRIu64 "}\n",
                      run->start_ns > now ? run->start_ns - now : 0, rtt_ns);
    }
    return r < 0 ? r : 0;
}

static int wait_result(struct run *run, int which, int dir, struct vmtp_error *err)
{
    uint64_t deadline_ns =
        run->start_ns + run->trial->warmup_ns + run->trial->duration_ns + LATE_NS;

    return session_wait(run->self, run->session, which, probe_has_result, dir, deadline_ns,
                        "tell its result", err);
}

static int sender_of(int dir)
{
    return dir == 0 ? CLIENT : SERVER;
}

/* The sender's count tells the receiver what to wait for. */
static int wait_sent(struct run *run, int dir, struct vmtp_error *err)
{
    int from = sender_of(dir), r = wait_result(run, from, dir, err);

    if (r)
        return r;
    return probe_say(run->self, run->session, !from, err,
                     "{\"op\":\"end\",\"dir\":\"%s\",\"sent\":%.0f}\n", dir ? "down" : "up",
                     json_get(run->session->probe[from].mail.result[dir], "sent", 1e15, 0));
}

static int wait_results(struct run *run, struct vmtp_error *err)
{
    int r = 0;

    if (run->latency)
        return wait_result(run, CLIENT, 0, err);
    for (int dir = 0; dir < 2 && !r; dir++)
        if (run->udp && (dir ? run->down : run->up))
            r = wait_sent(run, dir, err);
    for (int dir = 0; dir < 2 && !r; dir++)
        if (dir ? run->down : run->up)
            r = wait_result(run, !sender_of(dir), dir, err);
    return r;
}

/* TCP senders and the answering end of latency send until now, and then say what they counted.
 * That the connection went away under one of them is no error any more. */
static int stop_both(struct run *run, struct vmtp_error *err)
{
    uint64_t deadline_ns = clock_now_ns() + STOPPED_NS;
    int r = 0;

    for (int which = CLIENT; which <= SERVER && !r; which++)
        r = probe_say(run->self, run->session, which, err, "{\"op\":\"stop\"}\n");
    for (int which = CLIENT; which <= SERVER && !r; which++)
        r = session_wait(run->self, run->session, which, probe_has_stopped, 0, deadline_ns,
                         "end the trial", err);
    return r;
}

static int run_trial(struct run *run, struct vmtp_error *err)
{
    int r = session_start(run->self, run->session, run->flow, err);

    if (r)
        return r;
    choose(run);
    run->session->trial++;
    if (getrandom(&run->token, sizeof run->token, 0) != sizeof run->token)
        return vmtp_fail(err, -EIO, "no random numbers for the trial's token");
    r = set_up(run, err);
    if (!r)
        r = start(run, err);
    if (!r)
        r = wait_results(run, err);
    if (!r)
        r = stop_both(run, err);
    return r ? r : report(run, err);
}

static void tell_lost(struct vmtp_self *self, int r)
{
    if (r == -ECONNRESET || r == -ECONNABORTED || r == -EPIPE)
        vmtp_emit_event(self, VMTP_LOST_CONNECTION, "the trial lost its connection");
}

int native_run(struct vmtp_self *self, const struct vmtp_flow *flow, const struct vmtp_trial *trial,
               struct vmtp_error *err)
{
    struct native_state *state = self->state;
    struct run run = {
        .self = self, .session = &state->session, .opt = self->opt, .flow = flow, .trial = trial
    };
    struct vmtp_error why = { 0 };
    int r;

    session_forget(run.session);
    r = run_trial(&run, &why);
    if (r < 0) {
        session_stop(self, run.session);
        tell_lost(self, r);
        if (err)
            *err = why;
    }
    session_forget(run.session);
    return r < 0 ? r : 0;
}
