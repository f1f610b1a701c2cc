/* SPDX-License-Identifier: Apache-2.0
 *
 * The conversation with the probes.  While one is waited for, both are told twice a second that
 * we are alive, and what the other says is taken in; so its death is noticed within a second.
 */
#include "session.h"

#include "../../common/clock.h"
#include "../../common/event.h"
#include "protocol.h"

#include <limits.h>
#include <math.h>

#define START_NS   (20 * NS_PER_S) /* a slow SSH login may be in it */
#define WRITE_NS   (3 * NS_PER_S)
#define SILENCE_NS (5 * NS_PER_S)
#define GRACE_NS   (300 * NS_PER_MS)
#define ENOUGH     100000 /* lines of one trial */

double json_get(const json_t *o, const char *key, double max, double other)
{
    const json_t *v = json_object_get(o, key);
    double value = json_is_number(v) ? json_number_value(v) : NAN;

    return value >= 0 && value <= max ? value : other;
}

bool json_has(const json_t *o, const char *key)
{
    return json_is_number(json_object_get(o, key));
}

static void mail_clear(struct mail *m)
{
    json_decref(m->setup);
    for (int i = 0; i < RESULTS_MAX; i++) {
        json_decref(m->result[i]);
        json_decref(m->intervals[i]);
    }
    for (size_t i = 0; i < m->histograms; i++)
        json_decref(m->histogram[i]);
    memset(m, 0, sizeof *m);
}

void session_forget(struct session *s)
{
    mail_clear(&s->probe[CLIENT].mail);
    mail_clear(&s->probe[SERVER].mail);
}

/* ---- taking in what a probe says ---- */

static void keep(json_t **place, json_t *event)
{
    json_decref(*place);
    *place = json_incref(event);
}

static int direction_of(const json_t *event)
{
    const char *dir = json_string_value(json_object_get(event, "dir"));

    return dir && !strcmp(dir, "down") ? 1 : 0;
}

static void keep_interval(struct mail *m, json_t *event)
{
    json_t **list = &m->intervals[direction_of(event)];

    if (!*list)
        *list = json_array();
    if (json_array_size(*list) < PROBE_INTERVALS_MAX)
        (void)json_array_append(*list, event);
}

static void tell_note(struct vmtp_self *self, const struct probe *p, const json_t *event)
{
    const char *text = json_string_value(json_object_get(event, "text"));

    event_emit(self, p->name, VMTP_NOTE, text ? text : "");
}

static void on_hello(struct probe *p, const json_t *event)
{
    const char *boot = json_string_value(json_object_get(event, "boot"));

    p->hello = json_get(event, "protocol", 1e6, 0) == PROBE_PROTOCOL;
    p->cpus = (uint64_t)json_get(event, "cpus", 1e6, 1);
    snprintf(p->boot, sizeof p->boot, "%s", boot ? boot : "");
}

static int on_error(const struct probe *p, const json_t *event, struct vmtp_error *err)
{
    const char *text = json_string_value(json_object_get(event, "text"));
    int code = (int)json_get(event, "errno", 4095, EIO);

    return vmtp_fail(err, code ? -code : -EIO, "endpoint %s: %.600s", p->name,
                     text ? text : "vmtp-probe failed without saying why");
}

static int take_event(struct vmtp_self *self, struct probe *p, json_t *event,
                      struct vmtp_error *err)
{
    const char *ev = json_string_value(json_object_get(event, "ev"));
    struct mail *m = &p->mail;

    if (!ev)
        return vmtp_fail(err, -EPROTO, "endpoint %s: vmtp-probe said something else than events",
                         p->name);
    if (!strcmp(ev, "hello"))
        on_hello(p, event);
    else if (!strcmp(ev, "stopped"))
        m->stopped = true;
    else if (!strcmp(ev, "setup"))
        keep(&m->setup, event);
    else if (!strcmp(ev, "result"))
        keep(&m->result[direction_of(event)], event);
    else if (!strcmp(ev, "interval"))
        keep_interval(m, event);
    else if (!strcmp(ev, "histogram") && m->histograms < HISTOGRAMS_MAX)
        m->histogram[m->histograms++] = json_incref(event);
    else if (!strcmp(ev, "note"))
        tell_note(self, p, event);
    else if (!strcmp(ev, "error"))
        return on_error(p, event, err);
    return 0;
}

static int take_line(struct vmtp_self *self, struct probe *p, const struct vmtp_line *line,
                     struct vmtp_error *err)
{
    json_t *event;
    int r;

