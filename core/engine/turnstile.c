/* SPDX-License-Identifier: Apache-2.0 */
#include "turnstile.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "process.h"

#include <sys/eventfd.h>
#include <time.h>

#define SAMPLES_PER_S                                                                              \
    10000              /* of one endpoint: 64 CPUs with nine figures each at 100 ms, and more */
#define EVENTS_MAX 200 /* of one monitor that are listed */

/* A process of a monitor's, from before it is started until it has been reaped. */
struct kept {
    struct vmtp_process *process; /* NULL: not yet, or a call that leaves none */
    const char *endpoint;         /* the fleet's */
};

struct turnstile {
    int told_fd;          /* readable: each endpoint was told of, or something else */
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t left;  /* a call has ended, or a process was reaped */
    const struct fleet *fleet;
    const struct lent *lent;
    uint32_t inside;
    bool shut;
    uint64_t stopping_ns;
    struct kept *processes;
    size_t process_count, process_room;
    uint64_t *yielded_ns; /* of each endpoint, when it was left to the tools; 0: it was not */
    uint64_t second_ns;   /* when the second began in which so many figures were told */
    uint64_t told;
    bool *heard; /* of each endpoint: something was told of it */
    size_t unheard;
    bool raised; /* told_fd is readable */
    uint32_t events;
    uint64_t dropped;
};

/* The fleet knows its own endpoints, not the copies. */
static const struct vmtp_endpoint *own(const struct turnstile *turnstile,
                                       const struct vmtp_endpoint *endpoint)
{
    for (size_t i = 0; i < turnstile->lent->count; i++)
        if (turnstile->lent->endpoints[i] == endpoint)
            return turnstile->fleet->endpoints[i];
    return endpoint;
}

/* ---- in and out ---- */

int turnstile_new(const struct fleet *fleet, const struct lent *lent, struct turnstile **ret)
{
    struct turnstile *turnstile = calloc(1, sizeof *turnstile);
    pthread_condattr_t attributes;

    if (!turnstile)
        return -ENOMEM;
    turnstile->yielded_ns = calloc(lent->count + 1, sizeof *turnstile->yielded_ns);
    turnstile->heard = calloc(lent->count + 1, sizeof *turnstile->heard);
    turnstile->unheard = lent->count;
    turnstile->told_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!turnstile->yielded_ns || !turnstile->heard || turnstile->told_fd < 0) {
        int r = turnstile->yielded_ns && turnstile->heard ? -errno : -ENOMEM;

        fd_close_at(&turnstile->told_fd);
        free(turnstile->heard);
        free(turnstile->yielded_ns);
        free(turnstile);
        return r;
    }
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&turnstile->left, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&turnstile->lock, NULL);
    turnstile->fleet = fleet;
    turnstile->lent = lent;
    *ret = turnstile;
    return 0;
}

void turnstile_free(struct turnstile *turnstile)
{
    if (!turnstile)
        return;
    fd_close_at(&turnstile->told_fd);
    pthread_cond_destroy(&turnstile->left);
    pthread_mutex_destroy(&turnstile->lock);
    free(turnstile->processes);
    free(turnstile->heard);
    free(turnstile->yielded_ns);
    free(turnstile);
}

bool turnstile_enter(struct turnstile *turnstile)
{
    bool open;

    pthread_mutex_lock(&turnstile->lock);
    open = !turnstile->shut;
    turnstile->inside += open;
    pthread_mutex_unlock(&turnstile->lock);
    return open;
}

void turnstile_leave(struct turnstile *turnstile)
{
    pthread_mutex_lock(&turnstile->lock);
    if (--turnstile->inside == 0)
        pthread_cond_broadcast(&turnstile->left);
    pthread_mutex_unlock(&turnstile->lock);
}

static bool empty_wait(struct turnstile *turnstile, uint64_t deadline_ns)
{
    struct timespec until = { .tv_sec = (time_t)(deadline_ns / NS_PER_S),
                              .tv_nsec = (long)(deadline_ns % NS_PER_S) };
    int r = 0;

    pthread_mutex_lock(&turnstile->lock);
    turnstile->shut = true;
    while (turnstile->inside && r == 0)
        r = pthread_cond_timedwait(&turnstile->left, &turnstile->lock, &until);
    r = turnstile->inside != 0;
    pthread_mutex_unlock(&turnstile->lock);
    return r == 0;
}

