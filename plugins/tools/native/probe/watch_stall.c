/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_stall.h"

#include "clock.h"
#include "runqueue.h"

#include <signal.h>
#include <unistd.h>

#define TRIED          64 /* wake-ups after which their cost is looked at again */
#define STALL_FIRST_NS 4000000ull

/* How often the process was stopped and goes on.  The sentinel's thread alone takes the signal, so
 * that it knows before it looks at the time. */
static atomic_uint continued;

struct sentinel {
    struct stall *stall;
    int schedstat_fd;
    uint64_t queued_ns; /* in all, when it was looked at last */
    uint64_t due_ns;
    uint64_t cpu_ns; /* of the thread, TRIED wake-ups ago */
    unsigned wakes;
};

/* For how long it was in the run queue since it was asked last. */
static uint64_t queued_since(struct sentinel *s)
{
    uint64_t before_ns = s->queued_ns;

    atomic_store(&s->stall->attributed, runqueue_read(s->schedstat_fd, &s->queued_ns));
    return s->queued_ns > before_ns ? s->queued_ns - before_ns : 0;
}

static void count(struct stall *stall, uint64_t late_ns)
{
    if (late_ns > atomic_load(&stall->longest_ns))
        atomic_store(&stall->longest_ns, late_ns);
    if (late_ns > NS_PER_MS)
        atomic_fetch_add(&stall->over_1ms, 1);
    if (late_ns > 10 * NS_PER_MS)
        atomic_fetch_add(&stall->over_10ms, 1);
}

static void period_fit(struct sentinel *s)
{
    uint64_t cpu_ns, period_ns;

    if (++s->wakes % TRIED)
        return;
    cpu_ns = clock_read(CLOCK_THREAD_CPUTIME_ID);
    period_ns = (cpu_ns - s->cpu_ns) / TRIED * STALL_COST;
    s->cpu_ns = cpu_ns;
    if (period_ns < STALL_LEAST_NS)
        period_ns = STALL_LEAST_NS;
    atomic_store(&s->stall->period_ns, period_ns < STALL_MOST_NS ? period_ns : STALL_MOST_NS);
}

/* Sleeps until due and counts by how much it was too late. */
static void sleep_once(struct sentinel *s)
{
    unsigned before = atomic_load(&continued);
    struct timespec due;
    uint64_t now_ns, late_ns, queued_ns;

    s->due_ns += atomic_load(&s->stall->period_ns);
    due.tv_sec = (time_t)(s->due_ns / NS_PER_S);
    due.tv_nsec = (long)(s->due_ns % NS_PER_S);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    now_ns = clock_now();
    if (atomic_load(&continued) != before) {
        s->due_ns = now_ns; /* no stall of the machine */
        (void)queued_since(s);
        return;
    }
    late_ns = now_ns > s->due_ns ? now_ns - s->due_ns : 0;
    queued_ns = queued_since(s);
    count(s->stall, late_ns > queued_ns ? late_ns - queued_ns : 0);
    if (late_ns)
        s->due_ns = now_ns;
}

static void *sentinel_run(void *arg)
{
    struct sentinel s = { .stall = arg,
                          .schedstat_fd = runqueue_open(),
                          .due_ns = clock_now(),
                          .cpu_ns = clock_read(CLOCK_THREAD_CPUTIME_ID) };
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCONT);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL); /* in this thread alone */
    (void)queued_since(&s);
    while (!atomic_load(&s.stall->stop)) {
        sleep_once(&s);
        period_fit(&s);
    }
    if (s.schedstat_fd >= 0)
        close(s.schedstat_fd);
    return NULL;
}

static void count_continued(int signal)
{
    (void)signal;
    atomic_fetch_add(&continued, 1);
}

void stall_start(struct stall *s)
{
    struct sigaction action = { .sa_handler =
                                    count_continued }; /* no SA_RESTART: the sleep must end */
    sigset_t set;

    if (s->running)
        return;
    sigaction(SIGCONT, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGCONT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    atomic_store(&s->stop, false);
    atomic_store(&s->period_ns, STALL_FIRST_NS);
    (void)stall_take(s);
    s->running = pthread_create(&s->thread, NULL, sentinel_run, s) == 0;
}

void stall_stop(struct stall *s)
{
    if (!s->running)
        return;
    atomic_store(&s->stop, true);
    pthread_join(s->thread, NULL);
    s->running = false;
}

struct stall_seen stall_take(struct stall *s)
{
    return (struct stall_seen){
        .longest_ns = atomic_exchange(&s->longest_ns, 0),
        .period_ns = atomic_load(&s->period_ns),
        .over_1ms = atomic_exchange(&s->over_1ms, 0),
        .over_10ms = atomic_exchange(&s->over_10ms, 0),
        .attributed = atomic_load(&s->attributed),
    };
}
