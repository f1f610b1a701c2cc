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

struct turnstile {
    int told_fd;          /* readable: anything was told */
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t left;
    const struct fleet *fleet;
    const struct lent *lent;
    uint32_t inside;
    bool shut;
    uint64_t stopping_ns;
    struct vmtp_process **processes; /* that it has */
    size_t process_count, process_room;
    uint64_t second_ns; /* when the second began in which so many figures were told */
    uint64_t told;
    bool any; /* was told at all */
    uint32_t events;
    uint64_t dropped;
};

/* ---- endpoints ---- */

static struct vmtp_endpoint *endpoint_copy(struct arena *arena, const struct vmtp_endpoint *from)
{
    struct vmtp_endpoint *copy = arena_alloc(arena, sizeof *copy);

    if (!copy)
        return NULL;
    *copy = *from;
    copy->name = arena_strdup(arena, from->name);
    copy->address = arena_strdup(arena, from->address);
    copy->location = arena_strdup(arena, from->location);
    return copy->name && copy->address && copy->location ? copy : NULL;
}

struct lent *lent_new(const struct fleet *fleet)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct lent *lent = arena ? arena_alloc(arena, sizeof *lent) : NULL;

    if (!lent)
        return NULL;
    lent->endpoints = arena_array(arena, fleet->endpoint_count + 1, sizeof *lent->endpoints);
    for (size_t i = 0; lent->endpoints && i < fleet->endpoint_count; i++) {
        lent->endpoints[i] = endpoint_copy(arena, fleet->endpoints[i]);
        if (!lent->endpoints[i])
            return NULL;
        lent->count++;
    }
    if (!lent->endpoints)
        return NULL;
    lent->arena = TAKE(arena);
    return lent;
}

void lent_free(struct lent *lent)
{
    if (lent)
        arena_free(lent->arena);
}

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
    turnstile->told_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (turnstile->told_fd < 0) {
        free(turnstile);
        return -errno;
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
    while (turnstile->process_count)
        process_stop(turnstile->processes[--turnstile->process_count], 0, hurry_fd, NULL);
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
    bool admitted, first;

    pthread_mutex_lock(&turnstile->lock);
    if (now_ns - turnstile->second_ns >= NS_PER_S) {
        turnstile->second_ns = now_ns;
        turnstile->told = 0;
    }
    admitted = turnstile->told < most;
    turnstile->told += admitted;
    first = !turnstile->any;
    turnstile->any = true;
    pthread_mutex_unlock(&turnstile->lock);
    if (first)
        fd_raise(turnstile->told_fd);
    return admitted;
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

static int process_add(struct turnstile *turnstile, struct vmtp_process *process)
{
    int r = 0;

    pthread_mutex_lock(&turnstile->lock);
    if (turnstile->process_count == turnstile->process_room) {
        size_t room = turnstile->process_room ? 2 * turnstile->process_room : 8;
        struct vmtp_process **more = reallocarray(turnstile->processes, room, sizeof *more);

        turnstile->processes = more ? more : turnstile->processes;
        turnstile->process_room = more ? room : turnstile->process_room;
        r = more ? 0 : -ENOMEM;
    }
    if (r == 0)
        turnstile->processes[turnstile->process_count++] = process;
    pthread_mutex_unlock(&turnstile->lock);
    return r;
}

static void process_drop(struct turnstile *turnstile, const struct vmtp_process *process)
{
    pthread_mutex_lock(&turnstile->lock);
    for (size_t i = 0; i < turnstile->process_count; i++)
        if (turnstile->processes[i] == process) {
            turnstile->processes[i] = turnstile->processes[--turnstile->process_count];
            break;
        }
    pthread_mutex_unlock(&turnstile->lock);
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

static int spawn(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                 const struct vmtp_spawn *spawn, struct vmtp_process **ret, struct vmtp_error *err)
{
    struct turnstile *turnstile = turnstile_of(self);
    struct vmtp_process *process;
    int r = context_host.spawn(self, own(turnstile, endpoint), spawn, &process, err);

    if (r < 0)
        return r;
    r = process_add(turnstile, process);
    if (r < 0) {
        context_host.process_stop(self, process, 0, NULL);
        return vmtp_fail(err, r, "out of memory");
    }
    *ret = process;
    return 0;
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

static int pass_process_line(struct vmtp_self *self, struct vmtp_process *process,
                             struct vmtp_line *ret, uint64_t deadline_ns, struct vmtp_error *err)
{
    return PASS(self, err, context_host.process_line(self, process, ret, deadline_ns, err));
}

static int stop(struct vmtp_self *self, struct vmtp_process *process, uint64_t grace_ns,
                struct vmtp_error *err)
{
    struct turnstile *turnstile = turnstile_of(self);
    int r;

    process_drop(turnstile, process);
    stopping(turnstile);
    r = context_host.process_stop(self, process, grace_ns, err);
    stopping(turnstile);
    return r;
}

static int pass_process_stop(struct vmtp_self *self, struct vmtp_process *process,
                             uint64_t grace_ns, struct vmtp_error *err)
{
    return PASS(self, err, stop(self, process, grace_ns, err));
}

static int pass_exec(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                     const struct vmtp_exec *exec, struct vmtp_error *err)
{
    return PASS(self, err, context_host.exec(self, own(turnstile_, endpoint), exec, err));
}

static int pass_put(struct vmtp_self *self, const struct vmtp_endpoint *endpoint, const char *from,
                    char *ret_path, size_t len, struct vmtp_error *err)
{
    return PASS(self, err,
                context_host.put(self, own(turnstile_, endpoint), from, ret_path, len, err));
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