bool turnstile_shut(struct turnstile *turnstile, uint64_t deadline_ns, int hurry_fd)
{
    if (!empty_wait(turnstile, deadline_ns))
        return false;
    while (turnstile->process_count) /* none is being started: nobody is inside */
        process_stop(turnstile->processes[--turnstile->process_count].process, 0, hurry_fd, NULL);
    return true;
}

int turnstile_told_fd(const struct turnstile *turnstile)
{
    return turnstile->told_fd;
}

uint64_t turnstile_stopping_ns(struct turnstile *turnstile)
{
    uint64_t stopping_ns;

    pthread_mutex_lock(&turnstile->lock);
    stopping_ns = turnstile->stopping_ns;
    pthread_mutex_unlock(&turnstile->lock);
    return stopping_ns;
}

/* ---- how much is told ---- */

bool turnstile_admits(struct turnstile *turnstile, uint64_t now_ns)
{
    uint64_t most = SAMPLES_PER_S * (turnstile->lent->count ? turnstile->lent->count : 1);
    bool admitted;

    pthread_mutex_lock(&turnstile->lock);
    if (now_ns - turnstile->second_ns >= NS_PER_S) {
        turnstile->second_ns = now_ns;
        turnstile->told = 0;
    }
    admitted = turnstile->told < most;
    turnstile->told += admitted;
    pthread_mutex_unlock(&turnstile->lock);
    return admitted;
}

/* Nothing is left to wait for: of an endpoint it was the last, or the subject is none. */
static bool hear(struct turnstile *turnstile, const char *subject)
{
    const struct lent *lent = turnstile->lent;
    size_t i = 0;

    while (i < lent->count && strcmp(lent->endpoints[i]->name, subject) != 0)
        i++;
    if (i < lent->count && !turnstile->heard[i]) {
        turnstile->heard[i] = true;
        turnstile->unheard--;
    }
    return i == lent->count || !turnstile->unheard;
}

void turnstile_tell(struct turnstile *turnstile, const char *subject)
{
    bool first;

    pthread_mutex_lock(&turnstile->lock);
    first = !turnstile->raised && hear(turnstile, subject);
    turnstile->raised = turnstile->raised || first;
    pthread_mutex_unlock(&turnstile->lock);
    if (first)
        fd_raise(turnstile->told_fd);
}

bool turnstile_lists(struct turnstile *turnstile)
{
    bool listed;

    pthread_mutex_lock(&turnstile->lock);
    listed = turnstile->events < EVENTS_MAX;
    turnstile->events += listed;
    pthread_mutex_unlock(&turnstile->lock);
    return listed;
}

bool turnstile_drop(struct turnstile *turnstile)
{
    bool first;

    pthread_mutex_lock(&turnstile->lock);
    first = !turnstile->dropped++;
    pthread_mutex_unlock(&turnstile->lock);
    return first;
}

uint64_t turnstile_dropped(struct turnstile *turnstile)
{
    uint64_t dropped;

    pthread_mutex_lock(&turnstile->lock);
    dropped = turnstile->dropped;
    pthread_mutex_unlock(&turnstile->lock);
    return dropped;
}

/* ---- processes ---- */

static void stopping(struct turnstile *turnstile)
{
    pthread_mutex_lock(&turnstile->lock);
    turnstile->stopping_ns = clock_now_ns();
    pthread_mutex_unlock(&turnstile->lock);
}

static int kept_add(struct turnstile *turnstile, const char *endpoint)
{
    int r = 0;

    pthread_mutex_lock(&turnstile->lock);
    if (turnstile->process_count == turnstile->process_room) {
        size_t room = turnstile->process_room ? 2 * turnstile->process_room : 8;
        struct kept *more = reallocarray(turnstile->processes, room, sizeof *more);

        turnstile->processes = more ? more : turnstile->processes;
        turnstile->process_room = more ? room : turnstile->process_room;
        r = more ? 0 : -ENOMEM;
    }
    if (r == 0)
        turnstile->processes[turnstile->process_count++] = (struct kept){ NULL, endpoint };
    pthread_mutex_unlock(&turnstile->lock);
    return r;
}