    p->heard_ns = clock_now_ns();
    if (line->fd == 2) {
        snprintf(p->complaint, sizeof p->complaint, "%.*s",
                 (int)(line->len < 150 ? line->len : 150), line->text);
        return 0;
    }
    event = json_loadb(line->text, line->len, 0, NULL);
    if (!event)
        return vmtp_fail(err, -EPROTO, "endpoint %s: vmtp-probe said '%.*s', which is not JSON",
                         p->name, (int)(line->len < 80 ? line->len : 80), line->text);
    r = take_event(self, p, event, err);
    json_decref(event);
    return r;
}

/* It has ended by itself: say how. */
static int probe_died(struct vmtp_self *self, struct probe *p, struct vmtp_error *err)
{
    int status = self->host->process_stop(self, p->process, 0, NULL);
    char how[64];

    p->process = NULL;
    if (status > 128)
        snprintf(how, sizeof how, "was killed by signal %d (%s)", status - 128,
                 strsignal(status - 128));
    else
        snprintf(how, sizeof how, "ended with status %d", status);
    return vmtp_fail(err, -ECONNABORTED, "endpoint %s: vmtp-probe (%s) %s%s%s", p->name, p->role,
                     how, p->complaint[0] ? ": " : "", p->complaint);
}

/* One line: 1; 0: none until then; or an error. */
static int read_line(struct vmtp_self *self, struct probe *p, uint64_t deadline_ns,
                     struct vmtp_error *err)
{
    struct vmtp_error reading = { 0 };
    struct vmtp_line line;
    int r;

    if (!p->process)
        return vmtp_fail(err, -ECONNABORTED, "endpoint %s: vmtp-probe is not running", p->name);
    r = self->host->process_line(self, p->process, &line, deadline_ns, &reading);
    if (r == 0)
        return probe_died(self, p, err);
    if (r == -ETIMEDOUT)
        return 0;
    if (r < 0 && err)
        *err = reading;
    if (r < 0)
        return r;
    r = take_line(self, p, &line, err);
    return r < 0 ? r : 1;
}

/* All that it has said by now. */
static int read_waiting(struct vmtp_self *self, struct probe *p, struct vmtp_error *err)
{
    int r;

    for (int i = 0; i < ENOUGH; i++) {
        r = read_line(self, p, clock_now_ns() + NS_PER_MS, err);
        if (r <= 0)
            return r;
    }
    return vmtp_fail(err, -EPROTO, "endpoint %s: vmtp-probe says too much", p->name);
}

/* ---- talking ---- */

int probe_say(struct vmtp_self *self, struct session *s, int which, struct vmtp_error *err,
              const char *fmt, ...)
{
    struct probe *p = &s->probe[which];
    struct vmtp_error ignored = { 0 };
    char line[2048];
    va_list ap;
    int n, r;

    va_start(ap, fmt);
    n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof line)
        return vmtp_fail(err, -E2BIG, "a command for vmtp-probe is too long");
    if (!p->process)
        return vmtp_fail(err, -ECONNABORTED, "endpoint %s: vmtp-probe is not running", p->name);
    r = self->host->process_write(self, p->process, line, (size_t)n, clock_now_ns() + WRITE_NS,
                                  err);
    if (r >= 0 || r == -ECANCELED || r == -ETIMEDOUT)
        return r < 0 ? r : 0;
    /* Its end of the pipe is closed: what it said last is the better reason. */
    for (int i = 0, got = 1; i < ENOUGH && got > 0; i++) {
        got = read_line(self, p, clock_now_ns() + GRACE_NS, &ignored);
        if (got < 0 && err)
            *err = ignored;
    }
    return r;
}

static int say_alive(struct vmtp_self *self, struct session *s, struct vmtp_error *err)
{
    uint64_t now = clock_now_ns();
    int r = 0;

    if (now < s->said_ns + PROBE_ALIVE_NS)
        return 0;
    s->said_ns = now;
    for (int i = 0; i < 2 && !r; i++)
        r = probe_say(self, s, i, err, "{\"op\":\"alive\"}\n");
    return r;
}

static int check_silence(const struct probe *p, struct vmtp_error *err)
{
    uint64_t now = clock_now_ns();

    if (now < p->heard_ns + SILENCE_NS)
        return 0;
    return vmtp_fail(err, -ETIMEDOUT, "endpoint %s: vmtp-probe (%s) has not answered for %.0f s",
                     p->name, p->role, (double)(now - p->heard_ns) / (double)NS_PER_S);
}

/* Something is wrong at this one.  If the other is dead, that is the reason. */
static int blame(struct vmtp_self *self, struct session *s, int which, int r,
                 struct vmtp_error *err)
{
    struct probe *other = &s->probe[!which];
    struct vmtp_error reason = { 0 };
    uint64_t until = clock_now_ns() + GRACE_NS;
    int got = 1;

