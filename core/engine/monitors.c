/* SPDX-License-Identifier: Apache-2.0 */
#include "monitors.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "../base/thread.h"
#include "turnstile.h"

#include <sys/eventfd.h>

#define OPEN_NS  (30 * NS_PER_S)
#define BEGIN_NS (NS_PER_S)        /* that trials wait for what was told first ... */
#define LOOK_NS  (20 * NS_PER_S)   /* ... and that who looks at endpoints alone does */
#define YIELD_NS (3 * NS_PER_S)    /* for one to see that it is to leave an endpoint */
#define STOP_NS  (2 * NS_PER_S)    /* for all of them, or since one last stopped a process */
#define HURRY_NS (200 * NS_PER_MS) /* once the person is in a hurry */
#define MOST_NS  (60 * NS_PER_S)   /* whatever processes they stop */
#define LEAVE_NS (5 * NS_PER_S)    /* for a call that one is in, when it is given up */

/* One monitor.  Its thread and the thread that stops it are the only ones at it, and which of them
 * goes last frees nothing: what a monitor that hangs may still come across stays. */
struct sentry {
    struct context context;
    struct lent *lent;
    struct instance *instance; /* NULL: it is not running */
    pthread_t thread;
    int ended_fd; /* readable: run() has returned */
    atomic_bool stopping;
};

struct monitors {
    struct fleet *fleet;
    int stop_fd;
    struct lent *lent;
    size_t count;
    bool haunted; /* one of them did not stop: all that is shared with it stays */
    struct sentry sentries[];
};

static void sentry_fail(const struct sentry *sentry, const char *text)
{
    const struct context *context = &sentry->context;

    run_note(context->run, "monitor-failed", "monitor %s: %s", context->name, text);
    run_monitor(context->run, context->monitor, text,
                context->turnstile ? turnstile_dropped(context->turnstile) : 0);
}

/* It has ended before it was told to. */
static void end_early(struct sentry *sentry, int r, const struct vmtp_error *err)
{
    if (!turnstile_enter(sentry->context.turnstile))
        return;
    if (r < 0)
        sentry_fail(sentry, err->text[0] ? err->text : strerror(-r));
    else
        sentry_fail(sentry, "it ended before the run did, and does not say why");
    turnstile_leave(sentry->context.turnstile);
}

static void *sentry_run(void *arg)
{
    struct sentry *sentry = arg;
    const struct lent *lent = sentry->lent;
    struct vmtp_error err = { 0 };
    int r = sentry->context.component->ops.monitor.run(
        &sentry->instance->self, (const struct vmtp_endpoint *const *)lent->endpoints, lent->count,
        &err);

    if ((r < 0 && r != -ECANCELED) || !atomic_load(&sentry->stopping))
        end_early(sentry, r, &err);
    fd_raise(sentry->ended_fd);
    return NULL;
}

/* ---- begin ---- */

static int sentry_open(struct sentry *sentry, const struct monitors *monitors,
                       const struct section *section, struct vmtp_error *err)
{
    struct context *context = &sentry->context;
    struct run *run = context->run;
    int r = turnstile_new(monitors->fleet, monitors->lent, &context->turnstile);

    if (r < 0)
        return vmtp_fail(err, r, "out of memory");
    sentry->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (sentry->ended_fd < 0)
        return vmtp_fail(err, -errno, "eventfd: %s", strerror(errno));
    context->cancel_fd = run->cancel_fd;
    context_step(context, OPEN_NS);
    r = instance_open(section->component, section->opt, &turnstile_host, context, &sentry->instance,
                      err);
    context_step(context, 0);
    context->cancel_fd = monitors->stop_fd;
    return r;
}

static int sentry_start(struct sentry *sentry, const struct monitors *monitors, size_t index,
                        struct vmtp_error *err)
{
    struct run *run = monitors->fleet->run;
    const struct section *section = &run->plan->scenario->monitors[index];
    int r;

    *sentry = (struct sentry){ .context = { .run = run,
                                            .fleet = monitors->fleet,
                                            .component = section->component,
                                            .name = run->monitors[index].name,
                                            .monitor = index },
                               .lent = monitors->lent,
                               .ended_fd = -1 };
    r = sentry_open(sentry, monitors, section, err);
    if (r < 0)
        return r;
    run_monitor(run, index, NULL, 0);
    r = thread_start(&sentry->thread, sentry_run, sentry);
    if (r < 0) {
        instance_close(TAKE(sentry->instance));
        return vmtp_fail(err, r, "a thread: %s", strerror(-r));
    }
    return 0;
}

static void sentry_clear(struct sentry *sentry)
{
    fd_close_at(&sentry->ended_fd);
    turnstile_free(sentry->context.turnstile);
}

static struct monitors *monitors_new(struct fleet *fleet)
{
    size_t count = fleet->run->plan->scenario->monitor_count;
    struct monitors *monitors = calloc(1, sizeof *monitors + count * sizeof *monitors->sentries);

    if (!monitors)
        return NULL;
    monitors->fleet = fleet;
    monitors->lent = lent_new(fleet);
    monitors->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (monitors->lent && monitors->stop_fd >= 0)
        return monitors;
    fd_close_at(&monitors->stop_fd);
    lent_free(monitors->lent);
    free(monitors);
    return NULL;
}

/* A short flow may be over before a monitor has seen anything: begin when each has seen something
 * of each endpoint, or soon. */