/* Its process is another one now; NULL: none.  One that has been freed may be an address that
 * another process, elsewhere, has by now. */
static void kept_change(struct turnstile *turnstile, const char *endpoint, const void *from,
                        struct vmtp_process *to)
{
    size_t i = 0;

    pthread_mutex_lock(&turnstile->lock);
    while (i < turnstile->process_count && (turnstile->processes[i].process != from ||
                                            turnstile->processes[i].endpoint != endpoint))
        i++;
    if (to)
        turnstile->processes[i].process = to;
    else if (i < turnstile->process_count)
        turnstile->processes[i] = turnstile->processes[--turnstile->process_count];
    pthread_cond_broadcast(&turnstile->left);
    pthread_mutex_unlock(&turnstile->lock);
}

/* ---- giving way ---- */

/* Of the endpoint; NULL: there is none of this name. */
static uint64_t *yielded_of(const struct turnstile *turnstile, const char *endpoint)
{
    for (size_t i = 0; i < turnstile->lent->count; i++)
        if (strcmp(turnstile->lent->endpoints[i]->name, endpoint) == 0)
            return &turnstile->yielded_ns[i];
    return NULL;
}

static bool has_yielded(struct turnstile *turnstile, const char *endpoint)
{
    const uint64_t *yielded_ns = yielded_of(turnstile, endpoint);
    bool yielded;

    pthread_mutex_lock(&turnstile->lock);
    yielded = yielded_ns && *yielded_ns;
    pthread_mutex_unlock(&turnstile->lock);
    return yielded;
}

/* Has it anything there, or is about to? */
static bool is_at(const struct turnstile *turnstile, const char *endpoint)
{
    for (size_t i = 0; i < turnstile->process_count; i++)
        if (strcmp(turnstile->processes[i].endpoint, endpoint) == 0)
            return true;
    return false;
}

bool turnstile_yield(struct turnstile *turnstile, const char *endpoint, uint64_t since_ns,
                     uint64_t deadline_ns, bool *ret_first)
{
    struct timespec until = { .tv_sec = (time_t)(deadline_ns / NS_PER_S),
                              .tv_nsec = (long)(deadline_ns % NS_PER_S) };
    uint64_t *yielded_ns = yielded_of(turnstile, endpoint);
    bool had, first;
    int r = 0;

    if (!yielded_ns)
        return false;
    pthread_mutex_lock(&turnstile->lock);
    had = is_at(turnstile, endpoint) || *yielded_ns >= since_ns;
    first = had && !*yielded_ns;
    if (first)
        *yielded_ns = clock_now_ns();
    while (r == 0 && is_at(turnstile, endpoint))
        r = pthread_cond_timedwait(&turnstile->left, &turnstile->lock, &until);
    had = had && !is_at(turnstile, endpoint);
    pthread_mutex_unlock(&turnstile->lock);
    *ret_first = first;
    return had;
}

/* ---- the calls ---- */

static struct turnstile *turnstile_of(struct vmtp_self *self)
{
    const struct context *context = instance_owner(self);

    return context->turnstile;
}

/* What the call returns; or that it is refused. */
#define PASS(self, err, call)                                                                      \
    __extension__({                                                                                \
        struct turnstile *turnstile_ = turnstile_of(self);                                         \
        int r_;                                                                                    \
                                                                                                   \
        if (turnstile_enter(turnstile_)) {                                                         \
            r_ = (call);                                                                           \
            turnstile_leave(turnstile_);                                                           \
        } else {                                                                                   \
            r_ = vmtp_fail(err, -ECANCELED, "the run goes on without this monitor");               \
        }                                                                                          \
        r_;                                                                                        \
    })