    if (r == -ECANCELED || !s->probe[which].process || !other->process)
        return r;
    while (got > 0)
        got = read_line(self, other, until, &reason);
    if (other->process)
        return r;
    if (err)
        *err = reason;
    return reason.code;
}

static int wait_step(struct vmtp_self *self, struct session *s, int which, probe_has *has, int arg,
                     uint64_t deadline_ns, struct vmtp_error *err)
{
    struct probe *p = &s->probe[which];
    uint64_t until = clock_now_ns() + PROBE_ALIVE_NS;
    int r = say_alive(self, s, err), got = 1;

    if (until > deadline_ns)
        until = deadline_ns;
    while (!r && got > 0 && !has(p, arg))
        got = read_line(self, p, until, err);
    if (!r)
        r = got < 0 ? got : check_silence(p, err);
    if (r < 0)
        return blame(self, s, which, r, err);
    if (!has(p, arg))
        r = read_waiting(self, &s->probe[!which], err);
    return r < 0 ? r : check_silence(&s->probe[!which], err);
}

int session_wait(struct vmtp_self *self, struct session *s, int which, probe_has *has, int arg,
                 uint64_t deadline_ns, const char *what, struct vmtp_error *err)
{
    const struct probe *p = &s->probe[which];
    uint64_t step_ns = self->host->deadline_ns(self);

    if (step_ns && step_ns < deadline_ns)
        deadline_ns = step_ns;
    while (!has(p, arg)) {
        int r;

        if (clock_now_ns() >= deadline_ns)
            return vmtp_fail(err, -ETIMEDOUT, "endpoint %s: vmtp-probe (%s) did not %s in time",
                             p->name, p->role, what);
        r = wait_step(self, s, which, has, arg, deadline_ns, err);
        if (r < 0)
            return r;
    }
    return 0;
}

bool probe_has_setup(const struct probe *p, int unused)
{
    (void)unused;
    return p->mail.setup;
}

bool probe_has_result(const struct probe *p, int dir)
{
    return p->mail.result[dir];
}

bool probe_has_stopped(const struct probe *p, int unused)
{
    (void)unused;
    return p->mail.stopped;
}

/* ---- start and stop ---- */

static int probe_start(struct vmtp_self *self, struct probe *p,
                       const struct vmtp_endpoint *endpoint, struct vmtp_error *err)
{
    const char *argv[] = { NULL, NULL };
    const struct vmtp_spawn spawn = { .size = sizeof spawn, .argv = argv };
    char local[PATH_MAX], there[PATH_MAX];
    int r;

    r = self->host->helper(self, "vmtp-probe", local, sizeof local, err);
    if (r >= 0)
        r = self->host->put(self, endpoint, local, there, sizeof there, err);
    if (r < 0)
        return r;
    argv[0] = there;
    p->hello = false;
    p->complaint[0] = 0;
    return self->host->spawn(self, endpoint, &spawn, &p->process, err);
}

static int probe_greet(struct vmtp_self *self, struct probe *p, struct vmtp_error *err)
{
    uint64_t deadline_ns = clock_now_ns() + START_NS;
    int r = 1;

    while (r > 0 && !p->hello)
        r = read_line(self, p, deadline_ns, err);
    if (!r)
        r = vmtp_fail(err, -ETIMEDOUT, "endpoint %s: vmtp-probe did not say hello", p->name);
    return r < 0 ? r : 0;
}

void session_heard(struct session *s)
{
    for (int i = 0; i < 2; i++)
        s->probe[i].heard_ns = clock_now_ns();
}

int session_start(struct vmtp_self *self, struct session *s, const struct vmtp_flow *flow,
                  struct vmtp_error *err)
{
    const struct vmtp_endpoint *at[] = { flow->client, flow->server };
    int r = 0;

    for (int i = 0; i < 2 && r >= 0; i++) {
        s->probe[i].name = at[i]->name;
        s->probe[i].role = i == CLIENT ? "client" : "server";
        if (!s->probe[i].process)
            r = probe_start(self, &s->probe[i], at[i], err);
    }
    for (int i = 0; i < 2 && r >= 0; i++)
        if (!s->probe[i].hello)
            r = probe_greet(self, &s->probe[i], err);
    for (int i = 0; i < 2; i++)
        s->probe[i].heard_ns = clock_now_ns();
    s->said_ns = 0;
    return r < 0 ? r : 0;
}

void session_stop(struct vmtp_self *self, struct session *s)
{
    for (int i = 0; i < 2; i++) {
        if (s->probe[i].process)
            (void)self->host->process_stop(self, s->probe[i].process, GRACE_NS, NULL);
        s->probe[i].process = NULL;
    }
    session_forget(s);
}
