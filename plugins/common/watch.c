/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include "clock.h"
#include "event.h"

#include <limits.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WORDS_MAX    16
#define WRITE_NS     (100 * NS_PER_MS)
#define GRACE_NS     (300 * NS_PER_MS)
#define HELLO_NS     (20 * NS_PER_S) /* for a slow start */
#define LINES_AT_ONE 500             /* of one probe, before the others have their turn */
#define STARTERS     8               /* threads that start probes: a login may take seconds */
#define NOTES_MAX    16              /* of one probe in the whole run */
#define LOST_STATUS  255             /* of clouds with SSH: the connection is lost */
/* That a probe may be late beyond three intervals.  Tests are not that patient. */
#ifndef WATCH_SILENCE_NS
#define WATCH_SILENCE_NS (3 * NS_PER_S)
#endif
/* For all to be started, before those that are there are listened to.  Whoever takes longer comes
 * when it comes: one endpoint that does not answer must not keep the others from being seen. */
#ifndef WATCH_TOGETHER_NS
#define WATCH_TOGETHER_NS (300 * NS_PER_MS)
#endif
/* The two clocks drift apart, so their least distance is forgotten after two such spans. */
#define DISTANCE_SPAN_NS (30 * NS_PER_S)

/* By how much our clock is ahead of the probe's: the least of arrival - t, whose excess is what the
 * line took to come. */
struct distance {
    bool known;
    int64_t now_ns, before_ns; /* of this span and of the one before it */
    uint64_t began_ns;
};

struct watched {
    const struct vmtp_endpoint *endpoint;
    struct vmtp_process *process; /* NULL: not running (any more) */
    struct distance distance;
    uint64_t heard_ns;
    bool met, spoke, silent, garbled;
    uint32_t notes;
    char complaint[320]; /* why it can't be started; its last line on stderr */
    /* Until this is set, all above is its starter's. */
    atomic_bool started;
};

/* A line that has come: what waited is handed on when all of it has told how far the clocks are
 * apart. */
struct waiting {
    json_t *json;
    uint64_t arrived_ns;
};

struct watch {
    struct vmtp_self *self;
    const struct watch_spec *spec;
    struct waiting waiting[LINES_AT_ONE];
    size_t waiting_count;
    pthread_t starters[STARTERS];
    size_t starter_count;
    int started_fd;      /* an eventfd: one more was started, or can't be */
    atomic_bool ending;  /* nobody is to be started any more */
    atomic_size_t taken; /* endpoints, by starters */
    size_t met;          /* of those that were started, or can't be */
    size_t count;
    struct watched all[];
};

double watch_number(const json_t *json, const char *key, double min, double max, double other)
{
    const json_t *v = json_object_get(json, key);
    double value = json_is_number(v) ? json_number_value(v) : NAN;

    return value >= min && value <= max ? value : other;
}

/* ---- their clock and ours ---- */

static void distance_learn(struct distance *d, uint64_t arrived_ns, uint64_t probe_ns)
{
    int64_t apart = (int64_t)(arrived_ns - probe_ns);

    if (!d->known || arrived_ns > d->began_ns + DISTANCE_SPAN_NS) {
        d->before_ns = d->known ? d->now_ns : apart;
        d->now_ns = apart;
        d->began_ns = arrived_ns;
        d->known = true;
    } else if (apart < d->now_ns) {
        d->now_ns = apart;
    }
}

static uint64_t distance_map(const struct distance *d, uint64_t probe_ns)
{
    int64_t apart = d->now_ns < d->before_ns ? d->now_ns : d->before_ns;

    return probe_ns + (uint64_t)apart;
}

uint64_t watch_time(const struct watch *watch, size_t index, uint64_t probe_ns)
{
    return distance_map(&watch->all[index].distance, probe_ns);
}

/* ---- what is told of a probe ---- */

VMTP_PRINTF(3, 4)
static void tell(struct watch *watch, struct watched *w, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    if (w->notes++ >= NOTES_MAX)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)event_emit(watch->self, w->endpoint->name, VMTP_NOTE, text);
}

static bool is_running(const struct watched *w)
{
    return w->met && w->process;
}