_printf_(3, 0) static void pass_log(struct vmtp_self *self, int level, const char *fmt, va_list ap)
{
    if (!turnstile_enter(turnstile_of(self)))
        return;
    context_host.log(self, level, fmt, ap);
    turnstile_leave(turnstile_of(self));
}

/* This and memory outlast the run for whoever still needs them. */
static int pass_cancel_fd(struct vmtp_self *self)
{
    return context_host.cancel_fd(self);
}

static uint64_t pass_deadline_ns(struct vmtp_self *self)
{
    return context_host.deadline_ns(self);
}

static int pass_pause(struct vmtp_self *self, uint64_t until_ns)
{
    return PASS(self, NULL, context_host.pause(self, until_ns));
}

static void pass_progress(struct vmtp_self *self, double part, const char *doing)
{
    (void)self, (void)part, (void)doing; /* the line of progress is about what is measured */
}

static int pass_emit(struct vmtp_self *self, const struct vmtp_sample *sample)
{
    return PASS(self, NULL, context_host.emit(self, sample));
}

static int pass_emit_histogram(struct vmtp_self *self, uint32_t metric,
                               const struct vmtp_histogram *histogram)
{
    return PASS(self, NULL, context_host.emit_histogram(self, metric, histogram));
}

static int pass_emit_event(struct vmtp_self *self, const struct vmtp_event *event)
{
    return PASS(self, NULL, context_host.emit_event(self, event));
}

static int pass_ready(struct vmtp_self *self, uint64_t *ret_start_ns, struct vmtp_error *err)
{
    return PASS(self, err, context_host.ready(self, ret_start_ns, err));
}

/* It is about to do something at this endpoint, which is its own; kept_change() follows. */
static int begin_at(struct turnstile *turnstile, const struct vmtp_endpoint *endpoint,
                    struct vmtp_error *err)
{
    if (has_yielded(turnstile, endpoint->name))
        return vmtp_fail(err, -EBUSY, "endpoint %s is left to the tools", endpoint->name);
    return kept_add(turnstile, endpoint->name) < 0 ? vmtp_fail(err, -ENOMEM, "out of memory") : 0;
}

static int spawn(struct vmtp_self *self, const struct vmtp_endpoint *lent,
                 const struct vmtp_spawn *what, struct vmtp_process **ret, struct vmtp_error *err)
{
    struct turnstile *turnstile = turnstile_of(self);
    const struct vmtp_endpoint *endpoint = own(turnstile, lent);
    struct vmtp_process *process = NULL;
    int r = begin_at(turnstile, endpoint, err);

    if (r < 0)
        return r;
    r = context_host.spawn(self, endpoint, what, &process, err);
    kept_change(turnstile, endpoint->name, NULL, r < 0 ? NULL : process);
    if (r >= 0)
        *ret = process;
    return r;
}

static int pass_spawn(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                      const struct vmtp_spawn *what, struct vmtp_process **ret,
                      struct vmtp_error *err)
{
    return PASS(self, err, spawn(self, endpoint, what, ret, err));
}

static int pass_process_write(struct vmtp_self *self, struct vmtp_process *process,
                              const void *data, size_t len, uint64_t deadline_ns,
                              struct vmtp_error *err)
{
    return PASS(self, err, context_host.process_write(self, process, data, len, deadline_ns, err));
}

/* Where tools need the room, it has no more output. */
static int line(struct vmtp_self *self, struct vmtp_process *process, struct vmtp_line *ret,
                uint64_t deadline_ns, struct vmtp_error *err)
{
    if (has_yielded(turnstile_of(self), process->endpoint))
        return 0;
    return context_host.process_line(self, process, ret, deadline_ns, err);
}

static int pass_process_line(struct vmtp_self *self, struct vmtp_process *process,
                             struct vmtp_line *ret, uint64_t deadline_ns, struct vmtp_error *err)
{
    return PASS(self, err, line(self, process, ret, deadline_ns, err));
}

static int stop(struct vmtp_self *self, struct vmtp_process *process, uint64_t grace_ns,
                struct vmtp_error *err)
{
    struct turnstile *turnstile = turnstile_of(self);
    const char *endpoint = process->endpoint;
    int r;