static void told_wait(const struct monitors *monitors)
{
    const struct run *run = monitors->fleet->run;
    uint64_t until_ns = clock_now_ns() + (run->look_ns ? LOOK_NS : BEGIN_NS);

    for (size_t i = 0; i < monitors->count; i++) {
        const struct sentry *sentry = &monitors->sentries[i];
        struct pollfd fds[] = { { .fd = sentry->ended_fd, .events = POLLIN },
                                { .fd = -1, .events = POLLIN } };

        if (!sentry->instance)
            continue;
        fds[1].fd = turnstile_told_fd(sentry->context.turnstile);
        if (fd_poll(fds, COUNT(fds), until_ns, run->cancel_fd) < 0)
            return;
    }
}

int monitors_start(struct fleet *fleet, struct monitors **ret, struct vmtp_error *err)
{
    struct run *run = fleet->run;
    struct monitors *monitors = monitors_new(fleet);

    if (!monitors)
        return vmtp_fail(err, -errno, "monitors: %s", strerror(errno));
    for (; monitors->count < run->plan->scenario->monitor_count; monitors->count++) {
        struct sentry *sentry = &monitors->sentries[monitors->count];
        struct vmtp_error why = { 0 };

        if (sentry_start(sentry, monitors, monitors->count, &why) < 0)
            sentry_fail(sentry, why.text);
    }
    told_wait(monitors);
    fleet->monitors = monitors;
    *ret = monitors;
    return 0;
}

/* ---- in between ---- */

bool monitors_yield(struct monitors *monitors, const char *endpoint, uint64_t since_ns,
                    const char *why)
{
    uint64_t until_ns = clock_now_ns() + YIELD_NS;
    bool any = false;

    for (size_t i = 0; i < monitors->count; i++) {
        const struct sentry *sentry = &monitors->sentries[i];
        bool first = false;

        if (!sentry->instance)
            continue;
        any |= turnstile_yield(sentry->context.turnstile, endpoint, since_ns, until_ns, &first);
        if (first)
            run_note(sentry->context.run, "monitor-yielded",
                     "monitor %s leaves endpoint %s, where a tool found no room beside it: %s",
                     sentry->context.name, endpoint, why);
    }
    return any;
}

/* ---- end ---- */

/* Until when it may take to stop, the way it looks now. */
static uint64_t patience_ns(const struct sentry *sentry, uint64_t begun_ns)
{
    uint64_t stopping_ns = turnstile_stopping_ns(sentry->context.turnstile);
    uint64_t until_ns = (stopping_ns > begun_ns ? stopping_ns : begun_ns) + STOP_NS;

    return until_ns < begun_ns + MOST_NS ? until_ns : begun_ns + MOST_NS;
}

static bool ended_wait(const struct sentry *sentry, uint64_t begun_ns)
{
    struct pollfd ended = { .fd = sentry->ended_fd, .events = POLLIN };
    uint64_t until_ns;
    int r;

    do {
        until_ns = patience_ns(sentry, begun_ns);
        r = fd_poll(&ended, 1, until_ns, sentry->context.run->hurry_fd);
    } while (r == 0 && until_ns < patience_ns(sentry, begun_ns));
    return r == -ECANCELED ? fd_poll(&ended, 1, clock_now_ns() + HURRY_NS, -1) > 0 : r > 0;
}

/* Its thread goes on, with its instance, its options and what it was lent; no code is ever
 * unloaded.  It has no way back into the run. */
static void sentry_abandon(struct sentry *sentry, struct monitors *monitors)
{
    struct run *run = sentry->context.run;

    sentry_fail(sentry, "it did not stop");
    pthread_detach(sentry->thread);
    monitors->haunted = true;
    arena_keep(run->plan->scenario->arena); /* the options are there */
    if (turnstile_shut(sentry->context.turnstile, clock_now_ns() + LEAVE_NS, run->hurry_fd))
        return;
    arena_keep(run->registry->arena); /* the call that it is in may need all of this */
    run->haunted = true;
    monitors->fleet->haunted = true;
}

static void sentry_stop(struct sentry *sentry, struct monitors *monitors, uint64_t begun_ns)
{
    const struct context *context = &sentry->context;
    const struct monitor_state *state = &context->run->monitors[context->monitor];
    uint64_t dropped;

    if (!sentry->instance) {
        sentry_clear(sentry);
        return;
    }
    if (!ended_wait(sentry, begun_ns)) {
        sentry_abandon(sentry, monitors);
        return;
    }
    pthread_join(sentry->thread, NULL);
    instance_close(TAKE(sentry->instance));
    turnstile_shut(context->turnstile, begun_ns, context->run->hurry_fd); /* what it forgot */
    dropped = turnstile_dropped(context->turnstile);
    if (dropped != state->dropped)
        run_monitor(context->run, context->monitor, state->error, dropped);
    sentry_clear(sentry);
}

void monitors_stop(struct monitors *monitors)
{
    uint64_t begun_ns = clock_now_ns();

    if (!monitors)
        return;
    monitors->fleet->monitors = NULL;
    for (size_t i = 0; i < monitors->count; i++)
        atomic_store(&monitors->sentries[i].stopping, true);
    fd_raise(monitors->stop_fd);
    for (size_t i = 0; i < monitors->count; i++)
        sentry_stop(&monitors->sentries[i], monitors, begun_ns);
    if (monitors->haunted)
        return;
    fd_close_at(&monitors->stop_fd);
    lent_free(monitors->lent);
    free(monitors);
}