/* "watch": what it was started for. */
static const char *subject_of(const struct watch *watch)
{
    return watch->spec->argv[0];
}

static void tell_lost(struct watch *watch, const struct watched *w)
{
    if (watch->spec->lost)
        watch->spec->lost(watch->spec->arg, watch, (size_t)(w - watch->all), !w->process);
}

/* It has ended by itself, or must. */
static void lose(struct watch *watch, struct watched *w)
{
    int status = watch->self->host->process_stop(watch->self, w->process, 0, NULL);
    char how[80] = "can't be stopped";

    w->process = NULL;
    if (status == LOST_STATUS)
        snprintf(how, sizeof how, "is out of reach");
    else if (status > 128)
        snprintf(how, sizeof how, "was killed by signal %d (%s)", status - 128,
                 strsignal(status - 128));
    else if (status >= 0)
        snprintf(how, sizeof how, "ended with status %d", status);
    tell(watch, w, "vmtp-probe %s %s%s%s: nothing is known of this endpoint from here on",
         subject_of(watch), how, w->complaint[0] ? ": " : "", w->complaint);
    tell_lost(watch, w);
}

/* ---- lines ---- */

/* 0: it has none. */
static uint64_t probe_time(const json_t *json)
{
    const json_t *t = json_object_get(json, "t");

    return json_is_integer(t) && json_integer_value(t) > 0 ? (uint64_t)json_integer_value(t) : 0;
}

static int hand_on(struct watch *watch, struct watched *w, const struct waiting *waiting)
{
    const json_t *json = waiting->json;
    uint64_t probe_ns = probe_time(json);
    struct watch_line line = {
        .watch = watch,
        .index = (size_t)(w - watch->all),
        .endpoint = w->endpoint,
        .event = json_string_value(json_object_get(json, "ev")),
        .json = json,
        .time_ns = probe_ns ? distance_map(&w->distance, probe_ns) : waiting->arrived_ns,
    };
    const char *text = json_string_value(json_object_get(json, "text"));

    if (!line.event)
        return 0;
    if (strcmp(line.event, "note") != 0 && strcmp(line.event, "error") != 0)
        return watch->spec->line(watch->spec->arg, &line);
    tell(watch, w, "%.300s", text ? text : "vmtp-probe failed without saying why");
    return 0;
}

static int hand_on_all(struct watch *watch, struct watched *w)
{
    int r = 0;

    for (size_t i = 0; i < watch->waiting_count; i++) {
        if (r >= 0)
            r = hand_on(watch, w, &watch->waiting[i]);
        json_decref(watch->waiting[i].json);
    }
    watch->waiting_count = 0;
    return r < 0 ? r : 0;
}

static void take_json(struct watch *watch, struct watched *w, const struct vmtp_line *line)
{
    json_t *json = json_loadb(line->text, line->len, 0, NULL);

    if (json_is_object(json)) {
        if (probe_time(json))
            distance_learn(&w->distance, line->time_ns, probe_time(json));
        watch->waiting[watch->waiting_count++] = (struct waiting){ json, line->time_ns };
        return;
    }
    json_decref(json);
    if (!w->garbled)
        tell(watch, w, "vmtp-probe %s said '%.*s', which is not a JSON object", subject_of(watch),
             (int)(line->len < 80 ? line->len : 80), line->text);
    w->garbled = true;
}

static void take_line(struct watch *watch, struct watched *w, const struct vmtp_line *line)
{
    if (line->fd == 2) {
        snprintf(w->complaint, sizeof w->complaint, "%.*s",
                 (int)(line->len < 150 ? line->len : 150), line->text);
        return;
    }
    if (w->silent)
        tell(watch, w, "vmtp-probe %s speaks again after %.0f s", subject_of(watch),
             (double)(line->time_ns - w->heard_ns) / (double)NS_PER_S);
    w->silent = false;
    w->spoke = true;
    w->heard_ns = line->time_ns;
    take_json(watch, w, line);
}

/* What it has said by now, waiting for its first line until then.  1: it has ended, or must; 0, or
 * -ECANCELED. */