    stopping(turnstile);
    r = context_host.process_stop(self, process, grace_ns, err);
    kept_change(turnstile, endpoint, process, NULL);
    stopping(turnstile);
    return r;
}

static int pass_process_stop(struct vmtp_self *self, struct vmtp_process *process,
                             uint64_t grace_ns, struct vmtp_error *err)
{
    return PASS(self, err, stop(self, process, grace_ns, err));
}

static int exec(struct vmtp_self *self, const struct vmtp_endpoint *lent,
                const struct vmtp_exec *what, struct vmtp_error *err)
{
    struct turnstile *turnstile = turnstile_of(self);
    const struct vmtp_endpoint *endpoint = own(turnstile, lent);
    int r = begin_at(turnstile, endpoint, err);

    if (r < 0)
        return r;
    r = context_host.exec(self, endpoint, what, err);
    kept_change(turnstile, endpoint->name, NULL, NULL);
    return r;
}

static int pass_exec(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                     const struct vmtp_exec *what, struct vmtp_error *err)
{
    return PASS(self, err, exec(self, endpoint, what, err));
}

static int put(struct vmtp_self *self, const struct vmtp_endpoint *lent, const char *from,
               char *ret_path, size_t len, struct vmtp_error *err)
{
    struct turnstile *turnstile = turnstile_of(self);
    const struct vmtp_endpoint *endpoint = own(turnstile, lent);
    int r = begin_at(turnstile, endpoint, err);

    if (r < 0)
        return r;
    r = context_host.put(self, endpoint, from, ret_path, len, err);
    kept_change(turnstile, endpoint->name, NULL, NULL);
    return r;
}

static int pass_put(struct vmtp_self *self, const struct vmtp_endpoint *endpoint, const char *from,
                    char *ret_path, size_t len, struct vmtp_error *err)
{
    return PASS(self, err, put(self, endpoint, from, ret_path, len, err));
}

static int pass_helper(struct vmtp_self *self, const char *name, char *ret_path, size_t len,
                       struct vmtp_error *err)
{
    return PASS(self, err, context_host.helper(self, name, ret_path, len, err));
}

static int pass_endpoint(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                         struct vmtp_error *err)
{
    return PASS(self, err, context_host.endpoint(self, endpoint, err));
}

static int pass_owns(struct vmtp_self *self, const char *kind, const char *id,
                     struct vmtp_error *err)
{
    return PASS(self, err, context_host.owns(self, kind, id, err));
}

static int pass_freed(struct vmtp_self *self, const char *kind, const char *id,
                      struct vmtp_error *err)
{
    return PASS(self, err, context_host.freed(self, kind, id, err));
}

static int pass_version(struct vmtp_self *self, const char *text)
{
    return PASS(self, NULL, context_host.version(self, text));
}

static int pass_fact(struct vmtp_self *self, const char *name, const char *value)
{
    return PASS(self, NULL, context_host.fact(self, name, value));
}

static int pass_ask(struct vmtp_self *self, const char *what, char *ret, size_t len,
                    struct vmtp_error *err)
{
    return PASS(self, err, context_host.ask(self, what, ret, len, err));
}

const struct vmtp_host turnstile_host = {
    .size = sizeof turnstile_host,
    .abi_minor = VMTP_ABI_MINOR,
    .log = pass_log,
    .alloc = instance_alloc,
    .cancel_fd = pass_cancel_fd,
    .deadline_ns = pass_deadline_ns,
    .pause = pass_pause,
    .progress = pass_progress,
    .emit = pass_emit,
    .emit_histogram = pass_emit_histogram,
    .emit_event = pass_emit_event,
    .ready = pass_ready,
    .spawn = pass_spawn,
    .process_write = pass_process_write,
    .process_line = pass_process_line,
    .process_stop = pass_process_stop,
    .exec = pass_exec,
    .put = pass_put,
    .helper = pass_helper,
    .endpoint = pass_endpoint,
    .owns = pass_owns,
    .freed = pass_freed,
    .version = pass_version,
    .fact = pass_fact,
    .ask = pass_ask,
};