static int lines_read(struct watch *watch, struct watched *w, uint64_t deadline_ns)
{
    struct vmtp_self *self = watch->self;

    for (int i = 0; i < LINES_AT_ONE; i++) {
        struct vmtp_error why = { 0 };
        struct vmtp_line line;
        int r = self->host->process_line(self, w->process, &line, i ? 1 : deadline_ns, &why);

        if (r == -ETIMEDOUT || r == -ECANCELED)
            return r == -ETIMEDOUT ? 0 : r;
        if (r < 0)
            snprintf(w->complaint, sizeof w->complaint, "%.150s", why.text);
        if (r <= 0)
            return 1;
        take_line(watch, w, &line);
    }
    return 0;
}

/* The same, and hand it on.  A negative errno ends all. */
static int listen(struct watch *watch, struct watched *w, uint64_t deadline_ns)
{
    int ended = w->process ? lines_read(watch, w, deadline_ns) : 0;
    int r = hand_on_all(watch, w);

    if (ended > 0)
        lose(watch, w);
    return r < 0 ? r : ended < 0 ? ended : 0;
}

static void mind_silence(struct watch *watch, struct watched *w)
{
    uint64_t patience_ns = w->spoke ? 3 * watch->spec->interval_ns + WATCH_SILENCE_NS : HELLO_NS;
    uint64_t now_ns = clock_now_ns();

    if (!w->process || w->silent || now_ns < w->heard_ns + patience_ns)
        return;
    w->silent = true;
    tell(watch, w, "vmtp-probe %s has said nothing for %.0f s: nothing is known of this endpoint",
         subject_of(watch), (double)(now_ns - w->heard_ns) / (double)NS_PER_S);
    tell_lost(watch, w);
}

/* ---- start, watch, stop ---- */

static int start(struct watch *watch, struct watched *w, struct vmtp_error *err)
{
    struct vmtp_self *self = watch->self;
    const char *argv[WORDS_MAX] = { NULL };
    const struct vmtp_spawn spawn = { .size = sizeof spawn, .argv = argv };
    char local[PATH_MAX], there[PATH_MAX];
    int r = self->host->helper(self, "vmtp-probe", local, sizeof local, err);

    if (r >= 0)
        r = self->host->put(self, w->endpoint, local, there, sizeof there, err);
    if (r < 0)
        return r;
    argv[0] = there;
    for (size_t i = 0; i < WORDS_MAX - 2 && watch->spec->argv[i]; i++)
        argv[i + 1] = watch->spec->argv[i];
    r = self->host->spawn(self, w->endpoint, &spawn, &w->process, err);
    w->heard_ns = clock_now_ns();
    return r;
}

/* Starts one after another.  What can't be started is told by who watches. */
static void *starter_run(void *arg)
{
    struct watch *watch = arg;
    size_t i;

    while (!atomic_load(&watch->ending) &&
           (i = atomic_fetch_add(&watch->taken, 1)) < watch->count) {
        struct watched *w = &watch->all[i];
        struct vmtp_error why = { 0 };

        if (start(watch, w, &why) < 0)
            snprintf(w->complaint, sizeof w->complaint, "%.300s", why.text);
        atomic_store(&w->started, true);
        eventfd_write(watch->started_fd, 1);
    }
    return NULL;
}

/* In threads of their own, or all at once here where there can be none. */
static void starters_begin(struct watch *watch)
{
    while (watch->starter_count < STARTERS && watch->starter_count < watch->count &&
           pthread_create(&watch->starters[watch->starter_count], NULL, starter_run, watch) == 0)
        watch->starter_count++;
    if (!watch->starter_count)
        starter_run(watch);
}

/* Those that were started by now are this thread's from now on. */
static void meet(struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        struct watched *w = &watch->all[i];

        if (w->met || !atomic_load(&w->started))
            continue;
        w->met = true;
        watch->met++;
        if (!w->process && !atomic_load(&watch->ending))
            tell(watch, w, "vmtp-probe %s can't be started: %s", subject_of(watch), w->complaint);
    }
}

/* For one more to be started.  1, 0: not in time, or -ECANCELED. */
static int starter_wait(struct watch *watch, uint64_t deadline_ns)
{
    struct pollfd fds[] = { { .fd = watch->self->host->cancel_fd(watch->self), .events = POLLIN },
                            { .fd = watch->started_fd, .events = POLLIN } };
    eventfd_t ignored;
    int r = poll(fds, 2, clock_wait_ms(deadline_ns));

    if (r > 0 && fds[0].revents)
        return -ECANCELED;
    if (r > 0)
        eventfd_read(watch->started_fd, &ignored);
    meet(watch);
    return r > 0;
}

static int all_start(struct watch *watch)
{
    uint64_t until_ns = clock_now_ns() + WATCH_TOGETHER_NS;
    int r = 1;

    starters_begin(watch);
    while (r > 0 && watch->met < watch->count)
        r = starter_wait(watch, until_ns);
    return r < 0 ? r : 0;
}

/* They may be in a call that takes its time. */
static void starters_end(struct watch *watch)
{
    atomic_store(&watch->ending, true);
    while (watch->starter_count > 0)
        pthread_join(watch->starters[--watch->starter_count], NULL);
    meet(watch);
}

static void stop_all(struct watch *watch)
{
    struct vmtp_self *self = watch->self;

    for (size_t i = 0; i < watch->count; i++) /* all may end at once */
        if (watch->all[i].process)
            (void)self->host->process_write(self, watch->all[i].process, NULL, 0, 0, NULL);
    for (size_t i = 0; i < watch->count; i++)
        if (watch->all[i].process)
            (void)self->host->process_stop(self, watch->all[i].process, GRACE_NS, NULL);
}

/* The next one behind this that is running; count: there is none. */
static size_t next_running(const struct watch *watch, size_t at)
{
    for (size_t i = 1; i <= watch->count; i++)
        if (is_running(&watch->all[(at + i) % watch->count]))
            return (at + i) % watch->count;
    return watch->count;
}

/* Waits for each in turn, at most an interval or a second, and looks at the others then: one
 * wake-up an interval, and now and then each one's line is seen at the moment when it comes. */
static int look(struct watch *watch, size_t at)
{
    uint64_t wait_ns = watch->spec->interval_ns < NS_PER_S ? watch->spec->interval_ns : NS_PER_S;
    int r = listen(watch, &watch->all[at], clock_now_ns() + wait_ns);

    if (watch->met < watch->count)
        meet(watch);
    for (size_t i = 0; r == 0 && i < watch->count; i++) {
        if (!is_running(&watch->all[i]))
            continue;
        r = listen(watch, &watch->all[i], 1);
        mind_silence(watch, &watch->all[i]);
    }
    return r;
}

static int watch_all(struct watch *watch, struct vmtp_error *err)
{
    size_t at = watch->count - 1;
    int r = all_start(watch);

    while (r >= 0) {
        size_t next = next_running(watch, at);

        if (next < watch->count) {
            at = next;
            r = look(watch, at);
        } else if (watch->met < watch->count) {
            r = starter_wait(watch, UINT64_MAX);
        } else {
            return vmtp_fail(err, -ECONNABORTED, "vmtp-probe %s runs at no endpoint any more",
                             subject_of(watch));
        }
    }
    return r;
}

static void watch_free(struct watch *watch)
{
    if (watch->started_fd >= 0)
        close(watch->started_fd);
    free(watch);
}

int watch_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints, size_t count,
              const struct watch_spec *spec, struct vmtp_error *err)
{
    struct watch *watch;
    int r;

    if (!count)
        return vmtp_fail(err, -EINVAL, "there is no endpoint to watch");
    watch = calloc(1, sizeof *watch + count * sizeof *watch->all);
    if (!watch)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    watch->self = self;
    watch->spec = spec;
    watch->count = count;
    for (size_t i = 0; i < count; i++)
        watch->all[i].endpoint = endpoints[i];
    watch->started_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r = watch->started_fd < 0 ? vmtp_fail(err, -errno, "eventfd: %s", strerror(errno))
                              : watch_all(watch, err);
    starters_end(watch);
    stop_all(watch);
    watch_free(watch);
    return r;
}

void watch_say(struct watch *watch, size_t index, const char *text)
{
    struct watched *w = &watch->all[index];

    if (is_running(w))
        (void)watch->self->host->process_write(watch->self, w->process, text, strlen(text),
                                               clock_now_ns() + WRITE_NS, NULL);
}
